/* SPDX-License-Identifier: MIT */
/*
 * Ranks of texts: rows have many, but few different ones (states, users,
 * processes).  Each different text is kept once; their ranks are numbers that
 * sort as the texts do.
 */
#ifndef MODEL_ORDER_TEXT_H
#define MODEL_ORDER_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

struct ranked_text {
	const char *text;		/* borrowed */
	size_t length;
	uint32_t hash, rank;
};

enum { TEXTS_RECENT = 64 };

struct text_ranks {
	struct ranked_text *texts;
	size_t count, capacity;
	struct hash set;
	struct {
		const char *text;
		uint32_t index;
	} recent[TEXTS_RECENT];		/* by where they are in memory */
};

int ranks_init(struct text_ranks *ranks);	/* 0 or -ENOMEM */
void ranks_free(struct text_ranks *ranks);	/* in any case */

/* The index of this text, added if it is new; 0 or -ENOMEM. */
int ranks_add(struct text_ranks *ranks, const char *text, size_t length, uint32_t *index);

/* Give all texts their rank, by their bytes; 0 or -ENOMEM. */
int ranks_assign(struct text_ranks *ranks);

#endif
