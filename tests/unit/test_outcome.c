/* SPDX-License-Identifier: MIT */
/* What became of a bind() that failed: stories of programs, and what is told of each. */
#include "unit.h"

#include <errno.h>

#include "diagnose/outcome.h"

enum { SERVER = 7, EVENTS_MAX = 12, EXIT_1 = 1 << 8, TERMINATED = 15 };

enum happening { NOTHING, FAILS, BINDS, LISTENS, LISTEN_FAILS, FORKS, RUNS, ENDS, WAITS, CLOSES,
		 LEFT };

enum {
	UDP = 1 << 0,
	REUSE = 1 << 1,			/* SO_REUSEADDR */
	V6 = 1 << 2,			/* IPV6_V6ONLY */
	CHOSEN = 1 << 3,		/* port 0 was asked for */
};

struct event {
	enum happening happening;
	uint32_t pid;
	const char *address;		/* of a unix socket its path */
	unsigned value;			/* port, child, status, or ms */
	unsigned flags;
};

struct story {
	const char *name;
	struct event events[EVENTS_MAX];
	const char *told;
};

static const struct story stories[] = {
	{ "gives up",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { ENDS, 7, NULL, EXIT_1, 0 } },
	  "server (pid 7) ended with exit status 1, without tcp 0.0.0.0:80\n" },
	{ "tries five times",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { FAILS, 7, "0.0.0.0", 80, 0 },
	    { FAILS, 7, "0.0.0.0", 80, 0 }, { ENDS, 7, NULL, EXIT_1, 0 } },
	  "server (pid 7) ended with exit status 1, without tcp 0.0.0.0:80, after 3 tries that "
	  "failed\n" },
	{ "runs on and has nothing",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { WAITS, 0, NULL, 6000, 0 },
	    { ENDS, 7, NULL, TERMINATED, 0 } },
	  "server (pid 7) runs on without tcp 0.0.0.0:80\n" },
	{ "waits for long and has it then",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { WAITS, 0, NULL, 30000, 0 },
	    { BINDS, 7, "0.0.0.0", 80, 0 } },
	  "server (pid 7) runs on without tcp 0.0.0.0:80\n"
	  "server (pid 7) tried again and bound tcp 0.0.0.0:80\n" },
	{ "waits for long and takes another port then",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { WAITS, 0, NULL, 30000, 0 },
	    { LISTENS, 7, "0.0.0.0", 81, 0 }, { WAITS, 0, NULL, 30000, 0 } },
	  "server (pid 7) runs on without tcp 0.0.0.0:80\n"
	  "server (pid 7) listens on port 81 instead of 80: tcp 0.0.0.0:81\n" },
	{ "is left",
	  { { FAILS, 7, "127.0.0.1", 25, 0 }, { LEFT, 0, NULL, 0, 0 } },
	  "server (pid 7) runs on without tcp 127.0.0.1:25\n" },
	{ "is killed",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { ENDS, 7, NULL, TERMINATED, 0 } },
	  "server (pid 7) was ended by signal 15 (SIGTERM), without tcp 0.0.0.0:80\n" },
	{ "sets an option",
	  { { FAILS, 7, "0.0.0.0", 5353, UDP }, { BINDS, 7, "0.0.0.0", 5353, UDP | REUSE },
	    { ENDS, 7, NULL, 0, 0 } },
	  "server (pid 7) tried again and bound udp 0.0.0.0:5353, with SO_REUSEADDR\n" },
	{ "waits until it is free",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { FAILS, 7, "0.0.0.0", 80, 0 },
	    { BINDS, 7, "0.0.0.0", 80, 0 }, { LISTENS, 7, "0.0.0.0", 80, 0 } },
	  "server (pid 7) tried again and bound tcp 0.0.0.0:80, after 2 tries that failed\n" },
	{ "another process has it in the end",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { ENDS, 7, NULL, EXIT_1, 0 },
	    { BINDS, 9, "0.0.0.0", 80, 0 } },
	  "server (pid 7) ended with exit status 1, without tcp 0.0.0.0:80\n"
	  "process 9 tried again and bound tcp 0.0.0.0:80\n" },
	{ "listen() fails after bind() has worked",
	  { { BINDS, 7, "0.0.0.0", 80, REUSE }, { LISTEN_FAILS, 7, "0.0.0.0", 80, REUSE },
	    { BINDS, 7, "0.0.0.0", 80, REUSE }, { LISTENS, 7, "0.0.0.0", 80, REUSE } },
	  "server (pid 7) tried again and listens on tcp 0.0.0.0:80\n" },
	{ "the next port",
	  { { FAILS, 7, "::1", 5173, 0 }, { BINDS, 7, "::1", 5174, 0 },
	    { LISTENS, 7, "::1", 5174, 0 }, { WAITS, 0, NULL, 3000, 0 } },
	  "server (pid 7) listens on port 5174 instead of 5173: tcp [::1]:5174\n" },
	{ "the next port, on one of the addresses it asked for",
	  { { FAILS, 7, "::", 5173, 0 }, { LISTENS, 7, "127.0.0.1", 5174, 0 },
	    { WAITS, 0, NULL, 3000, 0 } },
	  "server (pid 7) listens on port 5174 instead of 5173: tcp 127.0.0.1:5174\n" },
	{ "a port of its own, on another address",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { LISTENS, 7, "127.0.0.1", 9100, 0 },
	    { WAITS, 0, NULL, 3000, 0 } },
	  "server (pid 7) goes on without tcp 0.0.0.0:80: it listens on tcp 127.0.0.1:9100\n" },
	{ "the next port, of a client",
	  { { FAILS, 7, "0.0.0.0", 1023, 0 }, { BINDS, 7, "0.0.0.0", 1022, 0 },
	    { WAITS, 0, NULL, 3000, 0 } },
	  "server (pid 7) is bound to port 1022 instead of 1023: tcp 0.0.0.0:1022\n" },
	{ "a port that was bound and closed is none that it has",
	  { { FAILS, 7, "::1", 5173, 0 }, { LISTENS, 7, "::1", 5174, 0 },
	    { CLOSES, 0, "::1", 5174, 0 }, { WAITS, 0, NULL, 3000, 0 },
	    { LISTENS, 7, "::1", 5175, 0 }, { WAITS, 0, NULL, 3000, 0 } },
	  "server (pid 7) listens on port 5175 instead of 5173: tcp [::1]:5175\n" },
	{ "one IP version, the second fails",
	  { { LISTENS, 7, "::", 22, V6 }, { FAILS, 7, "0.0.0.0", 22, 0 },
	    { WAITS, 0, NULL, 3000, 0 } },
	  "server (pid 7) goes on without tcp 0.0.0.0:22: it listens on tcp [::]:22, for IPv6 "
	  "alone\n" },
	{ "nothing is said while it still tries",
	  { { LISTENS, 7, "0.0.0.0", 443, 0 }, { FAILS, 7, "0.0.0.0", 80, 0 },
	    { WAITS, 0, NULL, 500, 0 }, { FAILS, 7, "0.0.0.0", 80, 0 },
	    { WAITS, 0, NULL, 1200, 0 }, { ENDS, 7, NULL, EXIT_1, 0 } },
	  "server (pid 7) ended with exit status 1, without tcp 0.0.0.0:80, after 2 tries that "
	  "failed\n" },
	{ "one that is ended before it is sure",
	  { { LISTENS, 7, "::", 22, V6 }, { FAILS, 7, "0.0.0.0", 22, 0 },
	    { ENDS, 7, NULL, TERMINATED, 0 } },
	  "server (pid 7) went on without tcp 0.0.0.0:22, with tcp [::]:22, and was ended by "
	  "signal 15 (SIGTERM)\n" },
	{ "binds its port twice",
	  { { LISTENS, 7, "0.0.0.0", 80, 0 }, { LISTENS, 7, "0.0.0.0", 443, 0 },
	    { FAILS, 7, "0.0.0.0", 80, 0 }, { WAITS, 0, NULL, 3000, 0 },
	    { ENDS, 7, NULL, TERMINATED, 0 } },
	  "server (pid 7) goes on: another socket of it has tcp 0.0.0.0:80\n" },
	{ "binds its port twice, and that is its end",
	  { { LISTENS, 7, "0.0.0.0", 80, 0 }, { FAILS, 7, "0.0.0.0", 80, 0 },
	    { ENDS, 7, NULL, EXIT_1, 0 } },
	  "server (pid 7) ended with exit status 1\n" },
	{ "had it before, and has lost it",
	  { { LISTENS, 7, "0.0.0.0", 80, 0 }, { CLOSES, 0, NULL, 80, 0 },
	    { FAILS, 7, "0.0.0.0", 80, 0 }, { WAITS, 0, NULL, 9000, 0 } },
	  "server (pid 7) runs on without tcp 0.0.0.0:80\n" },
	{ "other ports of its own",
	  { { FAILS, 7, "0.0.0.0", 80, 0 }, { LISTENS, 7, "0.0.0.0", 443, 0 },
	    { LISTENS, 7, "0.0.0.0", 8443, 0 }, { WAITS, 0, NULL, 3000, 0 },
	    { ENDS, 7, NULL, EXIT_1, 0 } },
	  "server (pid 7) goes on without tcp 0.0.0.0:80: it listens on tcp 0.0.0.0:443 and tcp "
	  "0.0.0.0:8443\n"
	  "server (pid 7) later ended with exit status 1, without tcp 0.0.0.0:80\n" },
	{ "sockets of another protocol do not count",
	  { { BINDS, 7, "0.0.0.0", 53, UDP }, { FAILS, 7, "0.0.0.0", 53, 0 },
	    { WAITS, 0, NULL, 3000, 0 }, { ENDS, 7, NULL, EXIT_1, 0 } },
	  "server (pid 7) ended with exit status 1, without tcp 0.0.0.0:53\n" },
	{ "what looks for IPv6 by sockets of any port has none",
	  { { BINDS, 7, "::1", 40000, CHOSEN }, { FAILS, 7, "::", 80, 0 },
	    { WAITS, 0, NULL, 3000, 0 }, { ENDS, 7, NULL, EXIT_1, 0 } },
	  "server (pid 7) ended with exit status 1, without tcp *:80\n" },
	{ "a daemon goes on in a child",
	  { { LISTENS, 7, "::", 22, V6 }, { FAILS, 7, "0.0.0.0", 22, 0 },
	    { FORKS, 7, NULL, 8, 0 }, { ENDS, 7, NULL, 0, 0 }, { WAITS, 0, NULL, 3000, 0 },
	    { ENDS, 8, NULL, TERMINATED, 0 } },
	  "server (pid 7) goes on without tcp 0.0.0.0:22: it listens on tcp [::]:22, for IPv6 "
	  "alone\n" },
	{ "a helper is no daemon",
	  { { FAILS, 7, "0.0.0.0", 22, 0 }, { FORKS, 7, NULL, 8, 0 }, { RUNS, 8, NULL, 0, 0 },
	    { ENDS, 7, NULL, 0, 0 } },
	  "server (pid 7) ended with exit status 0, without tcp 0.0.0.0:22\n" },
	{ "each is told once, however often it starts anew",
	  { { FAILS, 7, "0.0.0.0", 22, 0 }, { ENDS, 7, NULL, EXIT_1, 0 },
	    { FAILS, 8, "0.0.0.0", 22, 0 }, { ENDS, 8, NULL, EXIT_1, 0 } },
	  "server (pid 7) ended with exit status 1, without tcp 0.0.0.0:22\n" },
	{ "two addresses, two ends",
	  { { FAILS, 7, "0.0.0.0", 22, 0 }, { FAILS, 7, "::", 22, V6 },
	    { ENDS, 7, NULL, 255 << 8, 0 } },
	  "server (pid 7) ended with exit status 255, without tcp 0.0.0.0:22\n"
	  "server (pid 7) ended with exit status 255, without tcp [::]:22\n" },
	{ "a path",
	  { { FAILS, 7, "/run/\nx", 0, 0 }, { BINDS, 7, "/run/\nx", 0, 0 } },
	  "server (pid 7) tried again and bound unix /run/\\nx\n" },
	{ "what works at once is not told",
	  { { BINDS, 7, "0.0.0.0", 80, 0 }, { LISTENS, 7, "0.0.0.0", 80, 0 },
	    { FORKS, 7, NULL, 8, 0 }, { ENDS, 7, NULL, 0, 0 }, { WAITS, 0, NULL, 3000, 0 } },
	  "" },
};

