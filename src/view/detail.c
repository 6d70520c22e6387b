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

enum { INDENT = 4, GAP = 2, FIGURE_LINES = 2 };

/* A line being filled. */
struct line {
	struct buf *out;
	size_t width;			/* of the terminal; 0: no limit */
	size_t column;			/* 0: nothing written yet */
	size_t lines;			/* that are complete */
	bool full;			/* FIGURE_LINES are, and more would follow */
};

static const enum field_id extended_fields[] = {
	FIELD_UID, FIELD_INODE, FIELD_COOKIE, FIELD_MARK, FIELD_INTERFACE, FIELD_V6ONLY,
	FIELD_SHUTDOWN, FIELD_NETNS, FIELD_CGROUP, FIELD_UNIT, FIELD_CONTAINER,
	FIELD_LISTENER_COOKIE, FIELD_TWIN_COOKIE,
};

/* What says most of how a connection does; the others follow in the order of their table. */
static const char *const first_figures[] = {
	"rtt", "min_rtt", "rttvar", "cwnd", "congestion", "total_retrans", "retrans", "lost",
	"unacked", "notsent", "delivery_rate", "bytes_sent", "bytes_received", "rwnd_limited",
	"sndbuf_limited", "rto", "backoff", "probes", "snd_mss", "rcv_mss", "pmtu",
};

static void add_once(enum field_id *ids, size_t *count, enum field_id id)
{
	for (size_t i = 0; i < *count; i++)
		if (ids[i] == id)
			return;
	ids[(*count)++] = id;
}

static void order_figures(struct detail_memory *memory)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(first_figures); i++) {
		const struct field *field = field_find(first_figures[i]);

		if (field && field->group == GROUP_TCP)
			add_once(memory->tcp, &count, field_id(field));
	}
	for (enum field_id id = FIELD_TCP_FIRST; id <= FIELD_TCP_LAST; id++)
		add_once(memory->tcp, &count, id);
}

int detail_init(struct detail_memory *memory, uint32_t extras)
{
	if (extras & EXTRA_INFO)
		order_figures(memory);
	for (size_t i = 0; i < MEMORY_COUNT; i++)
		memory->memory[i] = FIELD_MEMORY_FIRST + i;
	return buf_init(&memory->cell, -1);
}

void detail_free(struct detail_memory *memory)
{
	buf_free(&memory->cell);
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
		line->lines++;
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

/* A figure has its name, as in `conntab fields`: so it can be filtered and sorted by. */
static const char *label_of(const struct field *field)
{
	return field->group == GROUP_SOCKET ? field->title : field->name;
}

/* On a terminal figures that would begin a third line are left out, with a sign. */
static bool is_full(struct line *line, const struct field *field, size_t columns)
{
	if (field->group == GROUP_SOCKET || line->lines + 1 < FIGURE_LINES ||
	    line->column + GAP + columns + GAP + 1 <= line->width)
		return false;
	line->full = true;
	buf_add_literal(line->out, "  …");
	return true;
}

static void add_pair(struct line *line, const struct row *row, const struct field *field,
		     struct value value, struct buf *scratch)
{
	size_t columns;

	if (!line->width) {
		/* Nothing to wrap, so nothing to measure first. */
		buf_room(line->out, BUF_ROOM);
		step(line, 0);
		add_label(line->out, label_of(field));
		cell_add_value(line->out, row, field, value, SIZE_MAX);
		return;
	}
	scratch->length = 0;
	columns = add_label(scratch, label_of(field));
	columns += cell_add_value(scratch, row, field, value, SIZE_MAX);
	if (is_full(line, field, columns))
		return;
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
	return value.type == VALUE_NONE || (value.type == VALUE_UNSIGNED && !value.number) ||
	       (value.type == VALUE_BOOL && !value.boolean);
}

/* Figures that say something, by their names; on a terminal two lines of them. */
static void add_figures(struct line *line, const struct row *row, const enum field_id *ids,
			size_t count, struct buf *scratch)
{
	line->lines = 0;
	line->full = false;
	for (size_t i = 0; i < count && !line->full; i++) {
		struct value value = field_get(row, ids[i]);

		if (!is_zero(value))
			add_pair(line, row, &fields[ids[i]], value, scratch);
	}
	end(line);
}

static void add_socket(struct line *line, const struct row *row,
		       const struct view_options *options, struct detail_memory *memory)
{
	const struct socket_detail *detail = row->sk->detail;

	if (options->extras & EXTRA_EXTENDED)
		add_extended(line, row, &memory->cell);
	if (detail && detail->memory && (options->extras & EXTRA_MEMORY))
		add_figures(line, row, memory->memory, MEMORY_COUNT, &memory->cell);
	if (detail && detail->tcp && (options->extras & EXTRA_INFO))
		add_figures(line, row, memory->tcp, TCP_FIGURES, &memory->cell);
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
