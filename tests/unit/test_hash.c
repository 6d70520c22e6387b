/* SPDX-License-Identifier: MIT */
/* The hash set, the arena and growing arrays. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"

static uint32_t number_hash(const void *items, uint32_t index)
{
	return hash_mix(((const uint64_t *)items)[index]);
}

static size_t find(const struct hash *set, const uint64_t *items, uint64_t wanted)
{
	uint32_t key = hash_mix(wanted), index;
	size_t at = hash_start(set, key), found = 0;

	while ((index = hash_next(set, key, &at)))
		found += items[index - 1] == wanted;
	return found;
}

static void a_set_that_grows_keeps_every_item_once(void **state)
{
	enum { COUNT = 300000 };
	uint64_t *items = calloc(COUNT, sizeof(*items));
	struct hash set;

	(void)state;
	assert_non_null(items);
	assert_int_equal(hash_init(&set, 0), 0);
	for (uint32_t i = 0; i < COUNT; i++) {
		items[i] = (uint64_t)i << 32 | i * 7;
		assert_int_equal(hash_add(&set, number_hash(items, i), i, number_hash, items), 0);
	}
	assert_int_equal(set.count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(find(&set, items, items[i]), 1);
	assert_int_equal(find(&set, items, UINT64_MAX), 0);
	hash_free(&set);
	free(items);
}

static void a_set_that_was_told_its_size_never_grows(void **state)
{
	static const uint64_t items[200] = { [7] = 1 };
	struct hash set;
	size_t mask;

	(void)state;
	assert_int_equal(hash_init(&set, 192), 0);
	mask = set.mask;
	/* All but one item are equal: the worst case of probing; indices need not be dense. */
	for (uint32_t i = 199; i > 7; i--)
		assert_int_equal(hash_add(&set, number_hash(items, i), i, NULL, NULL), 0);
	assert_int_equal(set.mask, mask);
	assert_int_equal(find(&set, items, 0), 192);
	hash_free(&set);
}

static void an_empty_set_finds_nothing_and_is_freed_twice(void **state)
{
	static const uint64_t item = 1;
	struct hash set;

	(void)state;
	assert_int_equal(hash_init(&set, 0), 0);
	assert_int_equal(find(&set, &item, item), 0);
	hash_free(&set);
	assert_null(set.slots);
	hash_free(&set);
}

static void mixed_numbers_fill_the_low_bits(void **state)
{
	uint32_t seen[256] = { 0 };

	(void)state;
	/* Pointers and cookies differ in high or in few bits. */
	for (uint64_t i = 0; i < 256 * 64; i++)
		seen[hash_mix(i << 40) & 255]++;
	for (size_t i = 0; i < 256; i++)
		assert_in_range(seen[i], 1, 64 * 8);
}

static void arena_memory_is_aligned_zeroed_and_apart(void **state)
{
	struct arena arena = { NULL };
	char *before = NULL;

	(void)state;
	for (size_t size = 1; size < 2000; size++) {
		char *memory = arena_alloc(&arena, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
		assert_ptr_not_equal(memory, before);
		before = memory;
	}
	arena_free(&arena);
	assert_null(arena.block);
}

static void arena_takes_what_is_bigger_than_a_block(void **state)
{
	struct arena arena = { NULL };
	char *big, *small;

	(void)state;
	big = arena_alloc(&arena, 1 << 20);
	small = arena_copy(&arena, "ab\0cd", 5);
	assert_non_null(big);
	memset(big, 1, 1 << 20);
	assert_memory_equal(small, "ab\0cd", 6);
	assert_string_equal(arena_copy_text(&arena, "text"), "text");
	arena_free(&arena);
	assert_string_equal(arena_copy_text(&arena, "again"), "again");
	arena_free(&arena);
	arena_free(&arena);
}

static void arrays_grow_and_keep_their_items(void **state)
{
	size_t capacity = 0;
	uint32_t *items = NULL;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		items = array_reserve(items, &capacity, i + 1, sizeof(*items));
		assert_non_null(items);
		assert_true(capacity > i);
		items[i] = i;
	}
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(items[i], i);
	assert_ptr_equal(array_reserve(items, &capacity, 1, sizeof(*items)), items);
	free(items);
}

static void an_array_too_big_is_refused_and_stays(void **state)
{
	size_t capacity = 0;
	char *items = array_reserve(NULL, &capacity, 1, 1);
	size_t before = capacity;

	(void)state;
	assert_non_null(items);
	errno = 0;
	assert_null(array_reserve(items, &capacity, SIZE_MAX / 4, 8));
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(capacity, before);
	items[before - 1] = 1;
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_that_grows_keeps_every_item_once),
		cmocka_unit_test(a_set_that_was_told_its_size_never_grows),
		cmocka_unit_test(an_empty_set_finds_nothing_and_is_freed_twice),
		cmocka_unit_test(mixed_numbers_fill_the_low_bits),
		cmocka_unit_test(arena_memory_is_aligned_zeroed_and_apart),
		cmocka_unit_test(arena_takes_what_is_bigger_than_a_block),
		cmocka_unit_test(arrays_grow_and_keep_their_items),
		cmocka_unit_test(an_array_too_big_is_refused_and_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
