/* SPDX-License-Identifier: MIT */
/*
 * Writing a recorded file, whose form is told in record_format.c.  Rows of
 * one kind are gathered into a block, and a full block becomes a section:
 * what this takes in memory does not grow with the snapshot.
 */
#include "collect/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "record_rows.h"

enum {
	BLOCK = 1024,			/* rows */
	RUN_LEAST = 3,			/* a shorter one is dearer than to say each */
};

struct text {
	const char *text;
	size_t length;
	uint32_t key;
};

struct writer {
	struct buf out;			/* the file */
	struct buf body;		/* of a section */
	struct buf column;
	uint64_t sum, bytes;		/* of what was written */
	uint64_t rows;			/* that the file must have as many bytes as */
	struct text *texts;
	size_t text_count, text_capacity;
	struct hash known;		/* of texts */
	enum record_section section;	/* of the rows in the block */
	size_t count;
	char *block;
	uint64_t *differences;		/* of a column */
	int error;			/* -errno of the first failure */
};

/* ---- bytes ----------------------------------------------------------- */

static void put(struct writer *w, const void *data, size_t length)
{
	w->sum = record_sum(w->sum, data, length);
	w->bytes += length;
	buf_add(&w->out, data, length);
}

static void add_number(struct buf *out, uint64_t number)
{
	char *at = buf_room(out, RECORD_VARINT_MAX);

	buf_used(out, (char *)varint_write((uint8_t *)at, number));
}

/* What is in front of a body: its section and its length. */
static void put_head(struct writer *w, enum record_section section, uint64_t length)
{
	uint8_t head[2 * RECORD_VARINT_MAX];
	const uint8_t *end = varint_write(varint_write(head, section), length);

	put(w, head, (size_t)(end - head));
}

static void put_section(struct writer *w, enum record_section section)
{
	put_head(w, section, w->body.length);
	put(w, w->body.data, w->body.length);
	w->body.length = 0;
}

/* ---- texts ----------------------------------------------------------- */

static uint32_t text_hash(const void *items, uint32_t index)
{
	const struct text *texts = items;

	return texts[index].key;
}

static uint64_t add_text(struct writer *w, const char *text, size_t length)
{
	uint32_t key = hash_mix(record_sum(RECORD_SUM_START, text, length)), found;
	size_t at = hash_start(&w->known, key);
	struct text *texts;

	while ((found = hash_next(&w->known, key, &at)))
		if (w->texts[found - 1].length == length &&
		    memcmp(w->texts[found - 1].text, text, length) == 0)
			return found;
	texts = array_reserve(w->texts, &w->text_capacity, w->text_count + 1, sizeof(*texts));
	if (texts) {
		w->texts = texts;
		texts[w->text_count] = (struct text){ text, length, key };
	}
	if (!texts || hash_add(&w->known, key, (uint32_t)w->text_count, text_hash, texts) < 0) {
		w->error = -ENOMEM;
		return 0;
	}
	return ++w->text_count;
}

static void put_texts(struct writer *w)
{
	add_number(&w->body, w->text_count);
	for (size_t i = 0; i < w->text_count; i++) {
		add_number(&w->body, w->texts[i].length);
		buf_add(&w->body, w->texts[i].text, w->texts[i].length);
	}
	put_section(w, SECTION_TEXT);
}

/* ---- columns --------------------------------------------------------- */

static uint64_t value_of(struct writer *w, const char *row, const struct member *member,
			 unsigned element)
{
	const char *text;
	size_t length;

	if (member->kind != MEMBER_TEXT && member->kind != MEMBER_NAME &&
	    member->kind != MEMBER_BLOB)
		return member_load(row, member, element);
	memcpy(&text, row + member->offset, sizeof(text));
	if (!text)
		return 0;
	if (member->kind == MEMBER_BLOB)
		memcpy(&length, row + member->offset + sizeof(text), sizeof(length));
	else
		length = strlen(text);
	return add_text(w, text, length);
}

