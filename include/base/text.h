/* SPDX-License-Identifier: MIT */
/*
 * Text from outside: process names, command lines, cgroups, interfaces.
 * Nothing in it is trusted.  Every byte that is not printable UTF-8 is
 * escaped before a terminal sees it, and widths are columns, not bytes.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * One character of `text`: its code point and its length in bytes, or -1 and
 * length 1 where the bytes are not UTF-8.  `length` must be > 0.
 */
int32_t text_decode(const char *text, size_t length, size_t *used);

/* Is this code point safe to send to a terminal as it is? */
int is_printable(int32_t code);

/*
 * Append `text`, escaped: \n \t \\ \xNN \uNNNN for what does not print.  A
 * newline never gets through.  Stops in front of the character that would
 * pass `columns`; returns the columns used.  The whole text: SIZE_MAX.
 */
size_t text_add_safe(struct buf *buf, const char *text, size_t length, size_t columns);

/*
 * Append words that are safe already and a newline: lines of `room` columns,
 * all but the first, which stands where the output is, indented by `at`.
 */
void text_add_wrapped(struct buf *buf, const char *text, size_t at, size_t room);

/*
 * Append a name that a number follows, such as a process's: escaped, and in
 * quotes where it would look like more than a name.  Where `columns` are too
 * few, its beginning and "…".  Returns the columns used.
 */
size_t text_add_name(struct buf *buf, const char *name, size_t columns);

/* Bytes of text that is safe already in at most `*columns`, which becomes what they take. */
size_t text_fit(const char *text, size_t length, size_t *columns);

/* Columns that text_add_safe() would use for the whole text. */
size_t text_width(const char *text, size_t length);

/*
 * Append `text` as a JSON string with its quotes.  Control and unprintable
 * characters become \uNNNN; a byte that is not UTF-8 becomes the four
 * characters \xNN, so the result is always valid.  Backslashes of the text in
 * front of such an escape, or of an x and digits 80 to ff, are doubled: an odd
 * number of them means a byte, and no two texts look the same.
 */
void text_add_json(struct buf *buf, const char *text, size_t length);

#endif
