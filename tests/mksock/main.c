/* SPDX-License-Identifier: MIT */
/*
 * mksock FIXTURE [KEY=VALUE...]: makes the sockets of a fixture, prints a line for each, then
 * `ready`, and holds them until its standard input ends or it is killed.  This file knows the table
 * of fixtures and the arguments that all of them take, not how any socket is made.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fixtures.h"
#include "mksock.h"
#include "wrap.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define COMMON_ARGS "uid=-1 comm=mksock cmdline="

static const struct fixture fixtures[] = {
	{ "listen",
	  "addr=127.0.0.1 port=0 backlog=128 v6only=-1 dev= mark=0 reuseaddr=1 reuseport=0 "
	  "shut=0",
	  "TCP listener: 0.0.0.0, ::, an address, fe80::1%DEV; bound to the device dev; SO_MARK; "
	  "shut=1: shutdown() and not closed",
	  make_listen },
	{ "twins", "port=0", "one service, two listeners: 0.0.0.0 and [::] for IPv6 only",
	  make_twins },
	{ "bound", "addr=127.0.0.1 port=0", "TCP socket with bind() and no listen()",
	  make_bound },
	{ "unaccepted", "addr=127.0.0.1 port=0 n=3 backlog=128",
	  "n connections that wait in the accept queue", make_unaccepted },
	{ "accept-full", "addr=127.0.0.1 port=0 backlog=1 extra=2",
	  "a full accept queue, and extra clients that stay in SYN-SENT", make_accept_full },
	{ "conn", "addr=127.0.0.1 to= port=0 bytes=0 back=0 keepalive=0 mark=0 fork=0 listener=1",
	  "one connection, unread bytes on the way to the server and back; fork=1: client in a "
	  "child; addr=:: to=127.0.0.1: v4-mapped; listener=0: the listener is closed; mark: of "
	  "the listener and the server", make_conn },
	{ "mptcp", "addr=127.0.0.1 port=0", "one MPTCP connection", make_mptcp },
	{ "syn-sent", "addr=127.0.0.1 port=0", "SYN-SENT: the listener hears nothing",
	  make_syn_sent },
	{ "syn-recv", "addr=127.0.0.1 port=0",
	  "SYN-RECV: TCP_DEFER_ACCEPT waits for data (a minute or so)", make_syn_recv },
	{ "fin-wait-1", "addr=127.0.0.1 port=0",
	  "FIN-WAIT-1 with a descriptor: the peer hears nothing", make_fin_wait_1 },
	{ "orphan", "addr=127.0.0.1 port=0",
	  "FIN-WAIT-1 without: the client filled its send buffer and closed", make_orphan },
	{ "fin-wait-2", "addr=127.0.0.1 port=0 bytes=0",
	  "FIN-WAIT-2 with a descriptor, after sending bytes; CLOSE-WAIT at the server",
	  make_fin_wait_2 },
	{ "close-wait", "addr=127.0.0.1 port=0",
	  "FIN-WAIT-2 without a descriptor (a mini socket), CLOSE-WAIT at the server",
	  make_close_wait },
	{ "closing", "addr=127.0.0.1 port=0 orphan=0",
	  "CLOSING: both ends closed unheard, then one hears; orphan=1: without a descriptor",
	  make_closing },
	{ "last-ack", "addr=127.0.0.1 port=0 orphan=0",
	  "LAST-ACK: the server does not hear the last ACK; orphan=1: without a descriptor",
	  make_last_ack },
	{ "time-wait", "addr=127.0.0.1 port=0", "TIME-WAIT at the client", make_time_wait },
	{ "rst", "addr=127.0.0.1 port=0 bound=15678",
	  "a client whose server sent RST, descriptor still open; bound: its own port",
	  make_rst },
	{ "udp", "addr=127.0.0.1 port=0 v6only=-1 dev= mark=0", "UDP socket, bound", make_udp },
	{ "udp-conn", "addr=127.0.0.1 port=0 bytes=0",
	  "UDP socket connected to a bound one, bytes unread in two datagrams", make_udp_conn },
	{ "udp-drops", "addr=127.0.0.1 port=0 n=50",
	  "UDP socket of a tiny buffer that was sent n datagrams", make_udp_drops },
	{ "udp-shared", "addr=0.0.0.0 port=0 n=2", "n UDP sockets on one port by SO_REUSEADDR",
	  make_udp_shared },
	{ "udplite", "addr=127.0.0.1 port=0", "UDP-Lite socket bound, another connected to it",
	  make_udplite },
	{ "raw", "family=4 protocol=1", "raw socket of an IP protocol (1 ICMP, 58 ICMPv6, 255 raw)",
	  make_raw },
	{ "ping", "addr=127.0.0.1 id=77",
	  "ICMP socket as ping has it, bound to an ident; needs net.ipv4.ping_group_range",
	  make_ping },
	{ "reuseport", "addr=127.0.0.1 port=0 n=4 proto=tcp",
	  "SO_REUSEPORT group: n children of one parent, a socket each", make_reuseport },
	{ "strangers", "addr=127.0.0.1 port=0",
	  "SO_REUSEPORT group of two processes with no common parent, each started by itself",
	  make_strangers },
	{ "forked", "addr=127.0.0.1 port=0 n=4 keep=1",
	  "a listener inherited by n children; keep=0: closed in the parent", make_forked },
	{ "thread-fd", "addr=127.0.0.1 port=0",
	  "a listener in a thread with its own descriptor table", make_thread_fd },
	{ "zombie-leader", "addr=127.0.0.1 port=0",
	  "a listener held by a thread whose main thread has ended", make_zombie_leader },
	{ "uring", "addr=127.0.0.1 port=0",
	  "a listener registered with io_uring, its descriptor closed", make_uring },
	{ "in-flight", "addr=127.0.0.1 port=0",
	  "a listener on its way through a unix socket (SCM_RIGHTS), its descriptor closed",
	  make_in_flight },
	{ "hand-over", "addr=127.0.0.1 port=0 ms=20 by=fork",
	  "a listener that changes hands each ms: by=fork to a child, whose parent ends; "
	  "by=message to and fro between two processes; by=loan to a child that gives it back "
	  "and ends",
	  make_hand_over },
	{ "left", "addr=127.0.0.1 port=0 state=time-wait reuseaddr=1",
	  "what a server left that is gone: time-wait, fin-wait-2, fin-wait-1 without a "
	  "descriptor, close-wait, estab with one; reuseaddr: of the server", make_left },
	{ "leak", "addr=127.0.0.1 port=0", "a listener that only a sleep has, by inheritance",
	  make_leak },
	{ "try", "addr=127.0.0.1 port=0 proto=tcp reuseaddr=0 reuseport=0 v6only=-1 dev= thread=0 "
	  "times=1",
	  "tries bind() and listen(), says how they ended, and closes the socket; in a thread; "
	  "several times", make_try },
	{ "late-listen", "addr=127.0.0.1 port=0",
	  "two sockets bound by SO_REUSEADDR: one listens, and the other may not",
	  make_late_listen },
	{ "load", "addr=127.0.0.1 port=0 n=1000", "n connections", make_load },
	{ "churn", "addr=127.0.0.1 port=0 n=100 ms=2000 rate=0",
	  "n connections that stay, beside one opened and closed for ms, rate times a second or "
	  "(0) as often as can be",
	  make_churn },
	{ "forge", "kind=row",
	  "no socket, but forged answers to all sock_diag sockets here: row is a listener on "
	  "192.0.2.1:22, length a message of 2^31 bytes, end the end of a dump", make_forge },
};

static const struct wrapper wrappers[] = {
	{ "nodiag", "runs COMMAND where sock_diag is refused (EPROTONOSUPPORT)", wrap_nodiag },
	{ "nokcmp", "runs COMMAND where kcmp() is refused (EPERM)", wrap_nokcmp },
	{ "nodents", "runs COMMAND where directories can't be read (EPERM)", wrap_nodents },
	{ "nolinks", "runs COMMAND where readlinkat() is refused (EACCES)", wrap_nolinks },
	{ "noopenat2", "runs COMMAND where openat2() is unknown (ENOSYS)", wrap_noopenat2 },
	{ "badopenat2", "runs COMMAND where openat2() is refused (EACCES)", wrap_badopenat2 },
	{ "nofiles", "runs COMMAND with no more than 5 descriptors", wrap_nofiles },
	{ "nobind", "runs COMMAND where Landlock forbids bind() of TCP", wrap_nobind },
};

void die(const char *format, ...)
{
	int error = errno;
	va_list list;

	fputs("mksock: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, error ? " (%s)\n" : "\n", strerror(error));
	_exit(1);
}

static const struct fixture *fixture_find(const char *name)
{
	for (size_t i = 0; i < COUNT(fixtures); i++)
		if (!strcmp(fixtures[i].name, name))
			return &fixtures[i];
	errno = 0;
	die("no fixture '%s'; `mksock list` names them", name);
}

static void wrap(char **argv)
{
	for (size_t i = 0; i < COUNT(wrappers); i++) {
		if (strcmp(wrappers[i].name, argv[1]) != 0)
			continue;
		if (!argv[2] || strcmp(argv[2], "--") != 0 || !argv[3])
			die("usage: mksock %s -- COMMAND...", argv[1]);
		wrappers[i].run(argv + 3);
	}
}

static void list(void)
{
	for (size_t i = 0; i < COUNT(fixtures); i++)
		printf("%s %s\n\t%s\n", fixtures[i].name, fixtures[i].args,
		       fixtures[i].help);
	for (size_t i = 0; i < COUNT(wrappers); i++)
		printf("%s -- COMMAND...\n\t%s\n", wrappers[i].name, wrappers[i].help);
	printf("(all of them) %s\n", COMMON_ARGS);
	puts("\tuid: as that user; comm, cmdline: name and argv[0] of the process, with C escapes");
}

/* A command line is what was given to exec(), so the factory starts itself anew. */
static void take_command_line(const struct args *args, char **argv)
{
	char *title = unescape(arg_text(args, "cmdline"));
	int n = 1;

	if (!*title)
		return;
	argv[0] = title;
	for (int i = 1; argv[i]; i++)
		if (strncmp(argv[i], "cmdline=", 8) != 0)
			argv[n++] = argv[i];
	argv[n] = NULL;
	execv("/proc/self/exe", argv);
	die("can't start itself");
}

/* Dumpable again: else its descriptors would be root's secret, unlike an ordinary user's. */
static void take_user(const struct args *args)
{
	long uid = arg_number(args, "uid");

	if (uid < 0)
		return;
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		die("can't become uid %ld", uid);
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		die("can't stay dumpable");
}

static void take_name(const struct args *args)
{
	if (prctl(PR_SET_NAME, unescape(arg_text(args, "comm")), 0, 0, 0))
		die("can't set the name");
}

int main(int argc, char **argv)
{
	const struct fixture *fixture;
	struct args args = { 0 };

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	signal(SIGPIPE, SIG_IGN);
	errno = 0;
	if (argc < 2)
		die("usage: mksock list | FIXTURE [KEY=VALUE...]");
	if (!strcmp(argv[1], "list")) {
		list();
		return 0;
	}
	wrap(argv);
	fixture = fixture_find(argv[1]);
	args_default(&args, COMMON_ARGS);
	args_default(&args, fixture->args);
	args_set(&args, fixture->name, argv + 2);
	take_command_line(&args, argv);
	take_name(&args);
	take_user(&args);
	fixture->make(&args);
	sit();
}
