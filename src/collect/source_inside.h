/* SPDX-License-Identifier: MIT */
/* What a source is made of, for those who look for facts in its namespace. */
#ifndef COLLECT_SOURCE_INSIDE_H
#define COLLECT_SOURCE_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/source.h"

enum { PROC_NET_SIZE = 64 };

struct source {
	struct replay *replay;		/* NULL: the kernel */
	int netns;			/* descriptor, -1: the caller's own */
	bool may_enter;			/* else only /proc/PID/net can be read */
	char proc_net[PROC_NET_SIZE];
};

typedef int inside_function(void *context);

/*
 * Do something in the source's namespace and come back.  Returns what it
 * returns, or -errno: -EOPNOTSUPP of a recorded file, -EPERM where the
 * namespace may not be entered.
 */
int source_inside(const struct source *source, inside_function *act, void *context);

/* Say when the snapshot is taken; the ages of processes go by it. */
void snapshot_date(struct snapshot *snap);

/*
 * Open a source by a descriptor of its namespace, which it takes; `pid` is a
 * process there, 0 none, whose tables in /proc stand in where the namespace
 * may not be entered.  0 or -errno; a negative `netns` is such an error.
 */
int source_open_netns(struct source **result, int netns, uint32_t pid);

#endif
