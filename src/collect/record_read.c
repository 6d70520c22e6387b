/* SPDX-License-Identifier: MIT */
/*
 * Reading a recorded file, whose form is told in record_format.c.  Nothing in
 * it is trusted: the sum keeps out accidents, not malice.  First all sections
 * are counted, then memory is taken, then they are read.
 */
#include "record_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
	const uint8_t *at, *end;
};

/* A section, or a column of one: what it is and what is in it. */
struct part {
	uint64_t id;
	struct cursor body;
};

int record_damaged(struct record_reader *r, const uint8_t *at, const char *what)
{
	snprintf(r->why, SOURCE_WHY_MAX, "damaged at byte %zu: %s", (size_t)(at - r->data), what);
	return -EBADMSG;
}

/* The next part, which `at` is moved behind. */
static int part_next(struct record_reader *r, struct cursor *at, struct part *part)
{
	const uint8_t *start = at->at;
	uint64_t length;

	if (!varint_read(&at->at, at->end, &part->id) || !varint_read(&at->at, at->end, &length))
		return record_damaged(r, start, "it is cut off here");
	if (length > (size_t)(at->end - at->at))
		return record_damaged(r, start, "cut off, what begins here is longer than the "
				      "file");
	part->body = (struct cursor){ at->at, at->at + length };
	at->at += length;
	return 0;
}

static struct cursor sections_of(const struct record_reader *r)
{
	struct cursor at = { r->data + RECORD_MAGIC_SIZE, r->data + r->size };
	uint64_t version;

	varint_read(&at.at, at.end, &version);
	return at;
}

/* ---- what there is --------------------------------------------------- */

static int check_version(struct record_reader *r)
{
	const uint8_t *at = r->data + RECORD_MAGIC_SIZE;
	uint64_t version;

	if (!varint_read(&at, r->data + r->size, &version))
		return record_damaged(r, r->data + r->size, "it is cut off here");
	if (version == RECORD_VERSION)
		return 0;
	snprintf(r->why, SOURCE_WHY_MAX,
		 "a record of version %llu, but this conntab reads version %d",
		 (unsigned long long)version, RECORD_VERSION);
	return -EBADMSG;
}

static int check_end(struct record_reader *r, const struct part *end)
{
	uint64_t sum = 0;

	if (end->body.end - end->body.at != RECORD_SUM_SIZE)
		return record_damaged(r, end->body.at, "this is no sum");
	if (end->body.end != r->data + r->size)
		return record_damaged(r, end->body.end, "something follows on its end");
	for (size_t i = 0; i < RECORD_SUM_SIZE; i++)
		sum |= (uint64_t)end->body.at[i] << 8 * i;
	if (sum != record_sum(RECORD_SUM_START, r->data, r->size - RECORD_SUM_SIZE))
		return record_damaged(r, end->body.at, "some byte was changed, the sum of all is "
				      "another");
	return 0;
}

/* Rows that a section announces. */
static int count_rows(struct record_reader *r, const struct part *section, size_t *total)
{
	const uint8_t *at = section->body.at;
	uint64_t count;

	if (!varint_read(&at, section->body.end, &count))
		return record_damaged(r, section->body.at, "a section without rows");
	if (count > r->size - *total || *total + count > HASH_INDEX_MAX - 1)
		return record_damaged(r, section->body.at, "more rows than there can be");
	*total += count;
	r->tables[section->id].count += count;
	return 0;
}

static bool has_rows(uint64_t id)
{
	return id < SECTION_COUNT && (record_sections[id].row || id == SECTION_TEXT);
}

static int count_sections(struct record_reader *r)
{
	size_t rows = 0, texts = 0;
	struct cursor at = sections_of(r);
	struct part section;
	int err;

	do {
		err = part_next(r, &at, &section);
		if (!err && has_rows(section.id))
			err = count_rows(r, &section,
					 section.id == SECTION_TEXT ? &texts : &rows);
	} while (!err && section.id != SECTION_END);
	return err ? err : check_end(r, &section);
}

