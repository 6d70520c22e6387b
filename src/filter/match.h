/* SPDX-License-Identifier: MIT */
/* What the files of the predicate share: operands, and terms about owners. */
#ifndef FILTER_MATCH_H
#define FILTER_MATCH_H

#include "ast.h"

/* match.c: does the term name this number, this text (NULL: none)? */
bool in_ranges(const struct node *term, uint64_t number);
bool in_patterns(const struct node *term, const char *text);

/* match_owner.c */
bool holds_pid(const struct node *term, const struct row *row);
bool holds_descriptor(const struct node *term, const struct row *row);
bool holds_process(const struct node *term, const struct row *row);
bool holds_command_line(const struct node *term, const struct row *row);
bool holds_executable(const struct node *term, const struct row *row);

#endif
