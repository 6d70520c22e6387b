/* SPDX-License-Identifier: MIT */
/*
 * Fixtures of number: many connections that stay, and a connection that never does.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"

static void allow_descriptors(long wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("RLIMIT_NOFILE");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("RLIMIT_NOFILE");
	if (limit.rlim_cur < (rlim_t)wanted)
		die("%ld descriptors needed, %lu allowed", wanted, (unsigned long)limit.rlim_cur);
}

static int load_listener(const struct args *args, struct where *to)
{
	const char *address = arg_text(args, "addr");
	int listener = tcp_listen(address, arg_number(args, "port"), LOCAL_BACKLOG);
	struct where where;

	report(listener, "listener", "LISTEN");
	where_of(&where, listener);
	where_parse(to, reachable(address), where_port(&where));
	return listener;
}

void make_load(const struct args *args)
{
	long n = arg_number(args, "n");
	struct where to;
	int listener;

	allow_descriptors(2 * n + 16);
	listener = load_listener(args, &to);
	for (; n > 0; n--) {
		report(tcp_connect(&to), "client", "ESTAB");
		report(tcp_accept(listener), "server", "ESTAB");
	}
}

struct churn {
	struct where to;
	int listener;
	long ms;
	long rate;			/* connections per second; 0: as many as can be */
};

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void churn_one(const struct churn *churn)
{
	int client = tcp_connect(&churn->to), server = tcp_accept(churn->listener);

	sock_abort_on_close(client);
	close(client);
	close(server);
}

static void churn_work(const void *data)
{
	const struct churn *churn = data;
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	long start = now_ms(), passed = 0, count = 0;

	if (close_range(STDERR_FILENO + 1, churn->listener - 1, 0) ||
	    close_range(churn->listener + 1, ~0U, 0))
		die("close what the parent holds");
	for (; passed < churn->ms; passed = now_ms() - start) {
		if (churn->rate && count >= passed * churn->rate / 1000) {
			nanosleep(&pause, NULL);
			continue;
		}
		churn_one(churn);
		count++;
	}
	printf("churned n=%ld pid=%d\n", count, getpid());
}

/* The stable ones have a listener of their own, so they can be told from the rest by the port. */
void make_churn(const struct args *args)
{
	struct churn churn = { .ms = arg_number(args, "ms"), .rate = arg_number(args, "rate") };
	struct where where;

	make_load(args);
	churn.listener = tcp_listen("127.0.0.2", 0, LOCAL_BACKLOG);
	where_of(&where, churn.listener);
	where_parse(&churn.to, "127.0.0.2", where_port(&where));
	report(churn.listener, "churning", "LISTEN");
	child_start(churn_work, &churn);
}
