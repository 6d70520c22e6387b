/* SPDX-License-Identifier: MIT */
/* How each shell writes lists, options and words. */
#include <string.h>

#include "completion.h"

/* Between single quotes; `escape` is what a quote in the text becomes. */
static void add_quoted(struct buf *out, const char *text, const char *escape)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_text(out, escape);
		else
			buf_add_char(out, *text);
	}
}

static void add_option_name(struct buf *out, const struct option_text *option, const char *between)
{
	if (option->letter) {
		buf_add_char(out, '-');
		buf_add_char(out, option->letter);
		buf_add_text(out, between);
	}
	buf_add_literal(out, "--");
	buf_add_text(out, option->name);
}

/* ---- bash: names only ------------------------------------------------ */

static void bash_option(struct buf *out, const struct option_text *option)
{
	add_option_name(out, option, " ");
}

static void bash_word(struct buf *out, const char *word, const char *help)
{
	(void)help;
	buf_add_text(out, word);
}

/* ---- zsh: 'name:help' ------------------------------------------------ */

static void zsh_word(struct buf *out, const char *word, const char *help)
{
	buf_add_literal(out, "\t\t'");
	buf_add_text(out, word);
	buf_add_char(out, ':');
	add_quoted(out, help, "'\\''");
	buf_add_char(out, '\'');
}

static void zsh_option(struct buf *out, const struct option_text *option)
{
	const char letter[] = { '-', option->letter, '\0' };
	const struct option_text only_long = { .name = option->name };

	if (option->letter) {
		zsh_word(out, letter, option->help);
		buf_add_char(out, '\n');
	}
	buf_add_literal(out, "\t\t'");
	add_option_name(out, &only_long, "");
	buf_add_char(out, ':');
	add_quoted(out, option->help, "'\\''");
	buf_add_char(out, '\'');
}

/* ---- fish: a command for each option, name and help as two words ------ */

static void fish_option(struct buf *out, const struct option_text *option)
{
	buf_add_literal(out, "complete -c conntab");
	if (option->letter) {
		buf_add_literal(out, " -s ");
		buf_add_char(out, option->letter);
	}
	buf_add_literal(out, " -l ");
	buf_add_text(out, option->name);
	if (option->argument && strcmp(option->argument, "FILE") == 0) {
		buf_add_literal(out, " -r -F");
	} else if (option->argument) {
		buf_add_literal(out, " -x -a '(__conntab_list --");
		buf_add_text(out, option->name);
		buf_add_literal(out, ")'");
	}
	buf_add_literal(out, " -d '");
	add_quoted(out, option->help, "\\'");
	buf_add_char(out, '\'');
}

static void fish_word(struct buf *out, const char *word, const char *help)
{
	buf_add_text(out, word);
	buf_add_literal(out, " '");
	add_quoted(out, help, "\\'");
	buf_add_char(out, '\'');
}

const struct shell shells[] = {
	{ "bash", completion_bash, "|", " ", " ", "\t", ")\n\t\t", " ;;\n",
	  bash_option, bash_word },
	{ "zsh", completion_zsh, "|", "\n", "\n", "\t(", ")\n\t\t", " ;;\n",
	  zsh_option, zsh_word },
	{ "fish", completion_fish, " ", " \\\n\t\t\t", "\n", "\t\tcase ", "\n\t\t\t", "\n",
	  fish_option, fish_word },
	{ .name = NULL },
};

const char *shell_name(size_t index)
{
	return shells[index].name;
}
