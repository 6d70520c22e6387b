/* SPDX-License-Identifier: MIT */
/*
 * Who holds the sockets, found by walking /proc: which inodes are wanted, and
 * what is recorded of a process that has one.  How to walk and why an owner is
 * missing stand elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/array.h"
#include "owner.h"

/*
 * Of what is hidden, other ends are shown with their owners, and twins are told
 * by theirs; and who should accept what waits is told of what waits.
 */
static bool is_looked_for(const struct owner_walk *w, const struct socket *sk)
{
	if (!(sk->have & HAVE_INODE) || !sk->inode)
		return false;
	return !sk->hidden || (w->c->query->needs & NEED_PAIR) ||
	       (socket_is_listener(sk) && sk->listener && w->awaited[sk->listener - 1]);
}

/* Connections without an inode that came in through a listener wait for accept(). */
static int awaited_find(struct owner_walk *w)
{
	const struct snapshot *snap = w->c->snap;

	w->awaited = calloc(snap->listener_count + 1, sizeof(*w->awaited));
	if (!w->awaited)
		return -ENOMEM;
	for (size_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (sk->listener && !sk->inode && !sk->hidden)
			w->awaited[sk->listener - 1] = true;
	}
	return 0;
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

/* Who holds several sockets may be met again by a later look. */
static uint32_t process_find(const struct owner_walk *w)
{
	const struct snapshot *snap = w->c->snap;

	for (size_t i = snap->process_count; w->again && i > 0; i--)
		if (snap->processes[i - 1].pid == w->pid)
			return (uint32_t)i;
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
	if (!w->process)
		w->process = process_find(w);
	if (!w->process) {
		int err = process_add(w);

		if (err < 0)
			return err;
	}
	owner.process = w->process - 1;
	owner.fd = fd ? (int32_t)number_of(fd) : OWNER_NO_FD;
	return owner_add(w, want, &owner);
}

int owner_take_late(struct owner_walk *w, uint32_t inode, const char *fd)
{
	const struct wanted *want = wanted_find(w, inode);

	if (!want || (want->first && want->first <= w->found_before))
		return 0;
	/* Of threads that share a table the first one is enough. */
	return want->first && w->thorough ? 0 : owner_take(w, inode, fd);
}

/* Where others are not shown to us, only sockets of our own user are worth it. */
static bool is_worth_a_look(const struct owner_walk *w)
{
	uid_t own = geteuid();

	for (size_t i = 0; i < w->wanted_count; i++) {
		const struct socket *sk = &w->c->snap->sockets[w->wanted[i].socket];

		if (!w->wanted[i].first && (!own || !w->denied.count || sk->uid == own))
			return true;
	}
	return false;
}

/* Once more where threads may have tables of their own that could not be told. */
static int walk_thoroughly(struct owner_walk *w)
{
	int err;

	if (!w->unsure || !is_worth_a_look(w))
		return 0;
	w->visit = owner_take_late;
	w->thorough = w->again = true;
	w->found_before = w->c->snap->owner_count;
	err = processes_walk(w);
	return err ? err : newcomers_walk(w);
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
	int err;

	w->visit = owner_take;
	err = processes_walk(w);
	if (!err && is_worth_a_look(w))
		err = newcomers_walk(w);
	if (!err)
		err = walk_thoroughly(w);
	owners_assign(w);
	return err;
}

/* Of another namespace of processes, or none at all, there is nothing about us in it. */
static int proc_open(struct owner_walk *w)
{
	struct statfs fs;
	struct stat st;

	w->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->proc < 0)
		return -errno;
	if (fstatfs(w->proc, &fs) < 0 || fstat(w->proc, &st) < 0)
		return -errno;
	w->device = st.st_dev;
	return fs.f_type == PROC_SUPER_MAGIC && !faccessat(w->proc, "self", F_OK, 0) ? 0 : -ENOENT;
}

static int find(struct owner_walk *w)
{
	int err = awaited_find(w);

	if (!err)
		err = wanted_collect(w);
	if (err < 0)
		return err;
	if (w->wanted_count) {
		err = proc_open(w);
		if (err < 0)
			walk_fail(w, err);
		else
			err = walk(w);
		if (err == -ENOMEM)
			return err;
	}
	return owners_explain(w);
}

int owners_find(struct collection *c)
{
	struct owner_walk *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->c = c;
	w->proc = -1;
	err = find(w);
	if (w->proc >= 0)
		close(w->proc);
	hash_free(&w->set);
	free(w->awaited);
	free(w->wanted);
	free(w->denied.at);
	free(w->pids.at);
	free(w->before.at);
	free(w);
	return err;
}
