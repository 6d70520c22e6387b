/* SPDX-License-Identifier: MIT */
/* The column table, and fitting columns to a terminal. */
#include "layout.h"

#include "base/array.h"
#include "base/text.h"
#include "view/cell.h"

enum {
	LAST_LEAST = 18,	/* the last column may be cut down to this */
	LAST_USUAL = 30,	/* and mostly needs no more than this */
	ENDPOINT_USUAL = 21,	/* 255.255.255.255:65535 */
	MEASURED_MOST = 250000,	/* sockets; a wider one behind them stands out */
};

struct column {
	enum field_id field;
	uint8_t drop;			/* 0: stays; else the highest goes first */
	uint32_t extras;		/* shown only with all of these; 0: always */
};

static const struct column listener_columns[] = {
	{ FIELD_SIGN, 0, EXTRA_CHANGE },
	{ FIELD_PROTOCOL, 0, 0 },
	{ FIELD_STATE, 7, 0 },
	{ FIELD_LOCAL, 0, 0 },
	{ FIELD_SCOPE, 1, 0 },
	{ FIELD_PORT_CLASS, 9, 0 },
	{ FIELD_SERVICE, 6, 0 },
	{ FIELD_QUEUE, 2, 0 },
	{ FIELD_CONNECTIONS, 5, 0 },
	{ FIELD_SOCKETS, 8, 0 },
	{ FIELD_USER_SHOWN, 4, 0 },
	{ FIELD_TIMER, 3, EXTRA_TIMERS },
	{ FIELD_OWNERS, 0, EXTRA_OWNERS },
};

static const struct column connection_columns[] = {
	{ FIELD_SIGN, 0, EXTRA_CHANGE },
	{ FIELD_PROTOCOL, 0, 0 },
	{ FIELD_STATE, 0, 0 },
	{ FIELD_LOCAL, 0, 0 },
	{ FIELD_DIRECTION, 0, 0 },
	{ FIELD_PEER, 0, 0 },
	{ FIELD_RECV_QUEUE, 4, 0 },
	{ FIELD_SEND_QUEUE, 5, 0 },
	{ FIELD_USER_SHOWN, 6, 0 },
	{ FIELD_TIMER, 0, EXTRA_TIMERS },
	{ FIELD_OWNERS, 0, EXTRA_OWNERS },
	{ FIELD_OTHER_END, 1, EXTRA_OWNERS | EXTRA_EXTENDED },
};

static const struct column bound_columns[] = {
	{ FIELD_SIGN, 0, EXTRA_CHANGE },
	{ FIELD_PROTOCOL, 0, 0 },
	{ FIELD_STATE, 0, 0 },
	{ FIELD_LOCAL, 0, 0 },
	{ FIELD_PORT_CLASS, 2, 0 },
	{ FIELD_USER_SHOWN, 1, 0 },
	{ FIELD_OWNERS, 0, EXTRA_OWNERS },
};

#define SET(columns) { columns, ARRAY_SIZE(columns) }

static const struct {
	const struct column *columns;
	size_t count;
} usual_columns[LISTING_GROUPS] = {
	[LISTING_LISTENERS] = SET(listener_columns),
	[LISTING_CONNECTIONS] = SET(connection_columns),
	[LISTING_BOUND] = SET(bound_columns),
};

static bool is_shown(const struct column *column, uint32_t extras)
{
	return (extras & column->extras) == column->extras;
}

static bool has_column(const struct layout *layout, enum field_id field)
{
	for (size_t i = 0; i < layout->count; i++)
		if (layout->fields[i] == field)
			return true;
	return false;
}

/* These are wide and stand last, whatever is added to the usual columns. */
static bool stands_last(enum field_id field)
{
	return field == FIELD_OWNERS || field == FIELD_OTHER_END;
}

static void add_column(struct layout *layout, enum field_id field, uint8_t drop)
{
	if (has_column(layout, field))
		return;
	layout->fields[layout->count] = field;
	layout->drop[layout->count++] = drop;
}

static void add_usual(struct layout *layout, enum listing_group group,
		      const struct view_options *options, bool last)
{
	for (size_t i = 0; i < usual_columns[group].count; i++) {
		const struct column *column = &usual_columns[group].columns[i];

		if (is_shown(column, options->extras) && stands_last(column->field) == last &&
		    columns_have_usual(options->columns, column->field))
			add_column(layout, column->field, column->drop);
	}
}

static void choose(struct layout *layout, enum listing_group group,
		   const struct view_options *options)
{
	const struct columns *columns = options->columns;

	layout->count = 0;
	add_usual(layout, group, options, false);
	for (size_t i = 0; columns && i < columns->count; i++)
		add_column(layout, columns->fields[i], 0);
	add_usual(layout, group, options, true);
}

uint32_t layout_needs(const struct view_options *options)
{
	uint32_t needs = NEED_LISTENER;

	for (enum listing_group group = 0; group < LISTING_GROUPS; group++) {
		struct layout layout;

		choose(&layout, group, options);
		for (size_t i = 0; i < layout.count; i++)
			needs |= fields[layout.fields[i]].needs;
	}
	return needs;
}

bool layout_is_heading(const char *title)
{
	return title[0] <= 'Z' && title[1] <= 'Z';
}

