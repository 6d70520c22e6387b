/* SPDX-License-Identifier: MIT */
/*
 * What numbers stand for: interfaces, namespaces, cgroups, users, services, hosts.
 * And what the kernel counts and how it is set, in one namespace.
 */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

struct interface {
	uint32_t index;
	const char *name;
};

struct host {
	struct address address;		/* never v4-mapped */
	const char *name;
};

/* A counter of the kernel: "TcpExt.ListenOverflows", "Udp6.InErrors", "sockstat.TCP.orphan". */
struct counter {
	const char *name;
	uint64_t value;
};

/* A setting: "net.ipv4.ip_local_port_range" is "32768 60999", one blank between words. */
struct sysctl {
	const char *name, *value;
};

struct netns {
	uint64_t inode;			/* of the nsfs file; 0 unknown */
	const char *name;		/* below /run/netns; NULL none */
	struct interface *interfaces;
	size_t interface_count;
	uint16_t ephemeral_first, ephemeral_last;	/* 0: unknown */
	struct counter *counters;	/* in no particular order */
	size_t counter_count;
	struct sysctl *sysctls;
	size_t sysctl_count;
};

/* Is it one of the ports that are given to who does not name one? */
static inline bool netns_gives_port(const struct netns *netns, uint16_t port)
{
	return port >= netns->ephemeral_first && port <= netns->ephemeral_last;
}

struct cgroup {
	uint64_t id;			/* inode of the cgroup v2 directory */
	const char *path;		/* NULL: unknown or gone */
	const char *unit, *container;	/* NULL: none */
};

struct user {
	uint32_t uid;
	const char *name;
};

struct service {
	uint16_t port;
	uint8_t protocol;		/* enum protocol */
	const char *name;
};

/* The orders of the sorted arrays of a snapshot, for bsearch(), qsort() and merging. */
int user_compare(const void *a, const void *b);
int service_compare(const void *a, const void *b);
int host_compare(const void *a, const void *b);

#endif
