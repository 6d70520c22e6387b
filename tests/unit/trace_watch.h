/* SPDX-License-Identifier: MIT */
/* What tests of the tracer share: roles run under trace, and what was told of them. */
#ifndef TESTS_UNIT_TRACE_WATCH_H
#define TESTS_UNIT_TRACE_WATCH_H

#include "unit.h"

#include <limits.h>
#include <stdbool.h>

#include "diagnose/trace.h"
#include "trace_role.h"

enum { SEEN_MAX = 512 };

struct seen {
	enum trace_call call;
	int error, fd, backlog, reuse;
	uint32_t pid, tid;
	uint16_t port;
	char command[17], path[108];
};

/* What the tracer, which is another process, was told. */
struct told {
	size_t count, unprivileged, worked[TRACE_CONNECT], lived[TRACE_ENDED + 1], released;
	struct seen seen[SEEN_MAX];
	char program[PATH_MAX];
};

extern struct told *told;
extern bool watch_speaks;		/* it writes a byte to standard error, too */
extern char self[PATH_MAX];		/* this test program */
extern const struct trace_watch watch;	/* writes into `told` */

/* Trace a role with two words at most; NULL: none. */
int trace(struct trace_end *end, const char *role, const char *first, const char *second);

/* The exit status of a role. */
int status_of(const char *role, const char *first, const char *second);

/* Wait for a child; it must exit. */
int exit_of(pid_t pid);

/* A port of 127.0.0.1 that is taken, by a listener or by a socket that is only bound. */
int hold_port(char port[8], bool listens);

void assert_told_once(enum trace_call call, int error, const char *port);

/* Play a role, or run the tests. */
int trace_main(char **argv, const struct CMUnitTest *tests, size_t count);

#endif
