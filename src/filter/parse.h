/* SPDX-License-Identifier: MIT */
/* What the parts of the parser share: tokens, and how nodes are made. */
#ifndef FILTER_PARSE_H
#define FILTER_PARSE_H

#include "ast.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_NOT,
	TOKEN_AND,
	TOKEN_OR,
	/* What may stand between a word and its value: up to TOKEN_CONTAINS. */
	TOKEN_IN,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_GT,
	TOKEN_LE,
	TOKEN_GE,
	TOKEN_CONTAINS,
	TOKEN_BAD,			/* the error is set */
};

static inline bool is_comparison(enum token_kind kind)
{
	return kind >= TOKEN_IN && kind <= TOKEN_CONTAINS;
}

static inline bool is_order(enum token_kind comparison)
{
	return comparison >= TOKEN_LT && comparison <= TOKEN_GE;
}

struct token {
	enum token_kind kind;
	const char *text;		/* of a word: quotes taken off, NUL-terminated */
	bool quoted;
	size_t start, length;		/* in the filter's text */
};

struct parser {
	struct filter *filter;
	const struct filter_names *names;
	struct filter_error *error;
	struct token before;		/* the one used last */
	struct token token;		/* the next one, not yet used */
	size_t at;			/* behind it */
	const char *host;		/* the name that was looked up last, and what was found */
	struct address *found;
	size_t found_count;
	unsigned depth;
	bool failed;
};

/* lex.c: read the next token into parser->token. */
void advance(struct parser *parser);

/*
 * error.c: the first error counts; always returns NULL.  `token` is what is
 * wrong, and its word is put in front of the text.
 */
__attribute__((format(printf, 3, 4)))
void *fail(struct parser *parser, const struct token *token, const char *format, ...);

/* error.c: something should have come where the token `parser->token` is. */
void *fail_missing(struct parser *parser, const char *expected);

/* parse.c: a node in the arena that stands at `token`; NULL when memory is short. */
struct node *node_new(struct parser *parser, enum node_kind kind, const struct token *token);

/* parse.c: a term of `kind`. */
struct node *term_new(struct parser *parser, enum term_kind kind, const struct token *token);

/* parse.c: `kind` of two nodes, either of which may be NULL: then the result is. */
struct node *node_join(struct parser *parser, enum node_kind kind, struct node *left,
		       struct node *right);
struct node *node_not(struct parser *parser, struct node *child);

/*
 * operand.c: the next piece of a list ("80,443") into `piece`, from `*at` on;
 * false at the end.  An empty piece is an error.
 */
bool next_piece(struct parser *parser, const struct token *list, size_t *at, struct token *piece);

/* operand.c: append to the ranges or patterns of a term; false after an error. */
bool add_range(struct parser *parser, struct node *term, uint64_t first, uint64_t last);
bool add_pattern(struct parser *parser, struct node *term, enum pattern_kind kind,
		 const char *text);

/* operand.c: "80", ":ssh", "8000-8010", each a piece, as ranges of `term`. */
bool add_ports(struct parser *parser, struct node *term, const struct token *piece);

/* operand.c: a number with a unit that fits `field` (NULL: none). */
bool parse_number(struct parser *parser, const struct token *piece, const struct field *field,
		  uint64_t *number);

/* operand.c: turn one number into the range that `comparison` (TOKEN_LT ...) accepts. */
bool add_compared(struct parser *parser, struct node *term, enum token_kind comparison,
		  uint64_t number, uint64_t most);

/* operand.c: "5", "5-9" for = and in; a single number for <, >, ...: as ranges of `term`. */
bool add_numbers(struct parser *parser, struct node *term, enum token_kind comparison,
		 const struct token *list, const struct field *field, uint64_t most);

/* Which end an address is of; a target is the local one, or a wildcard that takes its place. */
enum end { END_LOCAL, END_PEER, END_TARGET };

/*
 * host.c: "10.0.0.0/8", "[::1]:80", "*:80", "example.org", or any of a list of
 * them.  NULL after an error.
 */
struct node *parse_host(struct parser *parser, const struct token *piece, enum end end);
struct node *parse_hosts(struct parser *parser, const struct token *list, enum end end);

/* target.c: may this word begin a target?  Words of the language come first. */
struct node *parse_target(struct parser *parser, const struct token *word);

/* state.c: what one name or group stands for; 0: it is none. */
uint32_t states_named(const char *text);

/* state.c: the states that a name, a group or a list of them stands for; 0 after an error. */
uint32_t parse_states(struct parser *parser, const struct token *list);

#endif
