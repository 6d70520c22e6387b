/* SPDX-License-Identifier: MIT */
/*
 * A listener that changes hands: from process to process, each time in another way, until the
 * factory ends.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"

struct hands {
	int listener;
	int life;			/* its other end closes when the factory ends */
	int ms;
};

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

void descriptor_send(int to, int fd)
{
	union control control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
					      .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS } };
	char byte = 0;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(to, &message, 0) != 1)
		die("send a descriptor");
}

/* The end of the other side is ours. */
static int descriptor_receive(int from)
{
	union control control;
	char byte;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(from, &message, 0) != 1)
		_exit(0);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static void hold(const struct hands *hands)
{
	struct pollfd life = { .fd = hands->life };

	if (poll(&life, 1, hands->ms))
		_exit(0);
}

static pid_t fork_or_die(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	return pid;
}

static void pass_by_fork(const struct hands *hands)
{
	for (;;) {
		hold(hands);
		if (fork_or_die())
			_exit(0);
	}
}

static void pass_by_message(const struct hands *hands)
{
	int ends[2], mine, fd = hands->listener;
	bool second;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		die("socketpair");
	second = !fork_or_die();
	mine = ends[second];
	close(ends[!second]);
	if (second) {
		close(fd);
		fd = descriptor_receive(mine);
	}
	for (;; fd = descriptor_receive(mine)) {
		hold(hands);
		descriptor_send(mine, fd);
		close(fd);
	}
}

static void pass_by_loan(const struct hands *hands)
{
	int ends[2], fd = hands->listener;

	for (;;) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
			die("socketpair");
		if (!fork_or_die()) {
			close(ends[0]);
			hold(hands);
			descriptor_send(ends[1], fd);
			_exit(0);
		}
		close(fd);
		close(ends[1]);
		fd = descriptor_receive(ends[0]);
		close(ends[0]);
		wait(NULL);
	}
}

static const struct {
	const char *name;
	void (*pass)(const struct hands *hands);
} ways[] = {
	{ "fork", pass_by_fork },
	{ "message", pass_by_message },
	{ "loan", pass_by_loan },
};

void make_hand_over(const struct args *args)
{
	const char *by = arg_text(args, "by");
	struct hands hands = { .ms = (int)arg_number(args, "ms") };
	int life[2];
	size_t way = 0;

	while (way < sizeof(ways) / sizeof(ways[0]) && strcmp(ways[way].name, by) != 0)
		way++;
	if (way == sizeof(ways) / sizeof(ways[0]))
		die("by=fork, by=message or by=loan");
	hands.listener =
		tcp_listen(arg_text(args, "addr"), arg_number(args, "port"), LOCAL_BACKLOG);
	if (pipe(life))
		die("pipe");
	hands.life = life[0];
	report(hands.listener, "listener", "LISTEN");
	if (!fork_or_die()) {
		close(life[1]);
		ways[way].pass(&hands);
	}
	close(life[0]);
	close(hands.listener);
}
