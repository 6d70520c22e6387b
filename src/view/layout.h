/* SPDX-License-Identifier: MIT */
/* Which columns a table has, and how wide they are. */
#ifndef VIEW_LAYOUT_H
#define VIEW_LAYOUT_H

#include "view/view.h"

enum { COLUMNS_MAX = FIELD_COUNT, COLUMN_GAP = 2 };

struct layout_column {
	enum field_id field;
	uint32_t width;
	uint32_t wanted;		/* width, if there were room */
	uint8_t drop;			/* 0: stays; else the highest goes first */
	bool usual;			/* else the user named it, and it stays */
	bool alike;			/* it says the same in all rows */
	bool urgent;			/* it says what must be seen */
	bool (*tells)(struct value value);	/* not NULL: what it would tell, and no row does */
};

/* The columns of one group of rows. */
struct layout {
	struct layout_column columns[COLUMNS_MAX];
	size_t count;			/* 0: nothing to show */
};

/*
 * Choose and measure the columns of all groups, of which those with the same
 * heading are of one width.  Usual columns that tell nothing are left out.  On
 * a terminal that is too narrow so are those with the same in all rows, then
 * the less important ones; long addresses give way, and the last column is cut
 * by who prints it.  Elsewhere nothing is ever cut, and what the user named
 * always stays.  `scratch` is in memory.
 */
void layouts_init(struct layout layouts[LISTING_GROUPS], const struct listing *listing,
		  const struct view_options *options, struct buf *scratch);

/* What the columns of all groups need: enum need. */
uint32_t layout_needs(const struct view_options *options);

/* Is a title the heading of a column, in capitals?  Else it is a label. */
bool layout_is_heading(const char *title);

/* The heading of a column; a figure, whose title is a label, has its name in capitals. */
void layout_add_heading(struct buf *out, const struct field *field);

#endif
