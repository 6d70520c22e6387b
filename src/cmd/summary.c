/* SPDX-License-Identifier: MIT */
/*
 * conntab -s: how many of what.  Every line is an expression of the filter
 * language, counted by the filter itself, so that it also shows its rows.
 */
#include "summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/select.h"

enum { TOP = 5, STATE_INDENT = 1 };

/* Lines that are the same everywhere; those that count nothing are left out. */
static const struct fixed_line {
	const char *section, *label, *filter;
} fixed_lines[] = {
	{ "Listeners by reach", "any address, IPv4 and IPv6", "scope any" },
	{ "Listeners by reach", "any IPv4 address", "scope any4" },
	{ "Listeners by reach", "any IPv6 address", "scope any6" },
	{ "Listeners by reach", "one interface", "scope device" },
	{ "Listeners by reach", "one address", "scope address" },
	{ "Listeners by reach", "this machine only", "scope loopback" },
	{ "Direction", "came in", "role inbound" },
	{ "Direction", "went out", "role outbound" },
	{ "Worth a look", "accept queue full", "full" },
	{ "Worth a look", "connections wait for accept()", "accept_queue > 0" },
	{ "Worth a look", "packets or connections dropped", "drops > 0" },
	{ "Worth a look", "data not read by the process", "recv_queue > 0" },
	{ "Worth a look", "waiting to send again", "timer retransmit" },
	{ "Worth a look", "peer takes no more data", "timer zero-window-probe" },
	{ "Worth a look", "peer closed, process did not", "state close-wait" },
	{ "Worth a look", "no answer to the SYN yet", "state syn-sent" },
	{ "No process, because", "not accepted yet", "owner_missing unaccepted" },
	{ "No process, because", "closed, kernel finishes it", "owner_missing orphan" },
	{ "No process, because", "TIME-WAIT", "owner_missing time-wait" },
	{ "No process, because", "the kernel's own", "owner_missing kernel" },
	{ "No process, because", "on its way between processes", "owner_missing in-flight" },
	{ "No process, because", "in another pid namespace", "owner_missing other-pid-namespace" },
	{ "No process, because", "it may not be looked at", "owner_missing permission" },
};

enum { FIXED_COUNT = sizeof(fixed_lines) / sizeof(fixed_lines[0]) };

/* ---- counting -------------------------------------------------------- */

static size_t count_rows(const struct snapshot *snap, const struct filter *filter)
{
	size_t count = 0;

	for (size_t i = 0; i < snap->count; i++) {
		struct row row = { snap, &snap->sockets[i], NULL };

		if (!row.sk->hidden)
			count += filter_match(filter, &row, UINT32_MAX) == MATCH_YES;
	}
	return count;
}

/* Can what the filter looks at be told by this snapshot? */
static bool is_answerable(const struct snapshot *snap, const struct filter *filter)
{
	return !(filter_needs(filter) & ~snap->asked);
}

static void add_line(struct summary *summary, const char *section, const char *label,
		     const char *text, unsigned indent)
{
	struct filter_error error;
	struct filter *filter = filter_parse(text, NULL, &error);
	struct line *line = &summary->lines[summary->count];
	size_t rows = 0;

	if (filter && is_answerable(summary->snap, filter))
		rows = count_rows(summary->snap, filter);
	filter_free(filter);
	if (!rows || summary->count == LINES_MAX)
		return;
	*line = (struct line){ .section = section, .rows = rows, .indent = indent };
	line->label = arena_copy_text(&summary->arena, label);
	line->filter = arena_copy_text(&summary->arena, text);
	summary->failed |= !line->label || !line->filter;
	summary->count++;
}

/* The same with a text that was put together in `buf`, which is empty then. */
static void add_made(struct summary *summary, const char *section, const char *label,
		     struct buf *buf, unsigned indent)
{
	buf_add_char(buf, '\0');
	add_line(summary, section, label, buf->data, indent);
	buf->length = 0;
}

static void add_states(struct summary *summary, const char *protocol, struct buf *buf)
{
	for (enum state state = 1; state < STATE_COUNT; state++) {
		if (state == STATE_NEW_SYN_RECV)
			continue;
		buf_add_literal(buf, "protocol ");
		buf_add_text(buf, protocol);
		buf_add_literal(buf, " and state ");
		buf_add_text(buf, state_names[state]);
		add_made(summary, "Sockets", state_names[state], buf, STATE_INDENT);
	}
}

static void add_protocols(struct summary *summary, struct buf *buf)
{
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++) {
		const char *name = protocols[protocol].name;

		buf_add_literal(buf, "protocol ");
		buf_add_text(buf, name);
		add_made(summary, "Sockets", name, buf, 0);
		add_states(summary, name, buf);
	}
}

