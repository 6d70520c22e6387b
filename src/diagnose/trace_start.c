/* SPDX-License-Identifier: MIT */
/* Starting the command: it waits until it is traced, puts on the filter, becomes the program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace_loop.h"
#include "trace_parts.h"

enum { OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |
		 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
		 PTRACE_O_EXITKILL,
       NOT_RUN = 127 };

static void say_failure(int failures, bool not_allowed, int err)
{
	struct trace_start_failure failure = { .not_allowed = not_allowed, .error = -err };

	/* If it can't be said, the exit status must do. */
	if (write(failures, &failure, sizeof(failure)) < 0)
		return;
}

/* In the new process, until it is the program.  Returns if it can't be. */
static void become(const struct trace_command *command, int go, int failures)
{
	int err = 0;
	char byte;

	if (read(go, &byte, 1) != 1)
		return;		/* the tracer gave up */
	if (command->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err = -errno;
	if (!err)
		err = trace_filter_install();
	if (err) {
		say_failure(failures, true, err);
		return;
	}
	/* The caller ignores it; a program expects what a shell would give it. */
	signal(SIGPIPE, SIG_DFL);
	sigaction(SIGCHLD, &command->on_child, NULL);
	sigprocmask(SIG_SETMASK, &command->mask, NULL);
	if (command->lower)
		command->lower();
	execvp(command->path, command->argv);
	say_failure(failures, false, -errno);
}

static pid_t fork_command(const struct trace_command *command, const int go[2],
			  const int failures[2])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	close(go[1]);
	become(command, go[0], failures[1]);
	_exit(NOT_RUN);
}

/* Trace it and let it go; 0 or -errno. */
static int seize(pid_t pid, int go)
{
	if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0)
		return -errno;
	return write(go, "", 1) == 1 ? 0 : -EIO;
}

pid_t trace_start(const struct trace_command *command, int *failures)
{
	int go[2], said[2], err = 0;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(said, O_CLOEXEC | O_NONBLOCK) < 0) {
		err = -errno;
		close(go[0]);
		close(go[1]);
		return err;
	}
	pid = fork_command(command, go, said);
	if (pid < 0)
		err = -errno;
	else
		err = seize(pid, go[1]);
	close(go[0]);
	close(go[1]);
	close(said[1]);
	if (!err) {
		*failures = said[0];
		return pid;
	}
	close(said[0]);
	if (pid > 0)
		waitpid(pid, NULL, __WALL);	/* it saw its pipe closed */
	return err;
}
