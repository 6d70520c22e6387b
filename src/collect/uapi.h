/* SPDX-License-Identifier: MIT */
/*
 * Kernel numbers that the headers of a distribution may lack, checked
 * against the header where it has them.
 */
#ifndef COLLECT_UAPI_H
#define COLLECT_UAPI_H

#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

/* TCPDIAG_GETSOCK: one dump for IPv4 and IPv6, where SOCK_DIAG_BY_FAMILY takes two. */
enum { UAPI_TCPDIAG_GETSOCK = 18 };
_Static_assert(UAPI_TCPDIAG_GETSOCK == TCPDIAG_GETSOCK, "uapi");

/* Attributes of inet_diag_msg (linux/inet_diag.h), with their first kernel. */
enum {
	UAPI_DIAG_INFO = 2,
	UAPI_DIAG_CONG = 4,
	UAPI_DIAG_SKMEMINFO = 7,
	UAPI_DIAG_SHUTDOWN = 8,
	UAPI_DIAG_SKV6ONLY = 11,	/* 4.2 */
	UAPI_DIAG_MARK = 15,		/* 4.9 */
	UAPI_DIAG_ULP_INFO = 19,	/* 5.4 */
	UAPI_DIAG_CGROUP_ID = 21,	/* 5.8 */
	UAPI_DIAG_SOCKOPT = 22,		/* 5.10 */
	UAPI_DIAG_COUNT
};
_Static_assert((int)UAPI_DIAG_INFO == (int)INET_DIAG_INFO, "uapi");
_Static_assert((int)UAPI_DIAG_SKV6ONLY == (int)INET_DIAG_SKV6ONLY, "uapi");
_Static_assert((int)UAPI_DIAG_MARK == (int)INET_DIAG_MARK, "uapi");
_Static_assert((int)UAPI_DIAG_CGROUP_ID == (int)INET_DIAG_CGROUP_ID, "uapi");

/* Inside the nest of ULP_INFO. */
enum { UAPI_ULP_INFO_NAME = 1 };

/* mc_loop in the first byte of struct inet_diag_sockopt, bit fields of C. */
enum { UAPI_SOCKOPT_MC_LOOP = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 1 << 3 : 1 << 4 };

/* The user of a unix socket: 5.3 (linux/unix_diag.h). */
enum { UAPI_UDIAG_SHOW_UID = 1 << 6, UAPI_UNIX_DIAG_UID = 7 };

/* pidfd_open() of a thread, not only of a process: 6.9 (linux/pidfd.h). */
enum { UAPI_PIDFD_THREAD = O_EXCL };

/* Bit of inet_diag_req.idiag_ext that asks for an attribute; only 1 to 8 fit. */
#define UAPI_DIAG_ASK(attribute) (1 << ((attribute) - 1))

/* Which namespace a socket belongs to, for getsockopt(): 5.14 (asm-generic/socket.h). */
enum { UAPI_SO_NETNS_COOKIE = 71 };

#endif
