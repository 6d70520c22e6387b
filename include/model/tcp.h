/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells of one TCP connection: struct tcp_info as it was
 * sent, and how much of it was.  The fields are decoded by the table in
 * src/model/field_tcp.c; one that lies beyond `length` is unknown, not 0.
 */
#ifndef MODEL_TCP_H
#define MODEL_TCP_H

#include <stdint.h>

enum {
	TCP_INFO_SIZE = 280,		/* Linux 6.18; older kernels send less */
	TCP_CONGESTION_MAX = 16,	/* TCP_CA_NAME_MAX */
};

struct tcp {
	uint16_t length;		/* bytes of `info` the kernel filled */
	char congestion[TCP_CONGESTION_MAX];	/* "" when not told */
	char ulp[TCP_CONGESTION_MAX];	/* "tls", "mptcp", or "" */
	uint8_t info[TCP_INFO_SIZE];
};

/* SK_MEMINFO_*: kernel memory of one socket, in bytes (linux/sock_diag.h). */
enum memory_index {
	MEMORY_RECV,
	MEMORY_RECV_LIMIT,
	MEMORY_SEND,
	MEMORY_SEND_LIMIT,
	MEMORY_FORWARD,
	MEMORY_SEND_QUEUED,
	MEMORY_OPTIONS,
	MEMORY_BACKLOG,
	MEMORY_DROPS,			/* packets, not bytes */
	MEMORY_COUNT
};

struct memory {
	uint32_t length;		/* words the kernel filled */
	uint32_t words[MEMORY_COUNT];
};

#endif
