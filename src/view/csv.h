/* SPDX-License-Identifier: MIT */
/* Comma-separated values, as RFC 4180 has them. */
#ifndef VIEW_CSV_H
#define VIEW_CSV_H

#include "view/view.h"

uint32_t csv_needs(const struct view_options *options);
int csv_show(struct listing *listing, const struct view_options *options, struct buf *out);

/* Append what `cell` holds, which is printable: with quotes if need be, and those in it doubled. */
void csv_add_cell(const struct buf *cell, struct buf *out);

#endif
