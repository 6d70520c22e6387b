/* SPDX-License-Identifier: MIT */
/* The words of the language described, for manuals and for completion by a shell. */
#include <string.h>

#include "base/array.h"
#include "word.h"

/* Words that are no fields. */
static const struct meaning {
	const char *name;
	const char *help;
} meanings[] = {
	{ "state", "in this state, or in one of this group" },
	{ "exclude", "in another state" },
	{ "sport", "local port" },
	{ "dport", "port of the peer" },
	{ "port", "port of either end" },
	{ "src", "local address, and port if there is one" },
	{ "dst", "address of the peer, and port if there is one" },
	{ "addr", "address of either end, and port if there is one" },
	{ "autobound", "the local port is in the kernel's own range" },
};

static const struct operand_by_parser {
	struct node *(*parse)(struct parser *parser, const struct word *word,
			      const struct token *token);
	const char *operand;
} by_parser[] = {
	{ parse_state, "STATE" },     { parse_port, "PORT" },	     { parse_either_port, "PORT" },
	{ parse_address, "ADDRESS" }, { parse_protocol, "PROTOCOL" }, { parse_family, "FAMILY" },
	{ parse_either_address, "ADDRESS" }, { parse_choice, "WORD" }, { parse_ephemeral, "" },
	{ parse_flag, "[yes|no]" }, { parse_cgroup, "CGROUP" }, { parse_device, "INTERFACE" },
	{ parse_mark, "MARK[/MASK]" },
};

static const char *const by_kind[TERM_KINDS] = {
	[TERM_PID] = "PID",	   [TERM_PROCESS] = "PROCESS", [TERM_USER] = "USER",
	[TERM_UNIT] = "UNIT",	   [TERM_NETNS] = "NETNS",     [TERM_CONTAINER] = "CONTAINER",
	[TERM_EXECUTABLE] = "PATH", [TERM_COMMAND_LINE] = "TEXT", [TERM_TEXT] = "TEXT",
	[TERM_DESCRIPTOR] = "NUMBER",
};

static const char *const by_unit[UNIT_COUNT] = {
	[UNIT_NONE] = "NUMBER", [UNIT_BYTES] = "BYTES", [UNIT_US] = "TIME", [UNIT_MS] = "TIME",
	[UNIT_BPS] = "RATE",
};

static bool is_state(const struct word *word)
{
	return word->parse == parse_state;
}

static const char *operand_of(const struct word *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_parser); i++)
		if (by_parser[i].parse == word->parse)
			return by_parser[i].operand;
	if (by_kind[word->kind])
		return by_kind[word->kind];
	return by_unit[fields[word->field].unit];
}

static const char *help_of(const char *name, const struct word *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (strcmp(meanings[i].name, name) == 0)
			return meanings[i].help;
	return fields[word->field].help;
}

/* "state" and "exclude" are read by one function, and differ by their first letter. */
static bool is_same(const struct word *a, const struct word *b)
{
	return a->parse == b->parse && a->kind == b->kind && a->field == b->field &&
	       a->peer == b->peer && (!is_state(a) || a->name[0] == b->name[0]);
}

/* The first of all words that means the same: there is one, the word itself. */
static const char *first_name(const struct word *word)
{
	struct word other;
	size_t i = 0;

	while (!word_find(word_at(i), &other) || !is_same(&other, word))
		i++;
	return word_at(i);
}

/* A name that comes twice counts once; what can't be compared is no word. */
static bool is_counted(size_t index, struct word *word)
{
	const char *name = word_at(index);

	for (size_t i = 0; i < index; i++)
		if (strcmp(word_at(i), name) == 0)
			return false;
	return word_find(name, word) && word->parse != parse_unusable;
}

static void describe(const char *name, const struct word *word, struct filter_word *described)
{
	const char *first = first_name(word);
	bool is_field = word->kind == TERM_TEXT || word->kind == TERM_TIMER ||
			word->kind == TERM_PROTOCOL || word->kind == TERM_FAMILY;

	*described = (struct filter_word){
		.name = name,
		.same_as = strcmp(first, name) != 0 ? first : NULL,
		.operand = operand_of(word),
		.help = help_of(first, word),
	};
	if (is_state(word))
		described->choice = filter_state;
	else if (is_field && word->parse != parse_ephemeral)
		described->choice = fields[word->field].word;
}

bool filter_word(size_t index, struct filter_word *described)
{
	struct word word;

	for (size_t i = 0; word_at(i); i++) {
		if (!is_counted(i, &word) || index--)
			continue;
		describe(word_at(i), &word, described);
		return true;
	}
	return false;
}
