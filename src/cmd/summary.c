/* SPDX-License-Identifier: MIT */
/*
 * conntab -s: how many of what.  A line is an expression of the filter language,
 * counted by the filter itself, so that it also shows its rows; only a name that
 * the language cannot hold is counted without.
 */
#include "summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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
	{ "Worth a look", "listeners with waiting clients", "accept_queue > 0" },
	{ "Worth a look", "sockets with drops", "drops > 0" },
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
	{ "No process, because", "none was found, one may be", "owner_missing unknown" },
};

enum { FIXED_COUNT = ARRAY_SIZE(fixed_lines) };

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

/* How many rows a filter has; 0 also when there is no such filter. */
static size_t count_text(const struct summary *summary, const char *text)
{
	struct filter_error error;
	struct filter *filter = filter_parse(text, NULL, &error);
	size_t rows = 0;

	if (filter && is_answerable(summary->snap, filter))
		rows = count_rows(summary->snap, filter);
	filter_free(filter);
	return rows;
}

/* A line of `line`, whose texts are copied; one without rows is left out. */
static void put_line(struct summary *summary, const struct line *line)
{
	struct line *copy = &summary->lines[summary->count];

	if (!line->rows || summary->count == LINES_MAX)
		return;
	*copy = *line;
	copy->label = arena_copy_text(&summary->arena, line->label);
	summary->failed |= !copy->label;
	if (line->filter) {
		copy->filter = arena_copy_text(&summary->arena, line->filter);
		summary->failed |= !copy->filter;
	}
	summary->count++;
}

static void add_line(struct summary *summary, const char *section, const char *label,
		     const char *text, unsigned indent)
{
	struct line line = {
		.section = section, .label = label, .filter = text,
		.rows = count_text(summary, text), .indent = indent,
	};

	put_line(summary, &line);
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
	const char *command;		/* NULL: it is an address */
	struct address address;
	uint32_t process;		/* one that has the name */
	size_t count;
	size_t last;			/* index + 1 of the socket that was counted last */
};

static int by_command(const void *a, const void *b)
{
	return strcmp(((const struct share *)a)->command, ((const struct share *)b)->command);
}

static int by_address(const void *a, const void *b)
{
	return address_compare(&((const struct share *)a)->address,
			       &((const struct share *)b)->address);
}

static int more_first(const void *a, const void *b)
{
	const struct share *left = a, *right = b;

	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	return left->command ? by_command(a, b) : by_address(a, b);
}

static void sort_shares(struct share *shares, size_t count,
			int (*order)(const void *a, const void *b))
{
	if (count)
		qsort(shares, count, sizeof(*shares), order);
}

/* One share for each name; `names` tells for each process which, UINT32_MAX: it is not known. */
static size_t find_names(const struct snapshot *snap, struct share *shares, uint32_t *names)
{
	size_t count = 0, kept = 0;

	for (uint32_t i = 0; i < snap->process_count; i++) {
		const char *command = snap->processes[i].command;

		names[i] = UINT32_MAX;
		if (command)
			shares[count++] = (struct share){ .command = command, .process = i };
	}
	sort_shares(shares, count, by_command);
	for (size_t i = 0; i < count; i++) {
		uint32_t process = shares[i].process;

		if (!kept || by_command(&shares[kept - 1], &shares[i]) != 0)
			shares[kept++] = shares[i];
		names[process] = (uint32_t)kept - 1;
	}
	return kept;
}

/* A socket counts once for a name, however many processes and descriptors hold it. */
static void count_owners(const struct snapshot *snap, size_t index, struct share *shares,
			 const uint32_t *names)
{
	const struct owner *owner = owner_first(snap, &snap->sockets[index]);

	for (; owner; owner = owner_next(snap, owner)) {
		uint32_t name = names[owner->process];

		if (name == UINT32_MAX || shares[name].last == index + 1)
			continue;
		shares[name].last = index + 1;
		shares[name].count++;
	}
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

/* A name that no filter can hold is shown too: else a process could hide by its name. */
static void add_process(struct summary *summary, const struct share *share, struct buf *buf)
{
	struct line line = {
		.section = "Processes with most sockets",
		.label = *share->command ? share->command : "(empty name)",
	};
	bool quoted;

	buf_add_literal(buf, "process ");
	quoted = add_quoted(buf, share->command);
	buf_add_char(buf, '\0');
	if (quoted)
		line.rows = count_text(summary, buf->data);
	line.filter = line.rows ? buf->data : NULL;
	if (!line.rows)
		line.rows = share->count;
	put_line(summary, &line);
	buf->length = 0;
}

static void add_processes(struct summary *summary, struct buf *buf)
{
	const struct snapshot *snap = summary->snap;
	struct share *shares = calloc(snap->process_count + 1, sizeof(*shares));
	uint32_t *names = calloc(snap->process_count + 1, sizeof(*names));
	size_t count = 0;

	if (shares && names)
		count = find_names(snap, shares, names);
	else
		summary->failed = true;
	for (size_t i = 0; count && i < snap->count; i++)
		if (!snap->sockets[i].hidden)
			count_owners(snap, i, shares, names);
	if (count)
		sort_shares(shares, count, more_first);
	for (size_t i = 0; i < count && i < TOP; i++)
		add_process(summary, &shares[i], buf);
	free(names);
	free(shares);
}

/* Merge equal ones; how many are left. */
static size_t merge_addresses(struct share *shares, size_t count)
{
	size_t kept = 0;

	sort_shares(shares, count, by_address);
	for (size_t i = 0; i < count; i++) {
		if (kept && by_address(&shares[kept - 1], &shares[i]) == 0)
			shares[kept - 1].count++;
		else
			shares[kept++] = shares[i];
	}
	sort_shares(shares, kept, more_first);
	return kept;
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
	count = shares ? merge_addresses(shares, count) : 0;
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
