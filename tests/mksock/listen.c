/* SPDX-License-Identifier: MIT */
/*
 * Fixtures of TCP sockets that wait: listeners of every reach, sockets that are only bound, and
 * accept queues that nobody empties.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "fixtures.h"
#include "mksock.h"

void make_listen(const struct args *args)
{
	long v6only = arg_number(args, "v6only");
	struct where where;
	int fd;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	fd = sock_new(where.storage.ss_family, SOCK_STREAM, 0);
	sock_on(fd, SOL_SOCKET, SO_REUSEADDR, arg_number(args, "reuseaddr"));
	sock_on(fd, SOL_SOCKET, SO_REUSEPORT, arg_number(args, "reuseport"));
	if (v6only >= 0)
		sock_on(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	sock_bind_device(fd, arg_text(args, "dev"));
	sock_mark(fd, arg_number(args, "mark"));
	sock_bind(fd, &where);
	if (listen(fd, arg_number(args, "backlog")))
		die("listen");
	if (arg_number(args, "shut") && shutdown(fd, SHUT_RDWR))
		die("shutdown");
	report(fd, "listener", arg_number(args, "shut") ? "BOUND" : "LISTEN");
}

void make_twins(const struct args *args)
{
	struct where where;
	int fd = tcp_listen("0.0.0.0", arg_number(args, "port"), LOCAL_BACKLOG), other;

	report(fd, "ipv4", "LISTEN");
	where_of(&where, fd);
	where_parse(&where, "::", where_port(&where));
	other = sock_new(AF_INET6, SOCK_STREAM, 0);
	sock_on(other, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	sock_bind(other, &where);
	if (listen(other, LOCAL_BACKLOG))
		die("listen");
	report(other, "ipv6", "LISTEN");
}

void make_bound(const struct args *args)
{
	struct where where;
	int fd;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	fd = sock_new(where.storage.ss_family, SOCK_STREAM, 0);
	sock_bind(fd, &where);
	report(fd, "bound", "BOUND");
}

static void listener_of(const struct args *args, int *fd, struct where *to)
{
	const char *address = arg_text(args, "addr");
	struct where where;

	*fd = tcp_listen(address, arg_number(args, "port"), arg_number(args, "backlog"));
	report(*fd, "listener", "LISTEN");
	where_of(&where, *fd);
	where_parse(to, reachable(address), where_port(&where));
}

/* A client, and the row without an owner that the kernel keeps for it in the accept queue. */
static void queue_one(const struct where *to)
{
	struct face face;

	face_of(&face, tcp_connect(to));
	face_print(&face, "client", "ESTAB");
	face_turn(&face);
	face_print(&face, "unaccepted", "ESTAB");
}

void make_unaccepted(const struct args *args)
{
	struct where to;
	int listener;

	listener_of(args, &listener, &to);
	for (long n = arg_number(args, "n"); n > 0; n--)
		queue_one(&to);
	tcp_wait_queue(listener, arg_number(args, "n"));
}

void make_accept_full(const struct args *args)
{
	struct where to;
	int listener;

	listener_of(args, &listener, &to);
	/* The kernel takes one more than the backlog. */
	for (long n = arg_number(args, "backlog"); n >= 0; n--)
		queue_one(&to);
	tcp_wait_queue(listener, arg_number(args, "backlog") + 1);
	for (long n = arg_number(args, "extra"); n > 0; n--) {
		struct face face;

		face_of(&face, tcp_connect_start(&to));
		where_text(&to, face.peer);
		face_print(&face, "refused", "SYN-SENT");
	}
}