void layout_add_heading(struct buf *out, const struct field *field)
{
	const char *at = layout_is_heading(field->title) ? field->title : field->name;

	for (; *at; at++) {
		bool small = *at >= 'a' && *at <= 'z';

		buf_add_char(out, (char)(*at == '_' ? '-' : small ? *at - 'a' + 'A' : *at));
	}
}

/* ---- widths ---------------------------------------------------------- */

static void widen(struct layout *layout, size_t column, size_t width)
{
	if (layout->widths[column] < width)
		layout->widths[column] = width;
}

static size_t heading_columns(const struct field *field, struct buf *scratch)
{
	scratch->length = 0;
	layout_add_heading(scratch, field);
	return scratch->length;
}

/* `before` holds the values of the row above: mostly they are the same. */
static void measure_row(struct layout *layout, const struct row *row, size_t count,
			struct value before[COLUMNS_MAX], struct buf *scratch)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[layout->fields[i]];
		struct value value;

		if (field->width)
			continue;
		value = field->get(row, field);
		if (VALUE_IS_PLAIN(value.type) && value.type == before[i].type &&
		    value.number == before[i].number && !row_is_merged(row))
			continue;
		before[i] = value;
		widen(layout, i, cell_columns(scratch, row, field, value));
	}
}

static void measure(struct layout *layout, const struct listing *listing,
		    enum listing_group group, const struct view_options *options,
		    struct buf *scratch)
{
	size_t last = layout->count - 1;
	/* Off a terminal nothing stands behind the last column and nothing depends on it. */
	size_t count = options->width || fields[layout->fields[last]].right ? last + 1 : last;
	const struct snapshot *snap = listing->snap;
	struct value before[COLUMNS_MAX] = { { .type = VALUE_NONE } };

	for (size_t i = 0; i < layout->count; i++) {
		const struct field *field = &fields[layout->fields[i]];

		layout->widths[i] = field->width;
		if (options->header)
			widen(layout, i, heading_columns(field, scratch));
	}
	if (group == LISTING_LISTENERS) {
		for (size_t i = 0; i < listing->count[group]; i++) {
			struct row row = listing_row(listing, group, i);

			measure_row(layout, &row, count, before, scratch);
		}
		return;
	}
	/* In the order of memory, not of the list: that is a third of the time. */
	for (size_t i = 0; i < snap->count && i < MEASURED_MOST; i++) {
		struct row row = { snap, &snap->sockets[i], NULL };

		if (listing_has(listing, group, row.sk))
			measure_row(layout, &row, count, before, scratch);
	}
}

/* ---- fitting --------------------------------------------------------- */

/* Columns that all need when the last one has at most `last`. */
static size_t total_with(const struct layout *layout, size_t last)
{
	size_t total = 0;

	for (size_t i = 0; i < layout->count; i++) {
		size_t width = layout->widths[i];

		if (i + 1 == layout->count && width > last)
			width = last;
		total += width + (i ? COLUMN_GAP : 0);
	}
	return total;
}

static size_t most_dispensable(const struct layout *layout)
{
	size_t worst = 0;

	for (size_t i = 1; i < layout->count; i++)
		if (layout->drop[i] > layout->drop[worst])
			worst = i;
	return worst;
}

static void remove_column(struct layout *layout, size_t column)
{
	layout->count--;
	for (size_t i = column; i < layout->count; i++) {
		layout->fields[i] = layout->fields[i + 1];
		layout->widths[i] = layout->widths[i + 1];
		layout->wanted[i] = layout->wanted[i + 1];
		layout->drop[i] = layout->drop[i + 1];
	}
}

/*
 * Addresses are never cut: a row with a long one stands out, and the others keep their columns.
 * Names are.
 */
static void narrow_endpoints(struct layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		if (fields[layout->fields[i]].type == VALUE_ENDPOINT &&
		    layout->widths[i] > ENDPOINT_USUAL)
			layout->widths[i] = ENDPOINT_USUAL;
}

/* Endpoints get back what is left when the last column has what it mostly needs. */
static void widen_endpoints(struct layout *layout, size_t width)
{
	size_t total = total_with(layout, LAST_USUAL), before;

	do {
		before = total;
		for (size_t i = 0; i < layout->count && total < width; i++) {
			if (layout->widths[i] >= layout->wanted[i])
				continue;
			layout->widths[i]++;
			total++;
		}
	} while (total > before);
}

static void fit(struct layout *layout, size_t width)
{
	memcpy(layout->wanted, layout->widths, sizeof(layout->wanted));
	if (total_with(layout, LAST_LEAST) > width)
		narrow_endpoints(layout);
	while (total_with(layout, LAST_LEAST) > width) {
		size_t column = most_dispensable(layout);

		if (!layout->drop[column])
			break;
		remove_column(layout, column);
	}
	widen_endpoints(layout, width);
	/* Columns the user named may not fit: then the last one is not pushed further out. */
	if (total_with(layout, LAST_LEAST) > width)
		layout->widths[layout->count - 1] = 0;
}

void layout_init(struct layout *layout, const struct listing *listing, enum listing_group group,
		 const struct view_options *options, struct buf *scratch)
{
	choose(layout, group, options);
	if (!layout->count)
		return;
	measure(layout, listing, group, options, scratch);
	if (options->width)
		fit(layout, options->width);
}
