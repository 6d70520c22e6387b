/* SPDX-License-Identifier: MIT */
/*
 * What became of a bind() or listen() that failed: the program tried again and
 * that worked, took another port, goes on with what it has, or ended.  No I/O,
 * no clock: who traces the program tells what happens, and is told what it
 * means.
 */
#ifndef DIAGNOSE_OUTCOME_H
#define DIAGNOSE_OUTCOME_H

#include <stdbool.h>

#include "base/buf.h"
#include "diagnose/trace.h"
#include "model/bind.h"

/* A bind() or listen() that failed or worked. */
struct attempt {
	enum trace_call call;
	int error;			/* 0: it worked */
	uint32_t pid;
	int64_t when_ms;
	bool chosen;			/* port 0 was asked for */
	struct bind_request request;	/* of a unix socket nothing */
	size_t unix_length;		/* 0: it is no unix socket */
	char unix_name[108];		/* as in sun_path: an abstract one begins with NUL */
};

enum outcome {
	OUTCOME_OPEN,			/* nothing has become of it yet */
	OUTCOME_BOUND,			/* it has the very address, after all or already */
	OUTCOME_OTHER_PORT,		/* another one was taken in its place */
	OUTCOME_WITHOUT,		/* the program goes on with the addresses it has */
	OUTCOME_RUNS,			/* it goes on, and has none */
	OUTCOME_ENDED,			/* the program ended */
	OUTCOME_COUNT
};

extern const char *const outcome_names[OUTCOME_COUNT];	/* as in JSON */

enum {
	OUTCOME_WITH_MAX = 4, OUTCOME_PIDS_MAX = 16, OUTCOME_FAILURES_MAX = 32,
	OUTCOME_SUCCESSES_MAX = 128,
};

struct outcome_failure {
	struct attempt attempt;		/* the last that failed */
	char command[17];		/* whose it was; untrusted */
	unsigned tries;
	enum outcome outcome;
	unsigned said;			/* outcomes that have been told, a bit each */
	int64_t active_ms;		/* when the program last tried anything */
	bool judged;			/* nothing has happened since it was looked at */
	/* The process, and the children who may go on with its sockets. */
	uint32_t pids[OUTCOME_PIDS_MAX];
	size_t pid_count;
	int wait_status;		/* of ENDED */
	bool ended;
	/* What it has: of BOUND the socket that was bound. */
	struct attempt with[OUTCOME_WITH_MAX];
	size_t with_count;
	bool has_it;			/* by another socket, bound before */
};

/* Who is told, and asked. */
struct outcome_listener {
	void *context;
	/* An outcome is sure; each sort of it once for an address. */
	void (*settled)(void *context, const struct outcome_failure *failure);
	/* Is the socket of a call that worked still there? */
	bool (*is_there)(void *context, const struct attempt *success);
};

/* All zero at first, but for `listener`. */
struct outcomes {
	struct outcome_listener listener;
	struct outcome_failure failures[OUTCOME_FAILURES_MAX];
	size_t count;
	struct attempt successes[OUTCOME_SUCCESSES_MAX];	/* the last ones */
	size_t success_count;
};

void outcomes_failed(struct outcomes *outcomes, const struct attempt *attempt,
		     const char *command);
void outcomes_worked(struct outcomes *outcomes, const struct attempt *attempt);

/* A process made another; runs another program now; is gone. */
void outcomes_forked(struct outcomes *outcomes, uint32_t parent, uint32_t child);
void outcomes_replaced(struct outcomes *outcomes, uint32_t pid);
void outcomes_ended(struct outcomes *outcomes, uint32_t pid, int wait_status);

/* What lives on is looked at no longer: say what is known by now. */
void outcomes_left(struct outcomes *outcomes);

/* Time goes by; in how many ms to call again at the latest, -1: there is no need. */
int outcomes_wait(struct outcomes *outcomes, int64_t now_ms);

/* outcome_text.c: what became of it, a sentence without a full stop. */
void outcome_explain(const struct outcome_failure *failure, struct buf *out);

#endif
