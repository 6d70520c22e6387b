/* SPDX-License-Identifier: MIT */
/*
 * Growing arrays.  An array is a plain pointer with a capacity beside it;
 * it is the caller's and ends with free().
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * Make room for `want` items of `size` bytes.  `*capacity` counts items.
 * Returns the array, perhaps moved, or NULL with errno ENOMEM; the old array
 * stays valid then.
 */
void *array_reserve(void *array, size_t *capacity, size_t want, size_t size);

#endif
