/* SPDX-License-Identifier: MIT */
/*
 * The processes of a socket in one cell.  Forked workers that hold the same
 * listener are many; they are grouped by command and counted.
 */
#include "base/text.h"
#include "view/cell.h"

enum {
	GROUPS_SHOWN = 4,	/* commands in a cell */
	PIDS_SHOWN = 2,		/* pids of one command */
};

struct group {
	const char *command;
	uint32_t pids[PIDS_SHOWN];
	uint32_t count, last;
};

struct groups {
	struct group shown[GROUPS_SHOWN];
	size_t count;
	uint32_t more;		/* processes of further commands */
};

static void add_process(struct groups *groups, const struct process *process)
{
	const char *command = process->command ? process->command : "?";
	struct group *group = groups->shown;

	for (size_t i = 0; i < groups->count; i++, group++) {
		if (strcmp(group->command, command) != 0)
			continue;
		if (group->last == process->pid)
			return;		/* several descriptors of one process */
		if (group->count < PIDS_SHOWN)
			group->pids[group->count] = process->pid;
		group->count++;
		group->last = process->pid;
		return;
	}
	if (groups->count == GROUPS_SHOWN) {
		groups->more++;
		return;
	}
	*group = (struct group){ command, { process->pid }, 1, process->pid };
	groups->count++;
}

static void gather(struct groups *groups, const struct snapshot *snap, const struct socket *sk)
{
	for (const struct owner *owner = owner_first(snap, sk); owner;
	     owner = owner_next(snap, owner))
		add_process(groups, owner_process(snap, owner));
}

/* The lowest process index from `least` on that holds a member; UINT32_MAX: none. */
static uint32_t next_process(const struct snapshot *snap, const struct listener *listener,
			     uint32_t least)
{
	uint32_t next = UINT32_MAX;

	for (uint32_t i = 0; i < listener->count; i++) {
		const struct socket *sk = listener_member(snap, listener, i);

		for (const struct owner *owner = owner_first(snap, sk); owner;
		     owner = owner_next(snap, owner))
			if (owner->process >= least && owner->process < next)
				next = owner->process;
	}
	return next;
}

/* Workers that all hold all members of a listener count once each. */
static void gather_members(struct groups *groups, const struct snapshot *snap,
			   const struct listener *listener)
{
	uint32_t process = next_process(snap, listener, 0);

	for (; process != UINT32_MAX; process = next_process(snap, listener, process + 1))
		add_process(groups, &snap->processes[process]);
}

/* The pid is never cut: it says which process it is. */
size_t cell_add_process(struct buf *out, const struct process *process, size_t most)
{
	const char *command = process->command ? process->command : "?";
	size_t tail = 1 + digits_of(process->pid), columns;

	if (most != SIZE_MAX)
		most = most > tail ? most - tail : 0;
	columns = text_add_name(out, command, most);
	buf_add_char(out, ' ');
	return columns + 1 + buf_add_unsigned(out, process->pid);
}

/* "nginx 811", "nginx (8) 811,812,…" */
static size_t add_group(struct buf *out, const struct group *group)
{
	size_t columns = text_add_name(out, group->command, SIZE_MAX) + 1;
	uint32_t shown = group->count < PIDS_SHOWN ? group->count : PIDS_SHOWN;

	buf_add_char(out, ' ');
	if (group->count > 1) {
		buf_add_char(out, '(');
		columns += buf_add_unsigned(out, group->count) + 3;
		buf_add_literal(out, ") ");
	}
	for (uint32_t i = 0; i < shown; i++) {
		if (i) {
			buf_add_char(out, ',');
			columns++;
		}
		columns += buf_add_unsigned(out, group->pids[i]);
	}
	if (group->count > shown) {
		buf_add_literal(out, ",…");
		columns += 2;
	}
	return columns;
}

static size_t add_groups(struct buf *out, const struct groups *groups)
{
	size_t columns = 0;

	for (size_t i = 0; i < groups->count; i++) {
		if (i) {
			buf_add_literal(out, "; ");
			columns += 2;
		}
		columns += add_group(out, &groups->shown[i]);
	}
	if (groups->more) {
		buf_add_literal(out, "; …");
		columns += 3;
	}
	return columns;
}

/* "(orphan)"; a connection nobody accepted yet is its listener's: "(unaccepted: nginx 811)". */
static size_t add_missing(struct buf *out, const struct row *row)
{
	const struct snapshot *snap = row->snap;
	const char *reason = missing_names[row->sk->missing];
	struct groups groups;
	size_t columns = 0;

	groups.count = groups.more = 0;
	if (!reason) {
		buf_add_char(out, '-');
		return 1;
	}
	buf_add_char(out, '(');
	buf_add_text(out, reason);
	if (row->sk->missing == MISSING_UNACCEPTED && row->sk->listener)
		gather(&groups, snap, listener_socket(snap, row->sk->listener - 1));
	if (groups.count) {
		buf_add_literal(out, ": ");
		columns = 2 + add_groups(out, &groups);
	}
	buf_add_char(out, ')');
	return columns + 2 + strlen(reason);
}

size_t cell_add_owners(struct buf *out, const struct row *row)
{
	const struct snapshot *snap = row->snap;
	const struct owner *first = owner_first(snap, row->sk);
	struct groups groups;
	size_t columns;

	if (!row->listener && first && !first->next)
		return cell_add_process(out, owner_process(snap, first), SIZE_MAX);
	groups.count = groups.more = 0;
	if (row->listener && row->listener->count > 1)
		gather_members(&groups, snap, row->listener);
	else
		gather(&groups, snap, row->sk);
	if (!groups.count)
		return add_missing(out, row);
	columns = add_groups(out, &groups);
	if (row->listener && row->listener->independent) {
		buf_add_literal(out, " (started apart)");
		columns += 16;
	}
	return columns;
}
