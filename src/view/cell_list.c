/* SPDX-License-Identifier: MIT */
/*
 * Several values in one cell: a few of them on a terminal, elsewhere all.
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

size_t cell_add_list(struct buf *out, const struct row *row, const struct field *field,
		     size_t most)
{
	struct list_walk walk;
	struct list_item item;
	size_t columns = 0, count = 0;

	list_begin(&walk, row, field);
	while (list_next(&walk, &item)) {
		if (count)
			columns += item.text ? add_plain(out, "; ", 2) : add_plain(out, ",", 1);
		if (most != SIZE_MAX && count == ITEMS_SHOWN)
			return columns + add_plain(out, "…", 1);
		count++;
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

/* Has a member before this one said the same? */
static bool was_said(const struct row *row, const struct field *field, uint32_t member,
		     struct value value)
{
	for (uint32_t i = 0; i < member; i++) {
		struct row before = { row->snap, row_member(row, i), NULL };

		if (is_same(field->get(&before, field), value))
			return true;
	}
	return false;
}

size_t cell_add_merged(struct buf *out, const struct row *row, const struct field *field,
		       struct value value, size_t most)
{
	struct row one = { row->snap, row->sk, NULL };
	size_t columns = 0, count = 0;

	for (uint32_t i = 0; i < row_count(row); i++) {
		struct row member = { row->snap, row_member(row, i), NULL };
		struct value other = field->get(&member, field);

		if (other.type == VALUE_NONE || was_said(row, field, i, other))
			continue;
		if (count)
			columns += add_plain(out, ",", 1);
		if (most != SIZE_MAX && count == VALUES_SHOWN)
			return columns + add_plain(out, "…", 1);
		columns += cell_add_value(out, &one, field, other, most);
		count++;
	}
	return count ? columns : cell_add_value(out, &one, field, value, most);
}
