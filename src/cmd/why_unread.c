/* SPDX-License-Identifier: MIT */
/*
 * conntab why -- COMMAND: a call of a program whose memory this user may not
 * read, so that the address is not known.  Who may be in the way is looked for
 * among all that are there.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "view/cell.h"
#include "why_run.h"
#include "why_show.h"

enum { SHOWN = 6, ARGUMENTS_MAX = 4096, PORTS = UINT16_MAX + 1 };

/* What can be known without the program's memory. */
struct unread {
	const struct trace_result *result;
	int family;			/* AF_UNSPEC: not even that */
	bool named;			/* a port that is taken is among its arguments */
	bool ports[PORTS];		/* numbers among its arguments */
	const struct snapshot *snap;
};

/* ---- what is known --------------------------------------------------- */

static int family_of(const struct trace_result *result)
{
	if (result->length == sizeof(struct sockaddr_in))
		return AF_INET;
	if (result->length == sizeof(struct sockaddr_in6))
		return AF_INET6;
	/* Who gives a union of all gives no less. */
	return result->length && result->length < sizeof(struct sockaddr_storage) ? AF_UNIX
										  : AF_UNSPEC;
}

/* /proc/PID/cmdline is open to all. */
static void read_arguments(struct unread *unread)
{
	char path[64], text[ARGUMENTS_MAX + 1];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", unread->result->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, text, ARGUMENTS_MAX);
	if (fd >= 0)
		close(fd);
	for (ssize_t i = 0; i < length;) {
		unsigned long number = 0;

		for (; i < length && text[i] >= '0' && text[i] <= '9'; i++)
			number = number < PORTS ? number * 10 + (unsigned long)(text[i] - '0')
						: number;
		if (number && number < PORTS)
			unread->ports[number] = true;
		i += i < length;
	}
}

static bool takes_ipv4(const struct socket *sk)
{
	return sk->local.address.family == AF_INET || address_is_mapped(&sk->local.address) ||
	       (address_is_any(&sk->local.address) && !(sk->have & HAVE_V6ONLY && sk->v6only));
}

/* Could it be in the way?  An IPv6 socket that is wanted may be for IPv4 too. */
static bool may_block(const struct unread *unread, const struct socket *sk)
{
	return sk->local.port && !(sk->have & HAVE_PEER) &&
	       (unread->family != AF_INET || takes_ipv4(sk));
}

static bool is_shown(const struct unread *unread, const struct socket *sk)
{
	return may_block(unread, sk) && (!unread->named || unread->ports[sk->local.port]);
}

static void find_named(struct unread *unread)
{
	for (size_t i = 0; i < unread->snap->count; i++)
		unread->named |= may_block(unread, &unread->snap->sockets[i]) &&
				 unread->ports[unread->snap->sockets[i].local.port];
}

/* ---- saying it ------------------------------------------------------- */

static void add_sentence(const struct unread *unread, struct buf *text)
{
	buf_add_literal(text, "The address is not known: this user may not read the program, whose "
			"file or itself forbids it.");
	if (unread->family == AF_UNIX)
		buf_add_literal(text, " By its length it is that of a unix socket.");
	else if (unread->result->error == EADDRINUSE && unread->named)
		buf_add_literal(text, " Of the ports among its arguments these are taken:");
	else if (unread->result->error == EADDRINUSE)
		buf_add_literal(text, " One of these may be in the way:");
}

/* Why no process is shown. */
static void add_hidden(const struct unread *unread, const struct socket *sk, struct buf *out)
{
	const char *user = sk->have & HAVE_UID ? snapshot_user(unread->snap, sk->uid) : NULL;

	if (!user)
		return;
	buf_add_literal(out, "  belongs to ");
	text_add_safe(out, user, strlen(user), SIZE_MAX);
	buf_add_literal(out, "; its process can't be seen by this user\n");
}

static void add_socket(const struct unread *unread, const struct socket *sk, struct buf *out,
		       struct buf *text)
{
	const struct row row = { .snap = unread->snap, .sk = sk };

