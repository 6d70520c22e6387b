/* SPDX-License-Identifier: MIT */
/* Sockets of another process, for tests of what is read of them. */
#ifndef TESTS_HOLDER_H
#define TESTS_HOLDER_H

#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

struct holder {
	pid_t pid;
	uint64_t cookie;		/* of its socket */
	int commands;			/* closed: it ends */
};

/* What the other process does: make a socket.  Returns its cookie, 0 on failure. */
typedef uint64_t holder_function(const void *context);

static inline uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0 ? 0 : cookie;
}

static inline void holder_live(holder_function *make, const void *context, int ready, int commands)
{
	uint64_t cookie = make(context);
	char byte;

	if (!cookie || write(ready, &cookie, sizeof(cookie)) != sizeof(cookie))
		_exit(1);
	/* Until the test closes its end, or is gone. */
	_exit(read(commands, &byte, 1) != 0);
}

static inline struct holder holder_start(holder_function *make, const void *context)
{
	struct holder holder = { 0 };
	int ready[2], commands[2];

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(commands), 0);
	holder.pid = fork();
	assert_true(holder.pid >= 0);
	if (!holder.pid) {
		close(commands[1]);
		holder_live(make, context, ready[1], commands[0]);
	}
	close(ready[1]);
	close(commands[0]);
	holder.commands = commands[1];
	assert_int_equal(read(ready[0], &holder.cookie, sizeof(holder.cookie)),
			 sizeof(holder.cookie));
	close(ready[0]);
	return holder;
}

static inline void holder_end(struct holder *holder)
{
	int status;

	close(holder->commands);
	assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
	assert_int_equal(status, 0);
}

#endif
