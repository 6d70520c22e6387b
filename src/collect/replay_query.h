/* SPDX-License-Identifier: MIT */
/* Private to reading files back: what of a snapshot answers a question. */
#ifndef COLLECT_REPLAY_QUERY_H
#define COLLECT_REPLAY_QUERY_H

#include "replay.h"

/*
 * Make of what was recorded what the kernel would have answered to `query`;
 * a note says what was not recorded.  0 or -ENOMEM; then it is spoilt.
 */
int recorded_apply(struct recorded *recorded, const struct query *query);

#endif
