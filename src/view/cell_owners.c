/* SPDX-License-Identifier: MIT */
/*
 * The processes of a socket in one cell.  Forked workers that hold the same
 * listener are many: they are grouped by command and counted, and where there
 * is room all their pids are named.  Where there is not, names give way first,
 * and one pid is never cut.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/text.h"
#include "view/cell.h"

struct group {
	uint32_t first;			/* of its processes: index into snapshot.processes */
	uint32_t count;
};

/* The processes that hold a row's sockets, each once, in the order in which they were found. */
struct holders {
	uint32_t *processes;		/* indices into snapshot.processes */
	size_t count, capacity;
	struct group *groups;		/* by command */
	uint32_t *group;		/* of each process */
	size_t group_count;
	bool missing;			/* nobody does: these will, or there is none */
};

/* How much of it is written. */
struct brief {
	size_t pids, groups;		/* pids of a group; groups */
	size_t name, reason;		/* columns of each name; of the reason why none is there */
};

static const struct brief whole = { SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX };

/* What is tried in turn until it fits; of a name of 0 columns only the pid is left. */
static const struct brief briefs[] = {
	{ 16, SIZE_MAX, SIZE_MAX, 0 }, { 8, SIZE_MAX, SIZE_MAX, 0 }, { 5, SIZE_MAX, SIZE_MAX, 0 },
	{ 4, SIZE_MAX, SIZE_MAX, 0 },  { 3, SIZE_MAX, SIZE_MAX, 0 }, { 2, SIZE_MAX, SIZE_MAX, 0 },
	{ 1, SIZE_MAX, SIZE_MAX, 0 },  { 1, SIZE_MAX, 12, 0 },	     { 1, SIZE_MAX, 8, 0 },
	{ 1, 2, 12, 0 },	       { 1, 2, 8, 0 },		     { 1, 1, SIZE_MAX, 0 },
	{ 1, 1, 12, 0 },	       { 1, 1, 8, 0 },		     { 1, 1, 6, 0 },
	{ 1, 1, 4, 0 },		       { 1, 1, 2, 0 },		     { 1, 1, 0, 0 },
};

/* The same where the listener's processes stand behind a reason. */
static const struct brief briefs_of_reason[] = {
	{ 3, SIZE_MAX, SIZE_MAX, SIZE_MAX }, { 1, SIZE_MAX, SIZE_MAX, SIZE_MAX },
	{ 1, 1, SIZE_MAX, SIZE_MAX },	     { 1, 1, 8, SIZE_MAX },
	{ 1, 1, 5, SIZE_MAX },		     { 1, 1, 0, SIZE_MAX },
	{ 1, 1, 0, 8 },			     { 1, 1, 0, 6 },
	{ 1, 1, 0, 4 },			     { 1, 1, 0, 2 },
	{ 1, 1, 0, 1 },
};

/* ---- who they are ---------------------------------------------------- */

static void gather(struct holders *holders, const struct snapshot *snap, const struct socket *sk,
		   struct buf *out)
{
	for (const struct owner *owner = owner_first(snap, sk); owner;
	     owner = owner_next(snap, owner)) {
		uint32_t *grown = array_reserve(holders->processes, &holders->capacity,
						holders->count + 1, sizeof(*grown));

		if (!grown) {
			out->error = ENOMEM;
			return;
		}
		holders->processes = grown;
		grown[holders->count++] = owner->process;
	}
}

