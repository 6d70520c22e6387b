/* SPDX-License-Identifier: MIT */
/*
 * Fixtures of TCP states.  A state that lasts only until the next packet is held by making a socket
 * deaf (see sock_deaf), which needs no privilege and touches no other socket.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static void pair_of(const struct args *args, struct pair *pair)
{
	pair_open(pair, arg_text(args, "addr"), "", arg_number(args, "port"));
	report(pair->listener, "listener", "LISTEN");
}

struct split {
	const struct args *args;
	struct where to;
	int listener;
	bool fork;
};

static void conn_client(const void *data)
{
	const struct split *split = data;
	int fd;

	if (split->fork)
		close(split->listener);
	fd = tcp_connect(&split->to);
	sock_on(fd, SOL_SOCKET, SO_KEEPALIVE, arg_number(split->args, "keepalive"));
	tcp_send(fd, arg_number(split->args, "bytes"));
	report(fd, "client", "ESTAB");
}

void make_conn(const struct args *args)
{
	const char *address = arg_text(args, "addr"), *to = arg_text(args, "to");
	struct split split = { .args = args, .fork = arg_number(args, "fork") };
	struct where where;
	int server;

	split.listener = tcp_listen(address, arg_number(args, "port"), LOCAL_BACKLOG);
	sock_mark(split.listener, arg_number(args, "mark"));
	where_of(&where, split.listener);
	where_parse(&split.to, *to ? to : reachable(address), where_port(&where));
	if (split.fork)
		child_run(conn_client, &split);
	else
		conn_client(&split);
	server = tcp_accept(split.listener);
	tcp_send(server, arg_number(args, "back"));
	report(server, "server", "ESTAB");
	if (arg_number(args, "listener"))
		report(split.listener, "listener", "LISTEN");
	else
		close(split.listener);
}

void make_mptcp(const struct args *args)
{
	struct where where;
	int listener, client;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	listener = sock_new(where.storage.ss_family, SOCK_STREAM, IPPROTO_MPTCP);
	sock_bind(listener, &where);
	if (listen(listener, LOCAL_BACKLOG))
		die("listen");
	where_of(&where, listener);
	client = sock_new(where.storage.ss_family, SOCK_STREAM, IPPROTO_MPTCP);
	if (connect(client, (struct sockaddr *)&where.storage, where.length))
		die("connect");
	report(tcp_accept(listener), "server", "ESTAB");
	report(client, "client", "ESTAB");
	report(listener, "listener", "LISTEN");
}

void make_syn_sent(const struct args *args)
{
	const char *address = arg_text(args, "addr");
	int listener = tcp_listen(address, arg_number(args, "port"), LOCAL_BACKLOG);
	struct where where, to;
	struct face face;

	sock_deaf(listener);
	report(listener, "listener", "LISTEN");
	where_of(&where, listener);
	where_parse(&to, reachable(address), where_port(&where));
	face_of(&face, tcp_connect_start(&to));
	where_text(&to, face.peer);
	face_print(&face, "client", "SYN-SENT");
}

void make_syn_recv(const struct args *args)
{
	const char *address = arg_text(args, "addr");
	int listener = tcp_listen(address, arg_number(args, "port"), LOCAL_BACKLOG);
	struct where where, to;
	struct face face;

	sock_on(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 60);
	report(listener, "listener", "LISTEN");
	where_of(&where, listener);
	where_parse(&to, reachable(address), where_port(&where));
	face_of(&face, tcp_connect(&to));
	face_print(&face, "client", "ESTAB");
	face_turn(&face);
	face_print(&face, "embryo", "SYN-RECV");
}

void make_fin_wait_1(const struct args *args)
{
	struct pair pair;

	pair_of(args, &pair);
	sock_deaf(pair.server);
	shutdown(pair.client, SHUT_WR);
	tcp_wait(pair.client, TCP_FIN_WAIT1);
	report(pair.client, "client", "FIN-WAIT-1");
	report(pair.server, "server", "ESTAB");
}

void make_orphan(const struct args *args)
{
	char block[65536];
	struct face face;
	struct pair pair;

	memset(block, 0, sizeof(block));
	pair_of(args, &pair);
	while (send(pair.client, block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	if (errno != EAGAIN)
		die("fill the send buffer");
	face_of(&face, pair.client);
	close(pair.client);
	face_closed(&face);
	face_print(&face, "client", "FIN-WAIT-1");
	report(pair.server, "server", "ESTAB");
}

/*
 * The client's FIN is acknowledged: what it becomes next is up to the server's FIN or to close(),
 * and no matter of which packet is faster.
 */
