/* SPDX-License-Identifier: MIT */
/*
 * Private to the search for owners in /proc: looks at the descriptors of all
 * processes, and what is done with each socket they meet.
 */
#ifndef COLLECT_OWNER_H
#define COLLECT_OWNER_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "collect.h"
#include "proc_dir.h"

/* An inode that is looked for. */
struct wanted {
	uint32_t inode;
	uint32_t socket;		/* index; of several rows with this inode the first */
	uint32_t first, last;		/* index + 1 of its owners, 0 none yet */
};

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct owner_walk;

/*
 * Called for each socket of the current process.  `fd` is the descriptor in
 * decimal, NULL for a socket that only an io_uring holds.  0 or -errno;
 * -ESRCH leaves this process alone.
 */
typedef int socket_visitor(struct owner_walk *w, uint32_t inode, const char *fd);

struct owner_walk {
	struct collection *c;
	socket_visitor *visit;

	bool *awaited;			/* listeners at which connections wait, by their index */
	struct wanted *wanted;
	size_t wanted_count;
	struct hash set;		/* of wanted, by inode */

	int proc;			/* /proc, */
	uint64_t device;		/* the filesystem it is, */
	struct pids pids, before;	/* and the processes in it when it was listed last */
	uint32_t last_pid;		/* that was given when the current look began */
	bool quiet;			/* since then no process came or went; */
	bool closed;			/* all that came were visited */
	bool again;			/* this look is not the first one */
	size_t found_before;		/* owners found by the looks before this one */

	int dir;			/* the current process: /proc/PID */
	uint32_t pid;
	uint32_t tid;			/* whose table is read; 0: the process's */
	uint32_t process;		/* index + 1 into snapshot.processes, 0 not there yet */
	size_t listed;			/* entries of the table read last */
	bool leader_gone;		/* its first thread has no table any more */
	bool unsure;			/* kcmp() did not tell which threads share a table */
	bool thorough;			/* so the tables of all threads are read */

	struct pids denied;		/* those that may not be looked into */
	bool barred;			/* not even we: something refuses the calls */
	size_t failed_count;		/* processes that could not be looked into otherwise, */
	uint32_t failed;		/* the last of them, 0: /proc itself, */
	int failure;			/* and its -errno */
	bool hidden;			/* there are more, not even listed */
	uint32_t refuser;		/* one of the denied that may have our sockets, 0 none */
	uint64_t tables;		/* inode of c->proc_net's tcp, 0 unknown */
	size_t flying;			/* descriptors that travel through unix sockets */
	bool far_flight;		/* some do in another namespace */
	enum answer refused, elsewhere;

	alignas(8) char processes[32 * 1024];
	alignas(8) char threads[16 * 1024];
	alignas(8) char descriptors[64 * 1024];
	char text[16 * 1024];
};

/* owner_proc.c: is this inode looked for?  NULL: no. */
struct wanted *wanted_find(const struct owner_walk *w, uint32_t inode);

/* owner_proc.c: a visitor that takes owners of sockets for which earlier looks found none. */
int owner_take_late(struct owner_walk *w, uint32_t inode, const char *fd);

/* owner_walk.c: visit the sockets of a process; what stands in the way is kept.  0 or -ENOMEM. */
int process_walk(struct owner_walk *w, uint32_t pid);

/* owner_walk.c: visit one descriptor table, a directory below w->dir. */
int table_walk(struct owner_walk *w, const char *path);

/* owner_walk.c: open the fdinfo file of a descriptor of the current table; or -errno. */
int fdinfo_open(const struct owner_walk *w, const char *fd);

/* owner_walk.c: keep that a part of the current process could not be read. */
void walk_fail(struct owner_walk *w, int err);

/* owner_processes.c: begin a look, and visit all processes; 0 or -ENOMEM. */
int processes_walk(struct owner_walk *w);

/* owner_processes.c: then visit those that came since, until none is new; sets w->quiet. */
int newcomers_walk(struct owner_walk *w);

/* owner_threads.c: visit the tables of threads that do not share the process's. */
int threads_walk(struct owner_walk *w);

/* owner_ring.c: visit the sockets that are registered with an io_uring. */
int ring_walk(struct owner_walk *w, const char *fd);

/*
 * owner_look.c: look again for the owners of `count` sockets, by their indices;
 * those that have none are moved to the front.  Returns their number, or -ENOMEM.
 */
long owners_look_again(struct owner_walk *w, uint32_t *lost, size_t count);

/* owner_missing.c: is this process in the namespace of the rows?  In doubt it is. */
bool is_near(const struct owner_walk *w, uint32_t pid);

/* owner_note.c: say what stood in the way of finding owners. */
void owners_note(const struct owner_walk *w);

/* owner_missing.c: set socket.missing of every socket that has no owner; 0 or -ENOMEM. */
int owners_explain(struct owner_walk *w);

#endif
