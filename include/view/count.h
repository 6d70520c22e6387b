/* SPDX-License-Identifier: MIT */
/* Counts as text: schema conntab-count/1 in JSON. */
#ifndef VIEW_COUNT_H
#define VIEW_COUNT_H

#include "model/count.h"
#include "view/view.h"

/*
 * Append the counts of `listing` in the way of a view, with what the table says
 * of sockets that are not counted.  0 or -ENOMEM.
 */
int count_show(const struct count *count, const struct listing *listing, enum view_id view,
	       const struct view_options *options, struct buf *out);

#endif
