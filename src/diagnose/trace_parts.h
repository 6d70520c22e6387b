/* SPDX-License-Identifier: MIT */
/*
 * What the tracer sees: the filter, programs, stopped threads and their calls.
 *
 * Why not user notification (SECCOMP_RET_USER_NOTIF), which needs no ptrace: a
 * call that it lets continue does not tell its result, and a call done in its
 * place is done with our credentials, directory and umask.
 */
#ifndef TRACE_PARTS_H
#define TRACE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "diagnose/trace.h"

/* The calls at which the filter stops; the first are those of enum trace_call. */
enum traced {
	TRACED_BIND = TRACE_BIND,
	TRACED_LISTEN = TRACE_LISTEN,
	TRACED_CONNECT = TRACE_CONNECT,
	TRACED_OUTCOME,		/* getsockopt(SO_ERROR): what came of a connect() */
	TRACED_CLONE,		/* clone(CLONE_UNTRACED) */
	TRACED_CLONE3,		/* any clone3(): its flags are in memory */
	TRACED_COUNT,
};

/* trace_filter.c: put the filter on this process; 0 or -errno. */
enum { TRACE_MARK = 0x6300 };	/* ours; the low byte is enum traced */
int trace_filter_install(void);

/* trace_program.c */

/* The file execvp() would run; 0, -ENOENT or -EACCES. */
int trace_program_find(const char *name, char path[PATH_MAX]);

/* Do programs started by us lose the privileges their files give? */
bool trace_programs_lose_privileges(void);

/*
 * What running `path` would give to who has this user and group.  If it is a
 * script, `path` becomes its interpreter.
 */
enum trace_refusal trace_program_gives(char path[PATH_MAX], uid_t uid, gid_t gid);

/* trace_tracee.c: what can be learnt of a stopped thread */

/* The process of a thread; 0: it is gone. */
pid_t trace_process_of(pid_t tid);
void trace_command_of(pid_t pid, char command[17]);
bool trace_read_memory(pid_t tid, uint64_t from, void *to, size_t size);

/* A duplicate of a descriptor of the thread, or -errno. */
int trace_copy_descriptor(pid_t tid, pid_t pid, int fd);

/*
 * trace_clone.c: let a clone() that begins make a child that is traced; is there
 * something to be put right at its end?  And do that.
 */
bool trace_clone_begin(pid_t tid, enum traced traced, const uint64_t arguments[6]);
void trace_clone_end(pid_t tid, enum traced traced, const uint64_t arguments[6]);

/* trace_call.c: from the filter's stop to what came of the call */

struct trace_calls;
struct trace_calls *trace_calls_new(void);

/* A thread begins a call; does it need to stop at the end of it? */
bool trace_call_begin(struct trace_calls *calls, pid_t tid);

/* Is it within one that is to be seen to its end? */
bool trace_call_is_begun(struct trace_calls *calls, pid_t tid);

/* It ended; what came of it is told to `watch`. */
void trace_call_end(struct trace_calls *calls, pid_t tid, const struct trace_watch *watch);

/* The thread is gone, or another program now. */
void trace_call_drop(struct trace_calls *calls, pid_t tid);

/* trace_stderr.c: standard error of a tracer that outlives the command */

struct trace_stderr {
	struct stat file;
	bool released;
};

/* Is it a pipe or a socket, whose reader would wait for us? */
bool trace_stderr_is_pipe(void);

/* Hold none from now on. */
void trace_stderr_release(struct trace_stderr *held);

/* Use that of a stopped thread meanwhile, if it is the one we released. */
void trace_stderr_borrow(const struct trace_stderr *held, pid_t tid, pid_t pid);
void trace_stderr_return(const struct trace_stderr *held);

#endif
