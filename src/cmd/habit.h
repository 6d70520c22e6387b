/* SPDX-License-Identifier: MIT */
/*
 * What people write who know other tools, ss, netstat, lsof, fuser and htop,
 * and how it is said here.
 */
#ifndef CMD_HABIT_H
#define CMD_HABIT_H

#include <stdbool.h>
#include <stddef.h>

#include "collect/source.h"

enum { ADVICE_MAX = 256 };

/* May it be written into an advice as it is, to be pasted? */
bool habit_is_plain(const char *word);

/*
 * Write a sentence that says how `word`, a target that was refused, is said
 * here; false: nothing is known of it.  `command` is how the command line begins.
 */
bool habit_of_target(const char *word, const char *command, char advice[ADVICE_MAX]);

/* The same of a word of the list, which may be a state or another name for one of ours. */
bool habit_of_word(const char *word, char advice[ADVICE_MAX]);

/*
 * The same of the name of a process that runs, of a user or of an interface of this machine;
 * `source` NULL: one of a record, where none is looked for.
 */
bool habit_of_name(struct source *source, const char *word, char advice[ADVICE_MAX]);

/*
 * The same of a long option without its dashes, and what stands behind it
 * ("": nothing).
 */
bool habit_of_option(const char *name, const char *value, const char *command,
		     char advice[ADVICE_MAX]);

/* The same of "-iTCP:80" and "-sTCP:LISTEN", options of lsof; false: it is none. */
bool habit_of_lsof(const char *word, char *const *words, char advice[ADVICE_MAX]);

#endif
