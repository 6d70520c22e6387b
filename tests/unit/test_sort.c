/* SPDX-License-Identifier: MIT */
/* Sorting by a number, against qsort(). */
#include "unit.h"

#include <stdlib.h>

#include "base/sort.h"

enum { MOST = 20000 };

static uint64_t seed = 1;

static uint64_t random_number(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed ^ seed >> 29;
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* Keys in the order of qsort(), each record still with the index of its key. */
static void assert_sorts(const uint64_t *keys, size_t count)
{
	struct sort_record *records = calloc(count + 1, sizeof(*records));
	uint64_t *expected = calloc(count + 1, sizeof(*expected));
	char *seen = calloc(count + 1, 1);

	assert_true(records && expected && seen);
	for (uint32_t i = 0; i < count; i++) {
		records[i] = (struct sort_record){ keys[i], i };
		expected[i] = keys[i];
	}
	records[count] = (struct sort_record){ 0, 4711 };
	qsort(expected, count, sizeof(*expected), compare_numbers);
	sort_records(records, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(records[i].key, expected[i]);
		assert_int_equal(keys[records[i].index], expected[i]);
		assert_int_equal(seen[records[i].index]++, 0);
	}
	assert_int_equal(records[count].index, 4711);
	free(records);
	free(expected);
	free(seen);
}

static void random_keys_of_any_size_sort(void **state)
{
	static uint64_t keys[MOST];

	(void)state;
	for (int bits = 1; bits <= 64; bits += 9) {
		for (size_t i = 0; i < MOST; i++)
			keys[i] = random_number() >> (64 - bits);
		assert_sorts(keys, MOST);
	}
}

static void every_small_count_sorts(void **state)
{
	uint64_t keys[100];

	(void)state;
	for (size_t count = 0; count <= 100; count++) {
		for (size_t i = 0; i < count; i++)
			keys[i] = random_number();
		assert_sorts(keys, count);
	}
}

static void equal_keys_keep_every_record(void **state)
{
	static uint64_t keys[MOST];

	(void)state;
	for (size_t i = 0; i < MOST; i++)
		keys[i] = UINT64_MAX;
	assert_sorts(keys, MOST);
	for (size_t i = 0; i < MOST; i++)
		keys[i] = i % 3 << 56 | i % 2;
	assert_sorts(keys, MOST);
}

static void sorted_and_reversed_keys_sort(void **state)
{
	static uint64_t keys[MOST];

	(void)state;
	for (size_t i = 0; i < MOST; i++)
		keys[i] = i;
	assert_sorts(keys, MOST);
	for (size_t i = 0; i < MOST; i++)
		keys[i] = UINT64_MAX - i * 1000003;
	assert_sorts(keys, MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_keys_of_any_size_sort),
		cmocka_unit_test(every_small_count_sorts),
		cmocka_unit_test(equal_keys_keep_every_record),
		cmocka_unit_test(sorted_and_reversed_keys_sort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
