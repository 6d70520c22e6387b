/* SPDX-License-Identifier: MIT */
/*
 * Decoding, escaping and measuring of text that others wrote.  Knows UTF-8
 * and terminals; knows nothing of sockets.
 */
#include "base/text.h"

#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "base/array.h"

static const char hex[] = "0123456789abcdef";

/*
 * Ranges that print in no column, or only a blank, or reorder what stands around
 * them: controls, separators, the default ignorable ones of Unicode 15, and
 * what is no character.
 */
static const struct {
	int32_t first, last;
} unprintable[] = {
	{ 0x00, 0x1f },       { 0x7f, 0xa0 },       { 0xad, 0xad },       { 0x34f, 0x34f },
	{ 0x61c, 0x61c },     { 0x115f, 0x1160 },   { 0x1680, 0x1680 },   { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },   { 0x2000, 0x200f },   { 0x2028, 0x202f },   { 0x205f, 0x206f },
	{ 0x2800, 0x2800 },   { 0x3000, 0x3000 },   { 0x3164, 0x3164 },   { 0xd800, 0xdfff },
	{ 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },   { 0xfffe, 0xffff },   { 0x13430, 0x13438 }, { 0x13441, 0x13442 },
	{ 0x16fe4, 0x16fe4 }, { 0x1bca0, 0x1bca3 }, { 0x1d159, 0x1d159 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0x10ffff },
};

int is_printable(int32_t code)
{
	if (code >= 0x20 && code < 0x7f)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(unprintable); i++)
		if (code >= unprintable[i].first && code <= unprintable[i].last)
			return false;
	return code >= 0;
}

/* How many bytes the character has that starts with `lead`; 0: none does. */
static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

