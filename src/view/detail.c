/* SPDX-License-Identifier: MIT */
/*
 * Detail lines: "label value" pairs, indented, wrapped at the edge of a
 * terminal and nowhere else.
 */
#include "detail.h"

#include <time.h>

#include "base/array.h"
#include "base/text.h"
#include "cell_list.h"
#include "layout.h"

enum { INDENT = 4, GAP = 2 };

/* A line being filled. */
struct line {
	struct buf *out;
	size_t width;			/* of the terminal; 0: no limit */
	size_t column;			/* 0: nothing written yet */
};

static const enum field_id extended_fields[] = {
	FIELD_UID, FIELD_INODE, FIELD_COOKIE, FIELD_MARK, FIELD_INTERFACE, FIELD_V6ONLY,
	FIELD_SHUTDOWN, FIELD_NETNS, FIELD_CGROUP, FIELD_UNIT, FIELD_CONTAINER,
	FIELD_LISTENER_COOKIE, FIELD_TWIN_COOKIE,
};

int detail_init(struct detail_memory *memory)
{
	int err = buf_init(&memory->cell, -1);

	memory->zeros = (struct detail_zeros){ .first = FIELD_COUNT };
	return err ? err : buf_init(&memory->zeros.text, -1);
}

void detail_free(struct detail_memory *memory)
{
	buf_free(&memory->cell);
	buf_free(&memory->zeros.text);
}

uint32_t detail_needs(uint32_t extras)
{
	uint32_t needs = 0;

	if (extras & EXTRA_EXTENDED) {
		needs |= NEED_CGROUP | NEED_NETNS;
		if (extras & EXTRA_OWNERS)
			needs |= NEED_OWNER | NEED_PROCESS;
	}
	if (extras & EXTRA_MEMORY)
		needs |= NEED_MEMORY;
	if (extras & EXTRA_INFO)
		needs |= NEED_TCP;
	return needs;
}

/* Make room for `columns` more on this line, or begin the next one. */
static void step(struct line *line, size_t columns)
{
	if (line->column && line->width && line->column + GAP + columns > line->width) {
		buf_add_char(line->out, '\n');
		line->column = 0;
	}
	if (line->column)
		buf_add_literal(line->out, "  ");
	else
		buf_add_literal(line->out, "    ");
	line->column += (line->column ? GAP : INDENT) + columns;
}

static void end(struct line *line)
{
	if (line->column)
		buf_add_char(line->out, '\n');
	line->column = 0;
}

/* Labels are the titles of fields; those of columns, in capitals, in small letters. */
static size_t add_label(struct buf *out, const char *title)
{
	size_t length = strlen(title);

	if (!layout_is_heading(title))
		buf_add(out, title, length);
	for (size_t i = 0; layout_is_heading(title) && i < length; i++)
		buf_add_char(out, (char)(title[i] >= 'A' ? title[i] + 'a' - 'A' : title[i]));
	buf_add_char(out, ' ');
	return length + 1;
}

static void add_pair(struct line *line, const struct row *row, const struct field *field,
		     struct value value, struct buf *scratch)
{
	size_t columns;

	if (!line->width) {
		/* Nothing to wrap, so nothing to measure first. */
		buf_room(line->out, BUF_ROOM);
		step(line, 0);
		add_label(line->out, field->title);
		cell_add_value(line->out, row, field, value, SIZE_MAX);
		return;
	}
	scratch->length = 0;
	columns = add_label(scratch, field->title);
	columns += cell_add_value(scratch, row, field, value, SIZE_MAX);
	step(line, columns);
	buf_add(line->out, scratch->data, scratch->length);
}

static void add_text_pair(struct line *line, const char *label, const char *text,
			  struct buf *scratch)
{
	size_t columns;

	if (!text || !*text)
		return;
	scratch->length = 0;
	columns = add_label(scratch, label);
	columns += text_add_safe(scratch, text, strlen(text), SIZE_MAX);
	step(line, columns);
	buf_add(line->out, scratch->data, scratch->length);
}

/* ---- -e -------------------------------------------------------------- */

static void add_start_time(struct line *line, const struct process *process)
{
	time_t when = (time_t)process->start_time;
	struct tm tm;
	char text[32];
	size_t length;

	if (!when || !localtime_r(&when, &tm))
		return;
	length = strftime(text, sizeof(text), "since %Y-%m-%d %H:%M:%S", &tm);
	step(line, length);
	buf_add(line->out, text, length);
}

static void add_command_line(struct line *line, const struct process *process,
			     struct buf *scratch)
{
	size_t length = process_arguments_length(process), columns;

	if (!length)
		return;
	scratch->length = 0;
	columns = add_label(scratch, "command");
	columns += cell_add_arguments(scratch, process->command_line, length);
	step(line, columns);
	buf_add(line->out, scratch->data, scratch->length);
}

