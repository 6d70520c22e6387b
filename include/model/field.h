/* SPDX-License-Identifier: MIT */
/*
 * The field table: one vocabulary for columns, JSON keys, sort keys, filter
 * words and help.  A field says what must be collected for it.
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/field_id.h"
#include "model/snapshot.h"
#include "model/unseen.h"
#include "model/value.h"

/* What a getter sees.  `listener` is set when the row stands for all its members. */
struct row {
	const struct snapshot *snap;
	const struct socket *sk;
	const struct listener *listener;
};

/* Does the row stand for several sockets, which may differ? */
static inline bool row_is_merged(const struct row *row)
{
	return row->listener && row->listener->count > 1;
}

/* How many sockets the row stands for, and each of them. */
static inline uint32_t row_count(const struct row *row)
{
	return row->listener ? row->listener->count : 1;
}

static inline const struct socket *row_member(const struct row *row, uint32_t member)
{
	return row->listener ? listener_member(row->snap, row->listener, member) : row->sk;
}

/* Are more connections waiting than may, on one of them at least? */
static inline bool row_is_full(const struct row *row)
{
	for (uint32_t i = 0; i < row_count(row); i++)
		if (socket_is_full(row_member(row, i)))
			return true;
	return false;
}

/* Where a figure stands in struct tcp_info (or its word in struct memory). */
struct place {
	uint16_t offset;
	uint8_t size;			/* bytes: 1, 2, 4, 8 */
	uint8_t shift, bits;		/* of a bit field; bits 0: the whole */
	uint64_t unset;			/* this number means "not known"; 0: none does */
};

struct field {
	const char *name;		/* column, sort key, filter word: of all fields unique */
	const char *key;		/* JSON key (less its unit) where that is not `name` */
	const char *title;		/* heading of a column; label in a detail line */
	const char *help;
	struct value (*get)(const struct row *row, const struct field *field);
	/* Why it is not known: UNSEEN_BIT()s, 0 it is.  NULL: nothing of it can be hidden. */
	uint32_t (*unseen)(const struct row *row);
	uint32_t needs;			/* enum need */
	enum value_type type;		/* of values that are known */
	enum unit unit;
	enum field_group group;
	uint8_t width;			/* columns its widest value takes; 0: measure */
	bool right;			/* right-aligned */
	bool always;			/* never unknown */
	/* The words it may say, in turn, then NULL; no function: any text. */
	const char *(*word)(size_t index);
	struct place place;
};

extern const struct field fields[FIELD_COUNT];

/* Suffix of JSON keys ("_us"), by unit. */
extern const char *const unit_suffixes[UNIT_COUNT];

/* A word of ss, of the table's headings or of habit that means a field. */
struct field_alias {
	const char *word;
	enum field_id field;
};

extern const struct field_alias field_aliases[];	/* up to one without a word */

/*
 * The field of this name, with or without its unit ("rtt", "rtt_us"), or of
 * this alias; small and capital letters are the same, and so are '-' and '_'.
 * Or the one whose name or alias is most like `word`.  NULL: none.
 */
const struct field *field_find(const char *name);
const struct field *field_nearest(const char *word);

/* A group of fields ("tcp", "memory") is an object of JSON, but has no value of its own. */
static inline bool field_is_group(const struct field *field)
{
	return field->type == VALUE_TCP || field->type == VALUE_MEMORY;
}

/* Its JSON key, less the unit. */
static inline const char *field_key(const struct field *field)
{
	return field->key ? field->key : field->name;
}

static inline enum field_id field_id(const struct field *field)
{
	return (enum field_id)(field - fields);
}

static inline struct value field_get(const struct row *row, enum field_id id)
{
	return fields[id].get(row, &fields[id]);
}

/* Why its value is not known in this row, or not told for certain: UNSEEN_BIT()s. */
static inline uint32_t field_unseen(const struct row *row, enum field_id id)
{
	return fields[id].unseen ? fields[id].unseen(row) : 0;
}

#endif
