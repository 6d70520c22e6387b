/* SPDX-License-Identifier: MIT */
/* Lines below a row: what -e, -m and -i ask for. */
#ifndef VIEW_DETAIL_H
#define VIEW_DETAIL_H

#include "view/view.h"

uint32_t detail_needs(uint32_t extras);

/* Append the detail lines of a row (of each member, where it stands for several). */
void detail_add(struct buf *out, const struct row *row, const struct view_options *options,
		struct buf *scratch);

#endif
