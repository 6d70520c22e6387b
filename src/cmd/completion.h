/* SPDX-License-Identifier: MIT */
/* Completion: the scripts for each shell, and what is put into them. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "option.h"

/* How a shell writes what is put into its script. */
struct shell {
	const char *name;
	/* Its script; "@values@" and the like stand for what the tables say. */
	const char *script;
	const char *between_patterns, *between_words, *between_options;
	const char *before_case, *after_case, *end_case;
	/* An option; a command or a word of the language. */
	void (*add_option)(struct buf *out, const struct option_text *option);
	void (*add_word)(struct buf *out, const char *word, const char *help);
};

/* Up to one without a name. */
extern const struct shell shells[];

extern const char completion_bash[], completion_zsh[], completion_fish[];

/* The shell at `index`; NULL behind the last one. */
const char *shell_name(size_t index);

#endif
