/* SPDX-License-Identifier: MIT */
/*
 * The words of the language: those below, and behind them every field of the
 * field table that can be compared, by its name or any of its aliases.
 */
#include <string.h>

#include "base/array.h"
#include "base/spell.h"
#include "word.h"

/* A field has a row when more may stand behind it than its type says. */
#define WORD(text, function, ...) { .name = text, .parse = parse_##function, __VA_ARGS__ }
#define FIELD(text, function, what, id) WORD(text, function, .kind = what, .field = id)

static const struct word words[] = {
	WORD("state", state),
	WORD("exclude", state),
	WORD("excl", state),
	WORD("sport", port),
	WORD("local_port", port),
	WORD("dport", port, .peer = true),
	WORD("peer_port", port, .peer = true),
	WORD("port", either_port),
	WORD("src", address),
	WORD("local", address),
	WORD("local_address", address),
	WORD("dst", address, .peer = true),
	WORD("peer", address, .peer = true),
	WORD("peer_address", address, .peer = true),
	WORD("addr", either_address),
	WORD("address", either_address),
	WORD("host", either_address),
	WORD("autobound", ephemeral),
	FIELD("protocol", protocol, TERM_PROTOCOL, FIELD_PROTOCOL),
	FIELD("family", family, TERM_FAMILY, FIELD_FAMILY),
	FIELD("timer", choice, TERM_TIMER, FIELD_TIMER),
	FIELD("pid", number_term, TERM_PID, FIELD_PID),
	FIELD("fd", number_term, TERM_DESCRIPTOR, FIELD_FD),
	FIELD("process", text, TERM_PROCESS, FIELD_PROCESS),
	FIELD("owners", text, TERM_PROCESS, FIELD_PROCESS),
	FIELD("command_line", text, TERM_COMMAND_LINE, FIELD_COMMAND_LINE),
	FIELD("executable", text, TERM_EXECUTABLE, FIELD_EXECUTABLE),
	FIELD("user", name_or_number, TERM_USER, FIELD_USER),
	FIELD("unit", text, TERM_UNIT, FIELD_UNIT),
	FIELD("container", text, TERM_CONTAINER, FIELD_CONTAINER),
	FIELD("cgroup", cgroup, TERM_CGROUP, FIELD_CGROUP),
	FIELD("netns", name_or_number, TERM_NETNS, FIELD_NETNS),
	FIELD("interface", device, TERM_DEVICE, FIELD_INTERFACE),
	FIELD("mark", mark, TERM_MARK, FIELD_MARK),
};

enum { WORD_COUNT = ARRAY_SIZE(words) };

/* How a field is compared that has no word of its own. */
static struct word word_of(enum field_id id)
{
	struct word word = { .name = fields[id].name, .field = id, .parse = parse_unusable };

	if (fields[id].needs & NEED_HOST)
		return word;
	switch (fields[id].type) {
	case VALUE_BOOL:
		word.parse = parse_flag;
		word.kind = TERM_FLAG;
		break;
	case VALUE_UNSIGNED:
	case VALUE_HEX:
		word.parse = parse_number_term;
		word.kind = TERM_NUMBER;
		break;
	case VALUE_TEXT:
		word.parse = fields[id].word ? parse_choice : parse_text;
		word.kind = TERM_TEXT;
		break;
	default:
		break;
	}
	return word;
}

static const struct word *row_of(const char *name)
{
	for (size_t i = 0; i < WORD_COUNT; i++)
		if (spell_same(words[i].name, name))
			return &words[i];
	return NULL;
}

bool word_find(const char *text, struct word *word)
{
	const struct word *row = row_of(text);
	const struct field *field = row ? NULL : field_find(text);

	/* "tcp" is a protocol here. */
	if (!row && (!field || field->type == VALUE_TCP))
		return false;
	if (!row)
		row = row_of(field->name);
	*word = row ? *row : word_of(field_id(field));
	return true;
}

const char *word_at(size_t index)
{
	if (index < WORD_COUNT)
		return words[index].name;
	index -= WORD_COUNT;
	return index < FIELD_COUNT ? fields[index].name : field_aliases[index - FIELD_COUNT].word;
}

const char *word_nearest(const char *text)
{
	struct spell spell = { .word = text, .length = strlen(text) };

	for (size_t i = 0; word_at(i); i++)
		spell_try(&spell, word_at(i));
	return spell.best;
}
