/* SPDX-License-Identifier: MIT */
/*
 * Children of the factory, and its waiting.  The factory ends its children; should it die itself,
 * the kernel does, so no socket is left behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mksock.h"

enum { CHILDREN_MAX = 1024 };

static pid_t children[CHILDREN_MAX];
static int children_count;

static pid_t fork_bound(void)
{
	pid_t parent = getpid(), pid;

	if (children_count == CHILDREN_MAX)
		die("more than %d children", CHILDREN_MAX);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid) {
		children[children_count++] = pid;
		return pid;
	}
	children_count = 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		die("PR_SET_PDEATHSIG");
	if (getppid() != parent)
		_exit(1);
	return 0;
}

pid_t child_run(void (*work)(const void *data), const void *data)
{
	int done[2];
	pid_t pid;
	char byte = 0;

	if (pipe(done))
		die("pipe");
	pid = fork_bound();
	if (!pid) {
		close(done[0]);
		work(data);
		if (write(done[1], &byte, 1) != 1)
			_exit(1);
		close(done[1]);
		for (;;)
			pause();
	}
	close(done[1]);
	errno = 0;
	if (read(done[0], &byte, 1) != 1)
		die("child %d did not do its work", pid);
	close(done[0]);
	return pid;
}

pid_t child_start(void (*work)(const void *data), const void *data)
{
	pid_t pid = fork_bound();

	if (pid)
		return pid;
	work(data);
	_exit(0);
}

/* Whether the signal comes before read() or in it, read() ends. */
static void stop(int number)
{
	(void)number;
	close(STDIN_FILENO);
}

static void children_end(void)
{
	for (int i = 0; i < children_count; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
}

void sit(void)
{
	const struct sigaction action = { .sa_handler = stop };
	char block[256];

	if (sigaction(SIGTERM, &action, NULL))
		die("SIGTERM");
	puts("ready");
	while (read(STDIN_FILENO, block, sizeof(block)) > 0)
		;
	children_end();
	exit(0);
}