static void add_process(struct line *line, const struct row *row, const struct owner *owner,
			struct buf *scratch)
{
	const struct process *process = owner_process(row->snap, owner);

	scratch->length = 0;
	buf_add_literal(scratch, "pid ");
	buf_add_unsigned(scratch, process->pid);
	if (owner->tid) {
		buf_add_literal(scratch, " thread ");
		buf_add_unsigned(scratch, owner->tid);
	}
	buf_add_literal(scratch, " fd ");
	if (owner->fd == OWNER_NO_FD)
		buf_add_literal(scratch, "io_uring");
	else
		buf_add_unsigned(scratch, (uint64_t)owner->fd);
	step(line, scratch->length);
	buf_add(line->out, scratch->data, scratch->length);
	add_command_line(line, process, scratch);
	add_text_pair(line, "executable", process->executable, scratch);
	add_text_pair(line, "unit", process->unit, scratch);
	add_text_pair(line, "container", process->container, scratch);
	add_start_time(line, process);
	end(line);
}

static void add_extended(struct line *line, const struct row *row, struct buf *scratch)
{
	for (size_t i = 0; i < ARRAY_SIZE(extended_fields); i++) {
		struct value value = field_get(row, extended_fields[i]);

		if (value.type != VALUE_NONE)
			add_pair(line, row, &fields[extended_fields[i]], value, scratch);
	}
	end(line);
	for (const struct owner *owner = owner_first(row->snap, row->sk); owner;
	     owner = owner_next(row->snap, owner))
		add_process(line, row, owner, scratch);
}

/* ---- -m, -i ---------------------------------------------------------- */

static bool is_zero(struct value value)
{
	return (value.type == VALUE_UNSIGNED && !value.number) ||
	       (value.type == VALUE_BOOL && !value.boolean);
}

/* "zero: a, b, c": figures that are 0 say little, but that they are known says something. */
static void add_zeros(struct line *line, const uint8_t *zeros, size_t count, enum field_id first)
{
	if (!count)
		return;
	step(line, strlen("zero:"));
	buf_add_literal(line->out, "zero:");
	for (size_t i = 0; i < count; i++) {
		const char *title = fields[first + zeros[i]].title;
		size_t length = strlen(title);

		if (i) {
			buf_add_char(line->out, ',');
			line->column++;
		}
		if (line->width && line->column + 1 + length + 1 > line->width) {
			end(line);
			step(line, length);
		} else {
			buf_add_char(line->out, ' ');
			line->column += 1 + length;
		}
		buf_add(line->out, title, length);
	}
}

/* Off a terminal most sockets have the same zeros: the text of the last one serves again. */
static void add_zeros_again(struct line *line, const uint8_t *zeros, size_t count,
			    enum field_id first, struct detail_zeros *last)
{
	struct line text = { .out = &last->text, .column = line->column };

	if (last->first != first || last->count != count ||
	    memcmp(last->zeros, zeros, count) != 0) {
		last->first = first;
		last->count = count;
		memcpy(last->zeros, zeros, count);
		last->text.length = 0;
		add_zeros(&text, zeros, count, first);
	}
	buf_add(line->out, last->text.data, last->text.length);
	line->column += last->text.length;
}

/* All figures of a group that are known, those that are 0 last and by name only. */
static void add_group(struct line *line, const struct row *row, enum field_id first,
		      enum field_id last, struct detail_memory *memory)
{
	uint8_t zeros[FIELD_COUNT];
	size_t count = 0;

	for (enum field_id id = first; id <= last; id++) {
		struct value value = field_get(row, id);

		if (value.type == VALUE_NONE)
			continue;
		if (is_zero(value))
			zeros[count++] = (uint8_t)(id - first);
		else
			add_pair(line, row, &fields[id], value, &memory->cell);
	}
	if (line->width || !line->column)
		add_zeros(line, zeros, count, first);
	else
		add_zeros_again(line, zeros, count, first, &memory->zeros);
	end(line);
}

static void add_socket(struct line *line, const struct row *row,
		       const struct view_options *options, struct detail_memory *memory)
{
	const struct socket_detail *detail = row->sk->detail;

	if (options->extras & EXTRA_EXTENDED)
		add_extended(line, row, &memory->cell);
	if (detail && detail->memory && (options->extras & EXTRA_MEMORY))
		add_group(line, row, FIELD_MEMORY_FIRST, FIELD_MEMORY_LAST, memory);
	if (detail && detail->tcp && (options->extras & EXTRA_INFO))
		add_group(line, row, FIELD_TCP_FIRST, FIELD_TCP_LAST, memory);
}

void detail_add(struct buf *out, const struct row *row, const struct view_options *options,
		struct detail_memory *memory)
{
	struct line line = { .out = out, .width = options->width };

	for (uint32_t i = 0; i < row_count(row); i++) {
		struct row one = { row->snap, row_member(row, i), NULL };

		add_socket(&line, &one, options, memory);
	}
}