/* Returns whether anything is known. */
static bool find_differences(struct writer *w, const struct member *member, unsigned element)
{
	size_t size = record_sections[w->section].row;
	uint64_t before = member->unset, any = 0;

	for (size_t i = 0; i < w->count; i++) {
		uint64_t value = value_of(w, w->block + i * size, member, element);
		uint64_t difference = value - before;

		w->differences[i] = difference << 1 ^ (difference >> 63 ? UINT64_MAX : 0);
		any |= difference;
		before = value;
	}
	return any;
}

/* How many differences from `from` on are the same. */
static size_t run_length(const struct writer *w, size_t from)
{
	size_t end = from + 1;

	while (end < w->count && w->differences[end] == w->differences[from])
		end++;
	return end - from;
}

static void add_group(struct writer *w, size_t from, size_t to, bool run)
{
	if (from == to)
		return;
	add_number(&w->column, (to - from) << 1 | run);
	for (; from < to; from = run ? to : from + 1)
		add_number(&w->column, w->differences[from]);
}

static void add_column(struct writer *w, uint64_t tag)
{
	size_t start = 0, at = 0;

	w->column.length = 0;
	while (at < w->count) {
		size_t run = run_length(w, at);

		if (run >= RUN_LEAST) {
			add_group(w, start, at, false);
			add_group(w, at, at + run, true);
			start = at + run;
		}
		at += run;
	}
	add_group(w, start, w->count, false);
	add_number(&w->body, tag);
	add_number(&w->body, w->column.length);
	buf_add(&w->body, w->column.data, w->column.length);
}

/* ---- rows ------------------------------------------------------------ */

/* The rows that were gathered become a section. */
static void end_rows(struct writer *w)
{
	const struct section *section = &record_sections[w->section];

	if (!w->count)
		return;
	add_number(&w->body, w->count);
	for (size_t i = 0; i < section->count; i++) {
		const struct member *member = &section->members[i];

		for (unsigned element = 0; element < member->count; element++)
			if (find_differences(w, member, element))
				add_column(w, (uint64_t)member->tag + element);
	}
	put_section(w, w->section);
	w->rows += w->count;
	w->count = 0;
}

/* Room for one more row, of any kind. */
static void *new_row(struct writer *w, enum record_section section)
{
	if (w->count == BLOCK || section != w->section)
		end_rows(w);
	w->section = section;
	return w->block + w->count++ * record_sections[section].row;
}

static void add_rows(struct writer *w, enum record_section section, const void *rows, size_t count)
{
	size_t size = record_sections[section].row;

	for (size_t i = 0; i < count; i++)
		memcpy(new_row(w, section), (const char *)rows + i * size, size);
}

static void add_head(struct writer *w, const struct snapshot *snap, const struct query *query)
{
	struct record_head *head = new_row(w, SECTION_HEAD);

	*head = (struct record_head){
		.time = snap->time,
		.host = snap->host,
		.kernel = snap->kernel,
		.protocols = query->protocols,
		.versions = query->versions,
		.states = snap->states,
		.needs = snap->asked,
		.big_endian = is_big_endian(),
	};
	for (const struct note *note = snap->notes; note; note = note->next)
		add_rows(w, SECTION_NOTE, note, 1);
}

/* Items of namespaces: a row has the number of its namespace in front. */
static void add_nested(struct writer *w, const struct snapshot *snap,
		       const struct record_nested *nested)
{
	for (size_t i = 0; i < snap->netns_count; i++) {
		const char *netns = (const char *)&snap->netns[i], *items;
		uint16_t index = (uint16_t)i;
		size_t count;

		memcpy(&items, netns + nested->items_offset, sizeof(items));
		memcpy(&count, netns + nested->count_offset, sizeof(count));
		for (; count--; items += nested->item) {
			char *row = new_row(w, nested->section);

			memcpy(row, &index, sizeof(index));
			memcpy(row + nested->item_offset, items, nested->item);
		}
	}
}

