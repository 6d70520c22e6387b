/* SPDX-License-Identifier: MIT */
/*
 * conntab -s: how many of what.  A line is an expression of the filter language,
 * counted by the filter itself, so that it also shows its rows.
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

/* Texts are copied; a line without rows is left out: false. */
static bool add_line(struct summary *summary, const char *section, const char *label,
		     const char *text, unsigned indent)
{
	size_t rows = count_text(summary, text);

	if (!rows || summary->count == LINES_MAX)
		return rows;
	label = arena_copy_text(&summary->arena, label);
	text = arena_copy_text(&summary->arena, text);
	summary->failed |= !label || !text;
	summary->lines[summary->count++] = (struct line){
		.section = section, .label = label, .filter = text, .rows = rows, .indent = indent,
	};
	return true;
}

/* The same with a text that was put together in `buf`, which is empty then. */
static bool add_made(struct summary *summary, const char *section, const char *label,
		     struct buf *buf, unsigned indent)
{
	bool has_rows;

	buf_add_char(buf, '\0');
	has_rows = add_line(summary, section, label, buf->data, indent);
	buf->length = 0;
	return has_rows;
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
		if (add_made(summary, "Sockets", name, buf, 0))
			add_states(summary, name, buf);
	}
}

/* ---- who has the most ------------------------------------------------ */

/* A process or an address that many sockets have in common. */
struct share {
	const struct process *process;	/* NULL: it is an address */
	struct address address;
	size_t count;
	size_t last;			/* index + 1 of the socket that was counted last */
};

static int by_address(const void *a, const void *b)
{
	return address_compare(&((const struct share *)a)->address,
			       &((const struct share *)b)->address);
}

static int by_pid(const struct share *a, const struct share *b)
{
	return (a->process->pid > b->process->pid) - (a->process->pid < b->process->pid);
}

static int more_first(const void *a, const void *b)
{
	const struct share *left = a, *right = b;

	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	return left->process ? by_pid(left, right) : by_address(left, right);
}

static void sort_shares(struct share *shares, size_t count,
			int (*order)(const void *a, const void *b))
{
	if (count)
		qsort(shares, count, sizeof(*shares), order);
}

/* A socket counts once for a process, however many descriptors of it there are. */
static void count_owners(const struct snapshot *snap, size_t index, struct share *shares)
{
	const struct owner *owner = owner_first(snap, &snap->sockets[index]);

	for (; owner; owner = owner_next(snap, owner)) {
		struct share *share = &shares[owner->process];

		share->count += share->last != index + 1;
		share->last = index + 1;
	}
}

/* Two processes of one name are two: "curl 811", and what shows its sockets is its pid. */
static void add_process(struct summary *summary, const struct process *process,
			struct buf *label, struct buf *buf)
{
	label->length = 0;
	if (process->command && *process->command)
		buf_add_text(label, process->command);
	else
		buf_add_text(label, process->command ? "(empty name)" : "?");
	buf_add_char(label, ' ');
	buf_add_unsigned(label, process->pid);
	buf_add_char(label, '\0');
	buf_add_literal(buf, "pid ");
	buf_add_unsigned(buf, process->pid);
	add_made(summary, "Processes with most sockets", label->data, buf, 0);
}

static void add_processes(struct summary *summary, struct buf *buf)
{
	const struct snapshot *snap = summary->snap;
	size_t count = snap->process_count;
	struct share *shares = calloc(count + 1, sizeof(*shares));
	struct buf label;

	if (!shares || buf_init(&label, -1) < 0) {
		summary->failed = true;
		free(shares);
		return;
	}
	for (size_t i = 0; i < count; i++)
		shares[i].process = &snap->processes[i];
	for (size_t i = 0; i < snap->count; i++)
		if (!snap->sockets[i].hidden)
			count_owners(snap, i, shares);
	sort_shares(shares, count, more_first);
	for (size_t i = 0; i < count && i < TOP && shares[i].count; i++)
		add_process(summary, shares[i].process, &label, buf);
	buf_free(&label);
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
