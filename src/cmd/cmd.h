/* SPDX-License-Identifier: MIT */
/* What the files of this floor show to each other. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "collect/source.h"
#include "filter/filter.h"
#include "view/view.h"

/* Exit codes (man page, EXIT STATUS). */
enum status {
	STATUS_FOUND, STATUS_NOTHING, STATUS_USAGE, STATUS_INCOMPLETE,
	STATUS_SAME = STATUS_FOUND, STATUS_DIFFERENT = STATUS_NOTHING,
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER, COLOR_COUNT };

/* What the command line asked for. */
struct settings {
	uint32_t protocols;		/* PROTOCOL_BIT()s; 0: all */
	uint32_t versions;		/* IP_VERSION_*; 0: all */
	uint32_t extras;		/* enum extra */
	enum view_id view;
	enum color color;
	bool all, listening, no_header, quiet, explain, summary, help, version;
	const char *netns;
	const char *replay;		/* a file in the place of the kernel */
	bool only_filter;		/* no word is a command: they stand behind "--" */
	const char *maybe_command;	/* a first word that is none, but may be a slip; or NULL */
	char **words;			/* behind the command; as many as it takes, then NULL */
	bool columns_chosen;
	struct columns columns;
	struct order order;		/* empty: the usual one */
};

enum { ANY_WORDS = -1 };

struct command {
	const char *name;
	const char *help;
	const char *words;		/* what may follow, for --help; NULL: nothing */
	int most;			/* how many words; ANY_WORDS: no limit */
	enum status (*run)(const struct settings *settings);
};

extern const struct command list_command;
extern const struct command record_command;
extern const struct command diff_command;
extern const struct command fields_command;
extern const struct command schema_command;
extern const struct command completion_command;

/* The command at `index`, in the order of --help; NULL behind the last one. */
const struct command *command_at(size_t index);

/*
 * Open what the options name: a recorded file, a namespace, or our own.  When
 * that fails, says why, and returns the status to exit with.
 */
enum status open_input(const struct settings *settings, struct source **source);

/* The same of a recorded file, which the word behind `what` names. */
enum status open_record(const char *what, const char *path, struct source **source);

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

/* Read the LIST of --columns or --sort into `settings`; on bad input says so and is false. */
bool columns_parse(struct settings *settings, const char *list);
bool sort_parse(struct settings *settings, const char *list);

/* What the options ask of a view. */
struct view_options view_options_of(const struct settings *settings);

/* A filter that names states, or a target, says itself which are shown. */
uint32_t states_to_show(const struct settings *settings, const struct filter *filter);

/* Columns of the terminal that is standard output; 0: it is none. */
size_t terminal_width(void);

/* The options as lines of --help. */
void options_show(struct buf *out);

/*
 * "conntab: WHAT 'WORD': EXPECTED" on stderr; `word` may be NULL.  Bytes of
 * `word` that do not print are escaped, and the end of a long one is left out.
 */
void complain(const char *what, const char *word, const char *expected);

/*
 * Make a filter, which the caller frees, of the words of the command line.
 * What is wrong with it is said on stderr.
 */
enum status ask(const struct settings *settings, struct source *source, struct filter **filter);

/*
 * The notes of a snapshot on stderr, unless the view shows them itself or
 * --quiet wants none; those that only inform are left out unless `all`.
 */
void say_notes(const struct settings *settings, const struct snapshot *snap, bool all);

/* What the options select, all where they select nothing; the rest is 0. */
struct query selected_query(const struct settings *settings);

/* Write `out` to stdout; says what went wrong and returns STATUS_INCOMPLETE, or `status`. */
enum status finish(struct buf *out, enum status status);

#endif
