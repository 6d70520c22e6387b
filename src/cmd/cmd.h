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
#include "model/count.h"
#include "view/view.h"

/* Exit codes (man page, EXIT STATUS). */
enum status {
	STATUS_FOUND, STATUS_NOTHING, STATUS_USAGE, STATUS_INCOMPLETE,
	STATUS_SAME = STATUS_FOUND, STATUS_DIFFERENT = STATUS_NOTHING,
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER, COLOR_COUNT };

/* What the wanted socket of `conntab why` is like, and how to find out. */
enum why {
	WHY_REUSEADDR = 1 << 0,
	WHY_REUSEPORT = 1 << 1,
	WHY_V6ONLY = 1 << 2,
	WHY_DUAL_STACK = 1 << 3,
	WHY_LISTEN = 1 << 4,
	WHY_NO_PROBE = 1 << 5,
	WHY_VERBOSE = 1 << 6,
};

/* An option that is for one command only. */
struct only {
	const char *option, *command;	/* NULL: none was given */
};

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
	uint32_t why;			/* enum why */
	const char *device, *user, *connect;
	struct only only;		/* the last of its kind */
	bool only_filter;		/* no word is a command: they stand behind "--" */
	char **behind_dashes;		/* the words that do, then NULL; NULL: there was no "--" */
	const char *maybe_command;	/* a first word that is none, but may be a slip; or NULL */
	char **words;			/* behind the command; as many as it takes, then NULL */
	bool columns_chosen;
	struct columns columns;
	struct order order;		/* empty: the usual one */
	struct count_keys count_by;	/* empty: a list */
};

enum { ANY_WORDS = -1 };

struct command {
	const char *name;
	const char *help;
	const char *words;		/* what may follow, for --help; NULL: nothing */
	int most;			/* how many words; ANY_WORDS: no limit */
	enum status (*run)(const struct settings *settings);
	const char *usage;		/* its own --help, up to its options; NULL: it has none */
};

extern const struct command list_command;
extern const struct command record_command;
extern const struct command diff_command;
extern const struct command why_command;
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

/* What the options ask of a view. */
struct view_options view_options_of(const struct settings *settings);

/* A filter that names states, or a target, says itself which are shown. */
uint32_t states_to_show(const struct settings *settings, const struct filter *filter);

/* Columns of the terminal that is standard output; 0: it is none. */
size_t terminal_width(void);

/*
 * "conntab: WHAT 'WORD': EXPECTED" on stderr; `word` may be NULL.  Bytes of
 * `word` that do not print are escaped, and the end of a long one is left out.
 */
void complain(const char *what, const char *word, const char *expected);

/* The same of memory that lacks: `lost` says what can't be done; the program ends with 3. */
void complain_memory(const char *lost);

/*
 * Make a filter, which the caller frees, of the words of the command line.
 * What is wrong with it is said on stderr.
 */
enum status ask(const struct settings *settings, struct source *source, struct filter **filter);

/*
 * The notes of a snapshot on stderr, unless --quiet wants none or the view of a
 * sure answer shows them; those that only inform are left out unless `all`.
 */
void say_notes(const struct settings *settings, const struct snapshot *snap, bool all);

/* What the options select, all where they select nothing; the rest is 0. */
struct query selected_query(const struct settings *settings);

/* Write `out` to stdout; says what went wrong and returns STATUS_INCOMPLETE, or `status`. */
enum status finish(struct buf *out, enum status status);

#endif
