/* SPDX-License-Identifier: MIT */
/* A command that is traced runs as it would without us. */
#include "trace_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The same in a process of its own, which ends as the command does. */
static pid_t start(const char *role, const char *first)
{
	struct trace_end end;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	_exit(trace(&end, role, first, NULL) < 0 ? 99 : end.status);
}

static void the_end_is_the_command_s(void **state)
{
	struct trace_end end;

	(void)state;
	assert_int_equal(status_of("exit", "0", NULL), 0);
	assert_int_equal(status_of("exit", "37", NULL), 37);
	assert_int_equal(trace(&end, "die", "15", NULL), 0);
	assert_int_equal(end.signal, SIGTERM);
	assert_int_equal(end.status, 128 + SIGTERM);
	assert_int_equal(trace(&end, "die", "9", NULL), 0);
	assert_int_equal(end.signal, SIGKILL);
	assert_int_equal(trace(&end, "die", "5", NULL), 0);
	assert_int_equal(end.signal, SIGTRAP);
	assert_int_equal(told->count, 0);
}

static void what_can_not_run_is_said(void **state)
{
	char missing[] = "no-such-program-here", no_file[] = "/no/such/program";
	char directory[] = "/tmp";
	char *argv[] = { missing, NULL };
	struct trace_end end;

	(void)state;
	assert_int_equal(trace_run(argv, &watch, &end), -ENOENT);
	argv[0] = no_file;
	assert_int_equal(trace_run(argv, &watch, &end), -ENOENT);
	argv[0] = directory;
	assert_int_equal(trace_run(argv, &watch, &end), -EACCES);
	assert_int_equal(end.refusal, TRACE_NOT_REFUSED);
}

/* A script whose interpreter is missing is found, but does not run. */
static void what_fails_to_start_is_said(void **state)
{
	char path[] = "/tmp/trace-XXXXXX";
	static const char text[] = "#!/no/such/interpreter\n";
	int fd = mkstemp(path);
	char *argv[] = { path, NULL };
	struct trace_end end;

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(fchmod(fd, 0755), 0);
	close(fd);
	assert_int_equal(trace_run(argv, &watch, &end), -ENOENT);
	unlink(path);
}

static void the_command_finds_its_signals_and_files_as_ever(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		char be[] = ROLE_WORD, role[] = "inspect";
		char *argv[] = { self, be, role, NULL };

		execv(self, argv);
		_exit(1);
	}
	/* What it finds is what the test itself was started with. */
	assert_int_equal(status_of("inspect", NULL, NULL), exit_of(pid));
}

static void standard_input_is_the_command_s(void **state)
{
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		_exit(exit_of(start("read", NULL)));
	}
	assert_int_equal(write(ends[1], "\x2a", 1), 1);
	assert_int_equal(exit_of(pid), 0x2a);
	close(ends[0]);
	close(ends[1]);
}

/* Start a role with its standard output in a pipe; returns the end to read. */
static int start_with_pipe(pid_t *pid, const char *role, const char *word)
{
	int ends[2], out = dup(STDOUT_FILENO);

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDOUT_FILENO);
	*pid = start(role, word);
	dup2(out, STDOUT_FILENO);
	close(out);
	close(ends[1]);
	return ends[0];
}

static void signals_go_on_to_the_command(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGUSR1, SIGINT };

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		char number[4], byte;
		pid_t pid;
		int out;

		snprintf(number, sizeof(number), "%d", signals[i]);
		out = start_with_pipe(&pid, "count", number);
		assert_int_equal(read(out, &byte, 1), 1);
		kill(pid, signals[i]);
		assert_int_equal(exit_of(pid), 1);
		close(out);
	}
}

/* The front gets a copy, too, which must not reach the command a second time. */
static void a_signal_to_the_group_comes_once(void **state)
{
	char number[4], byte;
	pid_t group = fork(), pid;
	int out;

	(void)state;
	if (group) {
		assert_int_equal(exit_of(group), 1);
		return;
	}
	setpgid(0, 0);
	signal(SIGTERM, SIG_IGN);
	snprintf(number, sizeof(number), "%d", SIGTERM);
	out = start_with_pipe(&pid, "count", number);
	if (read(out, &byte, 1) == 1)
		kill(0, SIGTERM);
	_exit(exit_of(pid));
}

static void we_stop_and_continue_with_the_command(void **state)
{
	pid_t pid = start("stop", "5");
	int status;

	(void)state;
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), SIGSTOP);
	kill(pid, SIGCONT);
	assert_int_equal(exit_of(pid), 5);
}

