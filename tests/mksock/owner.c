/* SPDX-License-Identifier: MIT */
/*
 * Fixtures of ownership: sockets with several owners, and sockets whose owner is not where one
 * looks first: in a thread's own descriptor table, behind a dead main thread, in an io_uring, in
 * flight.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"

static int listener_of(const struct args *args)
{
	return tcp_listen(arg_text(args, "addr"), arg_number(args, "port"), LOCAL_BACKLOG);
}

struct member {
	struct where where;
	bool udp;
	int reserve;			/* keeps the port ours until all members are there */
};

static int member_open(const struct member *member)
{
	int type = member->udp ? SOCK_DGRAM : SOCK_STREAM;
	int fd = sock_new(member->where.storage.ss_family, type, 0);

	sock_on(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	sock_bind(fd, &member->where);
	if (!member->udp && listen(fd, LOCAL_BACKLOG))
		die("listen");
	return fd;
}

static void member_work(const void *data)
{
	const struct member *member = data;

	close(member->reserve);
	report(member_open(member), "member", member->udp ? "UNCONN" : "LISTEN");
}

void make_reuseport(const struct args *args)
{
	struct member member = { .udp = !strcmp(arg_text(args, "proto"), "udp") };

	where_parse(&member.where, arg_text(args, "addr"), arg_number(args, "port"));
	member.reserve = member_open(&member);
	where_of(&member.where, member.reserve);
	for (long n = arg_number(args, "n"); n > 0; n--)
		child_run(member_work, &member);
	close(member.reserve);
}

/* In the child between us and the stranger, who gets a session of its own and no parent. */
static void stranger_exec(const int in[2], const int out[2], char **argv)
{
	if (setsid() < 0)
		die("setsid");
	if (fork())
		_exit(0);
	if (dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0)
		die("dup2");
	execv("/proc/self/exe", argv);
	die("can't start itself");
}

/* Forwards what the stranger says until it is ready.  It ends with us, for its input does. */
static void stranger_start(char **argv)
{
	char line[512];
	int in[2], out[2];
	pid_t pid;
	FILE *file;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		stranger_exec(in, out, argv);
	close(in[0]);
	close(out[1]);
	waitpid(pid, NULL, 0);
	file = fdopen(out[0], "r");
	errno = 0;
	do {
		if (!file || !fgets(line, sizeof(line), file))
			die("the stranger did not start");
		if (strcmp(line, "ready\n") != 0)
			fputs(line, stdout);
	} while (strcmp(line, "ready\n") != 0);
}

void make_strangers(const struct args *args)
{
	char address[TEXT_MAX], port[TEXT_MAX];
	char name[] = "mksock", fixture[] = "listen";
	char shared[] = "reuseport=1", single[] = "reuseaddr=0";
	char *argv[] = { name, fixture, address, port, shared, single, NULL };
	struct member member = { .udp = false };
	int fd;

	where_parse(&member.where, arg_text(args, "addr"), arg_number(args, "port"));
	fd = member_open(&member);
	where_of(&member.where, fd);
	snprintf(address, sizeof(address), "addr=%s", arg_text(args, "addr"));
	snprintf(port, sizeof(port), "port=%d", where_port(&member.where));
	stranger_start(argv);
	stranger_start(argv);
	close(fd);
}

static void holder_work(const void *data)
{
	const int *fd = data;

	report(*fd, "holder", "LISTEN");
}

void make_forked(const struct args *args)
{
	int fd = listener_of(args);

	for (long n = arg_number(args, "n"); n > 0; n--)
		child_run(holder_work, &fd);
	if (arg_number(args, "keep"))
		report(fd, "holder", "LISTEN");
	else
		close(fd);
}

struct holding {
	int fd;
	bool leads;			/* the thread does what the main thread would */
	pthread_t leader;
	pthread_barrier_t there;
};

static void *holding_thread(void *data)
{
	struct holding *holding = data;
	sigset_t term;

	/* Its handler would close the standard input of this thread only. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	if (!holding->leads &&
	    (pthread_sigmask(SIG_BLOCK, &term, NULL) || unshare(CLONE_FILES)))
		die("unshare the descriptors");
	if (holding->leads && pthread_join(holding->leader, NULL))
		die("wait for the main thread");
	report(holding->fd, "listener", "LISTEN");
	if (holding->leads)
		sit();
	pthread_barrier_wait(&holding->there);
	for (;;)
		pause();
	return NULL;
}

static void holding_start(struct holding *holding)
{
	pthread_t thread;

	holding->leader = pthread_self();
	if (pthread_barrier_init(&holding->there, NULL, 2) ||
	    pthread_create(&thread, NULL, holding_thread, holding))
		die("start a thread");
}

void make_thread_fd(const struct args *args)
{
	static struct holding holding;

	holding.fd = listener_of(args);
	holding_start(&holding);
	pthread_barrier_wait(&holding.there);
	close(holding.fd);
}

void make_zombie_leader(const struct args *args)
{
	static struct holding holding = { .leads = true };

	holding.fd = listener_of(args);
	holding_start(&holding);
	pthread_exit(NULL);
}

void make_uring(const struct args *args)
{
	struct io_uring_params params = { 0 };
	int fd = listener_of(args), ring;
	struct face face;

	ring = syscall(__NR_io_uring_setup, 4, &params);
	if (ring < 0)
		die("io_uring_setup");
	if (syscall(__NR_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1))
		die("register a file");
	face_of(&face, fd);
	close(fd);
	face.fd = -1;
	face_print(&face, "listener", "LISTEN");
}

void make_in_flight(const struct args *args)
{
	int fd = listener_of(args), ends[2];
	struct face face;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		die("socketpair");
	descriptor_send(ends[0], fd);
	face_of(&face, fd);
	close(fd);
	face.fd = -1;
	face_print(&face, "listener", "LISTEN");
}
