/* SPDX-License-Identifier: MIT */
/* From the text of a filter to that of one that is near, word by word. */
#include "filter/near.h"

#include <ctype.h>
#include <string.h>

#include "word.h"

struct rewriting {
	struct parser parser;
	enum filter_near near;
	const char *text;
	size_t copied;			/* so much of the text has been dealt with */
	bool changed;
	struct buf *out;
};

/* In the place of what stands from `start` to `end`; what is in front of it stays. */
static void replace(struct rewriting *r, size_t start, size_t end, const char *text)
{
	buf_add(r->out, r->text + r->copied, start - r->copied);
	buf_add_text(r->out, text);
	r->copied = end;
	r->changed = true;
}

/* ---- targets --------------------------------------------------------- */

/* What stands behind "tcp:"; the word itself where there is no protocol. */
static const char *behind_protocol(const char *word)
{
	size_t length = strcspn(word, ":");

	if (!word[length] || !word[length + 1] || protocol_find(word, length) == PROTOCOL_COUNT)
		return word;
	return word + length + 1;
}

static bool is_protocol(const char *word)
{
	return protocol_find(word, strlen(word)) != PROTOCOL_COUNT;
}

/* "8080", ":https", "22,80": no address is in it. */
static bool is_ports(const char *word)
{
	return !strpbrk(word + (*word == ':'), ".:[%*/");
}

/* The port of "127.0.0.1:80", behind its colon; NULL: it has none, or is a list of several. */
static const char *port_of(const char *word)
{
	const char *bracket = strrchr(word, ']'), *colon = strrchr(word, ':');
	const char *expected = bracket ? bracket + 1 : strchr(word, ':');

	return colon && colon == expected && !strchr(word, ',') ? colon + 1 : NULL;
}

static void add_peer(struct rewriting *r, const struct token *token)
{
	const char *rest = behind_protocol(token->text);

	if (is_protocol(token->text))
		return;
	replace(r, token->start, token->start, "");
	buf_add(r->out, token->text, (size_t)(rest - token->text) - (rest != token->text));
	buf_add_text(r->out, rest == token->text ? "" : " ");
	buf_add_text(r->out, is_ports(rest) ? "dport " : "dst ");
	buf_add_text(r->out, rest + (*rest == ':'));
	r->copied = token->start + token->length;
}

/* "::1:8080" is an address, too, but was not meant for one. */
static void add_brackets(struct rewriting *r, const struct token *token)
{
	const char *rest = behind_protocol(token->text), *colon = strrchr(rest, ':');

	if (!colon || colon == rest || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")] ||
	    strchr(rest, ':') == colon || strpbrk(rest, "[,/%"))
		return;
	replace(r, token->start, token->start, "");
	buf_add(r->out, token->text, (size_t)(rest - token->text));
	buf_add_literal(r->out, "[");
	buf_add(r->out, rest, (size_t)(colon - rest) + (colon[-1] == ':'));
	buf_add_literal(r->out, "]");
	buf_add_text(r->out, colon);
	r->copied = token->start + token->length;
}

static void change_target(struct rewriting *r, const struct token *token)
{
	const char *rest = behind_protocol(token->text), *port = port_of(rest);
	size_t end = token->start + token->length;

	switch (r->near) {
	case NEAR_PEER:
		add_peer(r, token);
		break;
	case NEAR_BRACKETS:
		add_brackets(r, token);
		break;
	case NEAR_PROCESS:
		if (!isalpha((unsigned char)*token->text) || is_protocol(token->text))
			break;
		replace(r, token->start, token->start, "process contains ");
		break;
	case NEAR_PROTOCOL:
		if (is_protocol(token->text) || rest != token->text)
			replace(r, token->start, end, rest == token->text ? "" : rest);
		break;
	case NEAR_PORT:
		if (!port || port == rest + 1)
			break;
		replace(r, token->start, token->start + (size_t)(rest - token->text), "");
		buf_add(r->out, token->text, (size_t)(rest - token->text));
		buf_add_text(r->out, port);
		r->copied = end;
		break;
	default:
		break;
	}
}

/* ---- words of the language ------------------------------------------- */

