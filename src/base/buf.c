/* SPDX-License-Identifier: MIT */
/*
 * The append buffer.  All text of the program goes through it, so numbers
 * are formatted by hand here: no printf on a path that is taken per socket.
 */
#include "base/buf.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_SIZE = 64 * 1024 };

static const char digit_pairs[] =
	"0001020304050607080910111213141516171819"
	"2021222324252627282930313233343536373839"
	"4041424344454647484950515253545556575859"
	"6061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

int buf_init(struct buf *buf, int fd)
{
	*buf = (struct buf){ .fd = fd, .data = malloc(FIRST_SIZE), .capacity = FIRST_SIZE };
	if (buf->data)
		return 0;
	buf->capacity = 0;
	buf->error = ENOMEM;
	return -ENOMEM;
}

void buf_free(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ .fd = -1 };
}

/* A pipe may have been made non-blocking by who reads it: wait until it takes more. */
static bool is_passing(int fd, int error)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	if (error == EAGAIN)
		poll(&ready, 1, -1);
	return error == EINTR || error == EAGAIN;
}

static void write_all(struct buf *buf, const char *data, size_t length)
{
	while (length && !buf->error) {
		ssize_t n = write(buf->fd, data, length);

		if (n < 0 && is_passing(buf->fd, errno))
			continue;
		if (n < 0) {
			buf->error = errno;
			return;
		}
		data += n;
		length -= (size_t)n;
	}
}

int buf_flush(struct buf *buf)
{
	if (buf->fd >= 0) {
		write_all(buf, buf->data, buf->length);
		buf->length = 0;
	}
	return -buf->error;
}

char *buf_make_room(struct buf *buf, size_t want)
{
	size_t size = buf->capacity * 2;
	char *moved;

	if (buf->fd >= 0) {
		buf_flush(buf);
		return buf->data;
	}
	if (size < buf->length + want)
		size = buf->length + want;
	moved = realloc(buf->data, size);
	if (!moved) {
		/* What was gathered is lost, and `error` says so. */
		buf->error = ENOMEM;
		buf->length = 0;
		return buf->data;
	}
	buf->data = moved;
	buf->capacity = size;
	return buf->data + buf->length;
}

void buf_add_long(struct buf *buf, const void *data, size_t length)
{
	const char *bytes = data;

	while (length) {
		size_t part = length < BUF_ROOM ? length : BUF_ROOM;

		memcpy(buf_room(buf, part), bytes, part);
		buf->length += part;
		bytes += part;
		length -= part;
	}
}

void buf_add_blanks(struct buf *buf, size_t count)
{
	while (count) {
		size_t part = count < BUF_ROOM ? count : BUF_ROOM;

		memset(buf_room(buf, part), ' ', part);
		buf->length += part;
		count -= part;
	}
}

size_t digits_of(uint64_t number)
{
	size_t digits = 1;

	while (number >= 10000) {
		number /= 10000;
		digits += 4;
	}
	return digits + (number >= 10) + (number >= 100) + (number >= 1000);
}

size_t buf_add_unsigned(struct buf *buf, uint64_t number)
{
	size_t length = digits_of(number);
	char *end = buf_room(buf, length) + length;

	buf->length += length;
	while (number >= 100) {
		end -= 2;
		memcpy(end, digit_pairs + 2 * (number % 100), 2);
		number /= 100;
	}
	if (number >= 10)
		memcpy(end - 2, digit_pairs + 2 * number, 2);
	else
		end[-1] = (char)('0' + number);
	return length;
}

void buf_add_hex(struct buf *buf, uint64_t number)
{
	int shift = 60;

	while (shift && !(number >> shift))
		shift -= 4;
	buf_add_literal(buf, "0x");
	for (; shift >= 0; shift -= 4)
		buf_add_char(buf, "0123456789abcdef"[number >> shift & 15]);
}

void buf_add_decimal(struct buf *buf, uint64_t number, unsigned decimals)
{
	uint64_t unit = 1;

	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	buf_add_unsigned(buf, number / unit);
	number %= unit;
	if (number)
		buf_add_char(buf, '.');
	while (number) {
		unit /= 10;
		buf_add_char(buf, (char)('0' + number / unit));
		number %= unit;
	}
}
