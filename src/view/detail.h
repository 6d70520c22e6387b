/* SPDX-License-Identifier: MIT */
/* Lines below a row: what -e, -m and -i ask for. */
#ifndef VIEW_DETAIL_H
#define VIEW_DETAIL_H

#include "view/view.h"

/* A list of figures that are 0, as it was written last. */
struct detail_zeros {
	enum field_id first;
	size_t count;
	uint8_t zeros[FIELD_COUNT];
	struct buf text;
};

/* What is kept from one row to the next. */
struct detail_memory {
	struct buf cell;
	struct detail_zeros zeros;
};

int detail_init(struct detail_memory *memory);		/* 0 or -ENOMEM */
void detail_free(struct detail_memory *memory);		/* in any case */

uint32_t detail_needs(uint32_t extras);

/* Append the detail lines of a row (of each member, where it stands for several). */
void detail_add(struct buf *out, const struct row *row, const struct view_options *options,
		struct detail_memory *memory);

#endif
