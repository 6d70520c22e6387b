/* SPDX-License-Identifier: MIT */
/*
 * conntab completion: scripts for the completion of shells, made from the
 * tables of commands, options and words of the filter language.
 */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "completion.h"
#include "model/field.h"

enum { SUBJECTS_MAX = 256, NAME_BYTES = 40, LINE_COLUMNS = 80 };

/* ---- what may stand behind a word ------------------------------------ */

static const char *color_word(size_t index)
{
	static const char *const words[] = { "auto", "always", "never" };

	return index < COLOR_COUNT ? words[index] : NULL;
}

static const char *format_word(size_t index)
{
	return index < VIEW_COUNT ? views[index].name : NULL;
}

/* Groups of fields have no value to show or to sort by. */
static const char *field_word(size_t index)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (!field_is_group(&fields[i]) && !index--)
			return fields[i].name;
	return NULL;
}

static const char *column_word(size_t index)
{
	return index < COLUMN_SETS ? column_sets[index].name : field_word(index - COLUMN_SETS);
}

#define SERVICES "sed -n 's/^\\([A-Za-z0-9][A-Za-z0-9_.+-]*\\)[[:blank:]].*/\\1/p' /etc/services"

/*
 * By the name of an option, or the name that manuals give to what is expected.
 * Commands print names a line each, and are the same in every shell.
 */
static const struct value_source {
	const char *operand;
	const char *command;
	const char *(*word)(size_t index);
} sources[] = {
	{ "PORT", SERVICES, NULL },
	{ "TARGET...", SERVICES, NULL },
	{ "PROCESS", "find /proc -mindepth 2 -maxdepth 2 -name comm -exec cat '{}' +", NULL },
	{ "PID", "find /proc -maxdepth 1 -name '[0-9]*' -printf '%f\\n'", NULL },
	{ "USER", "cut -d: -f1 /etc/passwd", NULL },
	{ "INTERFACE", "ls /sys/class/net", NULL },
	{ "DEV", "ls /sys/class/net", NULL },
	{ "NETNS", "ls /run/netns", NULL },
	{ "NS", "ls /run/netns", NULL },
	{ "UNIT", "find /sys/fs/cgroup -type d -name '*.service' -printf '%f\\n'", NULL },
	{ "CGROUP", "find /sys/fs/cgroup -type d -printf '/%P\\n'", NULL },
	{ "WHEN", NULL, color_word },
	{ "SHELL", NULL, shell_name },
	{ "FORMAT", NULL, format_word },
	{ "--columns", NULL, column_word },
	{ "--sort", NULL, field_word },
	{ "--count-by", NULL, field_word },
	{ "FILE", "", NULL },
};

/* In front of what it may stand: "sport", "--netns", "-N", "completion". */
struct subject {
	char name[NAME_BYTES];
	const char *command;		/* "": any file; NULL: see `word` */
	const char *(*word)(size_t index);	/* NULL too: nothing that could be listed */
};

struct script {
	const struct shell *shell;
	struct buf *out;
	size_t line;			/* where the line began */
	struct subject subjects[SUBJECTS_MAX];
	size_t count;
};

static void add_subject(struct script *script, const char *prefix, const char *name,
			const char *operand, const char *(*choice)(size_t index))
{
	struct subject *subject = &script->subjects[script->count];

	if (script->count == SUBJECTS_MAX ||
	    strlen(prefix) + strlen(name) >= sizeof(subject->name))
		return;
	*subject = (struct subject){ .word = choice };
	stpcpy(stpcpy(subject->name, prefix), name);
	for (size_t i = 0; !choice && i < ARRAY_SIZE(sources); i++) {
		if (strcmp(sources[i].operand, operand) != 0 &&
		    strcmp(sources[i].operand, subject->name) != 0)
			continue;
		subject->command = sources[i].command;
		subject->word = sources[i].word;
	}
	script->count++;
}

