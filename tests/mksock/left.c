/* SPDX-License-Identifier: MIT */
/*
 * What is left on the port of a server that is gone: connections that the server closed first, or
 * that go on without it, and a listener that some other program has inherited.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"

/* The client hears the end of the server, and ends or does not. */
static void left_time_wait(struct pair *pair)
{
	close(pair->server);
	tcp_wait(pair->client, TCP_CLOSE_WAIT);
	close(pair->client);
}

static void left_fin_wait_2(struct pair *pair)
{
	close(pair->server);
	tcp_wait(pair->client, TCP_CLOSE_WAIT);
}

static void left_fin_wait_1(struct pair *pair)
{
	sock_deaf(pair->client);
	close(pair->server);
}

static void left_close_wait(struct pair *pair)
{
	close(pair->client);
	tcp_wait(pair->server, TCP_CLOSE_WAIT);
}

static void left_estab(struct pair *pair)
{
	(void)pair;
}

static const struct {
	const char *name;
	void (*leave)(struct pair *pair);
	const char *state;
	bool closed;
} kinds[] = {
	{ "time-wait", left_time_wait, "TIME-WAIT", true },
	{ "fin-wait-2", left_fin_wait_2, "FIN-WAIT-2", true },
	{ "fin-wait-1", left_fin_wait_1, "FIN-WAIT-1", true },
	{ "close-wait", left_close_wait, "CLOSE-WAIT", false },
	{ "estab", left_estab, "ESTAB", false },
};

/* A listener with SO_REUSEADDR or without, and IPV6_V6ONLY off: as the connection inherits them. */
static void left_open(struct pair *pair, const struct args *args)
{
	struct where where, to;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	pair->listener = sock_new(where.storage.ss_family, SOCK_STREAM, 0);
	sock_on(pair->listener, SOL_SOCKET, SO_REUSEADDR, arg_number(args, "reuseaddr"));
	sock_bind(pair->listener, &where);
	if (listen(pair->listener, LOCAL_BACKLOG))
		die("listen");
	where_of(&where, pair->listener);
	where_parse(&to, reachable(arg_text(args, "addr")), where_port(&where));
	pair->client = tcp_connect(&to);
	pair->server = tcp_accept(pair->listener);
	close(pair->listener);
}

void make_left(const struct args *args)
{
	const char *name = arg_text(args, "state");
	size_t i = 0, count = sizeof(kinds) / sizeof(kinds[0]);
	struct face face;
	struct pair pair;

	while (i < count && strcmp(kinds[i].name, name) != 0)
		i++;
	if (i == count)
		die("state is time-wait, fin-wait-2, fin-wait-1, close-wait or estab");
	left_open(&pair, args);
	face_of(&face, pair.server);
	kinds[i].leave(&pair);
	if (kinds[i].closed)
		face_closed(&face);
	face_print(&face, "server", kinds[i].state);
}

static void leak_work(const void *data)
{
	const int *fd = data;

	report(*fd, "leaked", "LISTEN");
	if (fcntl(*fd, F_SETFD, 0))
		die("keep the descriptor");
	execlp("sleep", "sleep", "infinity", (char *)NULL);
	die("run sleep");
}

void make_leak(const struct args *args)
{
	int fd = tcp_listen(arg_text(args, "addr"), arg_number(args, "port"), LOCAL_BACKLOG);
	int running[2];
	char byte;

	if (pipe2(running, O_CLOEXEC))
		die("pipe");
	child_start(leak_work, &fd);
	close(running[1]);
	/* It ends when the child has become another program. */
	if (read(running[0], &byte, 1))
		die("wait for sleep");
	close(fd);
}