/* ---- who has the most ------------------------------------------------ */

/* A value that many sockets share, and how often it was met. */
struct share {
	const char *command;
	struct address address;
	size_t count;
};

static int more_first(const void *a, const void *b)
{
	const struct share *left = a, *right = b;

	return (left->count < right->count) - (left->count > right->count);
}

static int by_command(const void *a, const void *b)
{
	return strcmp(((const struct share *)a)->command, ((const struct share *)b)->command);
}

static int by_address(const void *a, const void *b)
{
	return address_compare(&((const struct share *)a)->address,
			       &((const struct share *)b)->address);
}

typedef int compare(const void *a, const void *b);

/* Merge equal ones, those with the most first; how many are left. */
static size_t merge(struct share *shares, size_t count, compare *order)
{
	size_t kept = 0;

	if (count)
		qsort(shares, count, sizeof(*shares), order);
	for (size_t i = 0; i < count; i++) {
		if (kept && order(&shares[kept - 1], &shares[i]) == 0)
			shares[kept - 1].count += shares[i].count;
		else
			shares[kept++] = shares[i];
	}
	if (kept)
		qsort(shares, kept, sizeof(*shares), more_first);
	return kept;
}

/* Quoted so that the filter takes it as it is; false: it has both kinds of quotes. */
static bool add_quoted(struct buf *buf, const char *text)
{
	char quote = strchr(text, '"') ? '\'' : '"';

	if (strchr(text, quote))
		return false;
	buf_add_char(buf, quote);
	buf_add_text(buf, text);
	buf_add_char(buf, quote);
	return true;
}

static bool is_plain(const char *text)
{
	return !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789._-")];
}

static void add_processes(struct summary *summary, struct buf *buf)
{
	const struct snapshot *snap = summary->snap;
	struct share *shares = calloc(snap->process_count + 1, sizeof(*shares));
	size_t count = 0;

	summary->failed |= !shares;
	for (size_t i = 0; shares && i < snap->process_count; i++)
		shares[i] = (struct share){ .command = snap->processes[i].command ?: "" };
	for (size_t i = 0; shares && i < snap->count; i++)
		for (const struct owner *owner = owner_first(snap, &snap->sockets[i]); owner;
		     owner = owner_next(snap, owner))
			shares[owner->process].count++;
	count = shares ? merge(shares, snap->process_count, by_command) : 0;
	for (size_t i = 0; i < count && i < TOP; i++) {
		const char *command = shares[i].command;

		buf_add_literal(buf, "process ");
		if (*command && is_plain(command))
			buf_add_text(buf, command);
		else if (!*command || !add_quoted(buf, command))
			continue;
		add_made(summary, "Processes with most sockets", command, buf, 0);
	}
	buf->length = 0;
	free(shares);
}

static void add_peers(struct summary *summary, struct buf *buf)
{
	const struct snapshot *snap = summary->snap;
	struct share *shares = calloc(snap->count + 1, sizeof(*shares));
	size_t count = 0;

	summary->failed |= !shares;
	for (size_t i = 0; shares && i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (sk->hidden || !(sk->have & HAVE_PEER))
			continue;
		shares[count].address = address_unmapped(&sk->peer.address);
		shares[count++].count = 1;
	}
	count = shares ? merge(shares, count, by_address) : 0;
	for (size_t i = 0; i < count && i < TOP; i++) {
		char address[ADDRESS_TEXT_MAX];

		*address_print(address, &shares[i].address) = '\0';
		buf_add_literal(buf, "dst ");
		buf_add_text(buf, address);
		add_made(summary, "Peers with most connections", address, buf, 0);
	}
	free(shares);
}

/* ---- all of it ------------------------------------------------------- */

uint32_t summary_needs(uint32_t extras)
{
	uint32_t needs = NEED_LISTENER | NEED_MEMORY | NEED_COUNTERS;

	return extras & EXTRA_OWNERS ? needs | NEED_OWNER : needs;
}

int summary_make(struct summary *summary, const struct snapshot *snap)
{
	struct buf buf;

	*summary = (struct summary){ .snap = snap };
	if (buf_init(&buf, -1) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < snap->count; i++)
		summary->sockets += !snap->sockets[i].hidden;
	add_protocols(summary, &buf);
	for (size_t i = 0; i < FIXED_COUNT; i++)
		add_line(summary, fixed_lines[i].section, fixed_lines[i].label,
			 fixed_lines[i].filter, 0);
	add_processes(summary, &buf);
	add_peers(summary, &buf);
	buf_free(&buf);
	return summary->failed ? -ENOMEM : 0;
}

void summary_free(struct summary *summary)
{
	arena_free(&summary->arena);
}
