/* SPDX-License-Identifier: MIT */
/* What to collect.  Cost follows the question: what is not needed is not read. */
#ifndef MODEL_QUERY_H
#define MODEL_QUERY_H

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
};

enum { IP_VERSION_4 = 1, IP_VERSION_6 = 2, IP_VERSIONS_ALL = 3 };

struct query {
	uint32_t protocols;		/* PROTOCOL_BIT()s */
	uint32_t versions;		/* IP_VERSION_*: dual-stack sockets belong to both */
	uint32_t states;		/* STATE_BIT()s */
	uint32_t needs;			/* enum need */
	uint32_t shown;			/* the states whose hosts get names (NEED_HOST) */
};

#endif
