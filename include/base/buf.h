/* SPDX-License-Identifier: MIT */
/*
 * An append buffer: either in front of a file descriptor (it is written out
 * when full) or in memory (it grows).  Errors stick: append without checking,
 * then ask buf_flush() or `error` once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	BUF_ROOM = 4096,	/* the most buf_room() may be asked for */
};

struct buf {
	char *data;
	size_t length, capacity;
	int fd;			/* -1: in memory */
	int error;		/* 0 or errno of the first failure */
};

/* Start; `fd` stays the caller's.  0 or -ENOMEM. */
int buf_init(struct buf *buf, int fd);
void buf_free(struct buf *buf);

/* Write all out; 0 or -errno of the first failure since buf_init(). */
int buf_flush(struct buf *buf);

/* Slow path of buf_room(): flush or grow. */
char *buf_make_room(struct buf *buf, size_t want);

/* Room for `want` <= BUF_ROOM bytes to be written in place; then buf_used(). */
static inline char *buf_room(struct buf *buf, size_t want)
{
	if (buf->capacity - buf->length >= want)
		return buf->data + buf->length;
	return buf_make_room(buf, want);
}

static inline void buf_used(struct buf *buf, const char *end)
{
	buf->length = (size_t)(end - buf->data);
}

/* Slow path of buf_add(): what does not fit as it is. */
void buf_add_long(struct buf *buf, const void *data, size_t length);

static inline void buf_add(struct buf *buf, const void *data, size_t length)
{
	if (buf->capacity - buf->length < length) {
		buf_add_long(buf, data, length);
		return;
	}
	memcpy(buf->data + buf->length, data, length);
	buf->length += length;
}

static inline void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

static inline void buf_add_char(struct buf *buf, char c)
{
	*buf_room(buf, 1) = c;
	buf->length++;
}

/* A literal, measured when compiling. */
#define buf_add_literal(buf, text) buf_add((buf), "" text, sizeof(text) - 1)

void buf_add_blanks(struct buf *buf, size_t count);
size_t buf_add_unsigned(struct buf *buf, uint64_t number);	/* returns its digits */
void buf_add_hex(struct buf *buf, uint64_t number);

/* `number` / 10^`decimals`, without trailing zeros: (1500, 3) is "1.5". */
void buf_add_decimal(struct buf *buf, uint64_t number, unsigned decimals);

/* Digits of a decimal number. */
size_t digits_of(uint64_t number);

#endif