static bool takes_filter(const struct command *command)
{
	return command->words && strstr(command->words, "FILTER");
}

static void add_option_subjects(struct script *script, const struct option_text *option)
{
	char letter[] = { option->letter, '\0' };

	if (!option->argument)
		return;
	add_subject(script, "--", option->name, option->argument, NULL);
	if (option->letter)
		add_subject(script, "-", letter, option->argument, NULL);
}

/* What comes first behind a command: a filter is completed word by word. */
static void add_command_subject(struct script *script, const struct command *command)
{
	if (command->words && strncmp(command->words, "FILE", 4) == 0)
		add_subject(script, "", command->name, "FILE", NULL);
	else if (command->words && !takes_filter(command))
		add_subject(script, "", command->name, command->words, NULL);
}

/* What stands behind a filter is its own business; a flag needs nothing. */
static void collect_subjects(struct script *script)
{
	const struct command *command;
	struct option_text option;
	struct filter_word word;

	for (size_t i = 0; option_text(i, &option); i++)
		add_option_subjects(script, &option);
	for (size_t i = 0; (command = command_at(i)); i++)
		add_command_subject(script, command);
	for (size_t i = 0; filter_word(i, &word); i++)
		if (*word.operand && *word.operand != '[')
			add_subject(script, "", word.name, word.operand, word.choice);
}

/* ---- lists ----------------------------------------------------------- */

/* What separates two items; a long line is continued on the next. */
static void add_between(struct script *script, const char *between)
{
	buf_add_text(script->out, between);
	if (strchr(between, '\n') || script->out->length - script->line < LINE_COLUMNS)
		return;
	buf_add_literal(script->out, "\\\n\t\t");
	script->line = script->out->length;
}

static void add_item(struct script *script, const char **between, const char *name)
{
	if (*between)
		add_between(script, *between);
	*between = script->shell->between_patterns;
	buf_add_text(script->out, name);
}

static bool is_file(const struct subject *subject)
{
	return subject->command && !*subject->command;
}

static bool is_same(const struct subject *a, const struct subject *b)
{
	return a->word == b->word && !a->command == !b->command &&
	       (!a->command || strcmp(a->command, b->command) == 0);
}

/* Does one in front of it mean the same? */
static bool is_done(const struct script *script, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_same(&script->subjects[i], &script->subjects[at]))
			return true;
	return false;
}

static void add_values(struct script *script, const struct subject *subject)
{
	if (subject->command) {
		buf_add_text(script->out, subject->command);
		return;
	}
	/* Known, but nothing can be listed. */
	buf_add_text(script->out, subject->word ? "printf '%s\\n'" : "true");
	for (size_t i = 0; subject->word && subject->word(i); i++) {
		add_between(script, " ");
		buf_add_text(script->out, subject->word(i));
	}
}

/* One case for all words with the same values. */
static void add_cases(struct script *script)
{
	const struct shell *shell = script->shell;
	const char *end = "";

	for (size_t at = 0; at < script->count; at++) {
		const struct subject *subject = &script->subjects[at];
		const char *between = NULL;

		if (is_file(subject) || is_done(script, at))
			continue;
		buf_add_text(script->out, end);
		script->line = script->out->length;
		buf_add_text(script->out, shell->before_case);
		for (size_t i = at; i < script->count; i++)
			if (is_same(subject, &script->subjects[i]))
				add_item(script, &between, script->subjects[i].name);
		buf_add_text(script->out, shell->after_case);
		script->line = script->out->length;
		add_values(script, subject);
		end = shell->end_case;
	}
	buf_add_text(script->out, end);
}

/* ---- what the scripts name ------------------------------------------- */

static void add_files(struct script *script)
{
	const char *between = NULL;

	for (size_t i = 0; i < script->count; i++)
		if (is_file(&script->subjects[i]))
			add_item(script, &between, script->subjects[i].name);
	if (!between)
		buf_add_char(script->out, '/');	/* no word at all */
}

