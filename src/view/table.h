/* SPDX-License-Identifier: MIT */
/* The table view. */
#ifndef VIEW_TABLE_H
#define VIEW_TABLE_H

#include "view/view.h"

uint32_t table_needs(const struct view_options *options);
int table_show(struct listing *listing, const struct view_options *options, struct buf *out);

/*
 * Append a line for what `listing` does not show, if it is anything: "not
 * shown: 2 TIME-WAIT (-a shows them)".  `follows`: a blank line before it.
 */
void table_add_hidden(const struct listing *listing, bool follows, const char *front,
		      const char *hint, struct buf *out);

#endif
