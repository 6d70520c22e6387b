/* SPDX-License-Identifier: MIT */
/* The table view. */
#ifndef VIEW_TABLE_H
#define VIEW_TABLE_H

#include "view/view.h"

uint32_t table_needs(const struct view_options *options);
int table_show(struct listing *listing, const struct view_options *options, struct buf *out);

#endif