static void half_close(const struct pair *pair)
{
	shutdown(pair->client, SHUT_WR);
	tcp_wait(pair->client, TCP_FIN_WAIT2);
	tcp_wait(pair->server, TCP_CLOSE_WAIT);
}

static void drain(int fd, long bytes)
{
	char block[4096];

	while (bytes > 0) {
		ssize_t length = recv(fd, block, sizeof(block), 0);

		if (length <= 0)
			die("receive");
		bytes -= length;
	}
}

void make_fin_wait_2(const struct args *args)
{
	long bytes = arg_number(args, "bytes");
	struct pair pair;

	pair_of(args, &pair);
	tcp_send(pair.client, bytes);
	drain(pair.server, bytes);
	half_close(&pair);
	report(pair.client, "client", "FIN-WAIT-2");
	report(pair.server, "server", "CLOSE-WAIT");
}

void make_close_wait(const struct args *args)
{
	struct face face;
	struct pair pair;

	pair_of(args, &pair);
	face_of(&face, pair.client);
	half_close(&pair);
	close(pair.client);
	face_closed(&face);
	face_print(&face, "client", "FIN-WAIT-2");
	report(pair.server, "server", "CLOSE-WAIT");
}

static void report_end(int fd, const char *name, const char *state, bool orphan)
{
	struct face face;

	face_of(&face, fd);
	if (orphan) {
		close(fd);
		face_closed(&face);
	}
	face_print(&face, name, state);
}

/* Each end's FIN is lost; then one end hears the other's FIN again, whose ACK is from before. */
void make_closing(const struct args *args)
{
	struct pair pair;

	pair_of(args, &pair);
	sock_deaf(pair.client);
	sock_deaf(pair.server);
	shutdown(pair.client, SHUT_WR);
	shutdown(pair.server, SHUT_WR);
	sock_hear(pair.client);
	tcp_wait(pair.client, TCP_CLOSING);
	report_end(pair.client, "client", "CLOSING", arg_number(args, "orphan"));
	report(pair.server, "server", "FIN-WAIT-1");
}

void make_last_ack(const struct args *args)
{
	struct face face;
	struct pair pair;

	pair_of(args, &pair);
	face_of(&face, pair.client);
	half_close(&pair);
	sock_deaf(pair.server);
	shutdown(pair.server, SHUT_WR);
	tcp_wait(pair.server, TCP_LAST_ACK);
	tcp_wait(pair.client, TCP_CLOSE);
	close(pair.client);
	report_end(pair.server, "server", "LAST-ACK", arg_number(args, "orphan"));
	face_closed(&face);
	face_print(&face, "client", "TIME-WAIT");
}

void make_time_wait(const struct args *args)
{
	struct face face;
	struct pair pair;

	pair_of(args, &pair);
	face_of(&face, pair.client);
	half_close(&pair);
	shutdown(pair.server, SHUT_WR);
	/* The descriptors outlive their connection, which goes on without them in TIME-WAIT. */
	tcp_wait(pair.client, TCP_CLOSE);
	tcp_wait(pair.server, TCP_CLOSE);
	close(pair.client);
	close(pair.server);
	face_closed(&face);
	face_print(&face, "client", "TIME-WAIT");
}

/* A chosen port stays taken after the RST; one that the kernel chose is given back. */
void make_rst(const struct args *args)
{
	const char *address = arg_text(args, "addr");
	int listener = tcp_listen(address, arg_number(args, "port"), LOCAL_BACKLOG), client, server;
	struct where where, own;
	struct face face;

	where_of(&where, listener);
	client = sock_new(where.storage.ss_family, SOCK_STREAM, 0);
	if (arg_number(args, "bound")) {
		where_parse(&own, reachable(address), arg_number(args, "bound"));
		sock_bind(client, &own);
	}
	if (connect(client, (struct sockaddr *)&where.storage, where.length))
		die("connect");
	server = tcp_accept(listener);
	face_of(&face, client);
	sock_abort_on_close(server);
	close(server);
	tcp_wait(client, TCP_CLOSE);
	report(listener, "listener", "LISTEN");
	face_print(&face, "client", arg_number(args, "bound") ? "BOUND" : "GONE");
}
