/* SPDX-License-Identifier: MIT */
/* Spelling: distances by hand, and which word is near enough to be meant. */
#include "unit.h"

#include "base/spell.h"

static size_t distance(const char *a, const char *b)
{
	size_t there = spell_distance(a, strlen(a), b, strlen(b));

	assert_int_equal(spell_distance(b, strlen(b), a, strlen(a)), there);
	return there;
}

static void distances_are_those_of_the_book(void **state)
{
	(void)state;
	assert_int_equal(distance("", ""), 0);
	assert_int_equal(distance("", "rtt"), 3);
	assert_int_equal(distance("rtt", "rtt"), 0);
	assert_int_equal(distance("rttt", "rtt"), 1);
	assert_int_equal(distance("rt", "rtt"), 1);
	assert_int_equal(distance("ttr", "rtt"), 2);
	assert_int_equal(distance("kitten", "sitting"), 3);
	assert_int_equal(distance("recv_queue", "send_queue"), 3);
	assert_int_equal(distance("abcdef", "fedcba"), 5);
}

static void neighbours_in_the_wrong_order_are_one_slip(void **state)
{
	(void)state;
	assert_int_equal(distance("lcoal", "local"), 1);
	assert_int_equal(distance("olcal", "local"), 1);
	assert_int_equal(distance("locla", "local"), 1);
}

static void capitals_and_hyphens_do_not_count(void **state)
{
	(void)state;
	assert_int_equal(distance("RECV-QUEUE", "recv_queue"), 0);
}

static void long_words_resemble_nothing(void **state)
{
	char word[SPELL_LONGEST + 2];

	(void)state;
	memset(word, 'a', sizeof(word));
	assert_int_equal(spell_distance(word, SPELL_LONGEST, word, SPELL_LONGEST), 0);
	assert_int_equal(spell_distance(word, SPELL_LONGEST, "", 0), SPELL_LONGEST);
	assert_int_equal(spell_distance(word, sizeof(word), word, sizeof(word)), SIZE_MAX);
	assert_int_equal(spell_distance("", 0, word, sizeof(word)), SIZE_MAX);
}

static void the_nearest_of_the_known_is_best(void **state)
{
	struct spell spell = { .word = "usr,", .length = 3 };

	(void)state;
	assert_true(spell_try(&spell, "user"));
	assert_false(spell_try(&spell, "uid"));
	assert_false(spell_try(&spell, "users"));
	assert_string_equal(spell.best, "user");
	assert_int_equal(spell.distance, 1);
}

static void what_is_too_far_is_not_best(void **state)
{
	struct spell spell = { .word = "xyzzy", .length = 5 };

	(void)state;
	assert_false(spell_try(&spell, "state"));
	assert_false(spell_try(&spell, ""));
	assert_null(spell.best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_those_of_the_book),
		cmocka_unit_test(neighbours_in_the_wrong_order_are_one_slip),
		cmocka_unit_test(capitals_and_hyphens_do_not_count),
		cmocka_unit_test(long_words_resemble_nothing),
		cmocka_unit_test(the_nearest_of_the_known_is_best),
		cmocka_unit_test(what_is_too_far_is_not_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
