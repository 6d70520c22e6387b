/* SPDX-License-Identifier: MIT */
/* Cells: one value as text for a person. */
#ifndef VIEW_CELL_H
#define VIEW_CELL_H

#include <stddef.h>

#include "base/buf.h"
#include "model/field.h"

/* Append a value of `field`, escaped, with its unit; returns the columns used. */
size_t cell_add_value(struct buf *out, const struct row *row, const struct field *field,
		      struct value value);

/* Columns of a value, without its text where that is cheaper. */
size_t cell_columns(struct buf *scratch, const struct row *row, const struct field *field,
		    struct value value);

/*
 * Address and port: "0.0.0.0:80", "*:80" (IPv4 and IPv6), "[fe80::1%eth0]:80".
 * Their names, where the snapshot was asked for hosts and knows them: "localhost:http".
 */
size_t cell_add_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep);

/*
 * The same in `most` columns, if cutting the name of a host makes it fit:
 * "www.ex…e.org:https".  Addresses and ports are never cut.
 */
size_t cell_add_endpoint_within(struct buf *out, const struct row *row, const struct endpoint *ep,
				size_t most);

/* Processes: "sshd 811", "nginx (8) 811,812,…", or why none is named: "(orphan)". */
size_t cell_add_owners(struct buf *out, const struct row *row);

#endif
