/* SPDX-License-Identifier: MIT */
/* From calls that fail and work, and processes that come and go, to what became of a failure. */
#include "diagnose/outcome.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* A program that has not tried anything for so long goes on with what it has; or with nothing. */
enum { QUIET_MS = 1500, LONG_QUIET_MS = 5000 };

/* Who counts up to a port that is free does not count for longer. */
enum { NEAR = 32 };

const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_OPEN] = NULL,
	[OUTCOME_BOUND] = "bound",
	[OUTCOME_OTHER_PORT] = "other-port",
	[OUTCOME_WITHOUT] = "without",
	[OUTCOME_RUNS] = "running",
	[OUTCOME_ENDED] = "ended",
};

/* ---- places ---------------------------------------------------------- */

static bool is_same_protocol(const struct attempt *a, const struct attempt *b)
{
	return !a->unix_length == !b->unix_length &&
	       (a->unix_length || a->request.protocol == b->request.protocol);
}

static bool is_same_place(const struct attempt *a, const struct attempt *b)
{
	if (!is_same_protocol(a, b))
		return false;
	if (a->unix_length)
		return a->unix_length == b->unix_length &&
		       memcmp(a->unix_name, b->unix_name, a->unix_length) == 0;
	return endpoint_same(&a->request.local, &b->request.local) &&
	       a->request.interface == b->request.interface;
}

/* ---- whose it is ----------------------------------------------------- */

static size_t find_pid(const struct outcome_failure *failure, uint32_t pid)
{
	size_t i = 0;

	while (i < failure->pid_count && failure->pids[i] != pid)
		i++;
	return i;
}

static bool is_of(const struct outcome_failure *failure, uint32_t pid)
{
	return find_pid(failure, pid) < failure->pid_count;
}

static void add_pid(struct outcome_failure *failure, uint32_t pid)
{
	if (!is_of(failure, pid) && failure->pid_count < OUTCOME_PIDS_MAX)
		failure->pids[failure->pid_count++] = pid;
}

static void remove_pid(struct outcome_failure *failure, uint32_t pid)
{
	size_t at = find_pid(failure, pid);

	if (at < failure->pid_count)
		failure->pids[at] = failure->pids[--failure->pid_count];
}

static bool goes_on(const struct outcome_failure *failure)
{
	return failure->outcome == OUTCOME_OTHER_PORT || failure->outcome == OUTCOME_WITHOUT ||
	       failure->outcome == OUTCOME_RUNS;
}

static void settle(struct outcomes *outcomes, struct outcome_failure *failure,
		   enum outcome outcome)
{
	failure->outcome = outcome;
	if (failure->said & 1U << outcome)
		return;
	failure->said |= 1U << outcome;
	outcomes->listener.settled(outcomes->listener.context, failure);
}

/* ---- what it has ----------------------------------------------------- */

/* Does a socket serve: does it listen, or take datagrams? */
static bool serves(const struct attempt *success)
{
	if (!success->unix_length && success->request.protocol == PROTOCOL_TCP)
		return success->call == TRACE_LISTEN;
	return success->call == TRACE_BIND;
}

/* A port that a client chose for itself. */
static bool is_chosen(const struct attempt *success)
{
	return success->call == TRACE_BIND && !success->chosen;
}

static void add_with(struct outcome_failure *failure, const struct attempt *success)
{
	for (size_t i = 0; i < failure->with_count; i++)
		if (is_same_place(&failure->with[i], success))
			return;
	if (failure->with_count < OUTCOME_WITH_MAX)
		failure->with[failure->with_count++] = *success;
}

static void find_with(struct outcomes *outcomes, struct outcome_failure *failure,
		      bool (*counts)(const struct attempt *success), bool look)
{
	const struct outcome_listener *listener = &outcomes->listener;
	size_t count = outcomes->success_count;

	for (size_t i = 0; i < count && i < OUTCOME_SUCCESSES_MAX; i++) {
		const struct attempt *success = &outcomes->successes[i];

		if ((success->pid == failure->attempt.pid || is_of(failure, success->pid)) &&
		    is_same_protocol(success, &failure->attempt) && counts(success) &&
		    (!look || listener->is_there(listener->context, success)))
			add_with(failure, success);
	}
}

