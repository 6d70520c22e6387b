/* SPDX-License-Identifier: MIT */
/*
 * Fields that are lists: one datum of each process that holds a socket
 * (command, pid, descriptor, ...), each item once, in the order of the owners.
 */
#ifndef MODEL_LIST_H
#define MODEL_LIST_H

#include "model/field.h"

struct list_item {
	const char *text;		/* from outside; NULL: it is a number */
	size_t length;			/* of text, which in a command line holds NULs */
	uint64_t number;
};

/* A place in the list. */
struct list_walk {
	const struct row *row;
	const struct field *field;
	const struct owner *owner;	/* of the last item, the first to say it */
	uint32_t member;		/* of the row's listener */
};

/* Walk the list of `field`, of type VALUE_LIST; both are borrowed. */
void list_begin(struct list_walk *walk, const struct row *row, const struct field *field);

/* The next item; false at the end. */
bool list_next(struct list_walk *walk, struct list_item *item);

/* What one owner says for such a field; false: nothing. */
bool list_item_of(const struct snapshot *snap, const struct field *field,
		  const struct owner *owner, struct list_item *item);

#endif
