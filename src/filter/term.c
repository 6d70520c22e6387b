/* SPDX-License-Identifier: MIT */
/* Terms about states, ports, addresses and numbers. */
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "word.h"

bool take_operand(struct parser *parser, struct operand *operand)
{
	*operand = (struct operand){ .comparison = TOKEN_EQ };
	if (is_comparison(parser->token.kind))
		operand->sign = parser->token;
	if (parser->token.kind == TOKEN_NE) {
		operand->negated = true;
		advance(parser);
	} else if (parser->token.kind == TOKEN_IN) {
		advance(parser);
	} else if (is_comparison(parser->token.kind)) {
		operand->comparison = parser->token.kind;
		advance(parser);
	}
	if (parser->token.kind != TOKEN_WORD) {
		fail_missing(parser, "a value");
		return false;
	}
	operand->value = parser->token;
	advance(parser);
	return !parser->failed;
}

struct node *field_term(struct parser *parser, const struct word *word,
			const struct token *token)
{
	struct node *term = term_new(parser, word->kind, token);

	if (!term)
		return NULL;
	term->field = word->field;
	term->needs = fields[word->field].needs;
	return term;
}

struct node *finish_term(struct parser *parser, const struct operand *operand, struct node *node)
{
	if (parser->failed || !node)
		return NULL;
	node->length = operand->value.start + operand->value.length - node->start;
	if (!operand->negated)
		return node;
	node = node_not(parser, node);
	if (node)
		node->unwritten = true;
	return node;
}

bool check_comparison(struct parser *parser, const struct operand *operand, bool order,
		      bool contains)
{
	static const char *const expected[2][2] = {
		{ "= or !=", "=, != or contains (~)" },
		{ "=, !=, <, >, <= or >=", "=, !=, <, >, <=, >= or contains (~)" },
	};

	if (operand->comparison == TOKEN_EQ || (order && is_order(operand->comparison)) ||
	    (contains && operand->comparison == TOKEN_CONTAINS))
		return true;
	fail(parser, &operand->sign, "does not fit here: expected %s", expected[order][contains]);
	return false;
}

bool take_equal(struct parser *parser, struct operand *operand)
{
	return take_operand(parser, operand) && check_comparison(parser, operand, false, false);
}

/* ---- states ---------------------------------------------------------- */

static bool is_state_word(const struct token *token)
{
	struct word word;

	return token->kind == TOKEN_WORD && !token->quoted && word_find(token->text, &word) &&
	       word.parse == parse_state;
}

/* One "state X" or "exclude X" on top of those in front of it, as ss has it. */
static bool add_states(struct parser *parser, const struct token *word, bool first, uint32_t *mask,
		       struct operand *operand)
{
	bool exclude = (word->text[0] | 32) == 'e';
	uint32_t states;

	if (!take_equal(parser, operand))
		return false;
	states = parse_states(parser, &operand->value);
	if (exclude != operand->negated)
		*mask = (first ? STATES_ALL : *mask) & ~states;
	else
		*mask |= states;
	return !parser->failed;
}

/* "state A state B" is A or B; "exclude C" behind it takes C away. */
TERM_PARSER(state)
{
	struct node *term = term_new(parser, TERM_STATE, token);
	struct operand operand;
	uint32_t mask = 0;

	(void)word;
	if (!term || !add_states(parser, token, true, &mask, &operand))
		return NULL;
	while (is_state_word(&parser->token)) {
		struct token next = parser->token;

		advance(parser);
		if (!add_states(parser, &next, false, &mask, &operand))
			return NULL;
	}
	term->mask = mask;
	parser->filter->decides_states = true;
	operand.negated = false;
	return finish_term(parser, &operand, term);
}

/* ---- ports ----------------------------------------------------------- */

static bool read_ports(struct parser *parser, struct node *term, const struct operand *operand)
{
	struct token piece = { .kind = TOKEN_END };
	size_t at = 0;

	if (!check_comparison(parser, operand, true, false))
		return false;
	if (!is_order(operand->comparison)) {
		while (next_piece(parser, &operand->value, &at, &piece))
			add_ports(parser, term, &piece);
		return !parser->failed;
	}
	/* The one port that was read becomes the range on its side. */
	if (strchr(operand->value.text, ',')) {
		fail(parser, &operand->sign, "expected one port behind it, not several");
		return false;
	}
	if (!add_ports(parser, term, &operand->value))
		return false;
	if (term->range_count != 1 || term->ranges->first != term->ranges->last) {
		fail(parser, &operand->sign, "expected one port behind it, not several");
		return false;
	}
	term->range_count = 0;
	return add_compared(parser, term, operand->comparison, term->ranges->first, UINT16_MAX);
}

