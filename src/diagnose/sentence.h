/* SPDX-License-Identifier: MIT */
/*
 * Sentences of the tables: "{holder} listens" with the names put in.  A word in
 * braces that has nothing to say in an account makes its sentence unfit.
 */
#ifndef DIAGNOSE_SENTENCE_H
#define DIAGNOSE_SENTENCE_H

#include "diagnose/explain.h"

enum quoting { QUOTING_TEXT, QUOTING_SHELL };

/*
 * What to do.  A command makes the bind() work, by itself; several in a row have
 * "; " between them.  One that only looks begins with LOOKS: it is printed
 * behind the text.
 */
struct remedy {
	const char *text;		/* NULL ends a list */
	const char *command;		/* NULL: none */
};

#define LOOKS "? "

/* `blocker` may be NULL; then there are no words about it. */
void sentence_add(const struct account *account, const struct blocker *blocker, const char *text,
		  enum quoting quoting, struct buf *out);

/*
 * Append a command as it has to be typed here: what is about a network
 * namespace is run in it.  Nothing is appended where that can't be said.
 */
void command_add(const struct account *account, const struct blocker *blocker, const char *text,
		 struct buf *out);

/* Is there something to say for each of its words? */
bool sentence_fits(const struct account *account, const struct blocker *blocker, const char *text,
		   enum quoting quoting);

/* remedy.c: does it fit?  And its words. */
bool remedy_fits(const struct account *account, const struct blocker *blocker,
		 const struct remedy *remedy);
void remedy_add(const struct account *account, const struct blocker *blocker,
		const struct remedy *remedy, struct buf *text, struct buf *command);

/* rule.c: lists of what both programs could do to share the port; NULL: nothing. */
enum { RULE_LISTS = 3 };
void rule_remedies(const struct account *account, const struct blocker *blocker,
		   const struct remedy *lists[RULE_LISTS]);

/* holder.c: lists of remedies for a sort of holder. */
const struct remedy *holder_remedies(const struct account *account,
				     const struct blocker *blocker);

/* holder.c: do they say what there is to say about SO_REUSEADDR? */
bool holder_knows_sharing(const struct account *account, const struct blocker *blocker);

/* cause.c: is the wanted port reserved already (net.ipv4.ip_local_reserved_ports)? */
bool account_is_reserved(const struct account *account);

/* cause.c: those for a verdict. */
const struct remedy *cause_remedies(const struct account *account);

static inline bool account_is_free(const struct account *account)
{
	return account->diagnosis->verdict == VERDICT_FREE;
}

static inline const struct socket *blocker_socket(const struct account *account,
						  const struct blocker *blocker)
{
	return &account->facts->snap->sockets[blocker->socket];
}

/* cause.c: do outgoing connections keep off the wanted port (ip_local_reserved_ports)? */
bool account_is_reserved(const struct account *account);

#endif
