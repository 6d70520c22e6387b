/* SPDX-License-Identifier: MIT */
/* Tracing as a plain user: what works, what is refused, and what is told of lost privileges. */
#include "trace_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* Become one in a child process; false in the parent, when that has ended well, or we are none. */
static bool is_nobody(void)
{
	pid_t pid;

	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid) {
		assert_int_equal(exit_of(pid), 0);
		return false;
	}
	/* As a program is that was started by this user. */
	if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0 ||
	    prctl(PR_SET_DUMPABLE, 1) < 0)
		_exit(98);
	return true;
}

static void a_plain_user_can_trace(void **state)
{
	char port[8];
	int holder = hold_port(port, true);
	struct trace_end end;

	(void)state;
	if (is_nobody()) {
		/* Where the tests were built may be closed to others. */
		if (access(self, X_OK) < 0)
			_exit(0);
		_exit(trace(&end, "bind", port, NULL) != 0 || end.status != EADDRINUSE ||
		      told->count != 1 || told->seen[0].port != atoi(port) ||
		      told->seen[0].reuse != 0);
	}
	close(holder);
}

/* A program that is set-uid to root, and a script that it runs. */
static void make_privileged(char program[64], char script[64])
{
	char command[512];

	if (geteuid() != 0)
		skip();
	snprintf(program, 64, "/tmp/trace-suid-%d", (int)getpid());
	snprintf(script, 64, "/tmp/trace-script-%d", (int)getpid());
	snprintf(command, sizeof(command),
		 "cp /bin/true %s && chmod 4755 %s && printf '#!%s\\n' >%s && chmod 755 %s",
		 program, program, program, script, script);
	assert_int_equal(system(command), 0);
}

static bool is_refused(char *file, const char *program)
{
	char *argv[] = { file, NULL };
	struct trace_end end;

	return trace_run(argv, &watch, &end) == -EPERM && end.refusal == TRACE_SET_USER &&
	       strcmp(end.program, program) == 0;
}

static void set_uid_programs_are_refused_to_a_plain_user(void **state)
{
	char program[64], script[64];
	struct trace_end end;

	(void)state;
	make_privileged(program, script);
	if (is_nobody()) {
		_exit(!is_refused(program, program) + !is_refused(script, program));
	} else {
		char *argv[] = { program, NULL };

		assert_int_equal(trace_run(argv, &watch, &end), 0);
		assert_int_equal(end.status, 0);
	}
	unlink(program);
	unlink(script);
}

static void a_child_that_loses_privileges_is_told(void **state)
{
	char program[64], script[64], shell[] = "sh", option[] = "-c", command[80];
	char *argv[] = { shell, option, command, NULL };
	struct trace_end end;

	(void)state;
	memset(told, 0, sizeof(*told));
	make_privileged(program, script);
	snprintf(command, sizeof(command), "%s; exit 3", program);
	if (is_nobody())
		_exit(trace_run(argv, &watch, &end) != 0 || end.status != 3);
	assert_int_equal(told->unprivileged, 1);
	assert_string_equal(told->program, program);
	/* Root's keep theirs. */
	assert_int_equal(trace_run(argv, &watch, &end), 0);
	assert_int_equal(told->unprivileged, 1);
	unlink(program);
	unlink(script);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_user_can_trace),
		cmocka_unit_test(set_uid_programs_are_refused_to_a_plain_user),
		cmocka_unit_test(a_child_that_loses_privileges_is_told),
	};

	(void)argc;
	return trace_main(argv, tests, sizeof(tests) / sizeof(tests[0]));
}
