/* SPDX-License-Identifier: MIT */
/* Tokens.  Blanks are needed only between two words; quotes protect all else. */
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "parse.h"

static const struct symbol {
	const char *text;
	enum token_kind kind;
} symbols[] = {			/* the longer ones first */
	{ "&&", TOKEN_AND }, { "||", TOKEN_OR }, { "==", TOKEN_EQ }, { "!=", TOKEN_NE },
	{ "<=", TOKEN_LE }, { ">=", TOKEN_GE }, { "(", TOKEN_OPEN }, { ")", TOKEN_CLOSE },
	{ "&", TOKEN_AND }, { "|", TOKEN_OR }, { "!", TOKEN_NOT }, { "=", TOKEN_EQ },
	{ "<", TOKEN_LT }, { ">", TOKEN_GT }, { "~", TOKEN_CONTAINS },
}, words[] = {
	{ "and", TOKEN_AND }, { "or", TOKEN_OR }, { "not", TOKEN_NOT }, { "in", TOKEN_IN },
	{ "eq", TOKEN_EQ }, { "ne", TOKEN_NE }, { "neq", TOKEN_NE }, { "lt", TOKEN_LT },
	{ "gt", TOKEN_GT }, { "le", TOKEN_LE }, { "leq", TOKEN_LE }, { "ge", TOKEN_GE },
	{ "geq", TOKEN_GE }, { "contains", TOKEN_CONTAINS },
};

const char *filter_comparison(size_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (is_comparison(words[i].kind) && !index--)
			return words[i].text;
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		if (is_comparison(symbols[i].kind) && !index--)
			return symbols[i].text;
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_word(char c)
{
	return !c || is_blank(c) || strchr("()&|!=<>~\"'", c);
}

static size_t skip_blanks(const char *text, size_t at)
{
	while (is_blank(text[at]))
		at++;
	return at;
}

static void read_quoted(struct parser *parser, struct token *token)
{
	const char *text = parser->filter->text + token->start;
	const char *end = strchr(text + 1, text[0]);

	token->kind = TOKEN_WORD;
	token->quoted = true;
	token->length = end ? (size_t)(end - text) + 1 : 1;
	if (!end) {
		fail(parser, token, "there is no second quote");
		return;
	}
	token->text = arena_copy(&parser->filter->arena, text + 1, token->length - 2);
}

/* "80, 443" is one list: a comma binds what stands beside it. */
static size_t word_length(const char *text)
{
	size_t length = 0, next;

	for (;;) {
		while (!ends_word(text[length]))
			length++;
		next = skip_blanks(text, length);
		if (next == length || ends_word(text[next]))
			return length;
		if (text[next] != ',' && (!length || text[length - 1] != ','))
			return length;
		length = next;
	}
}

static char *copy_without_blanks(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_copy(arena, text, length), *out = copy;

	for (size_t i = 0; copy && i < length; i++)
		if (!is_blank(text[i]))
			*out++ = text[i];
	if (copy)
		*out = '\0';
	return copy;
}

static void read_word(struct parser *parser, struct token *token)
{
	const char *text = parser->filter->text + token->start;

	token->kind = TOKEN_WORD;
	token->length = word_length(text);
	token->text = copy_without_blanks(&parser->filter->arena, text, token->length);
	for (size_t i = 0; token->text && i < ARRAY_SIZE(words); i++)
		if (strcasecmp(token->text, words[i].text) == 0)
			token->kind = words[i].kind;
}

static bool read_symbol(const char *text, struct token *token)
{
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		size_t length = strlen(symbols[i].text);

		if (strncmp(text, symbols[i].text, length) != 0)
			continue;
		token->kind = symbols[i].kind;
		token->length = length;
		return true;
	}
	return false;
}

void advance(struct parser *parser)
{
	const char *text = parser->filter->text;
	struct token token = { .start = skip_blanks(text, parser->at) };

	parser->before = parser->token;
	if (!text[token.start]) {
		token.kind = TOKEN_END;
	} else if (text[token.start] == '"' || text[token.start] == '\'') {
		read_quoted(parser, &token);
	} else if (!read_symbol(text + token.start, &token)) {
		read_word(parser, &token);
	}
	if (token.kind == TOKEN_WORD && !token.text && !parser->failed)
		fail(parser, &token, "out of memory");
	if (parser->failed)
		token.kind = TOKEN_BAD;
	parser->at = token.start + token.length;
	parser->token = token;
}
