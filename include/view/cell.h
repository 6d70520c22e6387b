/* SPDX-License-Identifier: MIT */
/* Cells: one value as text for a person. */
#ifndef VIEW_CELL_H
#define VIEW_CELL_H

#include <stddef.h>

#include "base/buf.h"
#include "model/field.h"

/*
 * Append a value of `field`, escaped, with its unit; returns the columns used.
 * `most` SIZE_MAX: all of it, every process and every item of a list.  Less:
 * the first few, and what may be shortened has at most so many columns; then
 * `out` is in memory.
 */
size_t cell_add_value(struct buf *out, const struct row *row, const struct field *field,
		      struct value value, size_t most);

/* Columns of a value, without its text where that is cheaper. */
size_t cell_columns(struct buf *scratch, const struct row *row, const struct field *field,
		    struct value value, size_t most);

/*
 * Address and port: "0.0.0.0:80", "*:80" (IPv4 and IPv6), "[fe80::1%eth0]:80".
 * Their names, where the snapshot was asked for hosts and knows them: "localhost:http".
 */
size_t cell_add_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep);

/*
 * The same as a table has it: an IPv4 address on an IPv6 socket is one; and in
 * `most` columns: of the name of a host, then of a long address, the middle is
 * left out, "[2001:db8…9abc]:443".  The port stays.
 */
size_t cell_add_endpoint_within(struct buf *out, const struct row *row, const struct endpoint *ep,
				size_t most);

/*
 * Processes: "sshd 811", "nginx (8) 811,812,…", or why none is named:
 * "(orphan)".  Under a limit names and all but the first pid may give way.
 */
size_t cell_add_owners(struct buf *out, const struct row *row, size_t most);

/* One of them: "sshd 811"; of a name that takes it beyond `most` columns the end is left out. */
size_t cell_add_process(struct buf *out, const struct process *process, size_t most);

/* Leave out the end of a cell that has more than `most` columns, with "…" in its place. */
size_t cell_clip(struct buf *cell, size_t most);

#endif
