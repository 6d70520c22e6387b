/* SPDX-License-Identifier: MIT */
/*
 * Private to the search for owners in /proc: one walk over the descriptors of
 * all processes, and what is done with each socket it meets.
 */
#ifndef COLLECT_OWNER_H
#define COLLECT_OWNER_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "collect.h"

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

	struct wanted *wanted;
	size_t wanted_count;
	struct hash set;		/* of wanted, by inode */

	int dir;			/* the current process: /proc/PID */
	uint32_t pid;
	uint32_t tid;			/* whose table is read; 0: the process's */
	uint32_t process;		/* index + 1 into snapshot.processes, 0 not there yet */
	size_t listed;			/* entries of the table read last */
	bool leader_gone;		/* its first thread has no table any more */
	bool unsure;			/* kcmp() did not tell which threads share a table */
	bool thorough;			/* so the tables of all threads are read */

	uint32_t *denied;		/* pids that may not be looked into */
	size_t denied_count, denied_capacity;
	bool hidden;			/* there are more, not even listed */
	uint32_t refuser;		/* one of the denied that may have our sockets, 0 none */
	uint64_t tables;		/* inode of c->proc_net's tcp, 0 unknown */
	size_t flying;			/* descriptors that travel through unix sockets */
	bool far_flight;		/* some do in another namespace */
	enum answer refused, in_flight, elsewhere;

	alignas(8) char processes[32 * 1024];
	alignas(8) char threads[16 * 1024];
	alignas(8) char descriptors[64 * 1024];
	char text[16 * 1024];
};

/* The numbers in a directory of /proc. */
struct entries {
	int fd;
	char *buffer;
	size_t size;
	long at, length;
};

/* owner_proc.c: is this inode looked for?  NULL: no. */
struct wanted *wanted_find(const struct owner_walk *w, uint32_t inode);

/* owner_walk.c: start on an open directory; the buffer stays the caller's. */
void entries_start(struct entries *entries, int fd, char *buffer, size_t size);

/* owner_walk.c: the next entry that begins with a digit; NULL at the end. */
const char *entries_next(struct entries *entries);

/* owner_walk.c: the decimal number that `text` begins with. */
uint32_t number_of(const char *text);

/* owner_walk.c: visit the sockets of all processes.  0 or -errno. */
int processes_walk(struct owner_walk *w);

/* owner_walk.c: visit one descriptor table, a directory below w->dir. */
int table_walk(struct owner_walk *w, const char *path);

/* owner_walk.c: open the fdinfo file of a descriptor of the current table; or -errno. */
int fdinfo_open(const struct owner_walk *w, const char *fd);

/* owner_threads.c: visit the tables of threads that do not share the process's. */
int threads_walk(struct owner_walk *w);

/* owner_ring.c: visit the sockets that are registered with an io_uring. */
int ring_walk(struct owner_walk *w, const char *fd);

/* owner_missing.c: set socket.missing of every socket that has no owner. */
void owners_explain(struct owner_walk *w);

#endif
