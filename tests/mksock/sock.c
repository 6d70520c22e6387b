/* SPDX-License-Identifier: MIT */
/*
 * The making of sockets: addresses, options, listeners, connections, and deafness, by which a TCP
 * connection is kept between two states for as long as a test needs.  Knows no fixture.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "mksock.h"

void where_parse(struct where *where, const char *address, long port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV }, *info;
	char service[16];
	int error;

	snprintf(service, sizeof(service), "%ld", port);
	error = getaddrinfo(address, service, &hints, &info);
	errno = 0;
	if (error)
		die("address '%s' port %ld: %s", address, port, gai_strerror(error));
	memset(where, 0, sizeof(*where));
	memcpy(&where->storage, info->ai_addr, info->ai_addrlen);
	where->length = info->ai_addrlen;
	freeaddrinfo(info);
}

static in_port_t *port_of(struct where *where)
{
	if (where->storage.ss_family == AF_INET6)
		return &((struct sockaddr_in6 *)&where->storage)->sin6_port;
	return &((struct sockaddr_in *)&where->storage)->sin_port;
}

void where_set_port(struct where *where, int port)
{
	*port_of(where) = htons(port);
}

int where_port(const struct where *where)
{
	struct where copy = *where;

	return ntohs(*port_of(&copy));
}

void where_of(struct where *where, int fd)
{
	memset(where, 0, sizeof(*where));
	where->length = sizeof(where->storage);
	if (getsockname(fd, (struct sockaddr *)&where->storage, &where->length))
		die("getsockname");
}

void where_text(const struct where *where, char text[TEXT_MAX])
{
	const struct sockaddr *address = (const struct sockaddr *)&where->storage;
	char host[64], service[8];
	int error;

	error = getnameinfo(address, where->length, host, sizeof(host), service, sizeof(service),
			    NI_NUMERICHOST | NI_NUMERICSERV);
	if (error)
		die("getnameinfo: %s", gai_strerror(error));
	snprintf(text, TEXT_MAX, address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
		 service);
}

const char *reachable(const char *address)
{
	if (!strcmp(address, "0.0.0.0"))
		return "127.0.0.1";
	return strcmp(address, "::") ? address : "::1";
}

int sock_new(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("socket of family %d, type %d, protocol %d", family, type, protocol);
	return fd;
}

void sock_on(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("socket option %d of level %d", name, level);
}

void sock_bind(int fd, const struct where *where)
{
	char text[TEXT_MAX];

	if (!bind(fd, (const struct sockaddr *)&where->storage, where->length))
		return;
	where_text(where, text);
	die("bind to %s", text);
}

void sock_bind_device(int fd, const char *device)
{
	if (*device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device) + 1))
		die("bind to device '%s'", device);
}

void sock_mark(int fd, long mark)
{
	if (mark)
		sock_on(fd, SOL_SOCKET, SO_MARK, (int)mark);
}

/* A filter of the socket drops TCP segments before the protocol sees them. */
void sock_deaf(int fd)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &drop };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
		die("attach a filter");
}

void sock_hear(int fd)
{
	sock_on(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
}

void sock_abort_on_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		die("SO_LINGER");
}

int tcp_listen(const char *address, long port, long backlog)
{
	struct where where;
	int fd;

	where_parse(&where, address, port);
	fd = sock_new(where.storage.ss_family, SOCK_STREAM, 0);
	sock_on(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	sock_bind(fd, &where);
	if (listen(fd, backlog))
		die("listen");
	return fd;
}

int tcp_connect_start(const struct where *to)
{
	int fd = sock_new(to->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (connect(fd, (const struct sockaddr *)&to->storage, to->length) && errno != EINPROGRESS)
		die("connect");
	return fd;
}

int tcp_connect(const struct where *to)
{
	int fd = sock_new(to->storage.ss_family, SOCK_STREAM, 0);
	char text[TEXT_MAX];

	if (!connect(fd, (const struct sockaddr *)&to->storage, to->length))
		return fd;
	where_text(to, text);
	die("connect to %s", text);
}

int tcp_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("accept");
	return fd;
}

static long state_of(int fd)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
		die("TCP_INFO");
	return info.tcpi_state;
}

/* Of a listener the kernel tells it in the place of packets (tcp_get_info()). */
static long queue_of(int listener)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &length))
		die("TCP_INFO");
	return info.tcpi_unacked;
}

static long unacknowledged_of(int fd)
{
	int bytes;

	if (ioctl(fd, TIOCOUTQ, &bytes))
		die("TIOCOUTQ");
	return bytes;
}

/* On a busy machine even the packets of the loopback take their time. */
static void wait_until(long (*datum)(int fd), int fd, long wanted, const char *what)
{
	const struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
	long is = 0;

	for (int i = 0; i < 6000; i++) {
		is = datum(fd);
		if (is == wanted)
			return;
		nanosleep(&pause, NULL);
	}
	errno = 0;
	die("%s came to %ld and not to %ld", what, is, wanted);
}

void tcp_wait(int fd, int state)
{
	wait_until(state_of, fd, state, "a TCP state");
}

void tcp_wait_queue(int listener, long count)
{
	wait_until(queue_of, listener, count, "an accept queue");
}

void tcp_send(int fd, long bytes)
{
	char block[4096] = { 0 };

	while (bytes > 0) {
		size_t part = bytes < (long)sizeof(block) ? (size_t)bytes : sizeof(block);
		ssize_t sent = send(fd, block, part, 0);

		if (sent < 0)
			die("send");
		bytes -= sent;
	}
	wait_until(unacknowledged_of, fd, 0, "the bytes on their way");
}

void pair_open(struct pair *pair, const char *address, const char *to, long port)
{
	struct where listening, target;

	pair->listener = tcp_listen(address, port, LOCAL_BACKLOG);
	where_of(&listening, pair->listener);
	where_parse(&target, *to ? to : reachable(address), where_port(&listening));
	pair->client = tcp_connect(&target);
	pair->server = tcp_accept(pair->listener);
}
