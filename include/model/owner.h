/* SPDX-License-Identifier: MIT */
/* Who holds a socket: processes and their descriptors. */
#ifndef MODEL_OWNER_H
#define MODEL_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A process.  Text members live in the snapshot's arena, are raw bytes from
 * outside, and are NULL when unknown or not asked for.
 */
struct process {
	uint32_t pid;
	uint32_t parent;		/* pid; 0 unknown */
	uint32_t uid;			/* effective; UINT32_MAX unknown */
	uint32_t family;		/* pid of the topmost ancestor that runs the same program */
	uint32_t ancestor;		/* pid of the nearest that is in the snapshot too; 0 none */
	uint32_t group;			/* pid of the leader of its process group; 0 unknown */
	uint64_t ignored_signals;	/* bit N - 1: signal N does nothing to it */
	double start_time;		/* seconds since 1970; 0 unknown */
	const char *command;		/* comm: at most 15 bytes */
	const char *command_line;	/* arguments, each ended by NUL */
	size_t command_line_length;	/* bytes, NULs included */
	const char *executable;
	const char *cgroup;
	const char *unit;
	const char *container;
};

/* Bytes of its arguments, less empty ones at the end: a title written over them leaves those. */
static inline size_t process_arguments_length(const struct process *process)
{
	size_t length = process->command_line ? process->command_line_length : 0;

	while (length && !process->command_line[length - 1])
		length--;
	return length;
}

static inline bool process_ignores(const struct process *process, int signal)
{
	return process->ignored_signals >> (signal - 1) & 1;
}

enum { OWNER_NO_FD = -1 };

/* One descriptor that refers to a socket. */
struct owner {
	uint32_t next;			/* index + 1 of the socket's next owner, 0 last */
	uint32_t process;		/* index into snapshot.processes */
	int32_t fd;			/* OWNER_NO_FD: held by io_uring only */
	uint32_t tid;			/* thread whose own table holds it; 0: the process's */
};

#endif
