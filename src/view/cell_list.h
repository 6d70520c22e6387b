/* SPDX-License-Identifier: MIT */
/* Cells that hold several values. */
#ifndef VIEW_CELL_LIST_H
#define VIEW_CELL_LIST_H

#include "view/cell.h"

/* Arguments of a command line, each ended by NUL, with blanks between them; returns the columns. */
size_t cell_add_arguments(struct buf *out, const char *text, size_t length);

/* The items of a VALUE_LIST, under a limit the first few: "811,812,…"; returns the columns. */
size_t cell_add_list(struct buf *out, const struct row *row, const struct field *field,
		     size_t most);

/*
 * A plain field of a row that stands for several sockets: the values they
 * differ in, under a limit the first few.  `value` is that of the row itself.
 */
size_t cell_add_merged(struct buf *out, const struct row *row, const struct field *field,
		       struct value value, size_t most);

#endif
