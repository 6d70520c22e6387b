/* SPDX-License-Identifier: MIT */
/* Counts as a table: a line a group, the number first and then what its sockets have in common. */
#include "view/count.h"

#include "cell_list.h"
#include "count_data.h"
#include "layout.h"
#include "table.h"
#include "view/cell.h"

#define HEADING "COUNT"

enum {
	MEASURED_MOST = 4096,	/* groups; a wider one behind them stands out */
	TEXT_LEAST = 12,	/* columns that remain of a text */
};

/* ---- cells ----------------------------------------------------------- */

/* Numbers, addresses and pids are never cut. */
static bool may_be_cut(const struct count_value *value)
{
	return value->value.type == VALUE_TEXT || value->value.type == VALUE_OWNERS ||
	       (value->value.type == VALUE_LIST && value->item.text);
}

static size_t add_whole(struct buf *out, const struct count_value *value, enum field_id field)
{
	const char *reason = missing_names[value->missing];

	switch (value->value.type) {
	case VALUE_LIST:
		if (value->item.text)
			return cell_add_arguments(out, value->item.text, value->item.length);
		return buf_add_unsigned(out, value->item.number);
	case VALUE_NONE:
		buf_add_text(out, reason ? "(" : "-");
		buf_add_text(out, reason ? reason : "");
		buf_add_text(out, reason ? ")" : "");
		return reason ? strlen(reason) + 2 : 1;
	default:
		return cell_add_value(out, &value->row, &fields[field], value->value, SIZE_MAX);
	}
}

size_t count_add_cell(struct buf *out, const struct count_value *value, enum field_id field,
		      size_t most)
{
	size_t columns;

	if (value->value.type == VALUE_OWNERS)
		return cell_add_process(out, value->process, most);
	columns = add_whole(out, value, field);
	return columns > most && may_be_cut(value) ? cell_clip(out, most) : columns;
}

/* ---- widths ---------------------------------------------------------- */

struct widths {
	size_t number, columns[FIELD_COUNT];
	size_t least[FIELD_COUNT];	/* what is not cut needs so many */
};

static void measure(struct widths *widths, const struct count *count,
		    const struct view_options *options, struct buf *cell)
{
	const struct count_keys *keys = count->keys;

	*widths = (struct widths){ .number = options->header ? strlen(HEADING) : 0 };
	if (count->count && digits_of(count->groups[0].sockets) > widths->number)
		widths->number = digits_of(count->groups[0].sockets);
	for (size_t i = 0; i < keys->count; i++) {
		size_t *width = &widths->columns[i];

		cell->length = 0;
		if (options->header)
			layout_add_heading(cell, &fields[keys->fields[i]]);
		*width = cell->length;
		widths->least[i] = TEXT_LEAST;
		for (size_t j = 0; j < count->count && j < MEASURED_MOST; j++) {
			struct count_value value = count_get(count, &count->groups[j],
							     keys->fields[i]);
			size_t columns;

			cell->length = 0;
			columns = count_add_cell(cell, &value, keys->fields[i], SIZE_MAX);
			if (columns > *width)
				*width = columns;
			if (columns > widths->least[i] && !may_be_cut(&value))
				widths->least[i] = columns;
		}
	}
}

/* On a terminal the widest texts give way until a line fits. */
static void fit(struct widths *widths, size_t count, size_t terminal)
{
	size_t total = widths->number;

	for (size_t i = 0; i < count; i++)
		total += COLUMN_GAP + widths->columns[i];
	while (total > terminal) {
		size_t *widest = NULL;

		for (size_t i = 0; i < count; i++)
			if (widths->columns[i] > widths->least[i] &&
			    (!widest || widths->columns[i] > *widest))
				widest = &widths->columns[i];
		if (!widest)
			break;
		--*widest;
		total--;
	}
}

/* ---- lines ----------------------------------------------------------- */

/* A cell of `columns` on its place; the last one has no blanks behind it. */
static void place(struct buf *out, const struct buf *cell, size_t columns, size_t width,
		  bool right, bool last)
{
	size_t blanks = width > columns ? width - columns : 0;

	buf_add_blanks(out, COLUMN_GAP + (right ? blanks : 0));
	buf_add(out, cell->data, cell->length);
	buf_add_blanks(out, right || last ? 0 : blanks);
}

static void add_heading(const struct count_keys *keys, const struct widths *widths,
			struct buf *cell, struct buf *out)
{
	buf_add_blanks(out, widths->number - strlen(HEADING));
	buf_add_literal(out, HEADING);
	for (size_t i = 0; i < keys->count; i++) {
		const struct field *field = &fields[keys->fields[i]];

		cell->length = 0;
		layout_add_heading(cell, field);
		place(out, cell, cell->length, widths->columns[i], field->right,
		      i + 1 == keys->count);
	}
	buf_add_char(out, '\n');
}

static void add_line(const struct count *count, const struct count_group *group,
		     const struct widths *widths, bool cut, struct buf *cell, struct buf *out)
{
	const struct count_keys *keys = count->keys;

	buf_add_blanks(out, widths->number - digits_of(group->sockets));
	buf_add_unsigned(out, group->sockets);
	for (size_t i = 0; i < keys->count; i++) {
		struct count_value value = count_get(count, group, keys->fields[i]);
		size_t columns;

		cell->length = 0;
		columns = count_add_cell(cell, &value, keys->fields[i],
					 cut ? widths->columns[i] : SIZE_MAX);
		place(out, cell, columns, widths->columns[i], fields[keys->fields[i]].right,
		      i + 1 == keys->count);
	}
	buf_add_char(out, '\n');
}

static void show_table(const struct count *count, const struct listing *listing,
		       const struct view_options *options, struct buf *cell, struct buf *out)
{
	struct widths widths;

	measure(&widths, count, options, cell);
	if (options->width)
		fit(&widths, count->keys->count, options->width);
	if (options->header && count->count)
		add_heading(count->keys, &widths, cell, out);
	for (size_t i = 0; i < count->count; i++)
		add_line(count, &count->groups[i], &widths, options->width, cell, out);
	if (options->header)
		table_add_hidden(listing, count->count, "not counted: ", " (-a counts them)", out);
}

int count_show(const struct count *count, const struct listing *listing, enum view_id view,
	       const struct view_options *options, struct buf *out)
{
	struct buf cell;
	int err = buf_init(&cell, -1);

	if (err < 0)
		return err;
	switch (view) {
	case VIEW_JSON:
		count_show_json(count, &cell, out);
		break;
	case VIEW_JSONL:
		count_show_jsonl(count, &cell, out);
		break;
	case VIEW_CSV:
		count_show_csv(count, options, &cell, out);
		break;
	default:
		show_table(count, listing, options, &cell, out);
	}
	err = -cell.error;
	buf_free(&cell);
	return err;
}