static bool is_name(const struct word *word)
{
	return word->parse == parse_text || word->parse == parse_name_or_number ||
	       word->parse == parse_cgroup;
}

static void change_word(struct rewriting *r, const struct word *word, const struct token *token)
{
	enum token_kind next = r->parser.token.kind;
	size_t end = token->start + token->length;

	if (r->near == NEAR_PEER && !word->peer && word->parse == parse_address)
		replace(r, token->start, end, "dst");
	else if (r->near == NEAR_PEER && !word->peer && word->parse == parse_port)
		replace(r, token->start, end, "dport");
	else if (r->near == NEAR_LOCAL && word->peer && word->parse == parse_address)
		replace(r, token->start, end, "src");
	else if (r->near == NEAR_LOCAL && word->peer && word->parse == parse_port)
		replace(r, token->start, end, "sport");
	else if (r->near == NEAR_PART && is_name(word) && next == TOKEN_WORD)
		replace(r, end, end, " contains");
	else if (r->near == NEAR_PART && is_name(word) && next == TOKEN_EQ)
		replace(r, end, r->parser.token.start + r->parser.token.length, " contains");
}

static bool has_value(const struct word *word)
{
	return word->parse != parse_flag && word->parse != parse_ephemeral;
}

static void take_word(struct rewriting *r, const struct word *word, const struct token *token)
{
	struct parser *parser = &r->parser;

	change_word(r, word, token);
	if (is_comparison(parser->token.kind))
		advance(parser);
	else if (!has_value(word))
		return;
	if (parser->token.kind == TOKEN_WORD)
		advance(parser);
}

bool filter_near(const struct filter *filter, enum filter_near near, struct buf *out)
{
	struct filter copy = { .text = filter->text };
	static const struct filter_names nobody;
	struct filter_error error;
	struct rewriting r = {
		.parser = { .filter = &copy, .names = &nobody, .error = &error },
		.near = near, .text = filter->text, .out = out,
	};
	struct word word;

	advance(&r.parser);
	while (r.parser.token.kind != TOKEN_END && r.parser.token.kind != TOKEN_BAD) {
		const struct token token = r.parser.token;

		advance(&r.parser);
		if (token.kind != TOKEN_WORD)
			continue;
		if (!token.quoted && word_find(token.text, &word))
			take_word(&r, &word, &token);
		else
			change_target(&r, &token);
	}
	buf_add_text(out, r.text + r.copied);
	arena_free(&copy.arena);
	return r.changed && !r.parser.failed;
}

/* ---- what is in the tree --------------------------------------------- */

static bool has_local_port(const struct node *node)
{
	if (node->kind == NODE_TERM)
		return node->term == TERM_PORT && !node->peer;
	for (const struct node *child = node->child; child; child = child->next)
		if (has_local_port(child))
			return true;
	return false;
}

bool filter_has_local_port(const struct filter *filter)
{
	return filter->root && has_local_port(filter->root);
}

static bool is_part(const struct node *term, const char *name)
{
	for (size_t i = 0; name && i < term->pattern_count; i++)
		if (term->patterns[i].kind == PATTERN_CONTAINS &&
		    strstr(name, term->patterns[i].text))
			return true;
	return false;
}

static const char *name_in(const struct node *node, const struct row *row)
{
	const char *found = NULL;

	if (node->kind == NODE_TERM && node->term == TERM_PROCESS) {
		for (const struct owner *owner = owner_first(row->snap, row->sk); owner && !found;
		     owner = owner_next(row->snap, owner))
			if (is_part(node, owner_process(row->snap, owner)->command))
				found = owner_process(row->snap, owner)->command;
		return found;
	}
	if (node->kind == NODE_TERM && node->pattern_count) {
		struct value value = field_get(row, node->field);

		return value.type == VALUE_TEXT && is_part(node, value.text) ? value.text : NULL;
	}
	for (const struct node *child = node->child; child && !found; child = child->next)
		found = name_in(child, row);
	return found;
}

const char *filter_near_name(const struct filter *filter, const struct row *row)
{
	return filter->root ? name_in(filter->root, row) : NULL;
}
