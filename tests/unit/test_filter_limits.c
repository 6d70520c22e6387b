/* SPDX-License-Identifier: MIT */
/* Filters that are too long, too deep or broken off: refused in one sentence, or right. */
#include "unit.h"

#include <stdlib.h>

#include "filter_case.h"
#include "zoo.h"

#define ZOO "tests/filter/zoo"

enum { HUGE = 100000, DEEP = 10000, MANY = 5000, USUAL = 200 };

static int setup(void **state)
{
	*state = zoo_read(ZOO);
	return 0;
}

static int teardown(void **state)
{
	zoo_free(*state);
	return 0;
}

static struct buf empty(void)
{
	struct buf text;

	assert_int_equal(buf_init(&text, -1), 0);
	return text;
}

static void add_times(struct buf *text, const char *part, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_add_text(text, part);
}

/* The filter, or NULL and an error in good form. */
static struct filter *parse(const struct zoo *zoo, const char *text)
{
	struct filter_error error = { .start = SIZE_MAX };
	struct filter *filter = filter_parse(text, &zoo->names, &error);
	const char *fault = filter ? NULL : error_fault(&error, text);

	if (fault)
		fail_msg("%s: \"%.200s\", for \"%.200s\"", fault, error.text, text);
	return filter;
}

static struct filter *parse_built(const struct zoo *zoo, struct buf *text)
{
	struct filter *filter;

	buf_add_char(text, '\0');
	assert_int_equal(text->error, 0);
	filter = parse(zoo, text->data);
	buf_free(text);
	return filter;
}

/* Does it match exactly the sockets whose local port is (`is`) or is not `port`? */
static void assert_matches_port(const struct zoo *zoo, const struct filter *filter, bool is,
				unsigned port)
{
	assert_non_null(filter);
	for (size_t i = 0; i < zoo->snap->count; i++) {
		struct row row = { zoo->snap, &zoo->snap->sockets[i], NULL };
		bool want = (row.sk->local.port == port) == is;

		assert_int_equal(filter_match(filter, &row, UINT32_MAX),
				 want ? MATCH_YES : MATCH_NO);
	}
}

static void open_parentheses_without_end_are_refused(void **state)
{
	struct buf text = empty();

	add_times(&text, "(", DEEP);
	assert_null(parse_built(*state, &text));
}

static void parentheses_too_deep_are_refused(void **state)
{
	struct buf text = empty();

	add_times(&text, "(", DEEP);
	buf_add_text(&text, "sport = 80");
	add_times(&text, ")", DEEP);
	assert_null(parse_built(*state, &text));
}

static void closing_parentheses_are_refused(void **state)
{
	struct buf text = empty();

	buf_add_text(&text, "sport = 80");
	add_times(&text, ")", DEEP);
	assert_null(parse_built(*state, &text));
}

static void parentheses_as_people_nest_them_are_taken(void **state)
{
	struct buf text = empty();
	struct filter *filter;

	add_times(&text, "( not ", 16);
	buf_add_text(&text, "sport = 80");
	add_times(&text, " )", 16);
	filter = parse_built(*state, &text);
	assert_matches_port(*state, filter, true, 80);
	filter_free(filter);
}

/* Each `not` is a level, too, for a parser that calls itself. */
static void many_negations_are_refused_or_right(void **state)
{
	static const char *const words[] = { "not ", "! ", "!", "not(" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct buf text = empty();
		struct filter *filter;

		add_times(&text, words[i], DEEP + 1);
		buf_add_text(&text, "sport = 80");
		add_times(&text, ")", i == 3 ? DEEP + 1 : 0);
		filter = parse_built(*state, &text);
		if (filter)
			assert_matches_port(*state, filter, false, 80);
		filter_free(filter);
	}
}

/* `count` terms, of which only the last but one is true of anything. */
static struct filter *parse_terms(const struct zoo *zoo, size_t count, const char *separator)
{
	struct buf text = empty();

	for (size_t i = 0; i < count; i++) {
		buf_add_text(&text, i ? separator : "");
		buf_add_text(&text, i + 2 == count ? "sport = 9005" : "sport = 3");
	}
	return parse_built(zoo, &text);
}

static void terms_as_scripts_write_them_are_taken(void **state)
{
	struct filter *filter = parse_terms(*state, USUAL, " or ");

	assert_matches_port(*state, filter, true, 9005);
	filter_free(filter);
}

static void many_terms_are_refused_or_right(void **state)
{
	static const char *const separators[] = { " or ", "|", "||" };

	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		struct filter *filter = parse_terms(*state, MANY, separators[i]);

		if (filter)
			assert_matches_port(*state, filter, true, 9005);
		filter_free(filter);
	}
}

static void many_terms_side_by_side_are_refused_or_right(void **state)
{
	struct buf text = empty();
	struct filter *filter;

	add_times(&text, "sport = 9005 ", MANY);
	filter = parse_built(*state, &text);
	if (filter)
		assert_matches_port(*state, filter, true, 9005);
	filter_free(filter);
}

