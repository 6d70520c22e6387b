/* SPDX-License-Identifier: MIT */
/* Order of rows by any fields. */
#ifndef MODEL_ORDER_H
#define MODEL_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sort.h"
#include "model/field.h"

struct order {
	struct {
		enum field_id field;	/* no group of fields; each once */
		bool descending;
	} keys[FIELD_COUNT];
	size_t count;
};

/* Append a key, unless the field is one already: then the first is what counts. */
void order_add(struct order *order, enum field_id field, bool descending);

/* What must be collected to sort by it: enum need. */
uint32_t order_needs(const struct order *order);

/*
 * Sort `records`, whose `index` is one of a socket, or of a listener if
 * `listeners`; the old keys do not matter.  Texts by their bytes, addresses
 * by family and bytes, lists by their first item; what is unknown comes last in
 * both directions, and equal rows stay in the order of their indices.  0 or
 * -ENOMEM.
 */
int order_rows(const struct order *order, const struct snapshot *snap, bool listeners,
	       struct sort_record *records, size_t count);

#endif
