/* SPDX-License-Identifier: MIT */
/* Lines below a row: what -e, -m and -i ask for. */
#ifndef VIEW_DETAIL_H
#define VIEW_DETAIL_H

#include "view/view.h"

enum { TCP_FIGURES = FIELD_TCP_LAST - FIELD_TCP_FIRST + 1 };

/* What is kept from one row to the next: room for a cell, and figures in their order. */
struct detail_memory {
	struct buf cell;
	enum field_id tcp[TCP_FIGURES];
	enum field_id memory[MEMORY_COUNT];
};

int detail_init(struct detail_memory *memory, uint32_t extras);	/* 0 or -ENOMEM */
void detail_free(struct detail_memory *memory);			/* in any case */

uint32_t detail_needs(uint32_t extras);

/* Append the detail lines of a row (of each member, where it stands for several). */
void detail_add(struct buf *out, const struct row *row, const struct view_options *options,
		struct detail_memory *memory);

#endif