static void long_lists_are_refused_or_right(void **state)
{
	static const char *const heads[] = { "sport = ", "sport in ", "" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct buf text = empty();
		struct filter *filter;

		buf_add_text(&text, heads[i]);
		add_times(&text, "3,4000-4010,", MANY);
		buf_add_text(&text, "9005");
		filter = parse_built(*state, &text);
		if (filter)
			assert_matches_port(*state, filter, true, 9005);
		filter_free(filter);
	}
}

static void many_targets_are_refused_or_right(void **state)
{
	struct buf text = empty();
	struct filter *filter;

	add_times(&text, "3 ", MANY);
	buf_add_text(&text, "9005");
	filter = parse_built(*state, &text);
	if (filter)
		assert_matches_port(*state, filter, true, 9005);
	filter_free(filter);
}

/* A word of 100 KB: the error is still one sentence. */
static void huge_words_are_refused(void **state)
{
	static const char *const heads[] = { "", "state ", "sport = ", "src ", "src [", "uid ",
					     "dev ", "fwmark ", "rtt > ", "exclude ", "tcp:",
					     "protocol ", "sport = 80 " };
	static const char *const parts[] = { "a", "9", "é", ",", ":", "-", "%s" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		for (size_t j = 0; j < sizeof(parts) / sizeof(parts[0]); j++) {
			struct buf text = empty();

			buf_add_text(&text, heads[i]);
			add_times(&text, parts[j], HUGE / strlen(parts[j]));
			assert_null(parse_built(*state, &text));
		}
	}
}

static void a_huge_name_is_refused_or_matches_nobody(void **state)
{
	struct zoo *zoo = *state;
	struct buf text = empty();
	struct filter *filter;

	buf_add_text(&text, "process \"");
	add_times(&text, "nginx ", HUGE / 6);
	buf_add_text(&text, "\"");
	filter = parse_built(zoo, &text);
	for (size_t i = 0; filter && i < zoo->snap->count; i++) {
		struct row row = { zoo->snap, &zoo->snap->sockets[i], NULL };

		assert_int_equal(filter_match(filter, &row, UINT32_MAX), MATCH_NO);
	}
	filter_free(filter);
}

/* What a pattern of many stars costs must not explode. */
static void a_pattern_of_many_stars_ends(void **state)
{
	struct zoo *zoo = *state;
	struct buf text = empty();
	struct filter *filter;

	buf_add_text(&text, "cgroup \"");
	add_times(&text, "*e", 40);
	buf_add_text(&text, "*#\"");
	filter = parse_built(zoo, &text);
	assert_non_null(filter);
	for (size_t i = 0; i < zoo->snap->count; i++) {
		struct row row = { zoo->snap, &zoo->snap->sockets[i], NULL };

		assert_int_not_equal(filter_match(filter, &row, UINT32_MAX), MATCH_YES);
	}
	filter_free(filter);
}

static void blanks_do_not_count(void **state)
{
	struct buf text = empty();
	struct filter *filter;

	add_times(&text, " ", 1000);
	buf_add_text(&text, "sport = 80");
	add_times(&text, " ", 1000);
	filter = parse_built(*state, &text);
	assert_matches_port(*state, filter, true, 80);
	filter_free(filter);
}

static void each_pair_of_bytes_is_taken_or_refused(void **state)
{
	for (unsigned first = 1; first < 256; first++) {
		for (unsigned second = 0; second < 256; second++) {
			char text[] = { (char)first, (char)second, '\0' };

			filter_free(parse(*state, text));
		}
	}
}

/* The beginnings of all cases of one file, in a block that ends where the text does. */
static void parse_beginnings(const struct zoo *zoo, const char *path)
{
	struct filter_case one;

	case_open(&one, path);
	while (case_next(&one)) {
		for (size_t length = strlen(one.text); length > 0; length--) {
			char *text = strndup(one.text, length);

			assert_non_null(text);
			filter_free(parse(zoo, text));
			free(text);
		}
	}
}

static void each_beginning_is_taken_or_refused(void **state)
{
	static const char *const names[] = { "addresses", "errors", "logic", "names", "numbers",
					     "ports", "ss", "states", "targets" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "tests/filter/%s.test", names[i]);
		parse_beginnings(*state, path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_parentheses_without_end_are_refused),
		cmocka_unit_test(parentheses_too_deep_are_refused),
		cmocka_unit_test(closing_parentheses_are_refused),
		cmocka_unit_test(parentheses_as_people_nest_them_are_taken),
		cmocka_unit_test(many_negations_are_refused_or_right),
		cmocka_unit_test(terms_as_scripts_write_them_are_taken),
		cmocka_unit_test(many_terms_are_refused_or_right),
		cmocka_unit_test(many_terms_side_by_side_are_refused_or_right),
		cmocka_unit_test(long_lists_are_refused_or_right),
		cmocka_unit_test(many_targets_are_refused_or_right),
		cmocka_unit_test(huge_words_are_refused),
		cmocka_unit_test(a_huge_name_is_refused_or_matches_nobody),
		cmocka_unit_test(a_pattern_of_many_stars_ends),
		cmocka_unit_test(blanks_do_not_count),
		cmocka_unit_test(each_pair_of_bytes_is_taken_or_refused),
		cmocka_unit_test(each_beginning_is_taken_or_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
