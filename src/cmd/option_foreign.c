/* SPDX-License-Identifier: MIT */
/* Options that people know from ss, netstat, lsof, fuser and htop. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "habit.h"
#include "option.h"

#define NOT_LISTED " sockets are not listed by this version"

/* Options of theirs that we have not, or have by another name. */
static const struct foreign_option {
	char letter;			/* '\0': has none */
	const char *name;		/* "": has none */
	const char *advice;
} foreign_options[] = {
	/* what is listed */
	{ 'x', "unix", "unix" NOT_LISTED },
	{ '0', "packet", "packet" NOT_LISTED },
	{ 'S', "sctp", "SCTP" NOT_LISTED },
	{ 'M', "mptcp", "MPTCP" NOT_LISTED "; their TCP connections are: 'ulp mptcp'" },
	{ 'd', "dccp", "DCCP" NOT_LISTED },
	{ '\0', "netlink", "netlink" NOT_LISTED },
	{ '\0', "vsock", "vsock" NOT_LISTED },
	{ '\0', "xdp", "XDP" NOT_LISTED },
	{ '\0', "tipc", "TIPC" NOT_LISTED },
	{ '\0', "tipcinfo", "TIPC" NOT_LISTED },
	{ 'U', "", "UDP-Lite is --udplite; unix" NOT_LISTED },
	{ 'A', "query", "use -t, -u, -w or --udplite" },
	{ '\0', "socket", "use -t, -u, -w or --udplite" },
	{ 'f', "family", "use -4 or -6" },
	{ '\0', "inet", "IPv4 is -4" },
	{ '\0', "inet4", "IPv4 is -4" },
	{ '\0', "inet6", "IPv6 is -6" },
	{ 'B', "bound-inactive", "use the filter 'state bound'" },
	{ 'N', "net", "the network namespace is --netns NAME, or -N" },
	/* what is shown of it */
	{ 'T', "threads", "threads are named in JSON (-j, tid)" },
	{ 'O', "oneline", "not needed: without -i and -m a socket is one line, "
			  "and --jsonl and --csv always have one" },
	{ 'Q', "no-queues", "use --columns -recv_queue,-send_queue,-queue" },
	{ 'W', "wide", "not needed: nothing is cut when the output is no terminal" },
	{ '\0', "options", "timers are --timers, or -o" },
	{ '\0', "programs", "processes are shown without an option; "
			    "'process NAME' selects by one" },
	{ '\0', "cgroup", "use -e, or --columns +cgroup; the filter is 'cgroup PATH'" },
	{ '\0', "numeric-hosts", "not needed: addresses are numbers, unless -r is given" },
	{ '\0', "numeric-ports", "not needed: ports are numbers, unless -r is given" },
	{ '\0', "numeric-users", "use --columns +uid,-user" },
	{ '\0', "no-color", "use --color never" },
	{ '\0', "sort-key", "use --sort FIELD" },
	{ '\0', "tos", "TOS is not shown by this version" },
	{ '\0', "inet-sockopt", "'conntab why PORT' reads the options of sockets" },
	{ 'Z', "context", "security contexts are not shown by this version" },
	{ 'z', "contexts", "security contexts are not shown by this version" },
	{ 'b', "bpf", "filters of packet sockets are not shown by this version" },
	{ '\0', "statistics", "counters are in --summary, or -s" },
	/* what is done */
	{ 'K', "kill", "this version closes no sockets" },
	{ 'E', "events", "this version does not follow connections as they open and close" },
	{ 'D', "diag", "use conntab record FILE" },
	{ 'F', "filter", "a filter has no option: its words stand behind the others" },
	{ 'c', "continuous", "a list is shown once, and 'watch conntab' repeats it; "
			     "a process by its name is 'process NAME'" },
	{ '\0', "delay", "a list is shown once, and 'watch conntab' repeats it" },
	{ '\0', "tree", "the processes of a listener stand together in its row" },
	{ 'k', "", "this version ends no processes; 'conntab why PORT' says how" },
	{ '\0', "route", "routes are shown by: ip route" },
	{ '\0', "interfaces", "interfaces are shown by: ip -s link" },
	{ 'g', "groups", "multicast groups are shown by: ip maddress" },
	{ 'v', "", "the version is -V; 'conntab why --verbose' says what was tried" },
};

