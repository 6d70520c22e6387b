/* SPDX-License-Identifier: MIT */
/* Which columns go where there is no room for all, and how wide the others are. */
#include "layout_fit.h"

#include <string.h>

enum {
	LAST_LEAST = 18,	/* the last column may be cut down to this while others can go, */
	LAST_CUT = 10,		/* then to this while addresses can give way, */
	LAST_USUAL = 30,	/* and mostly needs no more than this */
	ENDPOINT_USUAL = 21,	/* 255.255.255.255:65535 */
	ENDPOINT_LEAST = 12,
	ALIKE = 32,		/* beyond all ranks: goes before any other */
	RANK_OF_ADDRESSES = 3,	/* long addresses are cut before what ranks so or lower goes */
};

/* Columns that all need when the last one has at most `last`. */
static size_t total_with(const struct layout *layout, size_t last)
{
	size_t total = 0;

	for (size_t i = 0; i < layout->count; i++) {
		size_t width = layout->columns[i].width;

		if (i + 1 == layout->count && width > last)
			width = last;
		total += width + (i ? COLUMN_GAP : 0);
	}
	return total;
}

static bool is_endpoint(const struct layout_column *column)
{
	return fields[column->field].type == VALUE_ENDPOINT;
}

/* Which goes first: what says the same in all rows, then what says least.  0: it stays. */
static unsigned rank(const struct layout_column *column)
{
	if (!column->usual || column->urgent || is_endpoint(column) ||
	    column->field == FIELD_OWNERS || column->field == FIELD_SIGN)
		return 0;
	return column->drop + (column->alike ? ALIKE : 0);
}

static void remove_column(struct layout *layout, size_t column)
{
	layout->count--;
	memmove(&layout->columns[column], &layout->columns[column + 1],
		(layout->count - column) * sizeof(*layout->columns));
}

/* False where none can go that says less than those of `least`. */
static bool remove_least(struct layout *layout, unsigned least)
{
	size_t worst = 0;

	for (size_t i = 1; i < layout->count; i++)
		if (rank(&layout->columns[i]) > rank(&layout->columns[worst]))
			worst = i;
	if (!layout->count || rank(&layout->columns[worst]) <= least)
		return false;
	remove_column(layout, worst);
	return true;
}

void layout_remove_silent(struct layout *layout)
{
	for (size_t i = layout->count; i--;)
		if (layout->columns[i].tells)
			remove_column(layout, i);
}

/* The widest endpoint gives way by one column; false where none has more than `least`. */
static bool narrow_endpoint(struct layout *layout, size_t least)
{
	struct layout_column *widest = NULL;

	for (size_t i = 0; i < layout->count; i++) {
		struct layout_column *column = &layout->columns[i];

		if (is_endpoint(column) && column->width > least &&
		    (!widest || column->width >= widest->width))
			widest = column;
	}
	if (widest)
		widest->width--;
	return widest;
}

/* Endpoints get back what is left when the last column has what it mostly needs. */
static void widen_endpoints(struct layout *layout, size_t width)
{
	size_t total = total_with(layout, LAST_USUAL), before;

	do {
		before = total;
		for (size_t i = 0; i < layout->count && total < width; i++) {
			struct layout_column *column = &layout->columns[i];

			if (column->width >= column->wanted)
				continue;
			column->width++;
			total++;
		}
	} while (total > before);
}

void layout_fit(struct layout *layout, size_t width)
{
	for (size_t i = 0; i < layout->count; i++)
		layout->columns[i].wanted = layout->columns[i].width;
	while (total_with(layout, LAST_LEAST) > width && remove_least(layout, RANK_OF_ADDRESSES))
		;
	while (total_with(layout, LAST_LEAST) > width && narrow_endpoint(layout, ENDPOINT_USUAL))
		;
	while (total_with(layout, LAST_LEAST) > width && remove_least(layout, 0))
		;
	while (total_with(layout, LAST_CUT) > width && narrow_endpoint(layout, ENDPOINT_LEAST))
		;
	widen_endpoints(layout, width);
	/* Columns the user named may not fit: then the last one is not pushed further out. */
	if (total_with(layout, LAST_CUT) > width)
		layout->columns[layout->count - 1].width = 0;
}

/* ---- one width for all groups ------------------------------------------ */

static struct layout_column *find_column(struct layout *layout, enum field_id field)
{
	/* The last one has no width of its own. */
	for (size_t i = 0; i + 1 < layout->count; i++)
		if (layout->columns[i].field == field)
			return &layout->columns[i];
	return NULL;
}

/* As wide as in the group where it is widest, where that leaves the last one what it needs. */
static void widen_to(struct layout *layout, enum field_id field, size_t width, size_t terminal)
{
	struct layout_column *column = find_column(layout, field);
	size_t before;

	if (!column || column->width >= width)
		return;
	before = column->width;
	column->width = (uint32_t)width;
	if (terminal && total_with(layout, LAST_USUAL) > terminal)
		column->width = before;
}

void layouts_make_equal(struct layout layouts[LISTING_GROUPS], size_t terminal)
{
	for (enum field_id field = 0; field < FIELD_COUNT; field++) {
		size_t width = 0;

		for (enum listing_group group = 0; group < LISTING_GROUPS; group++) {
			const struct layout_column *column = find_column(&layouts[group], field);

			if (column && column->width > width)
				width = column->width;
		}
		for (enum listing_group group = 0; width && group < LISTING_GROUPS; group++)
			widen_to(&layouts[group], field, width, terminal);
	}
}
