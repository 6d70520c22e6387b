/* SPDX-License-Identifier: MIT */
/* Which columns a table has, and how wide they are. */
#ifndef VIEW_LAYOUT_H
#define VIEW_LAYOUT_H

#include "view/view.h"

enum { COLUMNS_MAX = FIELD_COUNT, COLUMN_GAP = 2 };

/* The columns of one group of rows. */
struct layout {
	enum field_id fields[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX];
	size_t wanted[COLUMNS_MAX];	/* widths, if there were room */
	uint8_t drop[COLUMNS_MAX];	/* 0: stays; else the highest goes first */
	size_t count;
};

/*
 * Choose and measure the columns of `group`.  On a terminal that is too
 * narrow the less important of the usual ones are left out, and the last one
 * is cut by who prints it; elsewhere, and of those the user named, nothing is
 * ever left out.  `scratch` is in memory.
 */
void layout_init(struct layout *layout, const struct listing *listing, enum listing_group group,
		 const struct view_options *options, struct buf *scratch);

/* What the columns of all groups need: enum need. */
uint32_t layout_needs(const struct view_options *options);

/* Is a title the heading of a column, in capitals?  Else it is a label. */
bool layout_is_heading(const char *title);

/* The heading of a column; a figure, whose title is a label, has its name in capitals. */
void layout_add_heading(struct buf *out, const struct field *field);

#endif
