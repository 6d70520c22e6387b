/* SPDX-License-Identifier: MIT */
/* From the words of the command line to a filter, and errors that show their place. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/array.h"
#include "base/spell.h"
#include "base/text.h"
#include "ask.h"
#include "habit.h"
#include "collect/facts.h"
#include "collect/lookup.h"
#include "model/protocol.h"

enum {
	CONTEXT = 40,			/* bytes shown beside a bad word */
	WORD_MAX = 128,
};

/* What names are looked up for. */
struct asker {
	struct source *source;
	bool late;			/* the resolver is: it is asked no more */
};

#define BLANKS " \t\r\n"

static size_t find_service(void *context, const char *name, uint16_t *ports, size_t most)
{
	(void)context;
	return lookup_service(name, ports, most);
}

static size_t find_host(void *context, const char *name, bool resolver,
			struct address *addresses, size_t most)
{
	struct asker *asker = context;
	size_t count = lookup_host_file(name, addresses, most);
	int found;

	if (count || !resolver)
		return count;
	found = asker->late ? -ETIMEDOUT : lookup_host_within(name, LOOKUP_MS, addresses, most);
	asker->late |= found < 0;
	return found < 0 ? FILTER_HOST_LATE : (size_t)found;
}

static uint32_t find_interface(void *context, const char *name)
{
	return source_interface(((struct asker *)context)->source, name);
}

static bool has_address(void *context, const struct address *address, uint8_t bits)
{
	return facts_has_address(((struct asker *)context)->source, address, bits) != TRUTH_NO;
}

static uint64_t find_cgroup(void *context, const char *path)
{
	(void)context;
	return lookup_cgroup(path);
}

static void add_safe(struct buf *out, const char *text, size_t length)
{
	text_add_safe(out, text, length, SIZE_MAX);
}

/* "    state estab and -->sprt<-- = 80": the filter with the bad word between arrows. */
static void add_place(struct buf *out, const char *text, const struct filter_error *error)
{
	size_t length = strlen(text), end = error->start + error->length;
	size_t from = error->start > CONTEXT ? error->start - CONTEXT : 0;
	size_t rest = length > end + CONTEXT ? CONTEXT : length - end;

	buf_add_text(out, from ? "    ..." : "    ");
	add_safe(out, text + from, error->start - from);
	buf_add_literal(out, "-->");
	add_safe(out, text + error->start, error->length);
	if (error->length)
		buf_add_literal(out, "<--");
	add_safe(out, text + end, rest);
	buf_add_text(out, end + rest < length ? "...\n" : "\n");
}

static void complain_filter(const char *text, const struct filter_error *error)
{
	struct buf out;

	complain("filter", NULL, error->text);
	/* A filter of this one word has said it all. */
	if (error->length == strlen(text) || buf_init(&out, STDERR_FILENO) < 0)
		return;
	add_place(&out, text, error);
	buf_flush(&out);
	buf_free(&out);
}

/* The command that the first word, which the filter refuses, looks like; NULL: none. */
static const char *command_nearest(const struct settings *settings,
				   const struct filter_error *error)
{
	const char *word = error->start ? NULL : settings->maybe_command;
	struct spell spell = { .word = word, .length = word ? strlen(word) : 0 };

	for (size_t i = 0; word && command_at(i); i++)
		spell_try(&spell, command_at(i)->name);
	return spell.best;
}

/* A word alone that resembles no protocol is no slip: most that are written so name a process. */
static bool is_name(const char *word)
{
	struct spell spell = { .word = word, .length = strlen(word) };

	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		spell_try(&spell, protocols[protocol].name);
	return !spell.best && habit_is_plain(word) && !strpbrk(word, ":/,@%") &&
	       word[strspn(word, "0123456789.-")];
}

/* What to say of a word that was refused; false: what the filter says. */
static bool find_advice(struct source *source, const char *text, const char *word,
			const char *command, char advice[ADVICE_MAX])
{
	if (habit_of_target(word, "conntab", advice) || habit_of_word(word, advice) ||
	    habit_of_name(source, word, advice))
		return true;
	if (command)
		snprintf(advice, ADVICE_MAX, "no command, and no word of a filter; "
			 "did you mean the command '%s'?", command);
	else if (strcmp(text, word) == 0 && is_name(word))
		snprintf(advice, ADVICE_MAX, "unknown word; a process by its name: "
			 "conntab process %s", word);
	else
		return false;
	return true;
}

