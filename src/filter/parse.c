/* SPDX-License-Identifier: MIT */
/*
 * The grammar: "not" over "and" over "or"; two terms side by side are both
 * meant.  What a term looks like is the words' own business.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "word.h"

enum { DEPTH_MAX = 100 };

/* ---- nodes ----------------------------------------------------------- */

struct node *node_new(struct parser *parser, enum node_kind kind, const struct token *token)
{
	struct node *node = arena_alloc(&parser->filter->arena, sizeof(*node));

	if (!node)
		return fail(parser, token, "out of memory");
	node->kind = kind;
	node->start = token->start;
	node->length = token->length;
	return node;
}

struct node *term_new(struct parser *parser, enum term_kind kind, const struct token *token)
{
	struct node *node = node_new(parser, NODE_TERM, token);

	if (node)
		node->term = kind;
	return node;
}

/* From the begin of `first` to the end of `last`. */
static struct token span(const struct node *first, const struct node *last)
{
	struct token token = { .start = first->start };
	size_t end = last->start + last->length, own = first->start + first->length;

	token.length = (end > own ? end : own) - token.start;
	return token;
}

/* One node for "a or b or c": deep trees would need a deep stack. */
struct node *node_join(struct parser *parser, enum node_kind kind, struct node *left,
		       struct node *right)
{
	struct token token;
	struct node *node = left;

	if (!left || !right)
		return NULL;
	token = span(left, right);
	if (left->kind != kind) {
		node = node_new(parser, kind, &token);
		if (!node)
			return NULL;
		node->child = left;
		node->last = left;
		node->needs = left->needs;
	}
	node->length = token.length;
	node->needs |= right->needs;
	node->last->next = right;
	node->last = right;
	return node;
}

struct node *node_not(struct parser *parser, struct node *child)
{
	struct token token;
	struct node *node;

	if (!child)
		return NULL;
	token = span(child, child);
	node = node_new(parser, NODE_NOT, &token);
	if (!node)
		return NULL;
	node->child = child;
	node->needs = child->needs;
	return node;
}

/* ---- grammar --------------------------------------------------------- */

static struct node *parse_or(struct parser *parser);

static struct node *parse_brackets(struct parser *parser)
{
	struct token open = parser->token;
	struct node *node;

	advance(parser);
	if (parser->token.kind == TOKEN_CLOSE)
		return fail(parser, &parser->token, "there is nothing between the brackets");
	node = parse_or(parser);
	if (!node)
		return NULL;
	if (parser->token.kind != TOKEN_CLOSE)
		return fail(parser, &open, "this bracket is not closed");
	advance(parser);
	return node;
}

static bool is_word_of_language(const struct token *token)
{
	struct word word;

	return !token->quoted && word_find(token->text, &word);
}

/*
 * Targets side by side are alternatives: "22 80".  But "udp 53" is both: of
 * these protocols, one of these ends.
 */
static struct node *parse_targets(struct parser *parser)
{
	struct node *ends = NULL, *protocol = NULL;

	parser->filter->decides_states = true;
	do {
		struct token token = parser->token;
		struct node *one, **any;

		advance(parser);
		one = parser->failed ? NULL : parse_target(parser, &token);
		if (!one)
			return NULL;
		any = one->kind == NODE_TERM && one->term == TERM_PROTOCOL ? &protocol : &ends;
		*any = *any ? node_join(parser, NODE_OR, *any, one) : one;
	} while (parser->token.kind == TOKEN_WORD && !is_word_of_language(&parser->token));
	if (!ends || !protocol)
		return ends ? ends : protocol;
	return node_join(parser, NODE_AND, protocol, ends);
}

static struct node *parse_primary(struct parser *parser)
{
	struct token token = parser->token;
	struct word word;

