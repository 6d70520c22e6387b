/* SPDX-License-Identifier: MIT */
/* Ranks of texts. */
#include "order_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { EXPECTED = 64 };

int ranks_init(struct text_ranks *ranks)
{
	memset(ranks, 0, sizeof(*ranks));
	return hash_init(&ranks->set, EXPECTED);
}

void ranks_free(struct text_ranks *ranks)
{
	hash_free(&ranks->set);
	free(ranks->texts);
}

static uint32_t hash_of(const char *text, size_t length)
{
	uint64_t key = length, word = 0;

	for (; length >= sizeof(word); length -= sizeof(word), text += sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		key = (key ^ word) * 0x9e3779b97f4a7c15ULL;
		key ^= key >> 29;
	}
	word = 0;
	memcpy(&word, text, length);
	return hash_mix(key ^ word);
}

static uint32_t text_hash(const void *texts, uint32_t index)
{
	return ((const struct ranked_text *)texts)[index].hash;
}

static int find_or_add(struct text_ranks *ranks, const char *text, size_t length, uint32_t *index)
{
	uint32_t key = hash_of(text, length), found;
	size_t at = hash_start(&ranks->set, key);
	struct ranked_text *texts;

	while ((found = hash_next(&ranks->set, key, &at))) {
		const struct ranked_text *known = &ranks->texts[found - 1];

		if (known->length == length && memcmp(known->text, text, length) == 0) {
			*index = found - 1;
			return 0;
		}
	}
	texts = array_reserve(ranks->texts, &ranks->capacity, ranks->count + 1, sizeof(*texts));
	if (!texts || ranks->count >= HASH_INDEX_MAX)
		return -ENOMEM;
	ranks->texts = texts;
	texts[ranks->count] = (struct ranked_text){ .text = text, .length = length, .hash = key };
	*index = (uint32_t)ranks->count++;
	return hash_add(&ranks->set, key, *index, text_hash, texts);
}

int ranks_add(struct text_ranks *ranks, const char *text, size_t length, uint32_t *index)
{
	size_t slot = hash_mix((uintptr_t)text) % TEXTS_RECENT;
	int err = 0;

	/* The same place is the same text, and of most fields its length too: it ends with NUL. */
	if (ranks->recent[slot].text == text &&
	    ranks->texts[ranks->recent[slot].index].length == length) {
		*index = ranks->recent[slot].index;
		return 0;
	}
	err = find_or_add(ranks, text, length, index);
	ranks->recent[slot].text = err ? NULL : text;
	ranks->recent[slot].index = *index;
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct ranked_text *left = *(struct ranked_text *const *)a;
	const struct ranked_text *right = *(struct ranked_text *const *)b;
	size_t common = left->length < right->length ? left->length : right->length;
	int order = memcmp(left->text, right->text, common);

	return order ? order : (left->length > right->length) - (left->length < right->length);
}

int ranks_assign(struct text_ranks *ranks)
{
	struct ranked_text **sorted = malloc((ranks->count + 1) * sizeof(struct ranked_text *));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < ranks->count; i++)
		sorted[i] = &ranks->texts[i];
	qsort(sorted, ranks->count, sizeof(struct ranked_text *), compare);
	for (uint32_t i = 0; i < ranks->count; i++)
		sorted[i]->rank = i;
	free(sorted);
	return 0;
}