struct teller {
	struct buf text;
	uint64_t closed;		/* cookie */
};

static void tell(void *context, const struct outcome_failure *failure)
{
	struct teller *teller = context;

	outcome_explain(failure, &teller->text);
	buf_add_char(&teller->text, '\n');
}

static bool is_there(void *context, const struct attempt *success)
{
	return success->request.cookie != ((struct teller *)context)->closed;
}

static struct attempt attempt_of(const struct event *event, int64_t now)
{
	struct attempt attempt = {
		.call = event->happening == LISTENS || event->happening == LISTEN_FAILS ?
			TRACE_LISTEN : TRACE_BIND,
		.pid = event->pid, .when_ms = now, .chosen = event->flags & CHOSEN,
		.request = {
			.protocol = event->flags & UDP ? PROTOCOL_UDP : PROTOCOL_TCP,
			.local.port = (uint16_t)event->value,
			.reuseaddr = event->flags & REUSE, .v6only = event->flags & V6,
			.cookie = event->value,
		},
	};
	struct address *address = &attempt.request.local.address;

	if (*event->address == '/') {
		attempt.unix_length = strlen(event->address);
		memcpy(attempt.unix_name, event->address, attempt.unix_length);
		return attempt;
	}
	address->family = strchr(event->address, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(address->family, event->address, address->bytes), 1);
	if (event->happening == FAILS || event->happening == LISTEN_FAILS)
		attempt.error = EADDRINUSE;
	return attempt;
}

