/* SPDX-License-Identifier: MIT */
/* Spelling: the optimal string alignment distance, three rows of its table at a time. */
#include "base/spell.h"

#include <stdint.h>
#include <string.h>

static char plain(char c)
{
	if (c == '-')
		return '_';
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool spell_same(const char *a, const char *b)
{
	while (*a && plain(*a) == plain(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

static uint8_t least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return (uint8_t)(ab < c ? ab : c);
}

static bool is_swap(const char *a, size_t i, const char *b, size_t j)
{
	return i && j && plain(a[i]) == plain(b[j - 1]) && plain(a[i - 1]) == plain(b[j]);
}

size_t spell_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	uint8_t rows[3][SPELL_LONGEST + 1];

	if (a_length > SPELL_LONGEST || b_length > SPELL_LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (uint8_t)j;
	for (size_t i = 0; i < a_length; i++) {
		const uint8_t *above = rows[i % 3], *two_above = rows[(i + 2) % 3];
		uint8_t *row = rows[(i + 1) % 3];

		row[0] = (uint8_t)(i + 1);
		for (size_t j = 0; j < b_length; j++) {
			row[j + 1] = least(above[j + 1] + 1u, row[j] + 1u,
					   above[j] + (plain(a[i]) != plain(b[j])));
			if (is_swap(a, i, b, j) && two_above[j - 1] + 1 < row[j + 1])
				row[j + 1] = (uint8_t)(two_above[j - 1] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

static uint32_t letters_of(const char *text, size_t length)
{
	uint32_t letters = 0;

	for (size_t i = 0; i < length; i++)
		letters |= 1u << (plain(text[i]) & 31);
	return letters;
}

/* Every letter that the other word lacks takes a change: most words need no closer look. */
static bool may_be_near(const struct spell *spell, const char *known, size_t length, size_t most)
{
	uint32_t a, b;

	if (length > spell->length + most || spell->length > length + most)
		return false;
	a = letters_of(spell->word, spell->length);
	b = letters_of(known, length);
	return (size_t)__builtin_popcount(a & ~b) <= most &&
	       (size_t)__builtin_popcount(b & ~a) <= most;
}

bool spell_try(struct spell *spell, const char *known)
{
	size_t length = strlen(known), distance;
	size_t most = ((length > spell->length ? length : spell->length) + 1) / 3;

	if (spell->length > SPELL_LONGEST || !may_be_near(spell, known, length, most))
		return false;
	distance = spell_distance(spell->word, spell->length, known, length);
	if (distance > most || (spell->best && distance >= spell->distance))
		return false;
	spell->best = known;
	spell->distance = distance;
	return true;
}
