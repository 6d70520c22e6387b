/* SPDX-License-Identifier: MIT */
/*
 * Standard error of a tracer that outlives the command.  Holding a terminal
 * or a file open harms nobody, but the reader of a pipe waits for its end.
 */
#include <fcntl.h>
#include <unistd.h>

#include "trace_parts.h"

static void point_to_nothing(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDERR_FILENO);
	close(null);
}

bool trace_stderr_is_pipe(void)
{
	struct stat file;

	return fstat(STDERR_FILENO, &file) == 0 &&
	       (S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode));
}

void trace_stderr_release(struct trace_stderr *held)
{
	held->released = fstat(STDERR_FILENO, &held->file) == 0;
	if (held->released)
		point_to_nothing();
}

/* The program may have opened anything as its descriptor 2: write to what we were given only. */
void trace_stderr_borrow(const struct trace_stderr *held, pid_t tid, pid_t pid)
{
	struct stat file;
	int theirs;

	if (!held->released)
		return;
	theirs = trace_copy_descriptor(tid, pid, STDERR_FILENO);
	if (theirs < 0)
		return;
	if (fstat(theirs, &file) == 0 && file.st_dev == held->file.st_dev &&
	    file.st_ino == held->file.st_ino)
		dup2(theirs, STDERR_FILENO);
	close(theirs);
}

void trace_stderr_return(const struct trace_stderr *held)
{
	if (held->released)
		point_to_nothing();
}
