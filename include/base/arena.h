/* SPDX-License-Identifier: MIT */
/*
 * An arena: many small allocations with one end.  Nothing in it is freed
 * alone; arena_free() ends all of it.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *block;	/* newest first */
};

/* Zeroed memory, aligned for any type; NULL with errno ENOMEM. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of `length` bytes with a NUL behind them; NULL with errno ENOMEM. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* The same for a NUL-terminated text. */
char *arena_copy_text(struct arena *arena, const char *text);

/* Move all that `other` holds to `arena`; `other` is empty then. */
void arena_take(struct arena *arena, struct arena *other);

/* Free everything; the arena is empty and usable again. */
void arena_free(struct arena *arena);

#endif
