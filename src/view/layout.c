/* SPDX-License-Identifier: MIT */
/* The column table, and how wide columns are. */
#include "layout.h"

#include "base/array.h"
#include "base/text.h"
#include "layout_fit.h"
#include "view/cell.h"

enum { MEASURED_MOST = 250000 };	/* sockets; a wider one behind them stands out */

struct column {
	enum field_id field;
	uint8_t drop;			/* 0: stays; else the highest goes first */
	uint32_t extras;		/* shown only with all of these; 0: always */
	bool (*tells)(struct value value);	/* left out where no row tells anything */
};

static bool is_known(struct value value)
{
	return value.type != VALUE_NONE;
}

static bool is_shared(struct value value)
{
	return value.number > 1;
}

/* Of a listener: a port that the kernel gave, or that it may give to others. */
static bool is_ephemeral(struct value value)
{
	return value.type == VALUE_TEXT && value.text == port_class_names[PORT_EPHEMERAL];
}

static const struct column listener_columns[] = {
	{ FIELD_SIGN, 0, EXTRA_CHANGE, NULL },
	{ FIELD_PROTOCOL, 0, 0, NULL },
	{ FIELD_STATE, 7, 0, NULL },
	{ FIELD_LOCAL, 0, 0, NULL },
	{ FIELD_SCOPE, 2, 0, NULL },
	{ FIELD_PORT_CLASS, 9, 0, is_ephemeral },
	{ FIELD_SERVICE, 6, 0, is_known },
	{ FIELD_QUEUE, 1, 0, NULL },
	{ FIELD_CONNECTIONS, 5, 0, is_known },
	{ FIELD_SOCKETS, 8, 0, is_shared },
	{ FIELD_USER_SHOWN, 4, 0, NULL },
	{ FIELD_TIMER, 3, EXTRA_TIMERS, NULL },
	{ FIELD_OWNERS, 0, EXTRA_OWNERS, NULL },
};

static const struct column connection_columns[] = {
	{ FIELD_SIGN, 0, EXTRA_CHANGE, NULL },
	{ FIELD_PROTOCOL, 0, 0, NULL },
	{ FIELD_STATE, 0, 0, NULL },
	{ FIELD_LOCAL, 0, 0, NULL },
	{ FIELD_DIRECTION, 0, 0, NULL },
	{ FIELD_PEER, 0, 0, NULL },
	{ FIELD_RECV_QUEUE, 4, 0, NULL },
	{ FIELD_SEND_QUEUE, 5, 0, NULL },
	{ FIELD_USER_SHOWN, 6, 0, NULL },
	{ FIELD_TIMER, 0, EXTRA_TIMERS, NULL },
	{ FIELD_OWNERS, 0, EXTRA_OWNERS, NULL },
	{ FIELD_OTHER_END, 1, EXTRA_OWNERS | EXTRA_EXTENDED, NULL },
};

