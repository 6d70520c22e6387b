/* SPDX-License-Identifier: MIT */
/* Saving a snapshot, so that source_open_file() can read it back. */
#ifndef COLLECT_RECORD_H
#define COLLECT_RECORD_H

#include "model/query.h"
#include "model/snapshot.h"

/*
 * Write `snap`, which was collected by `query`, to `fd`, which stays the
 * caller's.  Writes all there is but listeners and pairs, for these are worked
 * out again.  0 or -errno; then what was written is of no use.
 */
int record_write(const struct snapshot *snap, const struct query *query, int fd);

#endif
