/* SPDX-License-Identifier: MIT */
/*
 * What the kernel really does: one bind() and listen() as they are asked for, and how they end.
 * Also the program whose calls fail under a tracer: in a thread, or again and again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"

static const char *error_name(int error)
{
	return error ? strerrorname_np(error) : "OK";
}

static int try_socket(const struct args *args, const struct where *where)
{
	int type = strcmp(arg_text(args, "proto"), "udp") ? SOCK_STREAM : SOCK_DGRAM;
	int fd = sock_new(where->storage.ss_family, type, 0);
	long v6only = arg_number(args, "v6only");

	if (arg_number(args, "reuseaddr"))
		sock_on(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (arg_number(args, "reuseport"))
		sock_on(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (v6only >= 0)
		sock_on(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	sock_bind_device(fd, arg_text(args, "dev"));
	return fd;
}

static void try_once(const struct args *args)
{
	bool udp = !strcmp(arg_text(args, "proto"), "udp");
	int bind_error, listen_error = 0, fd;
	struct where where;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	fd = try_socket(args, &where);
	bind_error = bind(fd, (const struct sockaddr *)&where.storage, where.length) ? errno : 0;
	if (!bind_error && !udp && listen(fd, LOCAL_BACKLOG))
		listen_error = errno;
	printf("try bind=%s listen=%s pid=%d\n", error_name(bind_error), error_name(listen_error),
	       getpid());
	close(fd);
}

static void *try_thread(void *data)
{
	try_once(data);
	return NULL;
}

void make_try(const struct args *args)
{
	struct args copy = *args;
	pthread_t thread;

	for (long n = arg_number(args, "times"); n > 0; n--) {
		if (!arg_number(args, "thread"))
			try_once(args);
		else if (pthread_create(&thread, NULL, try_thread, &copy) ||
			 pthread_join(thread, NULL))
			die("start a thread");
	}
}

/* Both may bind() by SO_REUSEADDR; the one that is last to listen() may not. */
void make_late_listen(const struct args *args)
{
	int first, second;
	struct where where;

	where_parse(&where, arg_text(args, "addr"), arg_number(args, "port"));
	first = sock_new(where.storage.ss_family, SOCK_STREAM, 0);
	sock_on(first, SOL_SOCKET, SO_REUSEADDR, 1);
	sock_bind(first, &where);
	where_of(&where, first);
	second = sock_new(where.storage.ss_family, SOCK_STREAM, 0);
	sock_on(second, SOL_SOCKET, SO_REUSEADDR, 1);
	sock_bind(second, &where);
	if (listen(first, LOCAL_BACKLOG))
		die("listen");
	printf("late listen=%s pid=%d\n",
	       error_name(listen(second, LOCAL_BACKLOG) ? errno : 0), getpid());
	report(first, "listener", "LISTEN");
	report(second, "late", "BOUND");
}
