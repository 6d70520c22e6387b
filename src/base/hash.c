/* SPDX-License-Identifier: MIT */
/* A hash set of indices: linear probing, at most three quarters full. */
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>

enum { LEAST_SLOTS = 64 };

int hash_init(struct hash *set, size_t expected)
{
	size_t slots = LEAST_SLOTS;

	while (slots / 4 * 3 < expected)
		slots *= 2;
	*set = (struct hash){ .slots = calloc(slots, sizeof(*set->slots)), .mask = slots - 1 };
	return set->slots ? 0 : -ENOMEM;
}

void hash_free(struct hash *set)
{
	free(set->slots);
	*set = (struct hash){ .slots = NULL };
}

static void put(struct hash *set, uint32_t key, uint32_t value)
{
	size_t slot = hash_start(set, key);

	while (set->slots[slot])
		slot = hash_next(set, slot);
	set->slots[slot] = value;
	set->count++;
}

static int grow(struct hash *set, hash_function *function, const void *items)
{
	struct hash bigger;

	if (hash_init(&bigger, set->count * 2) < 0)
		return -ENOMEM;
	for (size_t i = 0; i <= set->mask; i++)
		if (set->slots[i])
			put(&bigger, function(items, set->slots[i] - 1), set->slots[i]);
	hash_free(set);
	*set = bigger;
	return 0;
}

int hash_add(struct hash *set, uint32_t key, uint32_t index, hash_function *function,
	     const void *items)
{
	if (set->count >= (set->mask + 1) / 4 * 3) {
		int err = grow(set, function, items);

		if (err < 0)
			return err;
	}
	put(set, key, index + 1);
	return 0;
}