static const struct column bound_columns[] = {
	{ FIELD_SIGN, 0, EXTRA_CHANGE, NULL },
	{ FIELD_PROTOCOL, 0, 0, NULL },
	{ FIELD_STATE, 0, 0, NULL },
	{ FIELD_LOCAL, 0, 0, NULL },
	{ FIELD_PORT_CLASS, 2, 0, is_ephemeral },
	{ FIELD_USER_SHOWN, 1, 0, NULL },
	{ FIELD_OWNERS, 0, EXTRA_OWNERS, NULL },
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

static struct layout_column *find_column(struct layout *layout, enum field_id field)
{
	for (size_t i = 0; i < layout->count; i++)
		if (layout->columns[i].field == field)
			return &layout->columns[i];
	return NULL;
}

/* These are wide and stand last, whatever is added to the usual columns. */
static bool stands_last(enum field_id field)
{
	return field == FIELD_OWNERS || field == FIELD_OTHER_END;
}

static void add_usual(struct layout *layout, enum listing_group group,
		      const struct view_options *options, bool last)
{
	for (size_t i = 0; i < usual_columns[group].count; i++) {
		const struct column *column = &usual_columns[group].columns[i];

		if (is_shown(column, options->extras) && stands_last(column->field) == last &&
		    columns_have_usual(options->columns, column->field) &&
		    !find_column(layout, column->field))
			layout->columns[layout->count++] = (struct layout_column){
				.field = column->field, .drop = column->drop, .usual = true,
				.tells = column->tells, .alike = true,
			};
	}
}

static void choose(struct layout *layout, enum listing_group group,
		   const struct view_options *options)
{
	const struct columns *columns = options->columns;

	layout->count = 0;
	add_usual(layout, group, options, false);
	for (size_t i = 0; columns && i < columns->count; i++) {
		struct layout_column *column = find_column(layout, columns->fields[i]);

		/* What the user names stays, if it is one of the usual ones too. */
		if (!column)
			column = &layout->columns[layout->count++];
		*column = (struct layout_column){ .field = columns->fields[i] };
	}
	add_usual(layout, group, options, true);
}

uint32_t layout_needs(const struct view_options *options)
{
	uint32_t needs = NEED_LISTENER;

	for (enum listing_group group = 0; group < LISTING_GROUPS; group++) {
		struct layout layout;

		choose(&layout, group, options);
		for (size_t i = 0; i < layout.count; i++)
			needs |= fields[layout.columns[i].field].needs;
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

static void widen(struct layout_column *column, size_t width)
{
	if (column->width < width)
		column->width = (uint32_t)width;
}

static size_t heading_columns(const struct field *field, struct buf *scratch)
{
	scratch->length = 0;
	layout_add_heading(scratch, field);
	return scratch->length;
}

/* What is measured, and how. */
struct measuring {
	struct layout *layout;
	uint8_t columns[COLUMNS_MAX];	/* that must be looked at */
	size_t count;
	size_t most;			/* columns that a cell may have at all */
	struct value before[COLUMNS_MAX];	/* of the row above: mostly they are the same */
	size_t rows;
	struct buf *scratch;
};

static bool is_as_before(const struct measuring *m, size_t column, struct value value)
{
	const struct value *before = &m->before[column];

	return VALUE_IS_PLAIN(value.type) && value.type == before->type &&
	       value.number == before->number;
}

static void measure_cell(struct measuring *m, const struct row *row, size_t index)
{
	struct layout_column *column = &m->layout->columns[index];
	const struct field *field = &fields[column->field];
	struct value value = field->get(row, field);

	if (is_as_before(m, index, value) && !row_is_merged(row))
		return;
	if (column->tells && column->tells(value))
		column->tells = NULL;
	column->alike &= !m->rows || value.type == VALUE_NONE;
	m->before[index] = value;
	if (!field->width)
		widen(column, cell_columns(m->scratch, row, field, value, m->most));
}

static void measure_row(struct measuring *m, const struct row *row)
{
	for (size_t i = 0; i < m->count; i++)
		measure_cell(m, row, m->columns[i]);
	m->rows++;
	if (!row->listener || !row_is_full(row))
		return;
	/* A queue that is full is what the list is for. */
	for (size_t i = 0; i < m->layout->count; i++)
		if (m->layout->columns[i].field == FIELD_QUEUE)
			m->layout->columns[i].urgent = true;
}

static void measure_rows(struct measuring *m, const struct listing *listing,
			 enum listing_group group)
{
	const struct snapshot *snap = listing->snap;

	if (group == LISTING_LISTENERS) {
		for (size_t i = 0; i < listing->count[group]; i++) {
			struct row row = listing_row(listing, group, i);

			measure_row(m, &row);
		}
		return;
	}
	/* In the order of memory, not of the list: that is a third of the time. */
	for (size_t i = 0; i < snap->count && i < MEASURED_MOST; i++) {
		struct row row = { snap, &snap->sockets[i], NULL };

		if (listing_has(listing, group, row.sk))
			measure_row(m, &row);
	}
}

/* Not those of fixed width, of which nobody asks what they say; nor the last where it is free. */
static void choose_measured(struct measuring *m, bool terminal)
{
	const struct layout *layout = m->layout;

	for (size_t i = 0; i < layout->count; i++) {
		const struct layout_column *column = &layout->columns[i];
		const struct field *field = &fields[column->field];
		bool is_free = !terminal && i + 1 == layout->count && !field->right &&
			       !column->tells;

		m->before[i].type = VALUE_TYPE_COUNT;
		if (!is_free && (!field->width || column->tells || terminal))
			m->columns[m->count++] = (uint8_t)i;
	}
}

static void measure(struct layout *layout, const struct listing *listing,
		    enum listing_group group, const struct view_options *options,
		    struct buf *scratch)
{
	struct measuring m = {
		.layout = layout, .scratch = scratch,
		.most = options->width ? options->width : SIZE_MAX,
	};

	for (size_t i = 0; i < layout->count; i++) {
		const struct field *field = &fields[layout->columns[i].field];

		layout->columns[i].width = field->width;
		if (options->header)
			widen(&layout->columns[i], heading_columns(field, scratch));
	}
	choose_measured(&m, options->width);
	measure_rows(&m, listing, group);
	/* One row is not alike; an empty column is. */
	for (size_t i = 0; i < layout->count; i++)
		layout->columns[i].alike &= m.rows > 1 || m.before[i].type == VALUE_NONE;
}

void layouts_init(struct layout layouts[LISTING_GROUPS], const struct listing *listing,
		  const struct view_options *options, struct buf *scratch)
{
	for (enum listing_group group = 0; group < LISTING_GROUPS; group++) {
		struct layout *layout = &layouts[group];

		choose(layout, group, options);
		if (!listing->count[group])
			layout->count = 0;
		if (!layout->count)
			continue;
		measure(layout, listing, group, options, scratch);
		layout_remove_silent(layout);
		if (options->width)
			layout_fit(layout, options->width);
	}
	layouts_make_equal(layouts, options->width);
}
