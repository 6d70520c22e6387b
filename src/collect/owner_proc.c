/* SPDX-License-Identifier: MIT */
/*
 * Who holds the sockets, found by walking /proc: which inodes are wanted, and
 * what is recorded of a process that has one.  How to walk and why an owner is
 * missing stand elsewhere.
 */
#include <errno.h>
#include <unistd.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/array.h"
#include "owner.h"

/* Of what is hidden, other ends are shown with their owners, and twins are told by theirs. */
static bool is_looked_for(const struct owner_walk *w, const struct socket *sk)
{
	return (sk->have & HAVE_INODE) && sk->inode &&
	       (!sk->hidden || (w->c->query->needs & NEED_PAIR));
}

/*
 * A process's sockets often have inodes in a row: 16 of them share one cache
 * line of slots, and the lines are spread.
 */
static uint32_t inode_hash(uint32_t inode)
{
	return (hash_mix(inode >> 4) & ~15u) | (inode & 15);
}

static uint32_t wanted_hash(const void *items, uint32_t index)
{
	const struct wanted *wanted = items;

	return inode_hash(wanted[index].inode);
}

struct wanted *wanted_find(const struct owner_walk *w, uint32_t inode)
{
	const uint32_t key = inode_hash(inode);
	size_t at = hash_start(&w->set, key);
	uint32_t found;

	while ((found = hash_next(&w->set, key, &at)))
		if (w->wanted[found - 1].inode == inode)
			return &w->wanted[found - 1];
	return NULL;
}

static int wanted_add(struct owner_walk *w, uint32_t socket)
{
	uint32_t index = (uint32_t)w->wanted_count, inode = w->c->snap->sockets[socket].inode;

	if (wanted_find(w, inode))
		return 0;
	w->wanted[w->wanted_count++] = (struct wanted){ .inode = inode, .socket = socket };
	return hash_add(&w->set, inode_hash(inode), index, wanted_hash, w->wanted);
}

/* Room for one owner each comes with it: most sockets have just one. */
static int wanted_collect(struct owner_walk *w)
{
	struct snapshot *snap = w->c->snap;
	size_t count = 0;
	struct owner *owners;
	int err;

	for (size_t i = 0; i < snap->count; i++)
		count += is_looked_for(w, &snap->sockets[i]);
	if (!count)
		return 0;
	owners = array_reserve(snap->owners, &snap->owner_capacity, count, sizeof(*owners));
	if (owners)
		snap->owners = owners;
	w->wanted = malloc(count * sizeof(*w->wanted));
	err = hash_init(&w->set, 2 * count);
	if (!owners || !w->wanted)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < snap->count; i++)
		if (is_looked_for(w, &snap->sockets[i]))
			err = wanted_add(w, (uint32_t)i);
	return err;
}

/* The order of a socket's owners: processes come by pid; what has no descriptor comes last. */
static bool precedes(const struct owner *a, const struct owner *b)
{
	if (a->process != b->process)
		return a->process < b->process;
	if (a->fd != b->fd)
		return (uint32_t)a->fd < (uint32_t)b->fd;
	return a->tid < b->tid;
}

/* Nearly always at the end; only the tables of threads come out of order. */
static void owner_link(struct owner *owners, struct wanted *want, uint32_t index)
{
	struct owner *owner = &owners[index];
	uint32_t *at = &want->first;

	if (want->last && !precedes(owner, &owners[want->last - 1]))
		at = &owners[want->last - 1].next;
	while (*at && !precedes(owner, &owners[*at - 1]))
		at = &owners[*at - 1].next;
	owner->next = *at;
	*at = index + 1;
	if (!owner->next)
		want->last = index + 1;
}

/* One ring may name a socket twice, and two descriptors may be one ring. */
static bool is_known(const struct snapshot *snap, const struct wanted *want,
		     const struct owner *owner)
{
	const struct owner *last;

	if (!want->last || owner->fd != OWNER_NO_FD)
		return false;
	last = &snap->owners[want->last - 1];
	return last->process == owner->process && last->fd == owner->fd && last->tid == owner->tid;
}

