/* SPDX-License-Identifier: MIT */
/* A hash set of indices: linear probing, at most three quarters full. */
#include "base/hash.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

enum {
	LEAST_SLOTS = 64,
	/* Small sets grow fast, big ones must not waste memory. */
	FAST_SLOTS = 64 * 1024, FAST = 4, SLOW = 2,
};

int hash_init(struct hash *set, size_t expected)
{
	size_t slots = LEAST_SLOTS;

	while (slots / 4 * 3 < expected)
		slots *= 2;
	*set = (struct hash){ .slots = calloc(slots, sizeof(*set->slots)), .mask = slots - 1 };
	if (!set->slots)
		return -ENOMEM;
	memory_expect_scattered(set->slots, slots * sizeof(*set->slots));
	return 0;
}

void hash_free(struct hash *set)
{
	free(set->slots);
	*set = (struct hash){ .slots = NULL };
}

static void put(struct hash *set, uint32_t key, uint32_t index)
{
	size_t slot = hash_start(set, key);

	while (set->slots[slot])
		slot = (slot + 1) & set->mask;
	set->slots[slot] = (key & ~(uint32_t)HASH_INDEX_MAX) | (index + 1);
	set->count++;
}

static int grow(struct hash *set, hash_function *function, const void *items)
{
	struct hash bigger;

	if (hash_init(&bigger, set->count * (set->mask < FAST_SLOTS ? FAST : SLOW)) < 0)
		return -ENOMEM;
	/* By index, not by slot: that reads the items front to back. */
	for (uint32_t i = 0; i < set->count; i++)
		put(&bigger, function(items, i), i);
	hash_free(set);
	*set = bigger;
	return 0;
}

int hash_add(struct hash *set, uint32_t key, uint32_t index, hash_function *function,
	     const void *items)
{
	if (index >= HASH_INDEX_MAX)
		return -ENOMEM;
	if (set->count >= (set->mask + 1) / 4 * 3) {
		int err;

		assert(index == set->count);
		err = grow(set, function, items);

		if (err < 0)
			return err;
	}
	put(set, key, index);
	return 0;
}
