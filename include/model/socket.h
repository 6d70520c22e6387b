/* SPDX-License-Identifier: MIT */
/*
 * One socket: a row of the kernel's table.  The hot part is plain data and
 * small, for there may be a million; what only some questions need hangs
 * behind `detail`.
 */
#ifndef MODEL_SOCKET_H
#define MODEL_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/address.h"
#include "model/protocol.h"
#include "model/state.h"
#include "model/tcp.h"

/* Bits of `have`: what the kernel said.  Without its bit a member means nothing. */
enum {
	HAVE_COOKIE = 1 << 0,
	HAVE_UID = 1 << 1,
	HAVE_INODE = 1 << 2,
	HAVE_QUEUES = 1 << 3,		/* recv_queue, send_queue */
	HAVE_ACCEPT_QUEUE = 1 << 4,
	HAVE_BACKLOG = 1 << 5,
	HAVE_PEER = 1 << 6,
	HAVE_MARK = 1 << 7,
	HAVE_CGROUP = 1 << 8,
	HAVE_V6ONLY = 1 << 9,
	HAVE_SHUTDOWN = 1 << 10,
};

enum timer {
	TIMER_NONE,
	TIMER_RETRANSMIT,
	TIMER_KEEPALIVE,
	TIMER_TIME_WAIT,
	TIMER_PROBE,
	TIMER_DELAYED_ACK,
	TIMER_COUNT
};

/* Why no process is named.  The words are the contract's (owner_missing). */
enum missing {
	MISSING_NONE,
	MISSING_PERMISSION,
	MISSING_KERNEL,
	MISSING_ORPHAN,
	MISSING_TIME_WAIT,
	MISSING_UNACCEPTED,
	MISSING_IN_FLIGHT,
	MISSING_OTHER_PID_NAMESPACE,
	MISSING_UNKNOWN,		/* one may hold it and was not found */
	MISSING_COUNT
};

/* In which of two snapshots that were compared (model/delta.h). */
enum change { CHANGE_NONE, CHANGE_ADDED, CHANGE_REMOVED, CHANGE_COUNT };

extern const char *const timer_names[TIMER_COUNT];
extern const char *const missing_names[MISSING_COUNT];
extern const char *const change_names[CHANGE_COUNT];

struct socket_detail {
	struct tcp *tcp;		/* NULL: not asked or not told */
	struct memory *memory;
};

struct socket {
	struct endpoint local;
	struct endpoint peer;
	uint64_t cookie;		/* unique per boot and namespace; survives into TIME-WAIT */
	struct socket_detail *detail;
	uint32_t inode;			/* 0: no process holds it */
	uint32_t uid;			/* of the socket, not of its holder */
	union {				/* one pair of words, told apart by `have` */
		struct {
			uint32_t recv_queue;	/* bytes unread; UDP and raw: kernel memory */
			uint32_t send_queue;	/* bytes not acknowledged; UDP and raw: memory */
		};
		struct {
			uint32_t accept_queue;	/* connections waiting for accept() */
			uint32_t backlog;	/* how many may wait */
		};
	};
	uint32_t interface;		/* bound device or scope: ifindex, 0 none */
	uint32_t mark;
	uint32_t cgroup;		/* index into snapshot.cgroups */
	uint32_t timer_ms;		/* until the timer fires */
	uint32_t owner;			/* index + 1 into snapshot.owners, 0 none */
	uint32_t listener;		/* index + 1 into snapshot.listeners, 0 none */
	uint16_t have;
	uint16_t netns;			/* index into snapshot.netns */
	uint8_t protocol;		/* enum protocol */
	uint8_t state;			/* enum state */
	uint8_t timer;			/* enum timer */
	uint8_t timer_tries;		/* retransmissions or probes so far */
	uint8_t missing;		/* enum missing */
	bool v6only;
	uint8_t shutdown;		/* 1: receiving, 2: sending is shut down */
	bool hidden;			/* not in the answer; tells of others */
	bool deaf;			/* UDP: does not hear its own multicast, as tunnels do */
	bool caller;			/* it called connect(): no listener can have taken it */
	uint8_t change;			/* enum change */
};

_Static_assert(sizeof(struct socket) <= 112, "a million sockets must stay cheap");

/* Is it a socket that waits for packets or connections from anybody? */
bool socket_is_listener(const struct socket *sk);

/*
 * Does its local end take IPv4 (version 4) or IPv6 (6) packets?  A wildcard
 * whose IPV6_V6ONLY is not known counts as taking both: it may.
 */
bool socket_speaks(const struct socket *sk, int version);

/* Does its interface belong to this end?  A peer has one only where its address needs it. */
bool socket_has_scope(const struct socket *sk, const struct endpoint *ep);

/* Are more connections waiting than may?  False also where one of the two is not known. */
bool socket_is_full(const struct socket *sk);

/* Hash and equality of identity: the cookie, or (where /proc gave none) inode and four-tuple. */
uint32_t socket_hash(const struct socket *sk);
bool socket_same(const struct socket *a, const struct socket *b);

#endif
