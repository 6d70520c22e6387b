/* SPDX-License-Identifier: MIT */
/*
 * Wrappers: COMMAND in a changed world, played by a system call filter.  nodiag is a kernel without
 * NETLINK_SOCK_DIAG, so that the way through /proc/net can be tested on any kernel; nokcmp is a
 * container whose threads can't be compared; nodents, nolinks and nofiles are sandboxes in which
 * processes can't be looked into; noopenat2 is a kernel before 5.6 and
 * badopenat2 a sandbox; nobind is a sandbox (Landlock)
 * that forbids TCP's bind().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mksock.h"
#include "wrap.h"

/* A filter sees 32 bits at a time: the low half of an argument. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ARG(n) (offsetof(struct seccomp_data, args[n]) + 4)
#else
#define ARG(n) offsetof(struct seccomp_data, args[n])
#endif
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)

static void run_under(struct sock_fprog program, char **command)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		die("set the system call filter");
	execvp(command[0], command);
	die("can't run '%s'", command[0]);
}

void wrap_nodiag(char **command)
{
	struct sock_filter rules[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		UNLESS(__NR_socket, 5),
		LOAD(ARG(0)),
		UNLESS(AF_NETLINK, 3),
		LOAD(ARG(2)),
		UNLESS(NETLINK_SOCK_DIAG, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	run_under((struct sock_fprog){ sizeof(rules) / sizeof(rules[0]), rules }, command);
}

static void run_without(int call, int error, char **command)
{
	struct sock_filter rules[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		UNLESS(call, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	run_under((struct sock_fprog){ sizeof(rules) / sizeof(rules[0]), rules }, command);
}

void wrap_nokcmp(char **command)
{
	run_without(__NR_kcmp, EPERM, command);
}

void wrap_nodents(char **command)
{
	run_without(__NR_getdents64, EPERM, command);
}

void wrap_nolinks(char **command)
{
	run_without(__NR_readlinkat, EACCES, command);
}

void wrap_noopenat2(char **command)
{
	run_without(__NR_openat2, ENOSYS, command);
}

void wrap_badopenat2(char **command)
{
	run_without(__NR_openat2, EACCES, command);
}

/* Enough for a program to start, and none to look into a process with. */
void wrap_nofiles(char **command)
{
	const struct rlimit limit = { 5, 5 };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("limit the descriptors");
	execvp(command[0], command);
	die("can't run '%s'", command[0]);
}

void wrap_nobind(char **command)
{
	const struct {
		uint64_t files, net;
	} handled = { .net = 1 };	/* LANDLOCK_ACCESS_NET_BIND_TCP, and no rule allows any */
	int rules = (int)syscall(444, &handled, sizeof(handled), 0);

	if (rules < 0)
		die("landlock_create_ruleset");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(446, rules, 0))
		die("landlock_restrict_self");
	close(rules);
	execvp(command[0], command);
	die("can't run '%s'", command[0]);
}