int32_t text_decode(const char *text, size_t length, size_t *used)
{
	static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text;
	size_t want = sequence_length(bytes[0]);
	int32_t code;

	*used = 1;
	if (want == 1)
		return bytes[0];
	if (!want || want > length)
		return -1;
	code = bytes[0] & (0x7f >> want);
	for (size_t i = 1; i < want; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (code < least[want] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return -1;
	*used = want;
	return code;
}

/* wcwidth() asks the locale: ours is UTF-8, whatever the user's says. */
static size_t columns_of(int32_t code)
{
	static locale_t utf8;
	locale_t before;
	int width;

	if (code < 0x80)
		return 1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	width = wcwidth((wchar_t)code);
	uselocale(before);
	return width < 0 ? 1 : (size_t)width;
}

/* Write the escape for one character that does not print; its length. */
static size_t escape(char out[12], int32_t code, unsigned char byte)
{
	static const char named[] = { ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',
				      ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r' };
	int digits = 2;
	size_t n = 0;

	out[n++] = '\\';
	if (code >= 0 && code < (int32_t)sizeof(named) && named[code]) {
		out[n++] = named[code];
		return n;
	}
	if (code < 0x80) {
		out[n++] = 'x';
		code = byte;
	} else {
		digits = code > 0xffff ? 8 : 4;
		out[n++] = code > 0xffff ? 'U' : 'u';
	}
	for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
		out[n++] = hex[code >> shift & 15];
	return n;
}

/* One character as it will be shown: its bytes in `out`, their number, and the columns. */
static size_t show(char out[12], const char *text, size_t length, size_t *used, size_t *columns)
{
	int32_t code = text_decode(text, length, used);

	if (code == '\\') {
		*columns = 2;
		out[0] = out[1] = '\\';
		return 2;
	}
	if (!is_printable(code))
		return *columns = escape(out, code, (unsigned char)text[0]);
	*columns = columns_of(code);
	memcpy(out, text, *used);
	return *used;
}

/* Bytes at the start of `text` that print as they are, one column each. */
static size_t plain_run(const char *text, size_t length)
{
	size_t run = 0;

	while (run < length && text[run] >= ' ' && text[run] < 0x7f && text[run] != '\\' &&
	       text[run] != '"')
		run++;
	return run;
}

size_t text_add_safe(struct buf *buf, const char *text, size_t length, size_t columns)
{
	size_t total = plain_run(text, length < columns ? length : columns);

	if (buf)
		buf_add(buf, text, total);
	text += total;
	length -= total;
	while (length) {
		char shown[12];
		size_t used, wide, bytes = show(shown, text, length, &used, &wide);

		if (wide > columns - total)
			break;
		if (buf)
			buf_add(buf, shown, bytes);
		total += wide;
		text += used;
		length -= used;
	}
	return total;
}

size_t text_width(const char *text, size_t length)
{
	return text_add_safe(NULL, text, length, SIZE_MAX);
}

/* ---- names ----------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Beside a pid it might look like another process with its pid, or like more than a name. */
static bool is_misleading(const char *name)
{
	size_t length = strlen(name);

	if (!length || name[0] == ' ' || name[length - 1] == ' ' || strpbrk(name, ",;()\"") ||
	    strspn(name, "0123456789") == length)
		return true;
	for (const char *at = name; (at = strchr(at, ' ')); at++)
		if (at[1] == ' ' || is_digit(at[1]))
			return true;
	return false;
}

/* Between quotes, with its own escaped; stops as text_add_safe() does. */
static size_t add_quotable(struct buf *buf, const char *name, size_t columns)
{
	size_t total = 0;

	for (;;) {
		size_t run = strcspn(name, "\"");

		total += text_add_safe(buf, name, run, columns - total);
		name += run;
		if (!*name || columns - total < 2)
			return total;
		if (buf)
			buf_add_literal(buf, "\\\"");
		total += 2;
		name++;
	}
}

size_t text_add_name(struct buf *buf, const char *name, size_t columns)
{
	bool quoted = is_misleading(name);
	size_t quotes = quoted ? 2 : 0, total = quotes + add_quotable(NULL, name, SIZE_MAX);

	if (quoted)
		buf_add_char(buf, '"');
	if (total <= columns) {
		add_quotable(buf, name, SIZE_MAX);
	} else {
		total = columns > quotes ? add_quotable(buf, name, columns - quotes - 1) : 0;
		buf_add_literal(buf, "…");
		total += quotes + 1;
	}
	if (quoted)
		buf_add_char(buf, '"');
	return total;
}

/* ---- JSON ------------------------------------------------------------ */

static void add_json_unit(struct buf *buf, uint32_t unit)
{
	buf_add_literal(buf, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4)
		buf_add_char(buf, hex[unit >> shift & 15]);
}

static void add_json_escape(struct buf *buf, int32_t code, unsigned char byte)
{
	if (code < 0) {
		buf_add_literal(buf, "\\\\x");
		buf_add_char(buf, hex[byte >> 4]);
		buf_add_char(buf, hex[byte & 15]);
	} else if (code > 0xffff) {
		add_json_unit(buf, 0xd7c0 + ((uint32_t)code >> 10));
		add_json_unit(buf, 0xdc00 + ((uint32_t)code & 0x3ff));
	} else {
		add_json_unit(buf, (uint32_t)code);
	}
}

static bool is_hex(char c)
{
	return c && strchr(hex, c);
}

/* Would a backslash in front of this be, or read as, the escape of a byte? */
static bool follows_escape(const char *text, size_t length)
{
	size_t used;

	if (!length)
		return false;
	if (text_decode(text, length, &used) < 0)
		return true;
	return length >= 3 && text[0] == 'x' && text[1] >= '8' && is_hex(text[1]) &&
	       is_hex(text[2]);
}

/* All backslashes that `text` begins with; returns how many. */
static size_t add_json_backslashes(struct buf *buf, const char *text, size_t length)
{
	size_t run = 1, count;

	while (run < length && text[run] == '\\')
		run++;
	count = follows_escape(text + run, length - run) ? 2 * run : run;
	for (size_t i = 0; i < count; i++)
		buf_add_literal(buf, "\\\\");
	return run;
}

void text_add_json(struct buf *buf, const char *text, size_t length)
{
	size_t run = plain_run(text, length);

	buf_add_char(buf, '"');
	buf_add(buf, text, run);
	text += run;
	length -= run;
	while (length) {
		size_t used;
		int32_t code = text_decode(text, length, &used);

		if (code == '"')
			buf_add_literal(buf, "\\\"");
		else if (code == '\\')
			used = add_json_backslashes(buf, text, length);
		else if (is_printable(code))
			buf_add(buf, text, used);
		else
			add_json_escape(buf, code, (unsigned char)text[0]);
		text += used;
		length -= used;
	}
	buf_add_char(buf, '"');
}

void text_add_wrapped(struct buf *buf, const char *text, size_t at, size_t room)
{
	size_t used = 0;

	while (*text) {
		size_t length = strcspn(text, " "), columns = text_width(text, length);

		if (used && used + 1 + columns > room) {
			buf_add_char(buf, '\n');
			buf_add_blanks(buf, at);
			used = 0;
		}
		if (used)
			buf_add_char(buf, ' ');
		buf_add(buf, text, length);
		used += columns + (used ? 1 : 0);
		text += length + (text[length] == ' ');
	}
	buf_add_char(buf, '\n');
}

size_t text_fit(const char *text, size_t length, size_t *columns)
{
	size_t taken = 0, bytes = 0, used;

	while (bytes < length) {
		size_t width;

		text_decode(text + bytes, length - bytes, &used);
		width = used == 1 ? 1 : text_width(text + bytes, used);
		if (taken + width > *columns)
			break;
		taken += width;
		bytes += used;
	}
	*columns = taken;
	return bytes;
}
