/* SPDX-License-Identifier: MIT */
/*
 * The processes.  The front is who called trace_run() and whom the shell waits
 * for; it forks the tracer, and that the command.  The tracer is the command's
 * parent, for that needs no right to trace strangers, and it may remain when
 * front and command are gone: the filter can't be taken away, and without a
 * tracer its calls fail.
 */
#ifndef TRACE_LOOP_H
#define TRACE_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "trace_parts.h"

/* trace_start.c */

struct trace_command {
	const char *path;
	char *const *argv;
	sigset_t mask;			/* that it is to have */
	struct sigaction on_child;	/* SIGCHLD's, too */
	bool no_new_privileges;
	void (*lower)(void);		/* its rights to those of the user */
};

/* How far a command came, if it did not run. */
struct trace_start_failure {
	bool not_allowed;	/* to put on a filter, or to trace it */
	int error;
};

/*
 * Start it and trace it.  Returns its pid or -errno.  `*failures` can be read
 * without waiting when it has ended: a struct trace_start_failure, or nothing
 * if the program ran.
 */
pid_t trace_start(const struct trace_command *command, int *failures);

/* trace.c: the signals that go on from the front to the command */
void trace_forwarded_signals(sigset_t *set);

/* trace_loop.c */

/* What the tracer tells the front. */
struct trace_message {
	struct trace_start_failure failure;
	int wait_status;
	bool remains;		/* descendants are alive, and so the tracer */
};

/* The front sends SIGRTMIN with sender << FORWARD_BITS | signal. */
enum { FORWARD_BITS = 8 };

struct trace_order {
	struct trace_command command;
	const struct trace_watch *watch;
	pid_t front;
	int report;		/* pipe to the front */
};

/* trace_signal.c */

/* The front is dead: a signal of the kernel. */
#define FRONT_DIED (SIGRTMIN + 1)

enum { SIGNALS = 65 };

/* A signal that the command got. */
struct received {
	pid_t sender;
	int64_t when_ms;
};

struct tracer {
	const struct trace_order *order;
	struct trace_watch watch;	/* ours, in front of the caller's */
	struct trace_calls *calls;
	pid_t command;			/* 0: it has ended */
	int failures;
	bool stopped;			/* the command, by a signal */
	sigset_t forwarded;
	struct received received[SIGNALS];
	struct trace_stderr standard_error;
	int64_t leave_ms;		/* when to leave what lives on alone; 0: never, or done */
};

int64_t trace_now_ms(void);
void trace_signal_front(const struct tracer *tracer, int sig);

/* Remember what a thread gets, so that the front's copy of it is not sent as well. */
void trace_note_signal(struct tracer *tracer, pid_t tid, int sig);

bool trace_is_stop_signal(int sig);

/* The front stops and continues with the command, for the shell watches the front. */
void trace_mirror_stop(struct tracer *tracer, pid_t tid, bool stopped);

/* Take a signal of `set` and do as it says; 0: there was none in time. */
int trace_take_signal(const struct tracer *tracer, const sigset_t *set,
		      const struct timespec *time);

/* Start the command and trace until nothing is left to be traced. */
void trace_loop(const struct trace_order *order);

#endif