	switch (token.kind) {
	case TOKEN_OPEN:
		return parse_brackets(parser);
	case TOKEN_WORD:
		if (token.quoted || !word_find(token.text, &word))
			return parse_targets(parser);
		advance(parser);
		/* The node is in the arena; both arguments are borrowed. */
		/* cppcheck-suppress returnDanglingLifetime */
		return word.parse(parser, &word, &token);
	case TOKEN_CLOSE:
		return fail(parser, &token, "no bracket was opened");
	case TOKEN_END:
		return fail_missing(parser, "a term");
	default:
		return fail(parser, &token, "expected a term in front of it");
	}
}

static struct node *parse_not(struct parser *parser)
{
	struct node *node;

	if (parser->token.kind == TOKEN_BAD)
		return NULL;
	if (++parser->depth > DEPTH_MAX)
		return fail(parser, &parser->token, "more than %d levels of brackets and 'not'",
			    DEPTH_MAX);
	if (parser->token.kind == TOKEN_NOT) {
		advance(parser);
		node = node_not(parser, parse_not(parser));
	} else {
		node = parse_primary(parser);
	}
	parser->depth--;
	return parser->failed ? NULL : node;
}

static bool begins_operand(enum token_kind kind)
{
	return kind == TOKEN_WORD || kind == TOKEN_OPEN || kind == TOKEN_NOT || kind == TOKEN_BAD;
}

static struct node *parse_and(struct parser *parser)
{
	struct node *node = parse_not(parser);

	while (node && (parser->token.kind == TOKEN_AND || begins_operand(parser->token.kind))) {
		if (parser->token.kind == TOKEN_AND)
			advance(parser);
		node = node_join(parser, NODE_AND, node, parse_not(parser));
	}
	return node;
}

static struct node *parse_or(struct parser *parser)
{
	struct node *node = parse_and(parser);

	while (node && parser->token.kind == TOKEN_OR) {
		advance(parser);
		node = node_join(parser, NODE_OR, node, parse_and(parser));
	}
	return node;
}

/* ---- the filter ------------------------------------------------------ */

/* Names may be in any language, but must be text. */
static void check_text(struct parser *parser)
{
	const char *text = parser->filter->text;
	size_t length = strlen(text), used;

	for (size_t at = 0; at < length && !parser->failed; at += used) {
		int32_t code = text_decode(text + at, length - at, &used);
		struct token token = { .start = at, .length = used };

		if (code < 0)
			fail(parser, &token, "this byte is no text (UTF-8)");
		else if ((code < ' ' && !strchr("\t\n\r", (char)code)) || code == 0x7f)
			fail(parser, &token, "a control character is no part of a filter");
	}
}

static void parse_all(struct parser *parser)
{
	check_text(parser);
	if (parser->failed)
		return;
	advance(parser);
	if (parser->token.kind == TOKEN_END)
		return;
	parser->filter->root = parse_or(parser);
	if (parser->filter->root && parser->token.kind == TOKEN_CLOSE)
		fail(parser, &parser->token, "no bracket was opened");
	else if (parser->filter->root && parser->token.kind != TOKEN_END)
		fail(parser, &parser->token, "expected 'and' or 'or' in front of it");
}

struct filter *filter_parse(const char *text, const struct filter_names *names,
			    struct filter_error *error)
{
	static const struct filter_names nobody;
	struct parser parser = { .names = names ? names : &nobody, .error = error };
	static const struct token start;

	*error = (struct filter_error){ .text = "out of memory" };
	parser.filter = calloc(1, sizeof(*parser.filter));
	if (!parser.filter)
		return NULL;
	if (strlen(text) > FILTER_TEXT_MAX)
		fail(&parser, &start, "the filter is longer than %d bytes", FILTER_TEXT_MAX);
	else if (!(parser.filter->text = arena_copy_text(&parser.filter->arena, text)))
		fail(&parser, &start, "out of memory");
	else
		parse_all(&parser);
	if (!parser.failed)
		return parser.filter;
	filter_free(parser.filter);
	return NULL;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	arena_free(&filter->arena);
	free(filter);
}
