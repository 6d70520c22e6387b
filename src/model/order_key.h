/* SPDX-License-Identifier: MIT */
/*
 * Sort keys of rows, a part at a time: a number of 64 bits, or a text.  Most
 * fields have one part; where rows are equal in it, the next one decides.
 */
#ifndef MODEL_ORDER_KEY_H
#define MODEL_ORDER_KEY_H

#include "model/field.h"

enum key_kind { KEY_NONE, KEY_WORD, KEY_TEXT };

struct key_part {
	enum key_kind kind;
	bool more;			/* another part follows */
	uint64_t word;
	const char *text;
	size_t length;
};

/* What comes behind every text of the same field has this bit. */
#define KEY_BEHIND_TEXT (1ULL << 63)

/* Part 0, 1, ... of the row's value; KEY_NONE when it is unknown. */
struct key_part order_key(const struct row *row, const struct field *field, unsigned part);

#endif
