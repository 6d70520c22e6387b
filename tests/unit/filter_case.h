/* SPDX-License-Identifier: MIT */
/*
 * Cases of tests/filter/NAME.test: two lines each, then an empty one.
 *
 *	sport = 22 state estab
 *	sshin sshfar
 *
 * The second line is names of sockets in tests/filter/zoo, `-` for none,
 * `all`, `all but NAME...`, and behind `maybe` those of which it can't be told
 * (without it: any may be), or `error: WORD`: refused, and the error names
 * WORD (`?`: any) and marks its place; with `nearest: OTHER` behind it, it
 * suggests OTHER as well.  A line that begins with # in place of a case is a
 * comment.  \xNN is a byte.
 */
#ifndef TESTS_FILTER_CASE_H
#define TESTS_FILTER_CASE_H

#include <stdbool.h>
#include <stdio.h>

#include "filter/filter.h"

enum { CASE_BYTES = 4096 };

struct filter_case {
	const char *path;
	FILE *file;
	unsigned line;			/* read so far */
	unsigned at;			/* line of the filter */
	char text[CASE_BYTES];
	char expected[CASE_BYTES];
};

/* Open the file; fails the test when it cannot. */
void case_open(struct filter_case *one, const char *path);

/* The next case of the file; false, and the file is closed, behind the last. */
bool case_next(struct filter_case *one);

/* What is wrong with the form of an error that refuses `text`; NULL: nothing. */
const char *error_fault(const struct filter_error *error, const char *text);

/*
 * What an error for `text` lacks that `expected`, "WORD" or "WORD nearest:
 * OTHER", asks for; NULL: nothing.
 */
const char *error_lacks(const struct filter_error *error, const char *text, const char *expected);

#endif
