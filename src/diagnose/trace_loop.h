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

#include "diagnose/trace.h"

/* trace_start.c */

struct trace_command {
	const char *path;
	char *const *argv;
	sigset_t mask;			/* that it is to have */
	struct sigaction on_child;	/* SIGCHLD's, too */
	bool no_new_privileges;
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

/* Start the command and trace until nothing is left to be traced. */
void trace_loop(const struct trace_order *order);

#endif
