/* SPDX-License-Identifier: MIT */
/* Text from outside: what is UTF-8, what is escaped, how wide it is. */
#include "unit.h"

#include <stdlib.h>

#include "base/text.h"
#include "json_check.h"

/* NOLINTBEGIN(misc-misleading-bidirectional): that is what is tested. */
static void assert_decodes(const char *text, size_t length, int32_t code, size_t used)
{
	size_t got = 0;

	assert_int_equal(text_decode(text, length, &got), code);
	assert_int_equal(got, used);
}

static void assert_shows(const char *text, size_t length, const char *expected, size_t columns)
{
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(text_add_safe(&buf, text, length, SIZE_MAX), columns);
	assert_holds(&buf, expected);
	assert_int_equal(text_width(text, length), columns);
	buf_free(&buf);
}

#define SHOWS(text, expected, columns) assert_shows(text, sizeof(text) - 1, expected, columns)

static void assert_json(const char *text, size_t length, const char *expected)
{
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	text_add_json(&buf, text, length);
	assert_holds(&buf, expected);
	assert_true(json_is_valid(expected));
	buf_free(&buf);
}

#define JSON(text, expected) assert_json(text, sizeof(text) - 1, expected)

static void characters_of_every_length_are_decoded(void **state)
{
	(void)state;
	assert_decodes("a", 1, 'a', 1);
	assert_decodes("\0", 1, 0, 1);
	assert_decodes("\xc3\xa9", 2, 0xe9, 2);
	assert_decodes("\xe2\x82\xac", 3, 0x20ac, 3);
	assert_decodes("\xf0\x9f\x90\xa7", 4, 0x1f427, 4);
	assert_decodes("\xf4\x8f\xbf\xbf", 4, 0x10ffff, 4);
}

static void overlong_forms_are_not_utf8(void **state)
{
	(void)state;
	assert_decodes("\xc0\xaf", 2, -1, 1);
	assert_decodes("\xc1\xbf", 2, -1, 1);
	assert_decodes("\xe0\x9f\xbf", 3, -1, 1);
	assert_decodes("\xf0\x8f\xbf\xbf", 4, -1, 1);
}

static void surrogates_and_what_lies_beyond_unicode_are_not_utf8(void **state)
{
	(void)state;
	assert_decodes("\xed\xa0\x80", 3, -1, 1);
	assert_decodes("\xed\xbf\xbf", 3, -1, 1);
	assert_decodes("\xf4\x90\x80\x80", 4, -1, 1);
	assert_decodes("\xf5\x80\x80\x80", 4, -1, 1);
	assert_decodes("\xff", 1, -1, 1);
}

static void a_character_cut_short_is_not_utf8(void **state)
{
	(void)state;
	assert_decodes("\xe2\x82\xac", 2, -1, 1);
	assert_decodes("\xf0\x9f\x90\xa7", 3, -1, 1);
	assert_decodes("\xe2\x82x", 3, -1, 1);
	assert_decodes("\x80", 1, -1, 1);
}

static void control_bytes_are_escaped(void **state)
{
	(void)state;
	SHOWS("a\nb\tc\rd", "a\\nb\\tc\\rd", 10);
	SHOWS("\033[31m", "\\x1b[31m", 8);
	SHOWS("\x7f", "\\x7f", 4);
	SHOWS("a\0b", "a\\x00b", 6);
	SHOWS("\\n", "\\\\n", 3);
}

static void unprintable_characters_are_escaped(void **state)
{
	(void)state;
	SHOWS("\xc2\x9b" "31m", "\\u009b31m", 9);
	SHOWS("\xe2\x80\xae" "exe", "\\u202eexe", 9);
	SHOWS("\xe2\x81\xa6", "\\u2066", 6);
	SHOWS("\xef\xbb\xbf", "\\ufeff", 6);
	SHOWS("\xe2\x80\xa8", "\\u2028", 6);
	SHOWS("\xf3\xa0\x80\x81", "\\U000e0001", 10);
}

