/* SPDX-License-Identifier: MIT */
/*
 * Text from outside: whatever goes in, what comes out is printable UTF-8, one
 * line, no wider than allowed.  The check shares no code with what it checks.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/json_check.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t code_of(const unsigned char *at, size_t length)
{
	uint32_t code = length == 1 ? at[0] : at[0] & (0x7fu >> length);

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (at[i] & 0x3fu);
	return code;
}

/* Control characters, and those that reorder or hide what stands around them. */
static bool is_dangerous(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff || code == 0x200b ||
	       (code >= 0xd800 && code <= 0xdfff) || (code >= 0xe0000 && code <= 0xe007f);
}

static void check_printable(struct buf *buf)
{
	const unsigned char *at;
	size_t left = buf->length;

	buf_add_char(buf, '\0');
	for (at = (const unsigned char *)buf->data; left;) {
		size_t length = json_utf8(at);

		require(length && length <= left && !is_dangerous(code_of(at, length)));
		at += length;
		left -= length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t columns = size ? data[0] : 0, whole;
	const char *text = (const char *)data;
	struct buf buf;

	require(buf_init(&buf, -1) == 0);
	whole = text_add_safe(&buf, text, size, SIZE_MAX);
	require(whole == text_width(text, size) && whole <= 2 * buf.length);
	check_printable(&buf);
	buf.length = 0;
	require(text_add_safe(&buf, text, size, columns) <= columns);
	check_printable(&buf);
	buf.length = 0;
	text_add_json(&buf, text, size);
	check_printable(&buf);
	require(json_is_valid(buf.data) && strlen(buf.data) == buf.length - 1);
	buf_free(&buf);
	return 0;
}