/* Time goes by as for the tracer: it calls when it was told to. */
static void let_pass(struct outcomes *outcomes, int64_t *now, int64_t ms)
{
	int64_t end = *now + ms;

	for (;;) {
		int wait = outcomes_wait(outcomes, *now);

		if (wait < 0 || *now + wait > end)
			break;
		assert_int_not_equal(wait, 0);
		*now += wait;
	}
	*now = end;
}

static void play(struct outcomes *outcomes, struct teller *teller, const struct event *event,
		 int64_t *now)
{
	struct attempt attempt = { .pid = 0 };

	if (event->address)
		attempt = attempt_of(event, *now);
	switch (event->happening) {
	case FAILS:
	case LISTEN_FAILS:
		outcomes_failed(outcomes, &attempt, "server");
		break;
	case BINDS:
	case LISTENS:
		outcomes_worked(outcomes, &attempt);
		break;
	case FORKS:
		outcomes_forked(outcomes, event->pid, event->value);
		break;
	case RUNS:
		outcomes_replaced(outcomes, event->pid);
		break;
	case ENDS:
		outcomes_ended(outcomes, event->pid, (int)event->value);
		break;
	case LEFT:
		outcomes_left(outcomes);
		break;
	case CLOSES:
		teller->closed = event->value;
		break;
	case WAITS:
	case NOTHING:
		let_pass(outcomes, now, event->value);
		break;
	}
}

