/* SPDX-License-Identifier: MIT */
/*
 * Fixtures of sockets without connections: UDP, UDP-Lite and raw.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"

static int udp_bound(const struct args *args, int protocol, struct where *where)
{
	int fd;

	where_parse(where, arg_text(args, "addr"), arg_number(args, "port"));
	fd = sock_new(where->storage.ss_family, SOCK_DGRAM, protocol);
	sock_bind(fd, where);
	where_of(where, fd);
	return fd;
}

static int udp_connected(const struct where *to, int protocol)
{
	int fd = sock_new(to->storage.ss_family, SOCK_DGRAM, protocol);

	if (connect(fd, (const struct sockaddr *)&to->storage, to->length))
		die("connect");
	return fd;
}

void make_udp(const struct args *args)
{
	long v6only = arg_number(args, "v6only");
	struct where where;
	int fd;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	fd = sock_new(where.storage.ss_family, SOCK_DGRAM, 0);
	if (v6only >= 0)
		sock_on(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	sock_bind_device(fd, arg_text(args, "dev"));
	sock_mark(fd, arg_number(args, "mark"));
	sock_bind(fd, &where);
	report(fd, "udp", "UNCONN");
}

void make_udp_conn(const struct args *args)
{
	long bytes = arg_number(args, "bytes"), half = bytes / 2;
	char block[65536] = { 0 };
	struct where where;
	int server = udp_bound(args, 0, &where), client;

	client = udp_connected(&where, 0);
	if (bytes > (long)sizeof(block))
		die("at most %zu bytes", sizeof(block));
	if (bytes && (send(client, block, half, 0) < 0 || send(client, block, bytes - half, 0) < 0))
		die("send");
	report(server, "server", "UNCONN");
	report(client, "client", "ESTAB");
}

void make_udp_drops(const struct args *args)
{
	char block[500] = { 0 };
	struct where where;
	int server = udp_bound(args, 0, &where), client = udp_connected(&where, 0);

	sock_on(server, SOL_SOCKET, SO_RCVBUF, 1);
	for (long n = arg_number(args, "n"); n > 0; n--)
		if (send(client, block, sizeof(block), 0) < 0)
			die("send");
	report(server, "server", "UNCONN");
	report(client, "client", "ESTAB");
}

void make_udp_shared(const struct args *args)
{
	struct where where;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	for (long n = arg_number(args, "n"); n > 0; n--) {
		int fd = sock_new(where.storage.ss_family, SOCK_DGRAM, 0);

		sock_on(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		sock_bind(fd, &where);
		where_of(&where, fd);
		report(fd, "member", "UNCONN");
	}
}

void make_udplite(const struct args *args)
{
	struct where where;
	int server = udp_bound(args, IPPROTO_UDPLITE, &where);

	report(server, "server", "UNCONN");
	report(udp_connected(&where, IPPROTO_UDPLITE), "client", "ESTAB");
}

void make_raw(const struct args *args)
{
	int family = arg_number(args, "family") == 6 ? AF_INET6 : AF_INET;
	long protocol = arg_number(args, "protocol");
	struct face face;

	face_of(&face, sock_new(family, SOCK_RAW, protocol));
	snprintf(face.local, sizeof(face.local), family == AF_INET6 ? "[::]:%ld" : "0.0.0.0:%ld",
		 protocol);
	face_print(&face, "raw", "UNCONN");
}

void make_ping(const struct args *args)
{
	struct where where;
	int fd;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "id"));
	fd = sock_new(where.storage.ss_family, SOCK_DGRAM,
		      where.storage.ss_family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	sock_bind(fd, &where);
	report(fd, "ping", "UNCONN");
}
