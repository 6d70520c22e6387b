/* SPDX-License-Identifier: MIT */
/* The words of the language, and how what follows them is read. */
#ifndef FILTER_WORD_H
#define FILTER_WORD_H

#include "parse.h"

/* A word that may begin a term, and how the rest is read. */
struct word {
	const char *name;
	struct node *(*parse)(struct parser *parser, const struct word *word,
			      const struct token *token);
	enum term_kind kind;
	enum field_id field;
	bool peer;
};

/*
 * word.c: look up a word of the language, or a name or an alias of a field,
 * which gives the word that the field goes by; false: there is none.
 */
bool word_find(const char *text, struct word *word);

/* word.c: the word that is spelled most like `text`; NULL: none is near. */
const char *word_nearest(const char *text);

/* word.c: all words in turn, some names twice; NULL behind the last one. */
const char *word_at(size_t index);

/* What stands behind the word: "[comparison] value". */
struct operand {
	enum token_kind comparison;	/* TOKEN_EQ for "=", "in", "!=" and none */
	bool negated;			/* it was "!=" */
	struct token sign;		/* as it was written; empty: it was not */
	struct token value;
};

/* term.c: read it; false after an error. */
bool take_operand(struct parser *parser, struct operand *operand);

/*
 * term.c: is it one of the comparisons that fit: equality always, an order
 * and "~" where they are allowed?  False after an error.
 */
bool check_comparison(struct parser *parser, const struct operand *operand, bool order,
		      bool contains);

/* term.c: read it where only equality fits: "=", "!=", "in" or none; false after an error. */
bool take_equal(struct parser *parser, struct operand *operand);

/* term.c: a term about the field of `word`, of its kind; NULL when memory is short. */
struct node *field_term(struct parser *parser, const struct word *word,
			const struct token *token);

/* term.c: `node`, or its opposite for "!="; NULL stays NULL. */
struct node *finish_term(struct parser *parser, const struct operand *operand, struct node *node);

/* term.c: the functions that words name. */
#define TERM_PARSER(name) \
	struct node *parse_##name(struct parser *parser, const struct word *word, \
				  const struct token *token)

TERM_PARSER(state);
TERM_PARSER(port);
TERM_PARSER(either_port);
TERM_PARSER(address);
TERM_PARSER(either_address);
TERM_PARSER(number_term);
TERM_PARSER(flag);
TERM_PARSER(ephemeral);

/*
 * term_text.c: find the interfaces that a term of kind TERM_DEVICE names;
 * `value` is where an unknown one stands.  False after an error.
 */
bool resolve_devices(struct parser *parser, struct node *term, const struct token *value);

/* term_text.c */
TERM_PARSER(text);
TERM_PARSER(choice);
TERM_PARSER(protocol);
TERM_PARSER(family);
TERM_PARSER(name_or_number);
TERM_PARSER(cgroup);
TERM_PARSER(device);
TERM_PARSER(mark);
TERM_PARSER(unusable);

#endif