static struct node *port_term(struct parser *parser, const struct token *word,
			      const struct operand *operand, bool peer)
{
	struct node *term = term_new(parser, TERM_PORT, word);

	if (!term || !read_ports(parser, term, operand))
		return NULL;
	term->peer = peer;
	term->length = operand->value.start + operand->value.length - term->start;
	return term;
}

TERM_PARSER(port)
{
	struct operand operand;

	if (!take_operand(parser, &operand))
		return NULL;
	return finish_term(parser, &operand, port_term(parser, token, &operand, word->peer));
}

/* The word belongs to the place of the term, too. */
static struct node *place_at(struct node *node, const struct token *word)
{
	if (node)
		node->start = word->start;
	return node;
}

TERM_PARSER(either_port)
{
	struct operand operand;
	struct node *local, *peer;

	(void)word;
	if (!take_operand(parser, &operand))
		return NULL;
	/* Each stands where its value does, not where the word of both is. */
	local = port_term(parser, &operand.value, &operand, false);
	peer = local ? port_term(parser, &operand.value, &operand, true) : NULL;
	return finish_term(parser, &operand,
			   place_at(node_join(parser, NODE_OR, local, peer), token));
}

/* ---- addresses ------------------------------------------------------- */

TERM_PARSER(address)
{
	struct operand operand;
	struct node *node;

	if (!take_equal(parser, &operand))
		return NULL;
	node = parse_hosts(parser, &operand.value,
			   word->peer ? END_PEER : END_LOCAL);
	return finish_term(parser, &operand, place_at(node, token));
}

TERM_PARSER(either_address)
{
	struct operand operand;
	struct node *local, *peer;

	(void)word;
	if (!take_equal(parser, &operand))
		return NULL;
	local = parse_hosts(parser, &operand.value, END_LOCAL);
	peer = local ? parse_hosts(parser, &operand.value, END_PEER) : NULL;
	return finish_term(parser, &operand,
			   place_at(node_join(parser, NODE_OR, local, peer), token));
}

/* ---- numbers --------------------------------------------------------- */

/* Fields that the kernel keeps in 32 bits: a greater number is a slip. */
static const bool has_32_bits[FIELD_COUNT] = {
	[FIELD_PID] = true, [FIELD_UID] = true, [FIELD_INODE] = true,
};

static uint64_t most_of(enum field_id field)
{
	return has_32_bits[field] ? UINT32_MAX : UINT64_MAX;
}

TERM_PARSER(number_term)
{
	struct node *term = field_term(parser, word, token);
	const struct field *field = word->kind == TERM_NUMBER ? &fields[word->field] : NULL;
	struct operand operand;

	if (!term || !take_operand(parser, &operand) ||
	    !check_comparison(parser, &operand, true, false))
		return NULL;
	if (!add_numbers(parser, term, operand.comparison, &operand.value, field,
			 most_of(word->field)))
		return NULL;
	return finish_term(parser, &operand, term);
}

static const struct truth {
	const char *word;
	bool value;
} truths[] = {
	{ "yes", true }, { "true", true }, { "on", true }, { "1", true },
	{ "no", false }, { "false", false }, { "off", false }, { "0", false },
};

static const struct truth *find_truth(const struct token *token)
{
	if (token->kind != TOKEN_WORD)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(truths); i++)
		if (strcasecmp(truths[i].word, token->text) == 0)
			return &truths[i];
	return NULL;
}

/* "v6only", "v6only no", "v6only = yes". */
TERM_PARSER(flag)
{
	struct node *term = field_term(parser, word, token);
	struct operand operand = { .value = *token };
	bool compared = parser->token.kind >= TOKEN_EQ && parser->token.kind <= TOKEN_CONTAINS;
	const struct truth *truth;

	if (!term)
		return NULL;
	term->mask = 1;
	if (!compared && !find_truth(&parser->token))
		return finish_term(parser, &operand, term);
	if (!take_equal(parser, &operand))
		return NULL;
	truth = find_truth(&operand.value);
	if (!truth)
		return fail(parser, &operand.value, "expected yes or no");
	term->mask = truth->value;
	return finish_term(parser, &operand, term);
}

/* "autobound": ss's word for a local port out of the kernel's own range. */
TERM_PARSER(ephemeral)
{
	struct node *term = term_new(parser, TERM_TEXT, token);

	(void)word;
	if (!term || !add_pattern(parser, term, PATTERN_EQUAL, port_class_names[PORT_EPHEMERAL]))
		return NULL;
	term->field = FIELD_PORT_CLASS;
	term->needs = fields[FIELD_PORT_CLASS].needs;
	return term;
}