static void add_details(struct writer *w, const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++) {
		const struct socket_detail *detail = snap->sockets[i].detail;

		if (detail && detail->tcp)
			add_rows(w, SECTION_TCP, detail->tcp, 1);
	}
	for (size_t i = 0; i < snap->count; i++) {
		const struct socket_detail *detail = snap->sockets[i].detail;

		if (detail && detail->memory)
			add_rows(w, SECTION_MEMORY, detail->memory, 1);
	}
}

static void add_sockets(struct writer *w, const struct snapshot *snap)
{
	uint32_t tcp = 0, memory = 0;

	for (size_t i = 0; i < snap->count; i++) {
		const struct socket_detail *detail = snap->sockets[i].detail;
		struct record_socket *row = new_row(w, SECTION_SOCKET);

		*row = (struct record_socket){ .sk = snap->sockets[i] };
		row->tcp = detail && detail->tcp ? ++tcp : 0;
		row->memory = detail && detail->memory ? ++memory : 0;
		for (const struct owner *owner = owner_first(snap, &row->sk); owner;
		     owner = owner_next(snap, owner))
			w->rows++;
	}
}

/* ---- all ------------------------------------------------------------- */

static void put_end(struct writer *w)
{
	uint8_t sum[RECORD_SUM_SIZE];

	put_head(w, SECTION_END, RECORD_SUM_SIZE);
	for (size_t i = 0; i < RECORD_SUM_SIZE; i++)
		sum[i] = (uint8_t)(w->sum >> 8 * i);
	put(w, sum, RECORD_SUM_SIZE);
}

static void put_fill(struct writer *w)
{
	uint64_t length = w->rows > w->bytes ? w->rows - w->bytes : 0;

	if (!length)
		return;
	put_head(w, SECTION_FILL, length);
	while (length--)
		put(w, "", 1);
}

static void write_all(struct writer *w, const struct snapshot *snap, const struct query *query)
{
	uint8_t version[RECORD_VARINT_MAX];

	put(w, record_magic, sizeof(record_magic));
	put(w, version, (size_t)(varint_write(version, RECORD_VERSION) - version));
	add_head(w, snap, query);
	add_rows(w, SECTION_NETNS, snap->netns, snap->netns_count);
	for (size_t i = 0; i < RECORD_NESTED; i++)
		add_nested(w, snap, &record_nested[i]);
	add_rows(w, SECTION_CGROUP, snap->cgroups, snap->cgroup_count);
	add_rows(w, SECTION_USER, snap->users, snap->user_count);
	add_rows(w, SECTION_SERVICE, snap->services, snap->service_count);
	add_rows(w, SECTION_PROCESS, snap->processes, snap->process_count);
	add_rows(w, SECTION_OWNER, snap->owners, snap->owner_count);
	add_details(w, snap);
	add_sockets(w, snap);
	end_rows(w);
	put_texts(w);
	put_fill(w);
	put_end(w);
}

static int writer_init(struct writer *w, int fd)
{
	size_t row = 0;
	int err = buf_init(&w->out, fd);

	for (enum record_section section = 0; section < SECTION_COUNT; section++)
		if (record_sections[section].row > row)
			row = record_sections[section].row;
	w->sum = RECORD_SUM_START;
	w->section = SECTION_HEAD;
	w->block = malloc(BLOCK * row);
	w->differences = malloc(BLOCK * sizeof(*w->differences));
	if (!err)
		err = buf_init(&w->body, -1);
	if (!err)
		err = buf_init(&w->column, -1);
	if (!err)
		err = hash_init(&w->known, BLOCK);
	return !err && (!w->block || !w->differences) ? -ENOMEM : err;
}

int record_write(const struct snapshot *snap, const struct query *query, int fd)
{
	struct writer w = { .error = 0 };
	int err = writer_init(&w, fd);

	if (!err) {
		write_all(&w, snap, query);
		err = w.error ? w.error : -(w.body.error ? w.body.error : w.column.error);
	}
	if (!err)
		err = buf_flush(&w.out);
	buf_free(&w.out);
	buf_free(&w.body);
	buf_free(&w.column);
	hash_free(&w.known);
	free(w.texts);
	free(w.block);
	free(w.differences);
	return err;
}