/* A program that binds its port twice goes on with the first socket. */
static void find_itself(struct outcome_failure *failure)
{
	failure->has_it = false;
	for (size_t i = 0; i < failure->with_count && !failure->has_it; i++) {
		const struct attempt itself = failure->with[i];

		if (!is_same_place(&itself, &failure->attempt))
			continue;
		failure->has_it = true;
		failure->with[0] = itself;
		failure->with_count = 1;
	}
}

static void find_all_with(struct outcomes *outcomes, struct outcome_failure *failure, bool look)
{
	failure->with_count = 0;
	find_with(outcomes, failure, serves, look);
	if (!failure->with_count)
		find_with(outcomes, failure, is_chosen, look);
	find_itself(failure);
}

/*
 * All it has came after the failure and is on one other port, which is near by,
 * or one of them has the same address.
 */
static bool is_other_port(const struct outcome_failure *failure)
{
	const struct attempt *wanted = &failure->attempt;
	uint16_t port = failure->with[0].request.local.port;
	bool in_place = port > wanted->request.local.port &&
			port - wanted->request.local.port <= NEAR;

	if (wanted->unix_length || port == wanted->request.local.port)
		return false;
	for (size_t i = 0; i < failure->with_count; i++) {
		const struct attempt *success = &failure->with[i];

		if (success->request.local.port != port || success->when_ms < wanted->when_ms)
			return false;
		in_place |= address_equal(&success->request.local.address,
					  &wanted->request.local.address);
	}
	return in_place;
}

/* ---- calls ----------------------------------------------------------- */

static struct outcome_failure *find_failure(struct outcomes *outcomes,
					    const struct attempt *attempt)
{
	for (size_t i = 0; i < outcomes->count; i++)
		if (is_same_place(&outcomes->failures[i].attempt, attempt))
			return &outcomes->failures[i];
	return NULL;
}

/* Whoever tries anything has not made up its mind. */
static void note_activity(struct outcomes *outcomes, const struct attempt *attempt)
{
	for (size_t i = 0; i < outcomes->count; i++) {
		struct outcome_failure *failure = &outcomes->failures[i];

		if (!is_of(failure, attempt->pid))
			continue;
		failure->active_ms = attempt->when_ms;
		failure->judged = false;
	}
}

void outcomes_failed(struct outcomes *outcomes, const struct attempt *attempt,
		     const char *command)
{
	struct outcome_failure *failure = find_failure(outcomes, attempt);

	if (!failure) {
		if (outcomes->count >= OUTCOME_FAILURES_MAX)
			return;
		failure = &outcomes->failures[outcomes->count++];
	}
	/* Another process tries where one has ended, or it was bound and is lost. */
	if (failure->outcome == OUTCOME_ENDED)
		failure->pid_count = 0;
	failure->outcome = OUTCOME_OPEN;
	failure->ended = false;
	failure->attempt = *attempt;
	failure->tries++;
	snprintf(failure->command, sizeof(failure->command), "%s", command);
	add_pid(failure, attempt->pid);
	note_activity(outcomes, attempt);
}

void outcomes_worked(struct outcomes *outcomes, const struct attempt *attempt)
{
	struct outcome_failure *failure = find_failure(outcomes, attempt);

	outcomes->successes[outcomes->success_count++ % OUTCOME_SUCCESSES_MAX] = *attempt;
	note_activity(outcomes, attempt);
	/* Where listen() failed, bind() has worked before. */
	if (!failure || failure->outcome == OUTCOME_BOUND ||
	    failure->attempt.call != attempt->call)
		return;
	failure->has_it = false;
	failure->with[0] = *attempt;
	failure->with_count = 1;
	settle(outcomes, failure, OUTCOME_BOUND);
}

