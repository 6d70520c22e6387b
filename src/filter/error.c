/* SPDX-License-Identifier: MIT */
/* Errors: which word, what was expected, where. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "parse.h"

enum { WORD_COLUMNS = 48 };		/* of a bad word in front of the text */

/* "'word': ", escaped and cut. */
static size_t name_word(struct parser *parser, const struct token *token, char *out, size_t size)
{
	size_t length = 0;
	struct buf word;

	if (!token->length || buf_init(&word, -1) < 0)
		return 0;
	buf_add_char(&word, '\'');
	if (text_add_safe(&word, parser->filter->text + token->start, token->length,
			  WORD_COLUMNS) >= WORD_COLUMNS)
		buf_add_literal(&word, "...");
	buf_add_literal(&word, "': ");
	if (!word.error && word.length < size) {
		memcpy(out, word.data, word.length);
		length = word.length;
	}
	buf_free(&word);
	return length;
}

void *fail(struct parser *parser, const struct token *token, const char *format, ...)
{
	struct filter_error *error = parser->error;
	size_t named;
	va_list args;

	if (parser->failed)
		return NULL;
	parser->failed = true;
	named = name_word(parser, token, error->text, sizeof(error->text));
	va_start(args, format);
	vsnprintf(error->text + named, sizeof(error->text) - named, format, args);
	va_end(args);
	error->start = token->start;
	error->length = token->length;
	return NULL;
}

void *fail_missing(struct parser *parser, const char *expected)
{
	if (parser->token.kind != TOKEN_END)
		return fail(parser, &parser->token, "expected %s in its place", expected);
	return fail(parser, &parser->before, "expected %s behind it, but the filter ends here "
					     "(the shell takes < > ( ) & | ! out of quotes)",
		    expected);
}