	buf_add_literal(out, "\nMaybe in the way: ");
	buf_add_text(out, state_names[sk->state]);
	buf_add_char(out, ' ');
	buf_add_text(out, protocols[sk->protocol].name);
	buf_add_char(out, ' ');
	cell_add_endpoint(out, &row, &sk->local);
	buf_add_char(out, '\n');
	if (owner_first(unread->snap, sk))
		why_add_processes(out, unread->snap, sk, text);
	else
		add_hidden(unread, sk, out);
}

static void show(const struct unread *unread, struct buf *out, struct buf *text)
{
	size_t count = 0;

	add_sentence(unread, text);
	why_add_paragraph(out, text, 0);
	for (size_t i = 0; i < unread->snap->count; i++)
		if (is_shown(unread, &unread->snap->sockets[i]) && count++ < SHOWN)
			add_socket(unread, &unread->snap->sockets[i], out, text);
	if (count > SHOWN)
		buf_add_literal(out, "\nAnd more: conntab -ltu\n");
	buf_add_literal(text, "Root may read it: sudo conntab why -- COMMAND tells the address.");
	buf_add_text(out, count ? "\n" : "");
	why_add_paragraph(out, text, 0);
}

static void show_json(const struct unread *unread, struct buf *out, struct buf *text)
{
	const char *before = "\n  ";

	buf_add_literal(out, "{\"schema\":\"conntab-why/1\",\"wanted\":null,\n \"verdict\":\"");
	buf_add_text(out, verdict_names[unread->result->error == EADDRINUSE ? VERDICT_BLOCKED
									    : VERDICT_UNKNOWN]);
	json_add_member("\",\"errno\":", strerrorname_np(unread->result->error), out);
	json_add_member(",\"stage\":", unread->result->call == TRACE_LISTEN ? "listen" : "bind",
			out);
	add_sentence(unread, text);
	why_json_text(out, ",\"certain\":false,\"sentence\":", text);
	buf_add_literal(out, ",\n \"blockers\":[");
	for (size_t i = 0; i < unread->snap->count; i++) {
		if (!is_shown(unread, &unread->snap->sockets[i]))
			continue;
		buf_add_text(out, before);
		buf_add_literal(out, "{\"rule\":null,\"sentence\":null,\"holder\":null,"
				"\"blocks\":null,\n   \"socket\":");
		json_add_socket(unread->snap, &unread->snap->sockets[i], "", out);
		buf_add_literal(out, ",\"remedies\":[]}");
		before = ",\n  ";
	}
	buf_add_literal(out, "],\n \"remedies\":[],\"probe\":null,\"notes\":[]}\n");
}

/* Other errors, and unix sockets, have nothing to do with who has a port. */
static int collect(struct source *source, const struct unread *unread, struct snapshot **snap)
{
	struct query query = {
		.protocols = PROTOCOL_BIT(PROTOCOL_TCP) | PROTOCOL_BIT(PROTOCOL_UDP),
		.versions = IP_VERSIONS_ALL,
		.states = STATES_LISTENING | STATE_BIT(STATE_BOUND),
		.needs = NEED_OWNER | NEED_PROCESS | NEED_LISTENER | NEED_USER | NEED_CGROUP |
			 NEED_INTERFACE | NEED_NETNS,
	};

	if (unread->result->error != EADDRINUSE || unread->family == AF_UNIX)
		query.protocols = 0;
	return source_collect(source, &query, snap);
}

void why_explain_unread(const struct settings *settings, const struct trace_result *result,
			struct buf *out)
{
	struct unread *unread = calloc(1, sizeof(*unread));
	struct snapshot *snap = NULL;
	struct source *source;
	struct buf text;

	if (!unread || why_open_namespace(&source, result->pid) < 0) {
		free(unread);
		return;
	}
	unread->result = result;
	unread->family = family_of(result);
	if (collect(source, unread, &snap) == 0 && buf_init(&text, -1) == 0) {
		unread->snap = snap;
		read_arguments(unread);
		find_named(unread);
		(settings->view == VIEW_JSON ? show_json : show)(unread, out, &text);
		buf_free(&text);
	}
	snapshot_free(snap);
	source_close(source);
	free(unread);
}
