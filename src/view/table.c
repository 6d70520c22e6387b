/* SPDX-License-Identifier: MIT */
/*
 * The table for people: listeners, connections, and one line for what is not
 * shown.  Knows columns and colours; what a cell says is in cell.c.
 */
#include "table.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "detail.h"
#include "layout.h"
#include "view/cell.h"

enum { DETAILS = EXTRA_EXTENDED | EXTRA_MEMORY | EXTRA_INFO, WRITTEN_MAX = 48, LAST_LEAST = 8 };

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

static const char *const group_titles[LISTING_GROUPS] = {
	[LISTING_LISTENERS] = "Listeners",
	[LISTING_CONNECTIONS] = "Connections",
	[LISTING_BOUND] = "Bound, not listening",
};

/* Only what may want attention has a colour. */
static const char *const state_colors[STATE_COUNT] = {
	[STATE_ESTAB] = "\033[32m",
	[STATE_SYN_SENT] = "\033[33m",
	[STATE_SYN_RECV] = "\033[33m",
	[STATE_CLOSE_WAIT] = "\033[33m",
	[STATE_TIME_WAIT] = "\033[2m",
	[STATE_BOUND] = "\033[2m",
};

static const char *const change_colors[CHANGE_COUNT] = {
	[CHANGE_ADDED] = "\033[32m",
	[CHANGE_REMOVED] = "\033[31m",
};

/* A cell as it was written last, to be written again where the next row says the same. */
struct written {
	struct value value;
	size_t length;			/* 0: nothing to reuse */
	char text[WRITTEN_MAX];
};

struct table {
	const struct listing *listing;
	const struct view_options *options;
	struct layout layouts[LISTING_GROUPS];
	const struct layout *layout;	/* of the group at hand */
	struct buf *out;
	struct buf cell;		/* one cell, before it is padded */
	size_t late;			/* columns a long cell has moved this row to the right */
	struct written written[COLUMNS_MAX];
	struct detail_memory detail;
};

uint32_t table_needs(const struct view_options *options)
{
	uint32_t needs = layout_needs(options) | detail_needs(options->extras) |
			 names_needs(options->extras);

	return view_limit_needs(options->extras, needs);
}

static const char *color_of(const struct row *row, enum field_id id)
{
	if (id == FIELD_STATE)
		return state_colors[row->sk->state];
	if (id == FIELD_SIGN)
		return change_colors[row->sk->change];
	if (id == FIELD_OWNERS && row->listener && row->listener->independent)
		return "\033[33m";
	if (id == FIELD_QUEUE && row_is_full(row))
		return "\033[31m";
	return NULL;
}

/* Columns that a cell at `at` may have: the last one ends at the edge of the terminal. */
static size_t room_for(const struct table *table, size_t column, size_t at)
{
	size_t width = table->options->width;

	if (!width)
		return SIZE_MAX;
	if (column + 1 < table->layout->count)
		return table->layout->columns[column].width;
	/* Where a line is too long anyway, it need not be much longer. */
	return width > at + 1 ? width - at : LAST_LEAST;
}

static void add_cell(struct table *table, size_t column, size_t width, const char *color)
{
	const struct layout *layout = table->layout;
	bool last = column + 1 == layout->count;
	size_t wanted = layout->columns[column].width;
	size_t pad = width < wanted ? wanted - width : 0;
	size_t made_up = pad < table->late ? pad : table->late;
	bool right = fields[layout->columns[column].field].right;

	pad -= made_up;
	table->late -= made_up;
	if (width > wanted)
		table->late += width - wanted;
	if (right)
		buf_add_blanks(table->out, pad);
	if (color)
		buf_add_text(table->out, color);
	buf_add(table->out, table->cell.data, table->cell.length);
	if (color)
		buf_add_literal(table->out, PLAIN);
	if (!last)
		buf_add_blanks(table->out, (right ? 0 : pad) + COLUMN_GAP);
}

/* Write a cell that should stand at column `at`; returns where the next one should. */
static size_t write_cell(struct table *table, const struct row *row, size_t column,
			 struct value value, size_t at)
{
	const struct layout *layout = table->layout;
	enum field_id id = layout->columns[column].field;
	size_t most = room_for(table, column, at + table->late), width;

	table->cell.length = 0;
	width = cell_add_value(&table->cell, row, &fields[id], value, most);
	if (column + 1 == layout->count && width > most)
		width = cell_clip(&table->cell, most);
	add_cell(table, column, width, table->options->color ? color_of(row, id) : NULL);
	return at + layout->columns[column].width + COLUMN_GAP;
}

