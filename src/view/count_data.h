/* SPDX-License-Identifier: MIT */
/* Counts for programs; and a value of theirs as every view may show it. */
#ifndef VIEW_COUNT_DATA_H
#define VIEW_COUNT_DATA_H

#include "view/count.h"

/*
 * Append it as in the table: "nginx 811", "(permission)", "10.0.0.2"; returns
 * its columns.  Text that has more than `most` is shortened; `out` begins with it.
 */
size_t count_add_cell(struct buf *out, const struct count_value *value, enum field_id field,
		      size_t most);

/* `cell` is in memory, and serves for one value at a time. */
void count_show_json(const struct count *count, struct buf *cell, struct buf *out);
void count_show_jsonl(const struct count *count, struct buf *cell, struct buf *out);
void count_show_csv(const struct count *count, const struct view_options *options,
		    struct buf *cell, struct buf *out);

#endif
