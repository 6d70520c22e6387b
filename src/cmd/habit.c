/* SPDX-License-Identifier: MIT */
/* Words that people know from other tools, and how they are said here. */
#include "habit.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/spell.h"
#include "collect/lookup.h"
#include "filter/filter.h"
#include "model/protocol.h"
#include "option.h"

enum { TEXT_MAX = 96 };			/* of a word that is written again, in other order */

__attribute__((format(printf, 2, 3)))
static bool say(char advice[ADVICE_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(advice, ADVICE_MAX, format, args);
	va_end(args);
	return true;
}

bool habit_is_plain(const char *word)
{
	return *word && strlen(word) < TEXT_MAX && *word != '-' &&
	       !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-._:/,+@%[]")];
}

/* ---- targets --------------------------------------------------------- */

/* "tcp", or as in netstat "tcp6": `*version` is 0, 4 or 6.  The name; NULL: no protocol. */
static const char *find_protocol(const char *text, size_t length, char *version)
{
	enum protocol protocol = protocol_find_versioned(text, length, version);

	return protocol == PROTOCOL_COUNT ? NULL : protocols[protocol].name;
}

/* "80/tcp", "53/udp6"; "tcp/80" */
static bool is_slashed(const char *word, const char *command, char advice[ADVICE_MAX])
{
	const char *slash = strchr(word, '/'), *protocol, *end = word;
	int length = slash ? (int)(slash - word) : 0;
	char version;

	if (!length || !slash[1] || strchr(slash + 1, '/'))
		return false;
	protocol = find_protocol(slash + 1, strlen(slash + 1), &version);
	if (!protocol) {
		protocol = find_protocol(word, (size_t)length, &version);
		end = slash + 1;
		length = (int)strlen(end);
	}
	return protocol && say(advice, "the protocol stands in front: %s %s%.1s%s%s:%.*s", command,
			       version ? "-" : "", version ? &version : "", version ? " " : "",
			       protocol, length, end);
}

/* "http://localhost:8080/path" */
static bool is_url(const char *word, const char *command, char advice[ADVICE_MAX])
{
	const char *scheme = strstr(word, "://"), *host = scheme ? scheme + 3 : NULL;
	int length = host ? (int)strcspn(host, "/?#") : 0, own = scheme ? (int)(scheme - word) : 0;
	const char *port;

	if (!length || !own)
		return false;
	port = memrchr(host, ':', (size_t)length);
	if (port && !strchr(port, ']'))
		return say(advice, "a target is no URL: %s %.*s", command, length, host);
	return say(advice, "a target is no URL: %s %.*s:%.*s", command, length, host, own, word);
}

/* "unix:/run/app.sock", socat's and nginx's; "unix:///run/app.sock" */
static bool is_unix(const char *word, char advice[ADVICE_MAX])
{
	static const char prefix[] = "unix:";
	const char *path = word + sizeof(prefix) - 1;

	if (strncasecmp(word, prefix, sizeof(prefix) - 1) != 0)
		return false;
	if (strncmp(path, "//", 2) == 0)
		path += 2;
	return *path && say(advice, "a unix socket is its path alone: conntab why %s", path);
}

/* ":::80", netstat's [::]:80; "127.0.0.1.80" of other systems. */
static bool is_printed(const char *word, const char *command, char advice[ADVICE_MAX])
{
	const char *dot = strrchr(word, '.');
	size_t dots = 0;

	if (strncmp(word, ":::", 3) == 0 && word[3])
		return say(advice, "an IPv6 address stands in brackets: %s [::]:%s", command,
			   word + 3);
	for (const char *at = word; *at; at++)
		dots += *at == '.';
	if (dots != 4 || word[strspn(word, "0123456789.")])
		return false;
	return say(advice, "the port stands behind a colon: %s %.*s:%s", command,
		   (int)(dot - word), word, dot + 1);
}

/* "tcp6:80", netstat's name of the protocol. */
static bool is_versioned(const char *word, const char *command, char advice[ADVICE_MAX])
{
	size_t length = strcspn(word, ":");
	char version;
	const char *protocol = find_protocol(word, length, &version);

	return protocol && version &&
	       say(advice, "the IP version is an option: %s -%c %s%s", command, version, protocol,
		   word + length);
}

/* "123456": what is no port may be a process. */
static bool is_pid(const char *word, char advice[ADVICE_MAX])
{
	return !word[strspn(word, "0123456789")] && strtoul(word, NULL, 10) > UINT16_MAX &&
	       say(advice, "no port, which is 0 to 65535; a process: conntab pid %s", word);
}

/* "80/tcp,443/tcp": the first of a list shows how. */
static bool is_slashed_list(const char *word, const char *command, char advice[ADVICE_MAX])
{
	char first[TEXT_MAX];

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(word, ","), word);
	return strchr(word, ',') && is_slashed(first, command, advice);
}

bool habit_of_target(const char *word, const char *command, char advice[ADVICE_MAX])
{
	return habit_is_plain(word) &&
	       (is_slashed_list(word, command, advice) || is_slashed(word, command, advice) ||
		is_url(word, command, advice) || is_unix(word, advice) ||
		is_printed(word, command, advice) || is_versioned(word, command, advice) ||
		is_pid(word, advice));
}

/* ---- words of the list ----------------------------------------------- */