static void each_story_is_told_as_it_ends(void **state)
{
	static struct outcomes outcomes;
	struct teller teller;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++) {
		int64_t now = 1000;

		assert_int_equal(buf_init(&teller.text, -1), 0);
		teller.closed = 0;
		outcomes = (struct outcomes){ .listener = { &teller, tell, is_there } };
		for (size_t e = 0; e < EVENTS_MAX && stories[i].events[e].happening; e++)
			play(&outcomes, &teller, &stories[i].events[e], &now);
		buf_add_char(&teller.text, '\0');
		if (strcmp(teller.text.data, stories[i].told) != 0)
			fail_msg("%s: told \"%s\"", stories[i].name, teller.text.data);
		buf_free(&teller.text);
	}
}

/* More failures, children and sockets than there is room for. */
static void a_crowd_is_no_harm(void **state)
{
	static struct outcomes outcomes;
	struct teller teller = { .closed = 0 };
	int64_t now = 1000;

	(void)state;
	assert_int_equal(buf_init(&teller.text, -1), 0);
	outcomes.listener = (struct outcome_listener){ &teller, tell, is_there };
	for (unsigned i = 1; i < 1000; i++) {
		const struct event fails = { FAILS, SERVER, "0.0.0.0", i, 0 };
		const struct event listens = { LISTENS, SERVER, "::1", i, 0 };
		const struct event forks = { FORKS, SERVER, NULL, 1000 + i, 0 };

		play(&outcomes, &teller, &fails, &now);
		play(&outcomes, &teller, &listens, &now);
		play(&outcomes, &teller, &forks, &now);
	}
	let_pass(&outcomes, &now, 10000);
	assert_int_equal(outcomes.count, OUTCOME_FAILURES_MAX);
	assert_int_equal(outcomes.failures[0].outcome, OUTCOME_WITHOUT);
	assert_int_equal(outcomes.failures[0].with_count, OUTCOME_WITH_MAX);
	buf_free(&teller.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_story_is_told_as_it_ends),
		cmocka_unit_test(a_crowd_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
