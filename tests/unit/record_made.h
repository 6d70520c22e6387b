/* SPDX-License-Identifier: MIT */
/* Recorded files made by hand, section by section. */
#ifndef TESTS_RECORD_MADE_H
#define TESTS_RECORD_MADE_H

#include "record.h"

static inline void put_number(struct buf *out, uint64_t number)
{
	uint8_t bytes[RECORD_VARINT_MAX] = { 0 };

	buf_add(out, bytes, (size_t)(varint_write(bytes, number) - bytes));
}

static inline void put_start(struct buf *out, uint64_t version)
{
	assert_int_equal(buf_init(out, -1), 0);
	buf_add(out, record_magic, RECORD_MAGIC_SIZE);
	put_number(out, version);
}

/* A section, or a column of one. */
static inline void put_part(struct buf *out, uint64_t id, const void *body, size_t length)
{
	put_number(out, id);
	put_number(out, length);
	buf_add(out, body, length);
}

/* A section whose body is a list of small numbers. */
#define put_bytes(out, id, ...)								\
	do {										\
		static const uint8_t body_[] = { __VA_ARGS__ };				\
											\
		put_part(out, id, body_, sizeof(body_));				\
	} while (0)

/* The end with the right sum; the buffer is empty then. */
static inline struct bytes put_end(struct buf *out)
{
	struct bytes file;
	uint64_t sum;

	put_number(out, SECTION_END);
	put_number(out, RECORD_SUM_SIZE);
	sum = record_sum(RECORD_SUM_START, out->data, out->length);
	for (size_t i = 0; i < RECORD_SUM_SIZE; i++)
		buf_add_char(out, (char)(sum >> 8 * i));
	file = (struct bytes){ malloc(out->length), out->length };
	assert_non_null(file.data);
	memcpy(file.data, out->data, out->length);
	buf_free(out);
	return file;
}

/* Make the sum right again after a change. */
static inline void mend(struct bytes *file)
{
	uint64_t sum = record_sum(RECORD_SUM_START, file->data, file->size - RECORD_SUM_SIZE);

	for (size_t i = 0; i < RECORD_SUM_SIZE; i++)
		file->data[file->size - RECORD_SUM_SIZE + i] = (uint8_t)(sum >> 8 * i);
}

#endif
