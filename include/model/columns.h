/* SPDX-License-Identifier: MIT */
/* Which columns the user wants: those a view usually has, without some, with others. */
#ifndef MODEL_COLUMNS_H
#define MODEL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/field.h"

/* Zeroed: none at all. */
struct columns {
	bool usual;			/* those of the view first, but for `removed` */
	bool removed[FIELD_COUNT];
	enum field_id fields[FIELD_COUNT];	/* then these, each once */
	size_t count;
};

/* Append a column, unless it is there. */
void columns_add(struct columns *columns, enum field_id field);

/* Remove a column, and of the usual ones each that has its heading. */
void columns_remove(struct columns *columns, enum field_id field);

/* Is `field`, one of the usual columns, wanted?  `columns` NULL: all of them are. */
bool columns_have_usual(const struct columns *columns, enum field_id field);

/* What must be collected for those that were added: enum need. */
uint32_t columns_needs(const struct columns *columns);

/* A name for several columns. */
struct column_set {
	const char *name;
	const char *help;
	const char *fields;		/* names, with commas; NULL: the usual columns of a view */
};

enum { COLUMN_SETS = 7 };

extern const struct column_set column_sets[COLUMN_SETS];

/* NULL: there is no set of this name, in small or capital letters. */
const struct column_set *column_set_find(const char *name);

#endif