/* A blank that is none, and what is nothing at all. */
static void blank_looking_characters_are_escaped(void **state)
{
	(void)state;
	SHOWS("a\xc2\xa0" "1", "a\\u00a01", 8);
	SHOWS("\xe1\x85\x9f", "\\u115f", 6);
	SHOWS("\xe3\x85\xa4", "\\u3164", 6);
	SHOWS("\xe3\x80\x80", "\\u3000", 6);
	SHOWS("\xef\xbe\xa0", "\\uffa0", 6);
	SHOWS("\xe2\xa0\x80", "\\u2800", 6);
	SHOWS("\xe2\x80\x83", "\\u2003", 6);
	SHOWS("\xcd\x8f", "\\u034f", 6);
	SHOWS("\xe1\xa0\x8b", "\\u180b", 6);
	JSON("a\xc2\xa0", "\"a\\u00a0\"");
}

static void assert_name(const char *name, size_t columns, const char *expected)
{
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	text_add_name(&buf, name, columns);
	assert_holds(&buf, expected);
	buf_free(&buf);
}

static void a_name_that_looks_like_more_is_in_quotes(void **state)
{
	(void)state;
	assert_name("nginx", SIZE_MAX, "nginx");
	assert_name("web srv", SIZE_MAX, "web srv");
	assert_name("tmux: server", SIZE_MAX, "tmux: server");
	assert_name("sshd 811, x", SIZE_MAX, "\"sshd 811, x\"");
	assert_name("sshd 811", SIZE_MAX, "\"sshd 811\"");
	assert_name("a; b", SIZE_MAX, "\"a; b\"");
	assert_name("(kernel)", SIZE_MAX, "\"(kernel)\"");
	assert_name("x  y", SIZE_MAX, "\"x  y\"");
	assert_name("", SIZE_MAX, "\"\"");
	assert_name("811", SIZE_MAX, "\"811\"");
	assert_name("a\"b\\", SIZE_MAX, "\"a\\\"b\\\\\"");
	assert_name("long-name", 5, "long…");
	assert_name("sshd 811, x", 8, "\"sshd …\"");
	assert_name("long-name", 0, "…");
}

static void bytes_that_are_not_utf8_are_escaped_one_by_one(void **state)
{
	(void)state;
	SHOWS("\xff\xfe", "\\xff\\xfe", 8);
	SHOWS("\xed\xa0\x80", "\\xed\\xa0\\x80", 12);
	SHOWS("x\xe2\x82", "x\\xe2\\x82", 9);
}

static void wide_and_combining_characters_take_their_columns(void **state)
{
	(void)state;
	SHOWS("caf\xc3\xa9", "caf\xc3\xa9", 4);
	SHOWS("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", 4);
	SHOWS("e\xcc\x81", "e\xcc\x81", 1);
	SHOWS("\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7", 2);
	SHOWS("say \"hi\"", "say \"hi\"", 8);
	SHOWS("", "", 0);
}

static void a_limit_of_columns_never_splits_a_character(void **state)
{
	static const char text[] = "ab\xe6\x97\xa5" "\n" "cd";
	static const size_t used[] = { 0, 1, 2, 2, 4, 4, 6, 7, 8, 8 };
	struct buf buf;

	(void)state;
	assert_int_equal(buf_init(&buf, -1), 0);
	for (size_t limit = 0; limit < sizeof(used) / sizeof(used[0]); limit++) {
		buf.length = 0;
		assert_int_equal(text_add_safe(&buf, text, sizeof(text) - 1, limit), used[limit]);
	}
	assert_holds(&buf, "ab\xe6\x97\xa5\\ncd");
	text_add_safe(&buf, text, sizeof(text) - 1, 5);
	assert_holds(&buf, "ab\xe6\x97\xa5");
	buf_free(&buf);
}

static void json_escapes_what_json_and_terminals_need(void **state)
{
	(void)state;
	JSON("plain", "\"plain\"");
	JSON("", "\"\"");
	JSON("a\"b\\c", "\"a\\\"b\\\\c\"");
	JSON("\n\x1b\x7f", "\"\\u000a\\u001b\\u007f\"");
	JSON("\xe2\x80\xae", "\"\\u202e\"");
	JSON("a\0b", "\"a\\u0000b\"");
	JSON("caf\xc3\xa9 \xf0\x9f\x90\xa7", "\"caf\xc3\xa9 \xf0\x9f\x90\xa7\"");
}

static void json_writes_bytes_that_are_not_utf8_as_the_table_does(void **state)
{
	(void)state;
	JSON("\xff", "\"\\\\xff\"");
	JSON("a\xed\xa0\x80", "\"a\\\\xed\\\\xa0\\\\x80\"");
}