/* An index needs something it can mean, even where no column gives it. */
static int check_targets(struct record_reader *r)
{
	for (enum record_section id = 0; id < SECTION_COUNT; id++) {
		const struct section *section = &record_sections[id];

		for (size_t i = 0; i < section->count; i++)
			if (section->members[i].kind == MEMBER_INDEX && r->tables[id].count &&
			    !r->tables[section->members[i].of].count)
				return record_damaged(r, r->data + r->size,
						      "rows refer to others that are not there");
	}
	if (!r->tables[SECTION_HEAD].count || !r->tables[SECTION_NETNS].count)
		return record_damaged(r, r->data + r->size, "it has no head or no namespace");
	return 0;
}

/* ---- texts ----------------------------------------------------------- */

static int text_read(struct record_reader *r, struct cursor *at)
{
	struct record_text *text = &r->texts[r->text_count];
	const uint8_t *start = at->at;
	uint64_t length;

	if (!varint_read(&at->at, at->end, &length) || length > (size_t)(at->end - at->at))
		return record_damaged(r, start, "a text is cut off");
	text->length = length;
	text->has_nul = memchr(at->at, '\0', length) != NULL;
	text->text = arena_copy(&r->recorded->snap->arena, (const char *)at->at, length);
	at->at += length;
	r->text_count++;
	return text->text ? 0 : -ENOMEM;
}

static int texts_read(struct record_reader *r, struct cursor body)
{
	uint64_t count;
	int err = 0;

	varint_read(&body.at, body.end, &count);
	while (!err && count--)
		err = text_read(r, &body);
	return err;
}

/* ---- rows ------------------------------------------------------------ */

static int store_text(struct record_reader *r, char *row, const struct member *member,
		      uint64_t value, const uint8_t *at)
{
	const struct record_text *text;
	const char *pointer;

	if (value > r->text_count)
		return record_damaged(r, at, "there is no such text");
	text = value ? &r->texts[value - 1] : NULL;
	pointer = text ? text->text : NULL;
	if (text && text->has_nul && member->kind != MEMBER_BLOB)
		return record_damaged(r, at, "a name with a NUL in it");
	memcpy(row + member->offset, &pointer, sizeof(pointer));
	if (text && member->kind == MEMBER_BLOB)
		memcpy(row + member->offset + sizeof(pointer), &text->length,
		       sizeof(text->length));
	return 0;
}

static int store(struct record_reader *r, char *row, const struct member *member,
		 unsigned element, uint64_t value, const uint8_t *at)
{
	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_NAME:
	case MEMBER_BLOB:
		return store_text(r, row, member, value, at);
	case MEMBER_INDEX:
		if (value >= r->tables[member->of].count)
			return record_damaged(r, at, "there is no such row");
		break;
	case MEMBER_LINK:
		if (value > r->tables[member->of].count)
			return record_damaged(r, at, "there is no such row");
		break;
	default:
		break;
	}
	if (member->size < sizeof(value) && value >> 8 * member->size)
		return record_damaged(r, at, "a number is too big");
	if (member->limit && value >= member->limit)
		value = member->unset;
	member_store(row, member, element, value);
	return 0;
}

/* Rows that are to be filled. */
struct rows {
	char *at;
	size_t size;
	uint64_t count;
};

static int column_read(struct record_reader *r, struct cursor at, const struct rows *rows,
		       const struct member *member, unsigned element)
{
	uint64_t value = member->unset, group = 0, left = 0, step = 0;
	int err = 0;

	for (uint64_t i = 0; !err && i < rows->count; i++) {
		const uint8_t *start = at.at;
		bool begins = !left;

		if (begins && (!varint_read(&at.at, at.end, &group) || !(left = group >> 1)))
			return record_damaged(r, start, "a column is too short");
		if ((begins || !(group & 1)) && !varint_read(&at.at, at.end, &step))
			return record_damaged(r, start, "a column is too short");
		left--;
		value += step >> 1 ^ (step & 1 ? UINT64_MAX : 0);
		err = store(r, rows->at + i * rows->size, member, element, value, start);
	}
	if (!err && (left || at.at != at.end))
		return record_damaged(r, at.at, "a column is too long");
	return err;
}

