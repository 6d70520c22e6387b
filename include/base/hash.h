/* SPDX-License-Identifier: MIT */
/*
 * A hash set of array indices.  The items stay in the caller's array; the set
 * holds 32-bit slots only (about 8 bytes an item), found by open addressing:
 *
 *	size_t at = hash_start(&set, key);
 *
 *	while ((found = hash_next(&set, key, &at)))
 *		if (is_same(&items[found - 1], wanted))
 *			...
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_INDEX_BITS = 26, HASH_INDEX_MAX = (1 << HASH_INDEX_BITS) - 1 };

struct hash {
	uint32_t *slots;	/* tag and index + 1; 0 is empty */
	size_t mask;		/* slots - 1 */
	size_t count;
};

/* The hash of the item at `index`; `items` is what hash_add() was given. */
typedef uint32_t hash_function(const void *items, uint32_t index);

/* A set that holds `expected` items without growing; 0 or -ENOMEM. */
int hash_init(struct hash *set, size_t expected);
void hash_free(struct hash *set);

/*
 * Add `index` < HASH_INDEX_MAX, whose hash is `key`; 0 or -ENOMEM.  A set that has to grow must
 * be dense: indices 0, 1, 2, ... in this order.  `function` is called then.
 */
int hash_add(struct hash *set, uint32_t key, uint32_t index, hash_function *function,
	     const void *items);

static inline size_t hash_start(const struct hash *set, uint32_t key)
{
	return key & set->mask;
}

/*
 * Index + 1 of the next item that may have this key, 0 at the end.  The top
 * bits of the key are in the slot: a foreign item is seldom looked at.
 */
static inline uint32_t hash_next(const struct hash *set, uint32_t key, size_t *at)
{
	uint32_t slot;

	while ((slot = set->slots[*at])) {
		*at = (*at + 1) & set->mask;
		if (slot >> HASH_INDEX_BITS == key >> HASH_INDEX_BITS)
			return slot & HASH_INDEX_MAX;
	}
	return 0;
}

/* Ask for the memory that a search for `key` will begin with. */
static inline void hash_prefetch(const struct hash *set, uint32_t key)
{
	__builtin_prefetch(&set->slots[hash_start(set, key)]);
}

/* Mix 64 bits into 32 that differ in all of them. */
static inline uint32_t hash_mix(uint64_t key)
{
	key ^= key >> 32;
	key *= 0x9e3779b97f4a7c15ULL;
	return (uint32_t)(key >> 32);
}

#endif