static void json_tells_a_byte_from_its_escape_spelled_out(void **state)
{
	(void)state;
	JSON("\x9b", "\"\\\\x9b\"");
	JSON("\\x9b", "\"\\\\\\\\x9b\"");
	JSON("\\\x9b", "\"\\\\\\\\\\\\x9b\"");
	JSON("\\\\x9b", "\"\\\\\\\\\\\\\\\\x9b\"");
	/* What no byte is written as stays as it is. */
	JSON("\\x1b\\x9\\x9B\\n\\", "\"\\\\x1b\\\\x9\\\\x9B\\\\n\\\\\"");
	JSON("\\\\", "\"\\\\\\\\\"");
}

/* The bytes that a JSON string, less its quotes, was made from; returns how many. */
static size_t unescape(const char *json, size_t length, char *out)
{
	char value[64] = { 0 };
	size_t n = 0, bytes = 0;

	for (size_t i = 0; i < length; i++)
		value[n++] = json[i] == '\\' ? json[++i] : json[i];
	for (size_t i = 0; i < n;) {
		size_t run = strspn(value + i, "\\");
		bool digits = i + run + 2 < n && value[i + run] == 'x' &&
			      strchr("89abcdef", value[i + run + 1]) &&
			      strchr("0123456789abcdef", value[i + run + 2]);

		memset(out + bytes, '\\', run);
		bytes += run && digits ? run / 2 : run;
		i += run;
		if (run % 2 && digits) {
			out[bytes++] = (char)strtoul((char[]){ value[i + 1], value[i + 2], 0 },
						     NULL, 16);
			i += 3;
		} else if (i < n) {
			out[bytes++] = value[i++];
		}
	}
	return bytes;
}

/* All texts of five of these: what was written gives back what it was made from. */
static void json_can_be_undone(void **state)
{
	static const char letters[] = "\\x9b\x9b";
	char text[5], back[64];
	struct buf buf;

	(void)state;
	assert_int_equal(buf_init(&buf, -1), 0);
	for (unsigned number = 0; number < 5 * 5 * 5 * 5 * 5; number++) {
		for (unsigned i = 0, left = number; i < 5; i++, left /= 5)
			text[i] = letters[left % 5];
		buf.length = 0;
		text_add_json(&buf, text, sizeof(text));
		assert_int_equal(unescape(buf.data + 1, buf.length - 2, back), sizeof(text));
		assert_memory_equal(back, text, sizeof(text));
	}
	buf_free(&buf);
}

static void json_escapes_the_astral_planes_by_surrogate_pairs(void **state)
{
	(void)state;
	JSON("\xf3\xa0\x80\x81", "\"\\udb40\\udc01\"");
	JSON("\xf4\x8f\xbf\xbf", "\"\\udbff\\udfff\"");
}

static void long_texts_are_written_whole(void **state)
{
	char text[3 * BUF_ROOM];
	struct buf buf;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(text_add_safe(&buf, text, sizeof(text), SIZE_MAX), sizeof(text));
	assert_int_equal(buf.length, sizeof(text));
	buf.length = 0;
	memset(text, '\n', sizeof(text));
	text_add_json(&buf, text, sizeof(text));
	assert_int_equal(buf.length, 2 + 6 * sizeof(text));
	buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_of_every_length_are_decoded),
		cmocka_unit_test(overlong_forms_are_not_utf8),
		cmocka_unit_test(surrogates_and_what_lies_beyond_unicode_are_not_utf8),
		cmocka_unit_test(a_character_cut_short_is_not_utf8),
		cmocka_unit_test(control_bytes_are_escaped),
		cmocka_unit_test(unprintable_characters_are_escaped),
		cmocka_unit_test(blank_looking_characters_are_escaped),
		cmocka_unit_test(a_name_that_looks_like_more_is_in_quotes),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped_one_by_one),
		cmocka_unit_test(wide_and_combining_characters_take_their_columns),
		cmocka_unit_test(a_limit_of_columns_never_splits_a_character),
		cmocka_unit_test(json_escapes_what_json_and_terminals_need),
		cmocka_unit_test(json_writes_bytes_that_are_not_utf8_as_the_table_does),
		cmocka_unit_test(json_tells_a_byte_from_its_escape_spelled_out),
		cmocka_unit_test(json_can_be_undone),
		cmocka_unit_test(json_escapes_the_astral_planes_by_surrogate_pairs),
		cmocka_unit_test(long_texts_are_written_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(misc-misleading-bidirectional) */
