/* SPDX-License-Identifier: MIT */
/*
 * Filters: an expression of the command line, parsed once and used twice.
 * The predicate filter_match() decides about every row.  The kernel gets a
 * program made from it (filter_narrow()) that lets through what the predicate
 * accepts and, where the kernel can't test a term, more.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/address.h"
#include "model/field.h"
#include "model/query.h"

struct filter;

/*
 * Where names come from: a filter reads no file and asks nobody itself.  A
 * member that is NULL knows nothing.
 */
struct filter_names {
	void *context;
	/* Ports with this service name, at most `most`; 0: unknown. */
	size_t (*service)(void *context, const char *name, uint16_t *ports, size_t most);
	/*
	 * Addresses of a host, at most `most`; 0: unknown, FILTER_HOST_LATE: the
	 * resolver did not answer in time.  Unless `ask`, only what a file says.
	 */
	size_t (*host)(void *context, const char *name, bool ask, struct address *addresses,
		       size_t most);
	/* Index of an interface; 0: there is none, UINT32_MAX: that can't be told. */
	uint32_t (*interface)(void *context, const char *name);
	/* Id of a cgroup by its path; 0: unknown. */
	uint64_t (*cgroup)(void *context, const char *path);
	/* Has this machine an address in the prefix?  True where that can't be told. */
	bool (*own)(void *context, const struct address *address, uint8_t bits);
};

enum { FILTER_TEXT_MAX = 64 * 1024, FILTER_ERROR_MAX = 256 };

#define FILTER_HOST_LATE SIZE_MAX

/* What is wrong with a text: one sentence, and the place of the bad word in it. */
struct filter_error {
	char text[FILTER_ERROR_MAX];
	size_t start, length;		/* bytes; length 0: the end of the text */
	bool target;			/* it was read as a target: no word of the language */
};

/*
 * Parse `text`.  NULL when it is no filter; then `error` says why (also when
 * memory is short).  A text of blanks is a filter that accepts every row.
 */
struct filter *filter_parse(const char *text, const struct filter_names *names,
			    struct filter_error *error);
void filter_free(struct filter *filter);

/* The text it was made of; lives as long as the filter. */
const char *filter_text(const struct filter *filter);

/* What must be collected so that it can decide: enum need. */
uint32_t filter_needs(const struct filter *filter);

/* Does it name a state or a target?  Then it alone decides which states are shown. */
bool filter_decides_states(const struct filter *filter);

/*
 * Does `row` belong to the answer?  `known` tells what has been collected
 * (enum need); terms that need more make the answer MATCH_MAYBE, where they
 * matter.  With all it needs the answer stays MATCH_MAYBE where it hangs on
 * what could not be looked at (model/unseen.h).
 */
enum match filter_match(const struct filter *filter, const struct row *row, uint32_t known);

/* What hides from it whether `row` matches: UNSEEN_BIT()s of all its terms. */
uint32_t filter_unseen(const struct filter *filter, const struct row *row);

/*
 * Put the filter, which is borrowed, into a query whose protocols, states and
 * needs are set: adds to its needs, and takes away protocols and states of
 * which no socket can match.
 */
void filter_narrow(const struct filter *filter, struct query *query);

/*
 * Append the expression as a tree, and what the kernel gets of it for this
 * query; NULL: nothing, the rows come from elsewhere.
 */
void filter_explain(const struct filter *filter, const struct query *query, struct buf *out);

/* A word that may begin a term, for manuals and completion. */
struct filter_word {
	const char *name;
	const char *same_as;		/* the word before it that means the same, or NULL */
	const char *operand;		/* what stands behind it: "PORT", "[yes|no]"; "": nothing */
	const char *help;
	/* All it may be, in turn, then NULL; no function: anything. */
	const char *(*choice)(size_t index);
};

/* The word at `index`, each name once; false behind the last one. */
bool filter_word(size_t index, struct filter_word *word);

/* Names of states and of groups of them: NULL behind the last one. */
const char *filter_state(size_t index);

/* What may stand between a word and its value, words ("eq") first, then signs; then NULL. */
const char *filter_comparison(size_t index);

#endif
