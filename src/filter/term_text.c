/* SPDX-License-Identifier: MIT */
/* Terms about names: users, processes, cgroups, interfaces, and words of a fixed choice. */
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/spell.h"
#include "word.h"

static bool is_digits(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static bool has_wildcard(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static bool add_patterns(struct parser *parser, struct node *term, const struct operand *operand)
{
	struct token piece = { .kind = TOKEN_END };
	size_t at = 0;

	while (next_piece(parser, &operand->value, &at, &piece)) {
		enum pattern_kind kind = PATTERN_EQUAL;

		if (operand->comparison == TOKEN_CONTAINS)
			kind = PATTERN_CONTAINS;
		else if (!piece.quoted && has_wildcard(piece.text))
			kind = PATTERN_GLOB;
		add_pattern(parser, term, kind, piece.text);
	}
	return !parser->failed;
}

static struct node *text_term(struct parser *parser, const struct word *word,
			      const struct token *token, struct operand *operand)
{
	struct node *term = field_term(parser, word, token);

	if (!term || !take_operand(parser, operand) ||
	    !check_comparison(parser, operand, false, true))
		return NULL;
	return add_patterns(parser, term, operand) ? term : NULL;
}

TERM_PARSER(text)
{
	struct operand operand;
	struct node *term = text_term(parser, word, token, &operand);

	return finish_term(parser, &operand, term);
}

/* ---- fixed choices --------------------------------------------------- */

/* Which of its words may be meant, or all that there are. */
static void fail_choice(struct parser *parser, const struct token *piece, const struct field *field)
{
	struct spell spell = { .word = piece->text, .length = strlen(piece->text) };
	char expected[160] = "";
	const char *name;

	for (size_t i = 0; (name = field->word(i)); i++) {
		size_t length = strlen(expected);

		spell_try(&spell, name);
		if (length + strlen(name) + 3 < sizeof(expected)) {
			strcat(expected, length ? ", " : "");
			strcat(expected, name);
		}
	}
	if (spell.best)
		fail(parser, piece, "unknown here, did you mean '%s'?", spell.best);
	else
		fail(parser, piece, "unknown here: expected %s", expected);
}

static bool add_choice(struct parser *parser, struct node *term, const struct field *field,
		       const struct token *piece)
{
	const char *name;

	if (!piece->quoted && has_wildcard(piece->text))
		return add_pattern(parser, term, PATTERN_GLOB, piece->text);
	for (size_t i = 0; (name = field->word(i)); i++)
		if (strcasecmp(name, piece->text) == 0)
			return add_pattern(parser, term, PATTERN_EQUAL, name);
	fail_choice(parser, piece, field);
	return false;
}

TERM_PARSER(choice)
{
	struct node *term = field_term(parser, word, token);
	struct token piece = { .kind = TOKEN_END };
	struct operand operand;
	size_t at = 0;

	if (!term || !take_equal(parser, &operand))
		return NULL;
	while (next_piece(parser, &operand.value, &at, &piece))
		add_choice(parser, term, &fields[word->field], &piece);
	return finish_term(parser, &operand, term);
}

/* ---- protocols and families ------------------------------------------ */

static uint32_t find_protocol(const char *name)
{
	uint32_t mask = 0;

	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (fnmatch(name, protocols[protocol].name, FNM_CASEFOLD) == 0)
			mask |= PROTOCOL_BIT(protocol);
	return mask;
}

static uint32_t find_family(const char *name)
{
	static const struct {
		const char *name;
		uint32_t version;
	} families[] = {
		{ "inet", IP_VERSION_4 }, { "ipv4", IP_VERSION_4 }, { "4", IP_VERSION_4 },
		{ "inet6", IP_VERSION_6 }, { "ipv6", IP_VERSION_6 }, { "6", IP_VERSION_6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (strcasecmp(families[i].name, name) == 0)
			return families[i].version;
	return 0;
}

static struct node *mask_term(struct parser *parser, const struct word *word,
			      const struct token *token, uint32_t (*find)(const char *name))
{
	struct node *term = field_term(parser, word, token);
	struct token piece = { .kind = TOKEN_END };
	struct operand operand;
	size_t at = 0;

	if (!term || !take_equal(parser, &operand))
		return NULL;
	while (next_piece(parser, &operand.value, &at, &piece)) {
		uint32_t bit = find(piece.text);

		if (!bit)
			fail_choice(parser, &piece, &fields[word->field]);
		term->mask |= bit;
	}
	return finish_term(parser, &operand, term);
}

TERM_PARSER(protocol)
{
	return mask_term(parser, word, token, find_protocol);
}

TERM_PARSER(family)
{
	return mask_term(parser, word, token, find_family);
}

/* ---- names that may be numbers --------------------------------------- */

/* "user www-data", "user 33", "dev 2": what is a number may be a name as well. */
static struct node *mixed_term(struct parser *parser, const struct word *word,
			       const struct token *token, struct operand *operand)
{
	struct node *term = text_term(parser, word, token, operand);
	struct token piece = { .kind = TOKEN_END };
	uint64_t number;
	size_t at = 0;

	if (!term || operand->comparison != TOKEN_EQ)
		return term;
	while (next_piece(parser, &operand->value, &at, &piece))
		if (is_digits(piece.text) && parse_number(parser, &piece, NULL, &number))
			add_range(parser, term, number, number);
	return term;
}

TERM_PARSER(name_or_number)
{
	struct operand operand;
	struct node *term = mixed_term(parser, word, token, &operand);

	return finish_term(parser, &operand, term);
}

/* "if3": so is one called that sockets are bound to and that is there no longer. */
static bool is_gone(const char *name)
{
	return strncmp(name, "if", 2) == 0 && is_digits(name + 2);
}

static uint32_t find_interface(struct parser *parser, const struct token *value, const char *name)
{
	const struct filter_names *names = parser->names;
	uint32_t index = names->interface ? names->interface(names->context, name) : 0;

	if (!index && names->interface && !is_digits(name) && !is_gone(name))
		fail(parser, value, "there is no such interface");
	return index == UINT32_MAX ? 0 : index;
}

static bool is_one_name(const struct node *term)
{
	return term && term->pattern_count == 1 && term->patterns->kind == PATTERN_EQUAL;
}

/* By index too, for a name may be one of several (`ip link property add altname`). */
bool resolve_devices(struct parser *parser, struct node *term, const struct token *value)
{
	for (size_t i = 0; i < term->pattern_count; i++) {
		const struct pattern *pattern = &term->patterns[i];
		uint32_t index = 0;

		if (pattern->kind == PATTERN_EQUAL)
			index = find_interface(parser, value, pattern->text);
		if (index)
			add_range(parser, term, index, index);
	}
	/* The kernel can be asked for one index. */
	if (is_one_name(term) && term->range_count)
		term->id = term->ranges->first;
	for (size_t i = 1; i < term->range_count; i++)
		if (term->ranges[i].first != term->id)
			term->id = 0;
	term->field = FIELD_INTERFACE;
	term->needs = fields[FIELD_INTERFACE].needs;
	return !parser->failed;
}

TERM_PARSER(device)
{
	struct operand operand;
	struct node *term = mixed_term(parser, word, token, &operand);

	if (!term || !resolve_devices(parser, term, &operand.value))
		return NULL;
	return finish_term(parser, &operand, term);
}

/* As /proc/PID/cgroup writes it, or with the place where it is mounted in front. */
static const char *cgroup_path(struct parser *parser, const char *text)
{
	static const char mount[] = "/sys/fs/cgroup";
	size_t length = sizeof(mount) - 1;

	if (strncmp(text, mount, length) == 0 && (!text[length] || text[length] == '/'))
		text += length;
	length = strlen(text);
	while (length > 1 && text[length - 1] == '/')
		length--;
	return length ? arena_copy(&parser->filter->arena, text, length) : "/";
}

TERM_PARSER(cgroup)
{
	const struct filter_names *names = parser->names;
	struct operand operand;
	struct node *term = text_term(parser, word, token, &operand);
	struct pattern *patterns = term ? (struct pattern *)(uintptr_t)term->patterns : NULL;

	for (size_t i = 0; term && i < term->pattern_count; i++)
		patterns[i].text = cgroup_path(parser, patterns[i].text);
	for (size_t i = 0; term && i < term->pattern_count; i++)
		if (!patterns[i].text)
			return fail(parser, token, "out of memory");
	if (is_one_name(term) && names->cgroup)
		term->id = names->cgroup(names->context, term->patterns->text);
	return finish_term(parser, &operand, term);
}

/* "fwmark 0x1/0xff": the value, and which of its bits count. */
TERM_PARSER(mark)
{
	struct node *term = field_term(parser, word, token);
	struct operand operand;
	struct token value, mask;
	uint64_t number, bits = UINT32_MAX;
	char *text, *slash;

	if (!term || !take_equal(parser, &operand))
		return NULL;
	text = arena_copy_text(&parser->filter->arena, operand.value.text);
	if (!text)
		return fail(parser, token, "out of memory");
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	value = mask = operand.value;
	value.text = text;
	mask.text = slash;
	if (!parse_number(parser, &value, NULL, &number) ||
	    (slash && !parse_number(parser, &mask, NULL, &bits)))
		return NULL;
	if (number > UINT32_MAX || bits > UINT32_MAX)
		return fail(parser, &operand.value, "out of range: a mark has 32 bits");
	term->mask = (uint32_t)bits;
	add_range(parser, term, number, number);
	return finish_term(parser, &operand, term);
}

/* A field that is a table by itself, or is not known before the rows are. */
TERM_PARSER(unusable)
{
	if (fields[word->field].needs & NEED_HOST)
		return fail(parser, token, "names of hosts are looked up for what is found: "
					   "expected 'src NAME' or 'dst NAME'");
	return fail(parser, token, "several values in one, which a filter can't compare: name one "
				   "of them (conntab fields lists all)");
}