static int owner_add(struct owner_walk *w, struct wanted *want, const struct owner *owner)
{
	struct snapshot *snap = w->c->snap;
	size_t index = snap->owner_count;
	struct owner *owners;

	if (is_known(snap, want, owner))
		return 0;
	owners = array_reserve(snap->owners, &snap->owner_capacity, index + 1, sizeof(*owners));
	if (!owners)
		return -ENOMEM;
	snap->owners = owners;
	owners[index] = *owner;
	snap->owner_count++;
	owner_link(owners, want, (uint32_t)index);
	return 0;
}

/*
 * The command of a living process can always be read.  Where it is there and
 * was not read, there was no descriptor left to open it with.
 */
static int process_add(struct owner_walk *w)
{
	struct snapshot *snap = w->c->snap;
	struct process *processes, *process;
	int err;

	processes = array_reserve(snap->processes, &snap->process_capacity,
				  snap->process_count + 1, sizeof(*processes));
	if (!processes)
		return -ENOMEM;
	snap->processes = processes;
	process = &processes[snap->process_count];
	*process = (struct process){ .pid = w->pid, .uid = UINT32_MAX };
	err = process_read(w->c, process, w->dir, w->leader_gone ? w->tid : 0);
	if (err < 0)
		return err;
	if (!process->command)
		return faccessat(w->dir, "comm", F_OK, 0) < 0 ? -ESRCH : -EMFILE;
	w->process = (uint32_t)++snap->process_count;
	return 0;
}

static int owner_take(struct owner_walk *w, uint32_t inode, const char *fd)
{
	struct wanted *want = wanted_find(w, inode);
	struct owner owner = { .tid = w->tid };

	if (!want)
		return 0;
	if (!w->process) {
		int err = process_add(w);

		if (err < 0)
			return err;
	}
	owner.process = w->process - 1;
	owner.fd = fd ? (int32_t)number_of(fd) : OWNER_NO_FD;
	return owner_add(w, want, &owner);
}

/* Of threads that share a table the first one is enough. */
static int owner_take_first(struct owner_walk *w, uint32_t inode, const char *fd)
{
	const struct wanted *want = wanted_find(w, inode);

	return want && !want->first ? owner_take(w, inode, fd) : 0;
}

static bool is_any_missing(const struct owner_walk *w)
{
	for (size_t i = 0; i < w->wanted_count; i++)
		if (!w->wanted[i].first)
			return true;
	return false;
}

/* Once more where threads may have tables of their own that could not be told. */
static int walk_thoroughly(struct owner_walk *w)
{
	size_t denied = w->denied_count;
	int err;

	if (!w->unsure || !is_any_missing(w))
		return 0;
	w->visit = owner_take_first;
	w->thorough = true;
	err = processes_walk(w);
	w->thorough = false;
	w->denied_count = denied;
	return err;
}

/*
 * Hand the owners out.  Several rows may have one inode: a subflow of MPTCP
 * has that of its connection (mptcp_subflow_create_socket()).
 */
static void owners_assign(struct owner_walk *w)
{
	struct snapshot *snap = w->c->snap;
	size_t single = 0;

	for (size_t i = 0; i < snap->count; i++) {
		struct socket *sk = &snap->sockets[i];

		if (!is_looked_for(w, sk))
			continue;
		if (single < w->wanted_count && w->wanted[single].socket == i)
			sk->owner = w->wanted[single++].first;
		else
			sk->owner = wanted_find(w, sk->inode)->first;
	}
}

static int walk(struct owner_walk *w)
{
	int err = wanted_collect(w);

	if (err < 0)
		return err;
	if (w->wanted_count && access("/proc/self", F_OK) == 0) {
		w->visit = owner_take;
		err = processes_walk(w);
		if (!err)
			err = walk_thoroughly(w);
		owners_assign(w);
	}
	/* Without a whole walk nothing can be said of those that were not found. */
	if (!err && access("/proc/self", F_OK) == 0)
		owners_explain(w);
	return err;
}

int owners_find(struct collection *c)
{
	struct owner_walk *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->c = c;
	err = walk(w);
	hash_free(&w->set);
	free(w->wanted);
	free(w->denied);
	free(w);
	return err;
}
