/* SPDX-License-Identifier: MIT */
/* What numbers stand for: interfaces, namespaces, cgroups, users, services; counters. */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct interface {
	uint32_t index;
	const char *name;
};

struct counter {
	const char *name;		/* of the kernel, e.g. "TcpExt.ListenOverflows" */
	uint64_t value;
};

struct sysctl {
	const char *name, *value;	/* e.g. "net.ipv4.ip_local_port_range", "32768 60999" */
};

struct netns {
	uint64_t inode;			/* of the nsfs file; 0 unknown */
	const char *name;		/* below /run/netns; NULL none */
	struct interface *interfaces;
	size_t interface_count;
	uint16_t ephemeral_first, ephemeral_last;	/* 0: unknown */
	struct counter *counters;
	size_t counter_count;
	struct sysctl *sysctls;
	size_t sysctl_count;
};

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

#endif
