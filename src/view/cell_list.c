/* SPDX-License-Identifier: MIT */
/*
 * Several values in one cell.  A table has room for a few of them; CSV and
 * JSON name all.
 */
#include "cell_list.h"

#include "base/text.h"
#include "model/list.h"

enum { ITEMS_SHOWN = 4, VALUES_SHOWN = 2 };

static size_t add_plain(struct buf *out, const char *text, size_t columns)
{
	buf_add_text(out, text);
	return columns;
}

size_t cell_add_arguments(struct buf *out, const char *text, size_t length)
{
	size_t columns = 0;

	while (length) {
		const char *stop = memchr(text, '\0', length);
		size_t part = stop ? (size_t)(stop - text) : length;

		columns += text_add_safe(out, text, part, SIZE_MAX);
		if (stop)
			columns += add_plain(out, " ", 1);
		text += part + (stop ? 1 : 0);
		length -= part + (stop ? 1 : 0);
	}
	return columns;
}

size_t cell_add_list(struct buf *out, const struct row *row, const struct field *field)
{
	struct list_walk walk;
	struct list_item item;
	size_t columns = 0, count = 0;

	list_begin(&walk, row, field);
	while (list_next(&walk, &item)) {
		if (count)
			columns += item.text ? add_plain(out, "; ", 2) : add_plain(out, ",", 1);
		if (count++ == ITEMS_SHOWN)
			return columns + add_plain(out, "…", 1);
		if (item.text)
			columns += cell_add_arguments(out, item.text, item.length);
		else
			columns += buf_add_unsigned(out, item.number);
	}
	return columns;
}

static bool is_same(struct value a, struct value b)
{
	if (a.type != b.type)
		return false;
	if (a.type == VALUE_TEXT)
		return strcmp(a.text, b.text) == 0;
	return a.type == VALUE_BOOL ? a.boolean == b.boolean : a.number == b.number;
}

static bool is_among(const struct value *values, size_t count, struct value value)
{
	for (size_t i = 0; i < count; i++)
		if (is_same(values[i], value))
			return true;
	return false;
}

size_t cell_add_merged(struct buf *out, const struct row *row, const struct field *field,
		       struct value value)
{
	struct row one = { row->snap, row->sk, NULL };
	struct value values[VALUES_SHOWN];
	size_t columns = 0, count = 0;

	for (uint32_t i = 0; i < row_count(row); i++) {
		struct row member = { row->snap, row_member(row, i), NULL };
		struct value other = field->get(&member, field);

		if (other.type == VALUE_NONE || is_among(values, count, other))
			continue;
		if (count)
			columns += add_plain(out, ",", 1);
		if (count == VALUES_SHOWN)
			return columns + add_plain(out, "…", 1);
		columns += cell_add_value(out, &one, field, other);
		values[count++] = other;
	}
	return count ? columns : cell_add_value(out, &one, field, value);
}
