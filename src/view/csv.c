/* SPDX-License-Identifier: MIT */
/*
 * CSV (RFC 4180): a line for each socket.  Numbers are bare, what is unknown
 * is empty, and text is escaped as in the table, so that a line is a record.
 */
#include "csv.h"

#include "base/array.h"
#include "base/text.h"
#include "model/list.h"
#include "view/cell.h"

struct csv {
	struct buf *out;
	struct buf cell;		/* a value that may need quotes */
	enum field_id fields[FIELD_COUNT];
	size_t count;
};

/* The usual columns, in the order of the manual; new ones go to the end of their extra. */
static const struct {
	enum field_id first, last;
	uint32_t extras;		/* only with all of these */
} usual_columns[] = {
	{ FIELD_CHANGE, FIELD_CHANGE, EXTRA_CHANGE },
	{ FIELD_PROTOCOL, FIELD_PROTOCOL, 0 },
	{ FIELD_STATE, FIELD_SCOPE, 0 },
	{ FIELD_LOCAL_ADDRESS, FIELD_PEER_PORT, 0 },
	{ FIELD_INTERFACE, FIELD_INTERFACE, 0 },
	{ FIELD_RECV_QUEUE, FIELD_COOKIE, 0 },
	{ FIELD_CGROUP, FIELD_CONTAINER, 0 },
	{ FIELD_PROCESS, FIELD_PID, EXTRA_OWNERS },
	{ FIELD_COMMAND_LINE, FIELD_COMMAND_LINE, EXTRA_OWNERS },
	{ FIELD_OWNER_MISSING, FIELD_OWNER_MISSING, EXTRA_OWNERS },
	{ FIELD_TIMER, FIELD_TIMER, EXTRA_TIMERS },
	{ FIELD_TIMER_EXPIRES, FIELD_TIMER_RETRANSMITS, EXTRA_TIMERS },
	{ FIELD_FAMILY, FIELD_FAMILY, EXTRA_EXTENDED },
	{ FIELD_PORT_CLASS, FIELD_PORT_CLASS, EXTRA_EXTENDED },
	{ FIELD_SERVICE, FIELD_SERVICE, EXTRA_EXTENDED },
	{ FIELD_PEER_SERVICE, FIELD_PEER_SERVICE, EXTRA_EXTENDED },
	{ FIELD_MARK, FIELD_SHUTDOWN, EXTRA_EXTENDED },
	{ FIELD_NETNS_NAME, FIELD_NETNS_INODE, EXTRA_EXTENDED },
	{ FIELD_LISTENER_COOKIE, FIELD_TWIN_COOKIE, EXTRA_EXTENDED },
	{ FIELD_FD, FIELD_FD, EXTRA_EXTENDED | EXTRA_OWNERS },
	{ FIELD_EXECUTABLE, FIELD_EXECUTABLE, EXTRA_EXTENDED | EXTRA_OWNERS },
	{ FIELD_OTHER_END, FIELD_OTHER_END, EXTRA_EXTENDED | EXTRA_OWNERS },
	{ FIELD_MEMORY_FIRST, FIELD_MEMORY_LAST, EXTRA_MEMORY },
	{ FIELD_RX_BYTES, FIELD_TX_BYTES, EXTRA_INFO },
	{ FIELD_TCP_FIRST, FIELD_TCP_LAST, EXTRA_INFO },
	{ FIELD_LOCAL_HOST, FIELD_PEER_HOST, EXTRA_NAMES },
};

enum { USUAL_COUNT = ARRAY_SIZE(usual_columns) };

/* ---- columns --------------------------------------------------------- */

static bool has_column(const struct csv *csv, enum field_id field)
{
	for (size_t i = 0; i < csv->count; i++)
		if (csv->fields[i] == field)
			return true;
	return false;
}

static void add_usual(struct csv *csv, const struct view_options *options, size_t index)
{
	for (enum field_id id = usual_columns[index].first; id <= usual_columns[index].last; id++)
		if (columns_have_usual(options->columns, id))
			csv->fields[csv->count++] = id;
}

static void choose_columns(struct csv *csv, const struct view_options *options)
{
	const struct columns *columns = options->columns;

	for (size_t i = 0; i < USUAL_COUNT; i++)
		if ((usual_columns[i].extras & options->extras) == usual_columns[i].extras)
			add_usual(csv, options, i);
	for (size_t i = 0; columns && i < columns->count; i++)
		if (!has_column(csv, columns->fields[i]))
			csv->fields[csv->count++] = columns->fields[i];
}

uint32_t csv_needs(const struct view_options *options)
{
	struct csv csv = { .count = 0 };
	uint32_t needs = 0;

	choose_columns(&csv, options);
	for (size_t i = 0; i < csv.count; i++)
		needs |= fields[csv.fields[i]].needs;
	return view_limit_needs(options->extras, needs);
}

/* ---- text ------------------------------------------------------------ */

/* Bytes that stand for themselves everywhere in the file. */
static bool is_bare(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] >= 0x7f || text[i] == '"' || text[i] == ',' ||
		    text[i] == '\\')
			return false;
	return true;
}

void csv_add_cell(const struct buf *cell, struct buf *out)
{
	const char *at = cell->data, *end = at + cell->length, *quote;

	if (!memchr(at, ',', cell->length) && !memchr(at, '"', cell->length)) {
		buf_add(out, at, cell->length);
		return;
	}
	buf_add_char(out, '"');
	while ((quote = memchr(at, '"', (size_t)(end - at)))) {
		buf_add(out, at, (size_t)(quote + 1 - at));
		buf_add_char(out, '"');
		at = quote + 1;
	}
	buf_add(out, at, (size_t)(end - at));
	buf_add_char(out, '"');
}

