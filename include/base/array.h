/* SPDX-License-Identifier: MIT */
/*
 * Arrays.  One that grows is a plain pointer with a capacity beside it; it is
 * the caller's and ends with free().
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/* Items of an array whose size the compiler knows; not of a pointer. */
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Make room for `want` items of `size` bytes.  `*capacity` counts items.
 * Returns the array, perhaps moved, or NULL with errno ENOMEM; the old array
 * stays valid then.
 */
void *array_reserve(void *array, size_t *capacity, size_t want, size_t size);

/*
 * Memory that will be filled and then read all over: when it is big, ask the
 * kernel for huge pages, which makes the first touch and the look-up of
 * addresses cheap.  Never fails.
 */
void memory_expect_scattered(void *memory, size_t bytes);

#endif
