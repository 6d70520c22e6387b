/* SPDX-License-Identifier: MIT */
/* Options of the command line: read, listed, and what is said of bad ones. */
#ifndef CMD_OPTION_H
#define CMD_OPTION_H

#include "cmd.h"

/*
 * Read the options of `argv` into `settings`, and the place of the first word
 * that is no option into `*words`.  On bad input says so on stderr; then the
 * result is false.
 */
bool options_parse(struct settings *settings, int argc, char **argv, int *words);

/* An option as completion needs it. */
struct option_text {
	const char *name, *help;
	const char *argument;		/* NULL: takes none */
	char letter;			/* '\0': has none */
};

/* The option at `index`, in the order of --help; false behind the last one. */
bool option_text(size_t index, struct option_text *text);

/* Read the LIST of the option into `settings`; on bad input says so and is false. */
bool columns_parse(struct settings *settings, const char *list);
bool sort_parse(struct settings *settings, const char *list);
bool count_by_parse(struct settings *settings, const char *list);

/* The options as lines of --help: those of one command only, or (NULL) all others. */
void options_show(const char *command, struct buf *out);

/*
 * Say of an unknown option what may be meant; `next` stands behind it, or is
 * NULL.  Are there options of lsof, which hold what getopt() takes for many of
 * ours?  Then it says so.
 */
void option_unknown(const char *word, char *const *argv, const char *next);

/* Is it a word of a filter, with dashes?  Then it says so. */
bool option_is_word(const char *word, char *const *argv, const char *next);
bool option_lsof(char *const *argv);

/* What to say to who knows this option from another tool; NULL: nothing. */
const char *option_foreign(const char *word);

/* What the option says by which ss lists sockets of this protocol, "u_str"; NULL: there is none. */
const char *option_of_protocol(const char *word);

#endif
