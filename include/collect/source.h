/* SPDX-License-Identifier: MIT */
/* Where snapshots come from: the kernel, in one network namespace, or a recorded file. */
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

enum { SOURCE_WHY_MAX = 160 };

/*
 * Open a file that record_write() has written, or the TCP dump of `ss -D`;
 * "-" is standard input.  It is read and checked at once.  Returns 0, or
 * -errno and in `why` a sentence without its subject: -ENOENT there is no such
 * file, -EINVAL it is neither of them, -EBADMSG it is damaged, others as they
 * come.  All that is collected from it is what was recorded: with a question
 * for less it is less, with one for more a note says what is not known.
 */
int source_open_file(struct source **source, const char *path, char why[SOURCE_WHY_MAX]);

void source_close(struct source *source);

/*
 * Index of the interface with this name in the source's namespace; 0: there is
 * none, UINT32_MAX: it may not be entered, or the file has no interfaces, so that
 * can't be told.
 */
uint32_t source_interface(struct source *source, const char *name);

/* Take from `query` the protocols, IP versions and states that a file does not have. */
void source_narrow(const struct source *source, struct query *query);

/*
 * Read what `query` asks for.  0 and a snapshot, which the caller frees; what
 * could not be read is a note in it.  -errno only when there is nothing at all.
 */
int source_collect(struct source *source, const struct query *query, struct snapshot **snap);

#endif
