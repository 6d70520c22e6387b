/* SPDX-License-Identifier: MIT */
/*
 * Run a command and see each bind(), listen() and connect() of it and of its
 * descendants that fails, and each bind() and listen() that works.  This is the
 * one part of diagnose that does I/O.
 *
 * A seccomp filter makes the kernel stop a thread in these calls only, and
 * ptrace reads what came of them: some 25 us for each.  All other calls run
 * without a stop; that there is a filter costs each of them 6 to 10 ns.  So it
 * works for static, multi-threaded and stripped programs of any language.
 *
 * The limits:
 * - Calls of another architecture than ours (32-bit programs), requests of
 *   io_uring, and what recv() says of a refused datagram are not seen; nor is
 *   socketcall(), by which old 32-bit programs bind.
 * - A process that is traced can't be traced by another: gdb, strace and
 *   LeakSanitizer don't work below the command.
 * - Who has no CAP_SYS_ADMIN runs the command with no_new_privs: programs that
 *   are set-uid, set-gid or have capabilities don't get their privileges.
 *   argv[0] is refused then; for others `unprivileged` is called.
 * - Without a tracer the calls fail with ENOSYS.  So those who are traced die
 *   with the tracer if that is killed, and CLONE_UNTRACED is taken from clone()
 *   and clone3() on x86-64 and arm64.
 * - Where a filter of the program's own says SECCOMP_RET_TRACE, the call is
 *   done, as any tracer would let it.
 */
#ifndef DIAGNOSE_TRACE_H
#define DIAGNOSE_TRACE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum trace_call { TRACE_BIND, TRACE_LISTEN, TRACE_CONNECT };

/*
 * A call that failed: EADDRINUSE, EADDRNOTAVAIL, EACCES, EPERM, of bind() also
 * EINVAL, ENODEV and what a path may meet, of connect() also ECONNREFUSED, which
 * for a non-blocking one is seen when the program asks for SO_ERROR.  Not
 * EADDRNOTAVAIL of a datagram's connect(), by which getaddrinfo() sorts
 * addresses.  Or a bind() or listen() that worked, of IPv4, IPv6 and unix.
 */
struct trace_result {
	enum trace_call call;
	int error;		/* errno; 0: it worked */
	uint32_t pid, tid;	/* of the process and its thread, which is stopped; 0 unknown */
	const char *command;	/* name of the process, untrusted; "" unknown, or it worked */
	int fd;			/* in the program */
	/*
	 * Our own duplicate, to read options and ask for the namespace; closed after the callback.
	 * -1: could not be had.
	 */
	int socket;
	/* Given to bind() or connect(); of listen() what the socket is bound to.  NULL: unknown. */
	const struct sockaddr *address;
	/* At most sizeof(struct sockaddr_storage); known of an address that is not, too. */
	socklen_t length;
	int backlog;		/* of listen() */
};

/* What happens to a process, with what it is about. */
enum trace_life {
	TRACE_FORKED,		/* it made the process `value` */
	TRACE_REPLACED,		/* it runs another program now */
	TRACE_ENDED,		/* with the status `value` of wait() */
};

/*
 * Who is told.  All are called in another process than trace_run(), a copy
 * of the caller's, which stays the same from the first call to the last: so
 * `context` may remember what was said before.  Write on standard error only:
 * there the other standard descriptors are /dev/null, and all that were open
 * in trace_run() are closed.  All signals are blocked.
 */
struct trace_watch {
	void *context;
	void (*failed)(void *context, const struct trace_result *result);
	/* NULL each: nobody wants to know. */
	void (*worked)(void *context, const struct trace_result *result);
	void (*lived)(void *context, enum trace_life life, uint32_t pid, uint64_t value);
	/* Nothing happens; in how many ms to call again if nothing does, -1: never. */
	int (*idle)(void *context);
	/*
	 * The command ended two seconds ago, and descendants live on; `released`:
	 * from now on standard error is that of a failing program.
	 */
	void (*left)(void *context, bool released);
	/* Around what only the user's own rights decide: finding and becoming the program. */
	void (*lower)(void);
	void (*raise)(void);
	/* A descendant runs this program without the privileges its file gives. */
	void (*unprivileged)(void *context, uint32_t pid, const char *program);
};

/* Why a command is not run, when trace_run() returns -EPERM. */
enum trace_refusal {
	TRACE_NOT_REFUSED,
	TRACE_SET_USER,		/* `program` is set-uid to another user */
	TRACE_SET_GROUP,	/* ... set-gid to another group */
	TRACE_CAPABILITIES,	/* ... has capabilities */
	TRACE_NOT_ALLOWED,	/* the system permits no ptrace or no filter here */
};

struct trace_end {
	int status;		/* as $? of a shell: exit status, or 128 + signal */
	/* What killed the command: who dies of the same looks like it to a shell.  0: it exited. */
	int signal;
	enum trace_refusal refusal;
	char program[PATH_MAX];	/* what argv[0] was found to be, or the file refused */
};

/*
 * Run argv[0], found as a shell finds it, with our standard descriptors,
 * environment, directory, limits and signals (SIGPIPE has its default action),
 * and wait for its end.  Signals sent to us go on to the command, and we stop
 * when it stops.  Whoever kills us kills it.
 *
 * Descendants that outlive the command stay watched by a process that remains
 * in the background until the last of them ends.  If standard error is a pipe
 * it holds that open for two seconds, in which most daemons have failed or not;
 * then it explains on that of the failing program, where it is the same pipe.
 *
 * 0 and `end`; or -errno, and the command did not run: -ENOENT, -EACCES,
 * -ENOEXEC ... of argv[0], -EPERM with a refusal.  -ECHILD: it ran, but the
 * tracer was killed.
 */
int trace_run(char *const argv[], const struct trace_watch *watch, struct trace_end *end);

#endif
