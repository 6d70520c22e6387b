/* SPDX-License-Identifier: MIT */
/* Where snapshots come from.  Today: the kernel, in one network namespace. */
#ifndef COLLECT_SOURCE_H
#define COLLECT_SOURCE_H

#include <stddef.h>

#include "model/query.h"
#include "model/snapshot.h"

struct source;

/*
 * Open the caller's network namespace (`netns` NULL) or another one, by its
 * name below /run/netns, by the pid of a process in it, or by its inode.
 * Returns 0 or -errno: -ENOENT no such namespace, -EPERM/-EACCES not allowed.
 */
int source_open(struct source **source, const char *netns);
void source_close(struct source *source);

/* Index of the interface with this name in the source's namespace; 0: there is none. */
uint32_t source_interface(struct source *source, const char *name);

/*
 * Read what `query` asks for.  0 and a snapshot, which the caller frees; what
 * could not be read is a note in it.  -errno only when there is nothing at all.
 */
int source_collect(struct source *source, const struct query *query, struct snapshot **snap);

#endif