static void add_valued(struct script *script)
{
	const char *between = NULL;

	for (size_t i = 0; i < script->count; i++)
		if (script->subjects[i].name[0] == '-')
			add_item(script, &between, script->subjects[i].name);
}

/* Commands behind which no filter stands. */
static void add_others(struct script *script)
{
	const struct command *command;
	const char *between = NULL;

	for (size_t i = 0; (command = command_at(i)); i++)
		if (!takes_filter(command))
			add_item(script, &between, command->name);
}

static void add_options(struct script *script)
{
	struct option_text option;

	for (size_t i = 0; option_text(i, &option); i++) {
		if (i)
			add_between(script, script->shell->between_options);
		script->shell->add_option(script->out, &option);
	}
}

static void add_word(struct script *script, const char *word, const char *help, bool first)
{
	if (!first)
		add_between(script, script->shell->between_words);
	script->shell->add_word(script->out, word, help);
}

static void add_commands(struct script *script)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)); i++)
		add_word(script, command->name, command->help, !i);
}

static void add_terms(struct script *script)
{
	struct filter_word word;

	add_word(script, "not", "the opposite", true);
	add_word(script, "and", "both", false);
	add_word(script, "or", "one or both", false);
	for (size_t i = 0; filter_word(i, &word); i++)
		add_word(script, word.name, word.help, false);
}

static void add_operators(struct script *script)
{
	const char *between = "", *name;

	/* Signs are a pattern in each of the scripts. */
	for (size_t i = 0; (name = filter_comparison(i)); i++) {
		if (!isalpha((unsigned char)*name))
			continue;
		buf_add_text(script->out, between);
		buf_add_text(script->out, name);
		between = "|";
	}
}

static const struct part {
	const char *name;
	void (*add)(struct script *script);
} parts[] = {
	{ "values", add_cases },     { "files", add_files },	     { "valued", add_valued },
	{ "others", add_others },  { "options", add_options },     { "words", add_terms },
	{ "commands", add_commands }, { "operators", add_operators },
};

/* "@values@" at `text`: its part, and where it ends. */
static const struct part *find_part(const char *text, size_t *length)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t name = strlen(parts[i].name);

		*length = name + 2;
		if (strncmp(text + 1, parts[i].name, name) == 0 && text[name + 1] == '@')
			return &parts[i];
	}
	return NULL;
}

static void write_script(struct script *script)
{
	const char *text = script->shell->script, *at;
	size_t length;

	collect_subjects(script);
	while ((at = strchr(text, '@'))) {
		const struct part *part = find_part(at, &length);

		if (!part)
			length = 1;
		buf_add(script->out, text, (size_t)(at - text) + (part ? 0 : 1));
		script->line = script->out->length;
		if (part)
			part->add(script);
		text = at + length;
	}
	buf_add_text(script->out, text);
}

/* ---- the command ----------------------------------------------------- */

static const struct shell *find_shell(const char *name)
{
	for (size_t i = 0; name && shells[i].name; i++)
		if (strcmp(shells[i].name, name) == 0)
			return &shells[i];
	return NULL;
}

static enum status run_completion(const struct settings *settings)
{
	const char *name = settings->words[0];
	struct buf out;
	struct script script = { .shell = find_shell(name), .out = &out };

	if (!script.shell) {
		complain("conntab completion", name, "expected bash, zsh or fish");
		return STATUS_USAGE;
	}
	/* Columns of a line are counted, so nothing is written before all is there. */
	if (buf_init(&out, -1) < 0)
		return finish(&out, STATUS_INCOMPLETE);
	write_script(&script);
	out.fd = STDOUT_FILENO;
	return finish(&out, STATUS_FOUND);
}

const struct command completion_command = {
	.name = "completion",
	.help = "a script for the completion of bash, zsh or fish",
	.words = "SHELL",
	.most = 1,
	.run = run_completion,
};
