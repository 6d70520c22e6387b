/* SPDX-License-Identifier: MIT */
/*
 * Words of commands that are printed to be pasted.  What is written means the
 * same to sh, bash, dash, zsh and fish, whatever the text holds.
 */
#ifndef BASE_SHELL_H
#define BASE_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Append `text` as one word, in quotes only where it needs them.  False, and
 * nothing is appended, where it holds what a terminal would not show as it is,
 * such as control characters and bytes that are not UTF-8: that can't be pasted.
 * A word that begins with a dash is still an option to most programs.
 */
bool shell_quote(struct buf *buf, const char *text, size_t length);

#endif