/* ---- processes ------------------------------------------------------- */

void outcomes_forked(struct outcomes *outcomes, uint32_t parent, uint32_t child)
{
	for (size_t i = 0; i < outcomes->count; i++)
		if (is_of(&outcomes->failures[i], parent))
			add_pid(&outcomes->failures[i], child);
}

/* A helper goes on with nobody's sockets; but the process that failed may start itself anew. */
void outcomes_replaced(struct outcomes *outcomes, uint32_t pid)
{
	for (size_t i = 0; i < outcomes->count; i++)
		if (pid != outcomes->failures[i].attempt.pid)
			remove_pid(&outcomes->failures[i], pid);
}

/* A daemon's first process ends well, and a child goes on; where it ends ill, all is over. */
static bool is_over(const struct outcome_failure *failure, uint32_t pid, int wait_status)
{
	return !failure->pid_count || (pid == failure->attempt.pid && wait_status);
}

static void failure_ended(struct outcomes *outcomes, struct outcome_failure *failure,
			  uint32_t pid, int wait_status)
{
	remove_pid(failure, pid);
	if (!is_over(failure, pid, wait_status))
		return;
	failure->ended = true;
	failure->wait_status = wait_status;
	if (failure->outcome == OUTCOME_OPEN) {
		find_all_with(outcomes, failure, false);
		settle(outcomes, failure, OUTCOME_ENDED);
	} else if (goes_on(failure) && WIFEXITED(wait_status) && WEXITSTATUS(wait_status)) {
		settle(outcomes, failure, OUTCOME_ENDED);
	}
}

void outcomes_ended(struct outcomes *outcomes, uint32_t pid, int wait_status)
{
	for (size_t i = 0; i < outcomes->count; i++)
		if (is_of(&outcomes->failures[i], pid))
			failure_ended(outcomes, &outcomes->failures[i], pid, wait_status);
}

/* ---- time ------------------------------------------------------------ */

static void judge(struct outcomes *outcomes, struct outcome_failure *failure)
{
	failure->judged = true;
	find_all_with(outcomes, failure, true);
	if (failure->has_it)
		settle(outcomes, failure, OUTCOME_BOUND);
	else if (failure->with_count)
		settle(outcomes, failure,
		       is_other_port(failure) ? OUTCOME_OTHER_PORT : OUTCOME_WITHOUT);
}

void outcomes_left(struct outcomes *outcomes)
{
	for (size_t i = 0; i < outcomes->count; i++) {
		struct outcome_failure *failure = &outcomes->failures[i];

		if (failure->outcome == OUTCOME_OPEN)
			judge(outcomes, failure);
		if (failure->outcome == OUTCOME_OPEN)
			settle(outcomes, failure, OUTCOME_RUNS);
	}
}

/* Judge it, when it is time; in how many ms it is, -1: never. */
static int64_t wait_for(struct outcomes *outcomes, struct outcome_failure *failure, int64_t now_ms)
{
	int64_t quiet = now_ms - failure->active_ms;

	if (failure->outcome != OUTCOME_OPEN && failure->outcome != OUTCOME_RUNS)
		return -1;
	if (!failure->judged && quiet < QUIET_MS)
		return QUIET_MS - quiet;
	if (!failure->judged)
		judge(outcomes, failure);
	if (failure->outcome != OUTCOME_OPEN)
		return -1;
	if (quiet < LONG_QUIET_MS)
		return LONG_QUIET_MS - quiet;
	settle(outcomes, failure, OUTCOME_RUNS);
	return -1;
}

int outcomes_wait(struct outcomes *outcomes, int64_t now_ms)
{
	int64_t next = -1;

	for (size_t i = 0; i < outcomes->count; i++) {
		int64_t left = wait_for(outcomes, &outcomes->failures[i], now_ms);

		if (next < 0 || (left >= 0 && left < next))
			next = left;
	}
	return (int)next;
}