static void add_text(struct csv *csv, const char *text)
{
	size_t length = strlen(text);

	if (is_bare(text, length)) {
		buf_add(csv->out, text, length);
		return;
	}
	csv->cell.length = 0;
	text_add_safe(&csv->cell, text, length, SIZE_MAX);
	csv_add_cell(&csv->cell, csv->out);
}

/* ---- lists ----------------------------------------------------------- */

/* An item, in which ';' is escaped, for it separates items; arguments get blanks between them. */
static void add_item_text(struct buf *cell, const char *text, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] && text[i] != ';')
			continue;
		text_add_safe(cell, text + start, i - start, SIZE_MAX);
		if (i < length)
			buf_add_text(cell, text[i] ? "\\x3b" : " ");
		start = i + 1;
	}
}

static void add_list(struct csv *csv, const struct row *row, const struct field *field)
{
	struct list_walk walk;
	struct list_item item;

	csv->cell.length = 0;
	list_begin(&walk, row, field);
	while (list_next(&walk, &item)) {
		if (csv->cell.length)
			buf_add_char(&csv->cell, ';');
		if (item.text)
			add_item_text(&csv->cell, item.text, item.length);
		else
			buf_add_unsigned(&csv->cell, item.number);
	}
	csv_add_cell(&csv->cell, csv->out);
}

/* "nginx 811;nginx 812" */
static void add_owners(struct csv *csv, const struct row *row)
{
	struct list_walk walk;
	struct list_item pid;

	csv->cell.length = 0;
	list_begin(&walk, row, &fields[FIELD_PID]);
	while (list_next(&walk, &pid)) {
		const char *command = owner_process(row->snap, walk.owner)->command;

		if (csv->cell.length)
			buf_add_char(&csv->cell, ';');
		command = command ? command : "?";
		add_item_text(&csv->cell, command, strlen(command));
		buf_add_char(&csv->cell, ' ');
		buf_add_unsigned(&csv->cell, pid.number);
	}
	csv_add_cell(&csv->cell, csv->out);
}

/* ---- rows ------------------------------------------------------------ */

/* As the table has it. */
static void add_shown(struct csv *csv, const struct row *row, const struct field *field,
		      struct value value)
{
	csv->cell.length = 0;
	cell_add_value(&csv->cell, row, field, value, SIZE_MAX);
	csv_add_cell(&csv->cell, csv->out);
}

static void add_value(struct csv *csv, const struct row *row, const struct field *field)
{
	struct value value = field->get(row, field);
	struct row far = { row->snap, value.socket, NULL };

	switch (value.type) {
	case VALUE_NONE:
		break;
	case VALUE_BOOL:
		buf_add_text(csv->out, value.boolean ? "true" : "false");
		break;
	case VALUE_UNSIGNED:
	case VALUE_HEX:
		buf_add_unsigned(csv->out, value.number);
		break;
	case VALUE_TEXT:
		add_text(csv, value.text);
		break;
	case VALUE_ENDPOINT:
		csv->cell.length = 0;
		cell_add_endpoint(&csv->cell, row, value.endpoint);
		csv_add_cell(&csv->cell, csv->out);
		break;
	case VALUE_ADDRESS:
		address_add(csv->out, &value.endpoint->address);
		break;
	case VALUE_LIST:
		add_list(csv, row, field);
		break;
	case VALUE_OWNERS:
		add_owners(csv, row);
		break;
	case VALUE_PAIR:
		add_owners(csv, &far);
		break;
	case VALUE_TIMER:
		buf_add_text(csv->out, timer_names[value.socket->timer]);
		break;
	case VALUE_QUEUE:
		if (row->sk->have & HAVE_QUEUES) {
			buf_add_unsigned(csv->out, row->sk->recv_queue);
			break;
		}
		add_shown(csv, row, field, value);
		break;
	default:
		add_shown(csv, row, field, value);
	}
}

static void add_row(struct csv *csv, const struct row *row)
{
	/* A line with nothing in it would be no record. */
	if (csv->count == 1 && field_get(row, csv->fields[0]).type == VALUE_NONE)
		buf_add_literal(csv->out, "\"\"");
	add_value(csv, row, &fields[csv->fields[0]]);
	for (size_t i = 1; i < csv->count; i++) {
		buf_add_char(csv->out, ',');
		add_value(csv, row, &fields[csv->fields[i]]);
	}
	buf_add_literal(csv->out, "\r\n");
}

static void add_header(struct csv *csv)
{
	for (size_t i = 0; i < csv->count; i++) {
		const struct field *field = &fields[csv->fields[i]];

		if (i)
			buf_add_char(csv->out, ',');
		buf_add_text(csv->out, field->name);
		buf_add_text(csv->out, unit_suffixes[field->unit]);
	}
	buf_add_literal(csv->out, "\r\n");
}

int csv_show(struct listing *listing, const struct view_options *options, struct buf *out)
{
	struct row row = { .snap = listing->snap };
	struct csv csv = { .out = out };
	size_t at = 0;
	int err;

	choose_columns(&csv, options);
	if (!csv.count)
		return 0;
	err = buf_init(&csv.cell, -1);
	if (!err)
		err = listing_line_up(listing);
	if (!err && options->header)
		add_header(&csv);
	while (!err && (row.sk = listing_next(listing, &at)))
		add_row(&csv, &row);
	err = err ? err : -csv.cell.error;
	buf_free(&csv.cell);
	return err;
}
