/* SPDX-License-Identifier: MIT */
/* What to collect.  Cost follows the question: what is not needed is not read. */
#ifndef MODEL_QUERY_H
#define MODEL_QUERY_H

#include <stdbool.h>
#include <stdint.h>

enum need {
	NEED_OWNER = 1 << 0,		/* who holds the sockets: pid, fd, command */
	NEED_PROCESS = 1 << 1,		/* command line, executable, user, unit, ... of holders */
	NEED_TCP = 1 << 2,		/* tcp_info, congestion control */
	NEED_MEMORY = 1 << 3,		/* socket memory and drops */
	NEED_CGROUP = 1 << 4,		/* cgroup path of sockets */
	NEED_USER = 1 << 5,		/* user names */
	NEED_SERVICE = 1 << 6,		/* service names of ports */
	NEED_LISTENER = 1 << 7,		/* listener groups, role, unaccepted connections */
	NEED_PAIR = 1 << 8,		/* the other end of local connections */
	NEED_PORT_CLASS = 1 << 9,	/* the kernel's ephemeral range */
	NEED_INTERFACE = 1 << 10,	/* interface names, where a socket is bound to one */
	NEED_NETNS = 1 << 11,		/* inode and name of the namespace */
	NEED_COUNTERS = 1 << 12,	/* what the kernel counts in the namespace */
	NEED_SYSCTLS = 1 << 13,		/* settings that bear on ports and queues */
	NEED_HOST = 1 << 14,		/* names of hosts, maybe over the network */
	NEED_CONNECTIONS = 1 << 19,	/* how many came in through each listener: all of them */
	NEED_INTERFACES = 1 << 21,	/* with NEED_INTERFACE: of those without sockets too */
	NEED_ANCESTOR = 1 << 22,	/* with NEED_PROCESS: which holders descend from which */
	NEED_BEFORE = 1 << 20,		/* the same sockets some time ago: rates and ages */
};

enum { IP_VERSION_4 = 1, IP_VERSION_6 = 2, IP_VERSIONS_ALL = 3 };

struct row;

/*
 * Does a socket belong to the answer?  MAYBE: not all that matters is known yet, or can be known.
 */
enum match { MATCH_NO, MATCH_MAYBE, MATCH_YES };

/* What a kernel knows to test, besides ports and addresses (linux/inet_diag.h). */
enum kernel_test {
	KERNEL_TESTS_DEVICE = 1 << 0,	/* 4.4 */
	KERNEL_TESTS_MARK = 1 << 1,	/* 4.9, with CAP_NET_ADMIN */
	KERNEL_TESTS_EQUAL = 1 << 2,	/* equality of ports: 4.16 */
	KERNEL_TESTS_CGROUP = 1 << 3,	/* 5.8 */
	KERNEL_TESTS_ALL = (1 << 4) - 1,
	KERNEL_TESTS_NOTHING = 1 << 4,	/* not even ports */
};

/* The sockets that one dump of the kernel walks, and what it may be asked. */
struct kernel_scope {
	uint32_t protocol;		/* enum protocol */
	uint32_t states;		/* STATE_BIT()s */
	uint32_t tests;			/* enum kernel_test */
	bool listeners;			/* all listeners are wanted, matching or not */
	bool other_ends;		/* the other ends of matching sockets are wanted too */
};

enum { PROGRAM_MAX = 4096, PROGRAM_NONE_MATCH = -1 };

/* Which of the collected sockets are the answer.  `match` NULL: all. */
struct selection {
	const void *filter;
	bool by_local_port;		/* a listener's connections match whenever it does */
	bool whole;			/* it looks at what all sockets make together */
	/* `known`: enum need, what has been collected by now. */
	enum match (*match)(const void *filter, const struct row *row, uint32_t known);
	/* Why it is MAYBE for good: UNSEEN_BIT()s (model/unseen.h). */
	uint32_t (*unseen)(const void *filter, const struct row *row);
	/*
	 * Write a program of inet_diag's bytecode, at most PROGRAM_MAX bytes, which
	 * accepts at least what `match` does.  Returns its length, 0: all may match,
	 * or PROGRAM_NONE_MATCH: there is nothing to ask the kernel for.
	 */
	int (*lower)(const void *filter, const struct kernel_scope *scope, uint8_t *program);
};

struct query {
	uint32_t protocols;		/* PROTOCOL_BIT()s */
	uint32_t versions;		/* IP_VERSION_*: dual-stack sockets belong to both */
	uint32_t states;		/* STATE_BIT()s */
	uint32_t needs;			/* enum need */
	uint32_t shown;			/* the states whose hosts get names (NEED_HOST) */
	struct selection select;
};

/* States that have to be asked for: those of the answer, and of what explains it. */
uint32_t query_states(const struct query *query);

/*
 * The sets of states that are asked for one after the other, up to one that is
 * 0.  Each has tables of its own in the kernel, so this costs no second walk.
 */
const uint32_t *query_dumps(uint32_t protocol);

/* One dump of `states`, within the states that are asked for. */
struct kernel_scope query_scope(const struct query *query, uint32_t protocol, uint32_t states);

#endif
