/* SPDX-License-Identifier: MIT */
/* The JSON views: schema conntab/1. */
#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include "view/view.h"

uint32_t json_needs(const struct view_options *options);
int json_show(struct listing *listing, const struct view_options *options, struct buf *out);

/* The same objects, one a line, and nothing around them. */
int jsonl_show(struct listing *listing, const struct view_options *options, struct buf *out);

/* What a document begins with: "{", its schema, what was looked at and when, the notes. */
void json_add_head(const char *schema, const struct snapshot *snap, struct buf *out);

/* An array of arguments, of which NULs stand between them. */
void json_add_arguments(const char *text, size_t length, struct buf *out);

#endif
