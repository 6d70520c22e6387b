/* SPDX-License-Identifier: MIT */
/* Tracing a command: what is told of its calls. */
#include "trace_watch.h"

#include <errno.h>
#include <unistd.h>

static void a_failing_bind_is_told_wherever_it_is(void **state)
{
	static const char *const roles[] = { "bind", "thread", "fork", "spawn", "exec",
					     "thread-exec" };
	char port[8];
	int holder = hold_port(port, true);

	(void)state;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		assert_int_equal(status_of(roles[i], port, NULL), EADDRINUSE);
		assert_told_once(TRACE_BIND, EADDRINUSE, port);
		assert_string_equal(told->seen[0].command, "test_trace");
		assert_int_equal(told->seen[0].pid == told->seen[0].tid,
				 strcmp(roles[i], "thread") != 0);
	}
	close(holder);
}

static void who_wants_no_tracer_has_one(void **state)
{
	static const char *const ways[] = { NULL, "clone3" };
	char port[8];
	int holder = hold_port(port, true);

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		assert_int_equal(status_of("untraced", port, ways[i]), EADDRINUSE);
		assert_told_once(TRACE_BIND, EADDRINUSE, port);
		assert_int_equal(told->lived[TRACE_FORKED], 1);
	}
	close(holder);
}

static void options_are_read_from_the_socket(void **state)
{
	char port[8];
	int holder = hold_port(port, true);

	(void)state;
	assert_int_equal(status_of("bind", port, NULL), EADDRINUSE);
	assert_int_equal(told->seen[0].reuse, 0);
	assert_int_equal(status_of("bind", port, "reuse"), EADDRINUSE);
	assert_int_equal(told->seen[0].reuse, 1);
	close(holder);
}

static void a_failing_listen_is_told(void **state)
{
	char port[8];

	(void)state;
	close(hold_port(port, false));
	assert_int_equal(status_of("listen", port, NULL), EADDRINUSE);
	assert_told_once(TRACE_LISTEN, EADDRINUSE, port);
	assert_int_equal(told->seen[0].backlog, 77);
	assert_int_equal(told->seen[0].reuse, 1);
}

static void a_refused_connect_is_told(void **state)
{
	char port[8];
	int holder = hold_port(port, false);

	(void)state;
	assert_int_equal(status_of("connect", port, NULL), ECONNREFUSED);
	assert_told_once(TRACE_CONNECT, ECONNREFUSED, port);
	assert_int_equal(status_of("connect-later", port, NULL), ECONNREFUSED);
	assert_told_once(TRACE_CONNECT, ECONNREFUSED, port);
	close(holder);
}

static void a_unix_path_is_told(void **state)
{
	(void)state;
	assert_int_equal(status_of("unix", "/tmp", NULL), EADDRINUSE);
	assert_int_equal(told->count, 1);
	assert_string_equal(told->seen[0].path, "/tmp");
}

static void what_works_is_no_failure(void **state)
{
	(void)state;
	assert_int_equal(status_of("good", NULL, NULL), 0);
	assert_int_equal(told->count, 0);
	assert_int_equal(told->worked[TRACE_BIND], 1);
	assert_int_equal(told->worked[TRACE_LISTEN], 1);
}

static void processes_are_told(void **state)
{
	(void)state;
	assert_int_equal(status_of("fork", "0", NULL), 0);
	assert_int_equal(told->lived[TRACE_FORKED], 1);
	assert_int_equal(told->lived[TRACE_REPLACED], 1);
	assert_int_equal(told->lived[TRACE_ENDED], 2);
}

static void a_path_that_can_not_be_is_told(void **state)
{
	(void)state;
	assert_int_equal(status_of("unix", "/nonexistent/socket", NULL), ENOENT);
	assert_int_equal(told->count, 1);
	assert_int_equal(told->seen[0].error, ENOENT);
}

static void two_hundred_children_are_told_each(void **state)
{
	char port[8];
	int holder = hold_port(port, true);

	(void)state;
	assert_int_equal(status_of("crowd", port, "200"), 0);
	assert_int_equal(told->count, 200);
	for (size_t i = 0; i < told->count; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(told->seen[i].pid, told->seen[j].pid);
	close(holder);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failing_bind_is_told_wherever_it_is),
		cmocka_unit_test(who_wants_no_tracer_has_one),
		cmocka_unit_test(options_are_read_from_the_socket),
		cmocka_unit_test(a_failing_listen_is_told),
		cmocka_unit_test(a_refused_connect_is_told),
		cmocka_unit_test(a_unix_path_is_told),
		cmocka_unit_test(what_works_is_no_failure),
		cmocka_unit_test(processes_are_told),
		cmocka_unit_test(a_path_that_can_not_be_is_told),
		cmocka_unit_test(two_hundred_children_are_told_each),
	};

	(void)argc;
	return trace_main(argv, tests, sizeof(tests) / sizeof(tests[0]));
}