/* The whole word, where only a piece of a list is bad. */
static bool take_word(const char *text, const struct filter_error *error, char word[WORD_MAX])
{
	static const char ends[] = BLANKS "()&|!=<>~\"'";
	size_t start = error->start, length;

	while (start && !strchr(ends, text[start - 1]))
		start--;
	length = strcspn(text + start, ends);
	if (!length || length >= WORD_MAX)
		return false;
	memcpy(word, text + start, length);
	word[length] = '\0';
	return true;
}

static void complain_refused(const struct settings *settings, struct source *source,
			     const char *text, const struct filter_error *error)
{
	char advice[ADVICE_MAX], word[WORD_MAX];

	if (error->target && take_word(text, error, word) &&
	    find_advice(settings->replay ? NULL : source, text, word,
			command_nearest(settings, error), advice))
		complain("filter", word, advice);
	else
		complain_filter(text, error);
}

/* ---- the words, joined ------------------------------------------------ */

/* Behind which words of a filter any text may stand: the names of what it takes. */
static const char *const text_operands[] = {
	"PROCESS", "USER", "UNIT", "CONTAINER", "CGROUP", "NETNS", "INTERFACE", "PATH", "TEXT",
};

static bool is_comparison(const char *word)
{
	for (size_t i = 0; filter_comparison(i); i++)
		if (strcasecmp(word, filter_comparison(i)) == 0)
			return true;
	return false;
}

static bool is_text(const char *operand)
{
	for (size_t i = 0; i < ARRAY_SIZE(text_operands); i++)
		if (strcmp(operand, text_operands[i]) == 0)
			return true;
	return false;
}

static bool takes_text(const char *name)
{
	struct filter_word word;

	for (size_t i = 0; filter_word(i, &word); i++)
		if (spell_same(word.name, name))
			return is_text(word.operand);
	return false;
}

/* Does the word stand behind "process", or "process =", in words of their own? */
static bool is_text_expected(char *const *words, size_t at)
{
	if (at && is_comparison(words[at - 1]))
		at--;
	return at && takes_text(words[at - 1]);
}

static bool is_quoted(const char *word)
{
	const char *end = *word == '\'' || *word == '"' ? strchr(word + 1, *word) : NULL;

	return end && !end[1];
}

/* Blanks beside commas are those of a list. */
static bool needs_quotes(const char *word)
{
	if (strpbrk(word, "'\""))
		return !is_quoted(word);
	return strpbrk(word, BLANKS) && !strchr(word, ',');
}

/* A word that the shell was told to keep together, as the value of a text, stays one. */
static bool add_word(struct buf *text, char *const *words, size_t at)
{
	const char *word = words[at], *quote = strchr(word, '\'') ? "\"" : "'";

	if (!word[strspn(word, BLANKS)]) {
		complain("filter", word, "an empty word: is a variable of the shell empty?");
		return false;
	}
	if (!needs_quotes(word) || !is_text_expected(words, at))
		quote = "";
	if (*quote && strchr(word, *quote)) {
		complain("filter", word, "both kinds of quotes in one text can't be searched for");
		return false;
	}
	buf_add_text(text, quote);
	buf_add_text(text, word);
	buf_add_text(text, quote);
	return true;
}

/* What the shell took apart is one text again; false after a complaint. */
static bool join_words(struct buf *text, char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		buf_add_text(text, i ? " " : "");
		if (!add_word(text, words, i))
			return false;
	}
	buf_add_char(text, '\0');
	if (text->error)
		complain_memory("the filter could not be read");
	return !text->error;
}

/* ---- the filter ------------------------------------------------------- */

struct filter *filter_of_text(const struct settings *settings, struct source *source,
			      const char *text, struct filter_error *error)
{
	struct asker asker = { .source = source };
	struct filter_names names = {
		.context = &asker, .service = find_service, .host = find_host,
	};

	/* What was recorded elsewhere has interfaces, cgroups and addresses of its own. */
	if (!settings->replay) {
		names.interface = find_interface;
		names.cgroup = find_cgroup;
		names.own = has_address;
	}
	return filter_parse(text, &names, error);
}

enum status ask(const struct settings *settings, struct source *source, struct filter **filter)
{
	struct filter_error error = { .length = 0 };
	struct buf text;

	*filter = NULL;
	if (buf_init(&text, -1) < 0) {
		complain("out of memory", NULL, "the filter could not be read");
		return STATUS_INCOMPLETE;
	}
	if (join_words(&text, settings->words)) {
		*filter = filter_of_text(settings, source, text.data, &error);
		if (!*filter)
			complain_refused(settings, source, text.data, &error);
	}
	buf_free(&text);
	return *filter ? STATUS_FOUND : STATUS_USAGE;
}