static void we_end_when_the_command_is_killed_while_stopped(void **state)
{
	int status, out;
	pid_t pid, command;

	(void)state;
	out = start_with_pipe(&pid, "stop-and-say", NULL);
	assert_int_equal(read(out, &command, sizeof(command)), sizeof(command));
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	kill(command, SIGKILL);
	assert_int_equal(exit_of(pid), 128 + SIGKILL);
	close(out);
}

static void a_killed_front_takes_the_command_with_it(void **state)
{
	char number[4], byte;
	pid_t pid;
	int out, status;

	(void)state;
	snprintf(number, sizeof(number), "%d", SIGUSR2);
	out = start_with_pipe(&pid, "count", number);
	assert_int_equal(read(out, &byte, 1), 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(read(out, &byte, 1), 0);
	close(out);
}

/* A daemon whose command has ended. */
struct daemon {
	int wait;		/* it goes on when this is closed */
	int out;		/* its standard error */
};

static struct daemon start_daemon(const char *role, const char *port)
{
	int in[2], input = dup(STDIN_FILENO), error = dup(STDERR_FILENO), out[2];
	struct daemon daemon;
	pid_t pid;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	dup2(in[0], STDIN_FILENO);
	dup2(out[1], STDERR_FILENO);
	close(in[0]);
	close(out[1]);
	daemon.out = start_with_pipe(&pid, role, port);
	dup2(input, STDIN_FILENO);
	dup2(error, STDERR_FILENO);
	close(input);
	close(error);
	assert_int_equal(exit_of(pid), 0);
	daemon.wait = in[1];
	close(daemon.out);
	daemon.out = out[0];
	return daemon;
}

/* What a daemon and we, in its place, said until both were silent. */
static size_t daemon_says(struct daemon *daemon, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(daemon->out, text + length, size - length)) > 0)
		length += (size_t)got;
	close(daemon->out);
	return length;
}

static void a_daemon_is_watched_on(void **state)
{
	char port[8], text[16];
	int holder = hold_port(port, true);
	struct daemon daemon = start_daemon("daemon", port);

	(void)state;
	close(daemon.wait);
	assert_int_equal(daemon_says(&daemon, text, sizeof(text)), 1);
	assert_int_equal(text[0], EADDRINUSE);
	assert_told_once(TRACE_BIND, EADDRINUSE, port);
	close(holder);

	daemon = start_daemon("daemon", port);
	close(daemon.wait);
	assert_int_equal(daemon_says(&daemon, text, sizeof(text)), 1);
	assert_int_equal(text[0], 0);
	assert_int_equal(told->count, 0);
}

static void a_daemon_is_explained_on_its_own_standard_error(void **state)
{
	char port[8], text[16];
	int holder = hold_port(port, true);
	struct daemon daemon;

	(void)state;
	watch_speaks = true;
	daemon = start_daemon("daemon", port);
	close(daemon.wait);
	assert_int_equal(daemon_says(&daemon, text, sizeof(text)), 2);
	assert_int_equal(text[0], '!');
	assert_int_equal(text[1], EADDRINUSE);
	watch_speaks = false;
	close(holder);
}

/*
 * The tracer lives as long as the daemon, but must not seem to write what the
 * daemon won't: after some moments the pipe ends.
 */
static void who_reads_our_output_does_not_wait_for_a_daemon(void **state)
{
	struct daemon daemon = start_daemon("quiet-daemon", NULL);
	char text[16];

	(void)state;
	assert_int_equal(daemon_says(&daemon, text, sizeof(text)), 0);
	assert_int_equal(told->released, 1);
	close(daemon.wait);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_is_the_command_s),
		cmocka_unit_test(what_can_not_run_is_said),
		cmocka_unit_test(what_fails_to_start_is_said),
		cmocka_unit_test(the_command_finds_its_signals_and_files_as_ever),
		cmocka_unit_test(standard_input_is_the_command_s),
		cmocka_unit_test(signals_go_on_to_the_command),
		cmocka_unit_test(a_signal_to_the_group_comes_once),
		cmocka_unit_test(we_stop_and_continue_with_the_command),
		cmocka_unit_test(a_killed_front_takes_the_command_with_it),
		cmocka_unit_test(we_end_when_the_command_is_killed_while_stopped),
		cmocka_unit_test(a_daemon_is_watched_on),
		cmocka_unit_test(a_daemon_is_explained_on_its_own_standard_error),
		cmocka_unit_test(who_reads_our_output_does_not_wait_for_a_daemon),
	};

	(void)argc;
	return trace_main(argv, tests, sizeof(tests) / sizeof(tests[0]));
}