static const struct member *member_find(const struct section *section, uint64_t tag)
{
	for (size_t i = 0; i < section->count; i++)
		if (tag >= section->members[i].tag &&
		    tag - section->members[i].tag < section->members[i].count)
			return &section->members[i];
	return NULL;
}

/* What a member is without a column. */
static void set_defaults(const struct section *section, const struct rows *rows)
{
	for (size_t i = 0; i < section->count; i++)
		for (uint64_t row = 0; section->members[i].unset && row < rows->count; row++)
			member_store(rows->at + row * rows->size, &section->members[i], 0,
				     section->members[i].unset);
}

static int rows_read(struct record_reader *r, struct part *part)
{
	const struct section *section = &record_sections[part->id];
	struct record_table *table = &r->tables[part->id];
	struct rows rows = { .size = section->row };
	uint64_t before = 0;
	int err = 0;

	varint_read(&part->body.at, part->body.end, &rows.count);
	if (!rows.count)
		return 0;
	rows.at = table->rows + table->filled * section->row;
	table->filled += rows.count;
	set_defaults(section, &rows);
	while (!err && part->body.at < part->body.end) {
		const uint8_t *start = part->body.at;
		const struct member *member;
		struct part column;

		err = part_next(r, &part->body, &column);
		/* Else a few bytes again and again would fill many rows again and again. */
		if (!err && column.id <= before)
			return record_damaged(r, start, "columns are not in order");
		before = column.id;
		member = err ? NULL : member_find(section, column.id);
		if (member)
			err = column_read(r, column.body, &rows, member,
					  (unsigned)(column.id - member->tag));
	}
	return err;
}

/* ---- all ------------------------------------------------------------- */

static int take_memory(struct record_reader *r)
{
	struct arena *arena = &r->recorded->snap->arena;

	r->texts = calloc(r->tables[SECTION_TEXT].count + 1, sizeof(*r->texts));
	if (!r->texts)
		return -ENOMEM;
	for (enum record_section id = 0; id < SECTION_COUNT; id++) {
		struct record_table *table = &r->tables[id];
		size_t size = record_sections[id].row;

		if (!size || !table->count)
			continue;
		table->rows = is_kept(id) ? arena_alloc(arena, table->count * size)
					  : calloc(table->count, size);
		if (!table->rows)
			return -ENOMEM;
	}
	return 0;
}

/* Read the sections of texts, or all the others. */
static int read_sections(struct record_reader *r, bool texts)
{
	struct cursor at = sections_of(r);
	struct part section = { .id = SECTION_FILL };
	int err = 0;

	while (!err && section.id != SECTION_END) {
		err = part_next(r, &at, &section);
		if (err || !has_rows(section.id) || texts != (section.id == SECTION_TEXT))
			continue;
		err = texts ? texts_read(r, section.body) : rows_read(r, &section);
	}
	return err;
}

static int read_all(struct record_reader *r)
{
	int err = check_version(r);

	if (!err)
		err = count_sections(r);
	if (!err)
		err = check_targets(r);
	if (!err)
		err = take_memory(r);
	if (!err)
		err = read_sections(r, true);
	if (!err)
		err = read_sections(r, false);
	return err ? err : record_assemble(r);
}

bool record_is(const uint8_t *data, size_t size)
{
	return size >= RECORD_MAGIC_SIZE && memcmp(data, record_magic, RECORD_MAGIC_SIZE) == 0;
}

int record_read(struct recorded *recorded, const uint8_t *data, size_t size,
		char why[SOURCE_WHY_MAX])
{
	struct record_reader r = { .data = data, .size = size, .recorded = recorded, .why = why };
	int err;

	recorded->snap = snapshot_new();
	if (!recorded->snap)
		return -ENOMEM;
	err = read_all(&r);
	free(r.texts);
	for (enum record_section id = 0; id < SECTION_COUNT; id++)
		if (!is_kept(id))
			free(r.tables[id].rows);
	if (err < 0) {
		snapshot_free(recorded->snap);
		recorded->snap = NULL;
	}
	return err;
}