static int by_index(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* Several descriptors of one process, and workers that all hold all members, count once. */
static void drop_duplicates(struct holders *holders)
{
	size_t kept = 0;

	if (holders->count > 1)
		qsort(holders->processes, holders->count, sizeof(*holders->processes), by_index);
	for (size_t i = 0; i < holders->count; i++)
		if (!kept || holders->processes[kept - 1] != holders->processes[i])
			holders->processes[kept++] = holders->processes[i];
	holders->count = kept;
}

static const char *command_of(const struct process *process)
{
	return process->command ? process->command : "?";
}

static const char *command_at(const struct snapshot *snap, uint32_t process)
{
	return command_of(&snap->processes[process]);
}

static void group_by_command(struct holders *holders, const struct snapshot *snap,
			     struct buf *out)
{
	holders->groups = calloc(holders->count + 1, sizeof(*holders->groups));
	holders->group = calloc(holders->count + 1, sizeof(*holders->group));
	if (!holders->groups || !holders->group) {
		holders->count = 0;
		out->error = ENOMEM;
	}
	for (size_t i = 0; i < holders->count; i++) {
		const char *command = command_at(snap, holders->processes[i]);
		uint32_t group = 0;

		while (group < holders->group_count &&
		       strcmp(command_at(snap, holders->groups[group].first), command) != 0)
			group++;
		if (group == holders->group_count)
			holders->groups[holders->group_count++].first = holders->processes[i];
		holders->groups[group].count++;
		holders->group[i] = group;
	}
}

/* A connection that nobody accepted yet is its listener's. */
static void find_holders(struct holders *holders, const struct row *row, struct buf *out)
{
	const struct snapshot *snap = row->snap;

	for (uint32_t i = 0; i < row_count(row); i++)
		gather(holders, snap, row_member(row, i), out);
	holders->missing = !holders->count;
	if (holders->missing && row->sk->missing == MISSING_UNACCEPTED && row->sk->listener)
		gather(holders, snap, listener_socket(snap, row->sk->listener - 1), out);
	drop_duplicates(holders);
	group_by_command(holders, snap, out);
}

static void holders_free(struct holders *holders)
{
	free(holders->processes);
	free(holders->groups);
	free(holders->group);
}

/* ---- text ------------------------------------------------------------ */

static size_t add_plain(struct buf *out, const char *text)
{
	buf_add_text(out, text);
	return strlen(text);
}

/* A word of ours in `most` columns; where they are too few its beginning and "…". */
static size_t add_word(struct buf *out, const char *word, size_t most)
{
	size_t length = strlen(word);

	if (length <= most)
		return add_plain(out, word);
	buf_add(out, word, most - 1);
	buf_add_literal(out, "…");
	return most;
}

size_t cell_add_process(struct buf *out, const struct process *process, size_t most)
{
	size_t tail = 1 + digits_of(process->pid), columns;

	if (most != SIZE_MAX)
		most = most > tail ? most - tail : 0;
	columns = text_add_name(out, command_of(process), most);
	buf_add_char(out, ' ');
	return columns + 1 + buf_add_unsigned(out, process->pid);
}

/* "nginx 811", "nginx (8) 811,812,…" */
static size_t add_group(struct buf *out, const struct snapshot *snap,
			const struct holders *holders, uint32_t group, const struct brief *brief)
{
	uint32_t count = holders->groups[group].count, shown = 0;
	size_t columns = 0;

	if (brief->name) {
		columns += text_add_name(out, command_at(snap, holders->groups[group].first),
				    brief->name);
		columns += add_plain(out, count > 1 ? " (" : " ");
	}
	if (brief->name && count > 1) {
		columns += buf_add_unsigned(out, count);
		columns += add_plain(out, ") ");
	}
	for (size_t i = 0; i < holders->count && shown < brief->pids; i++) {
		if (holders->group[i] != group)
			continue;
		columns += add_plain(out, shown++ ? "," : "");
		columns += buf_add_unsigned(out, snap->processes[holders->processes[i]].pid);
	}
	if (shown == count)
		return columns;
	buf_add_literal(out, ",…");
	return columns + 2;
}

static size_t add_groups(struct buf *out, const struct snapshot *snap,
			 const struct holders *holders, const struct brief *brief)
{
	size_t columns = 0;

	for (uint32_t i = 0; i < holders->group_count && i < brief->groups; i++) {
		columns += add_plain(out, i ? "; " : "");
		columns += add_group(out, snap, holders, i, brief);
	}
	if (holders->group_count <= brief->groups)
		return columns;
	buf_add_literal(out, "; …");
	return columns + 3;
}

/* "(orphan)"; "(unaccepted: nginx 811)". */
static size_t add_missing(struct buf *out, const struct row *row, const struct holders *holders,
			  const struct brief *brief)
{
	const char *reason = missing_names[row->sk->missing];
	size_t columns;

	if (!reason)
		return add_plain(out, "-");
	columns = add_plain(out, "(");
	columns += add_word(out, reason, brief->reason);
	if (holders->group_count) {
		columns += add_plain(out, ": ");
		columns += add_groups(out, row->snap, holders, brief);
	}
	return columns + add_plain(out, ")");
}

static size_t add_all(struct buf *out, const struct row *row, const struct holders *holders,
		      const struct brief *brief)
{
	bool independent = row->listener && row->listener->independent;
	size_t columns;

	if (holders->missing)
		return add_missing(out, row, holders, brief);
	columns = add_groups(out, row->snap, holders, brief);
	if (!independent || brief->pids < 2)
		return columns;
	return columns + add_plain(out, " (started apart)");
}

size_t cell_add_owners(struct buf *out, const struct row *row, size_t most)
{
	const struct owner *first = owner_first(row->snap, row->sk);
	struct holders holders = { .count = 0 };
	size_t start = out->length, count = ARRAY_SIZE(briefs), columns;
	const struct brief *brief = briefs;

	if (!row_is_merged(row) && first && !first->next)
		return cell_add_process(out, owner_process(row->snap, first), most);
	find_holders(&holders, row, out);
	columns = add_all(out, row, &holders, &whole);
	if (holders.missing) {
		brief = briefs_of_reason;
		count = ARRAY_SIZE(briefs_of_reason);
	}
	for (; columns > most && count; brief++, count--) {
		out->length = start;
		columns = add_all(out, row, &holders, brief);
	}
	holders_free(&holders);
	return columns;
}
