/* SPDX-License-Identifier: MIT */
/*
 * Which known word was meant?  Offer all that could be, then read `best`:
 *
 *	struct spell spell = { .word = word, .length = strlen(word) };
 *
 *	for (...)
 *		spell_try(&spell, names[i]);
 *	if (spell.best)
 *		... did you mean `spell.best`?
 */
#ifndef BASE_SPELL_H
#define BASE_SPELL_H

#include <stdbool.h>
#include <stddef.h>

enum { SPELL_LONGEST = 63 };	/* longer words resemble nothing */

struct spell {
	const char *word;		/* as typed; borrowed, need not end with NUL */
	size_t length;
	const char *best;		/* the nearest so far, borrowed; NULL: none is near */
	size_t distance;		/* of `best` */
};

/*
 * Letters to insert, remove, change or swap with their neighbour to make `b`
 * of `a`; small and capital letters are the same, and so are '-' and '_'.
 * SIZE_MAX when one is longer than SPELL_LONGEST.
 */
size_t spell_distance(const char *a, size_t a_length, const char *b, size_t b_length);

/* Are they the same word, small and capital letters, '-' and '_' being the same? */
bool spell_same(const char *a, const char *b);

/*
 * Is `known`, NUL-terminated and not a copy on the stack, nearer than all
 * before?  Then it is `best`.  What differs in more than a third is not near.
 */
bool spell_try(struct spell *spell, const char *known);

#endif