/* Remember what write_cell() wrote from `start` on, if the value alone made it. */
static void remember(struct table *table, size_t column, struct value value, size_t start)
{
	struct written *written = &table->written[column];
	size_t length = table->out->length - start;

	written->length = 0;
	/* A long cell may have made the buffer write itself out: then `start` is gone. */
	if (!VALUE_IS_PLAIN(value.type) || table->cell.length > WRITTEN_MAX || length > WRITTEN_MAX)
		return;
	memcpy(written->text, table->out->data + start, length);
	written->length = length;
	written->value = value;
}

static void add_row(struct table *table, const struct row *row)
{
	const struct layout *layout = table->layout;
	size_t at = 0;

	table->late = 0;
	for (size_t i = 0; i < layout->count; i++) {
		struct written *written = &table->written[i];
		struct value value = field_get(row, layout->columns[i].field);
		bool late = table->late;
		size_t start;

		if (written->length && !late && !row_is_merged(row) &&
		    value.type == written->value.type && value.number == written->value.number) {
			/* All of it, for a copy of known length is no call. */
			memcpy(buf_room(table->out, WRITTEN_MAX), written->text, WRITTEN_MAX);
			table->out->length += written->length;
			at += layout->columns[i].width + COLUMN_GAP;
			continue;
		}
		buf_room(table->out, BUF_ROOM);
		start = table->out->length;
		at = write_cell(table, row, i, value, at);
		/* A row out of step has cells of other widths. */
		if (!late && !table->late && !row_is_merged(row))
			remember(table, i, value, start);
	}
	buf_add_char(table->out, '\n');
	if (table->options->extras & DETAILS)
		detail_add(table->out, row, table->options, &table->detail);
}

static void add_heading(struct table *table, enum listing_group group, size_t rows)
{
	const struct layout *layout = table->layout;
	bool color = table->options->color;
	size_t at = 0;

	table->late = 0;
	if (color)
		buf_add_literal(table->out, BOLD);
	buf_add_text(table->out, group_titles[group]);
	buf_add_literal(table->out, " (");
	buf_add_unsigned(table->out, rows);
	buf_add_literal(table->out, ")");
	if (color)
		buf_add_literal(table->out, PLAIN);
	buf_add_char(table->out, '\n');
	table->late = 0;
	for (size_t i = 0; i < layout->count; i++) {
		size_t most = room_for(table, i, at), width;

		table->cell.length = 0;
		layout_add_heading(&table->cell, &fields[layout->columns[i].field]);
		width = table->cell.length;
		if (i + 1 == layout->count && width > most)
			width = cell_clip(&table->cell, most);
		add_cell(table, i, width, color ? BOLD : NULL);
		at += layout->columns[i].width + COLUMN_GAP;
	}
	buf_add_char(table->out, '\n');
}

static bool add_group(struct table *table, enum listing_group group, bool follows)
{
	const struct listing *listing = table->listing;
	size_t rows = listing->count[group];

	table->layout = &table->layouts[group];
	if (!table->layout->count)
		return false;
	memset(table->written, 0, sizeof(table->written));
	if (follows && table->options->header)
		buf_add_char(table->out, '\n');
	if (table->options->header)
		add_heading(table, group, rows);
	for (size_t position = 0; position < rows; position++) {
		struct row row = listing_row(listing, group, position);

		add_row(table, &row);
	}
	return true;
}

void table_add_hidden(const struct listing *listing, bool follows, const char *front,
		      const char *hint, struct buf *out)
{
	const char *between = front;

	for (enum state state = 0; state < STATE_COUNT; state++) {
		if (!listing->hidden[state])
			continue;
		if (between == front && follows)
			buf_add_char(out, '\n');
		buf_add_text(out, between);
		buf_add_unsigned(out, listing->hidden[state]);
		buf_add_char(out, ' ');
		buf_add_text(out, state_names[state]);
		between = ", ";
	}
	if (between == front)
		return;
	buf_add_text(out, hint);
	buf_add_char(out, '\n');
}

static int show(struct table *table)
{
	bool any = false;
	int err = buf_init(&table->cell, -1);

	if (!err)
		err = detail_init(&table->detail, table->options->extras);
	if (err < 0)
		return err;
	layouts_init(table->layouts, table->listing, table->options, &table->cell);
	for (enum listing_group group = 0; group < LISTING_GROUPS; group++)
		any |= add_group(table, group, any);
	if (table->options->header)
		table_add_hidden(table->listing, any, "not shown: ", " (-a shows them)",
				 table->out);
	return -table->cell.error;
}

int table_show(struct listing *listing, const struct view_options *options, struct buf *out)
{
	struct table *table = calloc(1, sizeof(*table));
	int err = table ? listing_arrange(listing) : -ENOMEM;

	if (!err) {
		table->listing = listing;
		table->options = options;
		table->out = out;
		err = show(table);
		detail_free(&table->detail);
		buf_free(&table->cell);
	}
	free(table);
	return err;
}
