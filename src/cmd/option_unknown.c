/* SPDX-License-Identifier: MIT */
/* What is said of an option that there is not. */
#include <stdio.h>
#include <string.h>

#include "base/spell.h"
#include "habit.h"
#include "option.h"

/* The option that begins like the word, or is spelled most like it; NULL: none. */
static const char *option_nearest(const char *word)
{
	struct spell spell = { .word = word, .length = strcspn(word, "=") };
	struct option_text option;

	for (size_t i = 0; option_text(i, &option); i++) {
		if (strncmp(option.name, word, spell.length) == 0)
			return option.name;
		spell_try(&spell, option.name);
	}
	return spell.best;
}

/* "conntab", or "conntab why" where a word says so. */
static const char *command_begin(char *const *argv)
{
	for (size_t i = 1; argv[i]; i++)
		if (strcmp(argv[i], "why") == 0)
			return "conntab why";
	return "conntab";
}

/* "--port 80", "--user=www-data": a word of a filter, and its value. */
static bool is_habit(const char *word, char *const *argv, const char *next,
		     char advice[ADVICE_MAX])
{
	const char *value = strchr(word, '=');
	char name[ADVICE_MAX];

	if (strncmp(word, "--", 2) != 0)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	value = value ? value + 1 : next ? next : "";
	return habit_of_option(name, value, command_begin(argv), advice);
}

bool option_is_word(const char *word, char *const *argv, const char *next)
{
	char advice[ADVICE_MAX];

	if (!is_habit(word, argv, next, advice))
		return false;
	complain("unknown option", word, advice);
	return true;
}

void option_unknown(const char *word, char *const *argv, const char *next)
{
	const char *foreign = *word == '-' ? option_foreign(word) : NULL;
	const char *nearest = word[0] == '-' && word[1] == '-' ? option_nearest(word + 2) : NULL;
	char advice[ADVICE_MAX];

	if (foreign)
		snprintf(advice, sizeof(advice), "%s", foreign);
	else if (is_habit(word, argv, next, advice))
		;
	else if (nearest)
		snprintf(advice, sizeof(advice), "did you mean --%s?", nearest);
	else
		snprintf(advice, sizeof(advice), "conntab --help lists the options");
	complain("unknown option", word, advice);
}

bool option_lsof(char *const *argv)
{
	char advice[ADVICE_MAX];

	for (size_t i = 1; argv[i] && strcmp(argv[i], "--") != 0; i++) {
		if (!habit_of_lsof(argv[i], argv + 1, advice))
			continue;
		complain("unknown option", argv[i], advice);
		return true;
	}
	return false;
}