static const struct habit {
	const char *word;
	const char *advice;
} habits[] = {
	{ "listeners", "what listens is shown by conntab -l" },
	{ "servers", "what listens is shown by conntab -l" },
	{ "ports", "what listens is shown by conntab -l, one port by conntab 80" },
	{ "sockets", "conntab without a word lists them; with -a those in every state" },
	{ "inet", "IPv4 is conntab -4" },
	{ "inet4", "IPv4 is conntab -4" },
	{ "ipv4", "IPv4 is conntab -4" },
	{ "inet6", "IPv6 is conntab -6" },
	{ "ipv6", "IPv6 is conntab -6" },
	{ "json", "the output is chosen by an option: conntab --json" },
	{ "jsonl", "the output is chosen by an option: conntab --jsonl" },
	{ "csv", "the output is chosen by an option: conntab --csv" },
	{ "columns", "columns are chosen by an option: conntab --columns LIST" },
	{ "sort", "the order is chosen by an option: conntab --sort FIELD" },
	{ "watch", "a list is shown once; the shell repeats it: watch conntab" },
};

/* How other tools call what we have a word for. */
static const struct synonym {
	const char *theirs, *ours;
} synonyms[] = {
	{ "program", "process" }, { "prog", "process" }, { "pname", "process" },
	{ "proc", "process" }, { "cmd", "process" }, { "app", "process" },
	{ "name", "process" }, { "ip", "addr" }, { "laddr", "src" }, { "raddr", "dst" },
	{ "remote", "dst" }, { "foreign", "dst" }, { "local_ip", "src" }, { "remote_ip", "dst" },
	{ "remote_port", "dport" }, { "localport", "sport" }, { "remoteport", "dport" },
	{ "username", "user" }, { "iface", "dev" }, { "device", "dev" }, { "namespace", "netns" },
};

/* A word of a filter, by this name or by another; NULL: it is none. */
static const char *our_word(const char *name)
{
	struct filter_word word;

	for (size_t i = 0; i < ARRAY_SIZE(synonyms); i++)
		if (spell_same(synonyms[i].theirs, name))
			return synonyms[i].ours;
	for (size_t i = 0; filter_word(i, &word); i++)
		if (spell_same(word.name, name))
			return word.name;
	return NULL;
}

static bool is_state(const char *word)
{
	for (size_t i = 0; filter_state(i); i++)
		if (spell_same(filter_state(i), word))
			return true;
	return false;
}

static bool state_advice(const char *word, char advice[ADVICE_MAX])
{
	const char *colon = strrchr(word, ':');
	bool listens;

	/* "TCP:LISTEN", as lsof has it. */
	if (colon)
		word = colon + 1;
	if (!is_state(word))
		return false;
	listens = spell_same(word, "listen") || spell_same(word, "listening");
	return say(advice, "a state is asked for with 'state' in front: conntab state %s%s", word,
		   listens ? ", or conntab -l" : "");
}

/* "port:80", "user:www-data" */
static bool colon_advice(const char *word, char advice[ADVICE_MAX])
{
	const char *colon = strchr(word, ':'), *ours;
	char name[TEXT_MAX];

	if (!colon || colon == word || !colon[1])
		return false;
	memcpy(name, word, (size_t)(colon - word));
	name[colon - word] = '\0';
	ours = our_word(name);
	return ours && say(advice, "a blank stands between word and value: conntab %s %s", ours,
			   colon + 1);
}

/* "nginx.service" */
static bool unit_advice(const char *word, char advice[ADVICE_MAX])
{
	static const char *const endings[] = { ".service", ".socket", ".scope", ".slice" };
	const char *dot = strrchr(word, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(endings); i++)
		if (strcmp(dot, endings[i]) == 0)
			return say(advice, "a unit: conntab unit %s", word);
	return false;
}

/* "db.example.org" alone asks nobody. */
static bool host_advice(const char *word, char advice[ADVICE_MAX])
{
	const char *dot = strchr(word, '.');

	if (!dot || dot == word || !isalpha((unsigned char)dot[1]) || strpbrk(word, ":/@%+,"))
		return false;
	return say(advice, "no host that /etc/hosts knows; the resolver is asked by "
		   "conntab host %s, and for a target with a port: conntab %s:443", word, word);
}

bool habit_of_word(const char *word, char advice[ADVICE_MAX])
{
	char version;
	const char *protocol = find_protocol(word, strlen(word), &version), *ours;

	if (!habit_is_plain(word))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(habits); i++)
		if (spell_same(habits[i].word, word))
			return say(advice, "%s", habits[i].advice);
	if (protocol && version)
		return say(advice, "the IP version is an option: conntab -%c %s", version,
			   protocol);
	if (option_of_protocol(word))
		return say(advice, "%s", option_of_protocol(word));
	if (state_advice(word, advice) || colon_advice(word, advice) || unit_advice(word, advice))
		return true;
	ours = our_word(word);
	if (ours && !spell_same(ours, word))
		return say(advice, "the word for it is '%s': conntab %s VALUE", ours, ours);
	return host_advice(word, advice);
}

/* ---- names of things ------------------------------------------------- */

bool habit_of_name(struct source *source, const char *word, char advice[ADVICE_MAX])
{
	uint32_t interface = source ? source_interface(source, word) : 0;

	if (!habit_is_plain(word))
		return false;
	if (source && lookup_process(word))
		return say(advice, "a process of this name runs: conntab process %s", word);
	if (source && lookup_user(word))
		return say(advice, "a user: conntab user %s", word);
	if (interface && interface != UINT32_MAX)
		return say(advice, "an interface: conntab dev %s", word);
	return false;
}

/* ---- words as options ------------------------------------------------ */

bool habit_of_option(const char *name, const char *value, const char *command,
		     char advice[ADVICE_MAX])
{
	const char *ours = our_word(name);
	bool plain = habit_is_plain(value);

	if (spell_same(name, "port") || spell_same(name, "ports"))
		return say(advice, "a port is a word of its own: %s %s", command,
			   plain ? value : "80");
	if (is_state(name))
		return state_advice(name, advice);
	return ours && say(advice, "a filter has no dashes: conntab %s %s", ours,
			   plain ? value : "VALUE");
}
