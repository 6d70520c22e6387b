/* SPDX-License-Identifier: MIT */
/* What holds of every filter and every socket, tried on many. */
#include "unit.h"

#include <stdlib.h>

#include "random_filter.h"

enum { FILTERS = 20000, SOCKETS = 20 };

static int setup(void **state)
{
	*state = random_world();
	return 0;
}

static struct buf text_of(const char *before, const struct buf *part, const char *after)
{
	struct buf text;

	assert_int_equal(buf_init(&text, -1), 0);
	buf_add_text(&text, before);
	buf_add(&text, part->data, part->length);
	buf_add_text(&text, after);
	return text;
}

static struct filter *parse(struct buf *text)
{
	struct filter_error error;
	struct filter *filter;

	buf_add_char(text, '\0');
	assert_int_equal(text->error, 0);
	filter = filter_parse(text->data, &random_names, &error);
	if (!filter)
		fail_msg("%.400s\n\t%.255s", text->data, error.text);
	return filter;
}

static enum match answer_of(const struct snapshot *world, const struct filter *filter,
		    const struct socket *sk)
{
	struct row row = { world, sk, NULL };

	return filter_match(filter, &row, UINT32_MAX);
}

/* Each text is taken, and true of some and false of others. */
static void random_filters_are_taken(void **state)
{
	uint64_t seed = 1;
	unsigned hits = 0;

	for (unsigned i = 0; i < FILTERS; i++) {
		struct buf text;
		struct filter *filter;

		assert_int_equal(buf_init(&text, -1), 0);
		random_filter(&seed, &text);
		filter = parse(&text);
		for (unsigned j = 0; j < SOCKETS; j++) {
			struct socket sk;

			random_socket(&seed, &sk);
			hits += answer_of(*state, filter, &sk) == MATCH_YES;
		}
		filter_free(filter);
		buf_free(&text);
	}
	assert_in_range(hits, FILTERS * SOCKETS / 5, FILTERS * SOCKETS / 5 * 4);
}

/* `how` is a text around %, and what the answer must be for each answer of the filter alone. */
static void assert_law(struct snapshot *world, const char *before, const char *after,
		       const enum match law[3])
{
	uint64_t seed = 2;

	for (unsigned i = 0; i < FILTERS / 4; i++) {
		struct buf plain, changed;
		struct filter *filter, *other;

		assert_int_equal(buf_init(&plain, -1), 0);
		random_filter(&seed, &plain);
		changed = text_of(before, &plain, after);
		filter = parse(&plain);
		other = parse(&changed);
		for (unsigned j = 0; j < SOCKETS; j++) {
			struct socket sk;

			random_socket(&seed, &sk);
			if (answer_of(world, other, &sk) != law[answer_of(world, filter, &sk)])
				fail_msg("%.400s\n\t%.400s", plain.data, changed.data);
		}
		filter_free(filter);
		filter_free(other);
		buf_free(&plain);
		buf_free(&changed);
	}
}

static void parentheses_and_two_negations_change_nothing(void **state)
{
	static const enum match same[] = { MATCH_NO, MATCH_MAYBE, MATCH_YES };

	assert_law(*state, "(", ")", same);
	assert_law(*state, "not not ( ", " )", same);
	assert_law(*state, "!(!(", "))", same);
	assert_law(*state, "sport >= 0 and ( ", " )", same);
	assert_law(*state, "sport < 0 or ", "", same);
	assert_law(*state, "", " or uid < 0", same);
}

static void a_negation_is_the_opposite(void **state)
{
	static const enum match opposite[] = { MATCH_YES, MATCH_MAYBE, MATCH_NO };

	assert_law(*state, "not (", ")", opposite);
	assert_law(*state, "! ( ", " )", opposite);
}

static void what_is_always_or_never_true_decides(void **state)
{
	static const enum match never[] = { MATCH_NO, MATCH_NO, MATCH_NO };
	static const enum match always[] = { MATCH_YES, MATCH_YES, MATCH_YES };

	assert_law(*state, "sport < 0 and ( ", " )", never);
	assert_law(*state, "(", ") and uid < 0", never);
	assert_law(*state, "sport >= 0 or ", "", always);
	assert_law(*state, "not ( uid < 0 and ( ", " ) )", always);
}

/* F and G, F or G, and not ( not F or not G ) by the answers of F and G alone. */
static void and_and_or_follow_from_their_terms(void **state)
{
	uint64_t seed = 3;

	for (unsigned i = 0; i < FILTERS; i++) {
		struct buf part[2], text[3];
		struct filter *filter[5];
		struct socket sk;
		enum match one, two, both, either;

		for (unsigned j = 0; j < 2; j++) {
			assert_int_equal(buf_init(&part[j], -1), 0);
			buf_add_char(&part[j], '(');
			random_term(&seed, &part[j]);
			buf_add_char(&part[j], ')');
		}
		text[0] = text_of("", &part[0], " and ");
		text[1] = text_of("", &part[0], "||");
		text[2] = text_of("not ( not ", &part[0], " or !");
		for (unsigned j = 0; j < 3; j++)
			buf_add(&text[j], part[1].data, part[1].length);
		buf_add_text(&text[2], ")");
		for (unsigned j = 0; j < 5; j++)
			filter[j] = parse(j < 2 ? &part[j] : &text[j - 2]);
		random_socket(&seed, &sk);
		one = answer_of(*state, filter[0], &sk);
		two = answer_of(*state, filter[1], &sk);
		both = one < two ? one : two;
		either = one > two ? one : two;
		if (answer_of(*state, filter[2], &sk) != both ||
		    answer_of(*state, filter[3], &sk) != either ||
		    answer_of(*state, filter[4], &sk) != both)
			fail_msg("%s %d, %s %d", part[0].data, one, part[1].data, two);
		for (unsigned j = 0; j < 5; j++) {
			filter_free(filter[j]);
			buf_free(j < 2 ? &part[j] : &text[j - 2]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_filters_are_taken),
		cmocka_unit_test(parentheses_and_two_negations_change_nothing),
		cmocka_unit_test(a_negation_is_the_opposite),
		cmocka_unit_test(what_is_always_or_never_true_decides),
		cmocka_unit_test(and_and_or_follow_from_their_terms),
	};

	return cmocka_run_group_tests(tests, setup, snapshot_teardown);
}
