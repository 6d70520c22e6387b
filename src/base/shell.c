/* SPDX-License-Identifier: MIT */
/*
 * Quoting for all shells at once.  Between single quotes fish takes a backslash
 * in front of a backslash or a quote away, and the others don't: so neither of
 * the two ever stands there.  Outside, a backslash in front of them means the
 * same everywhere.
 */
#include "base/shell.h"

#include <string.h>

#include "base/text.h"

static bool is_printable_text(const char *text, size_t length)
{
	size_t used;

	for (; length; text += used, length -= used)
		if (!is_printable(text_decode(text, length, &used)))
			return false;
	return true;
}

/* At the start of a word zsh looks "=ls" up, and fish "%self". */
static bool is_plain(const char *text, size_t length)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:@,+-%=";

	if (!length || *text == '=' || *text == '%')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!memchr(plain, text[i], sizeof(plain) - 1))
			return false;
	return true;
}

static size_t run_without_special(const char *text, size_t length)
{
	size_t run = 0;

	while (run < length && text[run] != '\'' && text[run] != '\\')
		run++;
	return run;
}

static void add_run(struct buf *buf, const char *text, size_t length)
{
	buf_add_char(buf, '\'');
	buf_add(buf, text, length);
	buf_add_char(buf, '\'');
}

bool shell_quote(struct buf *buf, const char *text, size_t length)
{
	if (!is_printable_text(text, length))
		return false;
	if (is_plain(text, length)) {
		buf_add(buf, text, length);
		return true;
	}
	if (!length)
		add_run(buf, text, length);
	while (length) {
		size_t run = run_without_special(text, length);

		if (run) {
			add_run(buf, text, run);
		} else {
			buf_add_char(buf, '\\');
			buf_add_char(buf, text[run++]);
		}
		text += run;
		length -= run;
	}
	return true;
}
