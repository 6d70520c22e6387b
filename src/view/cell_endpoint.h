/* SPDX-License-Identifier: MIT */
/* Parts of endpoints, for cells. */
#ifndef VIEW_CELL_ENDPOINT_H
#define VIEW_CELL_ENDPOINT_H

#include "view/cell.h"

/* Are names of hosts and services shown, where they are known? */
bool cell_wants_names(const struct row *row);

/* The address alone, without brackets; returns its columns. */
size_t cell_add_address(struct buf *out, const struct endpoint *ep);

#endif
