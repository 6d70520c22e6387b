/* SPDX-License-Identifier: MIT */
/*
 * The seccomp filter: which calls stop.  What is allowed must be decided by
 * architecture and number alone: then the kernel knows it from a bitmap and
 * does not run the filter (seccomp_cache_check_allow(), Linux 5.11).
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trace_parts.h"

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? EM_AARCH64 | __AUDIT_ARCH_64BIT : \
							   AUDIT_ARCH_AARCH64)
#elif defined(__i386__)
#define OUR_ARCH AUDIT_ARCH_I386
#elif defined(__arm__)
#define OUR_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OUR_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define OUR_ARCH AUDIT_ARCH_S390X
#elif defined(__loongarch64)
#define OUR_ARCH AUDIT_ARCH_LOONGARCH64
#endif

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
/* The low half, which has all of an int. */
#define LOAD_INT(argument) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[argument]) + \
		 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define IF_ANY(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))
#define TRACE_AS(call) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | TRACE_MARK | (call))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* The argument of clone() that has its flags: CONFIG_CLONE_BACKWARDS2. */
#ifdef __s390x__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

#ifdef OUR_ARCH
static int install(struct sock_filter *steps, unsigned short count)
{
	struct sock_fprog program = { .len = count, .filter = steps };

	/* Else kernels before 5.16 slow down every branch of the program. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		    &program) == 0)
		return 0;
	return -errno;
}

int trace_filter_install(void)
{
	struct sock_filter steps[] = {
		LOAD(arch),
		IF_EQUAL(OUR_ARCH, 0, 7),
		LOAD(nr),
		IF_EQUAL(SYS_bind, 13, 0),
		IF_EQUAL(SYS_listen, 13, 0),
		IF_EQUAL(SYS_connect, 13, 0),
		IF_EQUAL(SYS_clone3, 14, 0),
		IF_EQUAL(SYS_getsockopt, 2, 0),
		IF_EQUAL(SYS_clone, 6, 0),
		ALLOW,
		/* getsockopt() */
		LOAD_INT(1),
		IF_EQUAL(SOL_SOCKET, 0, 2),
		LOAD_INT(2),
		IF_EQUAL(SO_ERROR, 6, 0),
		ALLOW,
		/* clone() */
		LOAD_INT(CLONE_FLAGS),
		IF_ANY(CLONE_UNTRACED, 5, 6),
		TRACE_AS(TRACED_BIND),
		TRACE_AS(TRACED_LISTEN),
		TRACE_AS(TRACED_CONNECT),
		TRACE_AS(TRACED_OUTCOME),
		TRACE_AS(TRACED_CLONE3),
		TRACE_AS(TRACED_CLONE),
		ALLOW,
	};

	return install(steps, sizeof(steps) / sizeof(steps[0]));
}
#else
int trace_filter_install(void)
{
	return -ENOSYS;		/* numbers of calls mean nothing without their architecture */
}
#endif