static const char *by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign_options); i++)
		if (*name && strcmp(name, foreign_options[i].name) == 0)
			return foreign_options[i].advice;
	return NULL;
}

const char *option_foreign(const char *word)
{
	if (word[1] == '-')
		return by_name(word + 2);
	for (size_t i = 0; word[1] && i < ARRAY_SIZE(foreign_options); i++)
		if (word[1] == foreign_options[i].letter)
			return foreign_options[i].advice;
	return NULL;
}

/* Names that ss prints, and those of options. */
const char *option_of_protocol(const char *word)
{
	static const struct {
		const char *word, *option;
	} netids[] = {
		{ "unix", "unix" }, { "u_str", "unix" }, { "u_dgr", "unix" }, { "u_seq", "unix" },
		{ "unix_stream", "unix" }, { "unix_dgram", "unix" }, { "unix_seqpacket", "unix" },
		{ "packet", "packet" }, { "p_raw", "packet" }, { "p_dgr", "packet" },
		{ "nl", "netlink" }, { "netlink", "netlink" }, { "sctp", "sctp" },
		{ "mptcp", "mptcp" }, { "dccp", "dccp" }, { "vsock", "vsock" },
		{ "v_str", "vsock" }, { "v_dgr", "vsock" }, { "xdp", "xdp" }, { "tipc", "tipc" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(netids); i++)
		if (strcasecmp(word, netids[i].word) == 0)
			return by_name(netids[i].option);
	return NULL;
}

/* ---- lsof ------------------------------------------------------------ */

/* "-iTCP:80", "-i:80", "-i4TCP", "-iUDP@HOST", but not our "-i4". */
static bool is_internet(const char *word)
{
	if (strncmp(word, "-i", 2) != 0)
		return false;
	word += 2;
	if (*word == '4' || *word == '6')
		word++;
	return strncasecmp(word, "tcp", 3) == 0 || strncasecmp(word, "udp", 3) == 0 ||
	       *word == ':' || *word == '@';
}

/* "-sTCP:LISTEN" */
static bool is_states(const char *word)
{
	return strncasecmp(word, "-stcp:", 6) == 0 || strncasecmp(word, "-sudp:", 6) == 0;
}

static void add(char advice[ADVICE_MAX], const char *text, const char *more)
{
	size_t length = strlen(advice);

	snprintf(advice + length, ADVICE_MAX - length, "%s%s", text, more);
}

static void add_internet(const char *word, char advice[ADVICE_MAX])
{
	const char *rest = word + 2, *port;

	if (*rest == '4' || *rest == '6')
		add(advice, *rest++ == '4' ? " -4" : " -6", "");
	if (strncasecmp(rest, "tcp", 3) == 0 || strncasecmp(rest, "udp", 3) == 0) {
		add(advice, (*rest | 32) == 't' ? " -t" : " -u", "");
		rest += 3;
	}
	port = strrchr(rest, ':');
	if (*rest == '@')
		add(advice, " host ", habit_is_plain(rest + 1) ? rest + 1 : "ADDRESS");
	else if (port)
		add(advice, " port ", habit_is_plain(port + 1) ? port + 1 : "80");
}

static void add_states(const char *word, char advice[ADVICE_MAX])
{
	const char *state = strchr(word, ':') + 1;

	if (strncasecmp(state, "listen", 6) == 0)
		add(advice, " -l", "");
	else
		add(advice, " state ", habit_is_plain(state) ? state : "STATE");
}

bool habit_of_lsof(const char *word, char *const *words, char advice[ADVICE_MAX])
{
	if (!is_internet(word) && !is_states(word))
		return false;
	snprintf(advice, ADVICE_MAX, "an option of lsof; here it is: conntab");
	/* Options first, then the words of a filter. */
	for (size_t i = 0; words[i]; i++)
		if (is_internet(words[i]))
			add_internet(words[i], advice);
	for (size_t i = 0; words[i]; i++)
		if (is_states(words[i]))
			add_states(words[i], advice);
	return true;
}
