/* SPDX-License-Identifier: MIT */
/*
 * Growing arrays: half as much again each time, so that appending stays
 * linear.  Big arrays are moved by the kernel (mremap), not copied.
 */
#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { FIRST_CAPACITY = 16, HUGE_PAGE = 2 * 1024 * 1024 };

void *array_reserve(void *array, size_t *capacity, size_t want, size_t size)
{
	size_t more = *capacity + *capacity / 2;
	void *moved;

	if (want <= *capacity)
		return array;
	if (more < want)
		more = want;
	if (more < FIRST_CAPACITY)
		more = FIRST_CAPACITY;
	if (more > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	moved = realloc(array, more * size);
	if (moved)
		*capacity = more;
	return moved;
}

void memory_expect_scattered(void *memory, size_t bytes)
{
	size_t skip = -(uintptr_t)memory % HUGE_PAGE;

	if (bytes >= skip + HUGE_PAGE)
		madvise((char *)memory + skip, (bytes - skip) / HUGE_PAGE * HUGE_PAGE,
			MADV_HUGEPAGE);
}
