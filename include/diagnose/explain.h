/* SPDX-License-Identifier: MIT */
/*
 * A diagnosis in words: sentences with the addresses in them, and remedies that
 * can be pasted.  Names from outside are escaped; in commands they are quoted.
 */
#ifndef DIAGNOSE_EXPLAIN_H
#define DIAGNOSE_EXPLAIN_H

#include <stddef.h>

#include "base/buf.h"
#include "diagnose/connect.h"
#include "diagnose/diagnose.h"

/* All that the sentences are about. */
struct account {
	const struct bind_request *request;
	const struct bind_facts *facts;
	const struct diagnosis *diagnosis;
	const char *socket_unit;	/* of systemd, for the wanted port; NULL: none known */
	bool is_root, forbids_probe;	/* the asker */
	uint32_t asker;			/* and the asker's uid */
	uint32_t caller;		/* pid of who made the call that failed; 0: none was */
	bool happened;			/* the call was made, and failed */
	bool connecting;		/* it was connect() */
	/* It is about another namespace than ours, which commands enter by its name or a pid. */
	bool entered;
	const char *netns_name;		/* NULL: it has none */
	uint32_t netns_pid;		/* of a process in it; 0: not known */
	bool no_port;			/* it is about a unix address */
	bool redirected;		/* netfilter sends what comes for the port elsewhere */
	enum verdict with_reuseaddr;	/* what would become of the same with SO_REUSEADDR */
	/* Blockers that a sentence is about, all of one sort; 0: about one alone. */
	const struct blocker *const *group;
	size_t group_count;
};

/* Names of rules, as in JSON. */
extern const char *const rule_names[RULE_COUNT];

/* The wanted socket: "tcp 127.0.0.1:8080", "udp *:53" (IPv4 and IPv6). */
void explain_wanted(const struct account *account, struct buf *out);

/* The verdict, and why, where no socket is the reason: one sentence or two. */
void explain_verdict(const struct account *account, struct buf *out);

/* Why a blocker is in the way: the rule, with both addresses. */
void explain_blocker(const struct account *account, const struct blocker *blocker,
		     struct buf *out);

/* The two parts of that: how the addresses meet, and why they can't share. */
void explain_rule(const struct account *account, const struct blocker *blocker, struct buf *out);
void explain_sharing(const struct account *account, const struct blocker *blocker,
		     struct buf *out);

/* What sort of holder it is, where that is worth a sentence; else nothing is appended. */
void explain_holder(const struct account *account, const struct blocker *blocker,
		    struct buf *out);

/* Takes one remedy: what to do, and the command that does it, which may be empty. */
typedef void remedy_function(void *context, struct buf *text, struct buf *command);

/*
 * Hand all that helps to `take`, the best first.  Each alone makes the bind()
 * work: where several sockets are in the way, it removes all of them.  What has
 * a command does so by that; the command is of one line.  `take` leaves both
 * empty.  0 or -ENOMEM.
 */
int explain_remedies(const struct account *account, remedy_function *take, void *context);

/* What else the asker should know, a sentence for each `index`; false behind the last one. */
bool explain_remark(const struct account *account, size_t index, struct buf *out);

/*
 * Of UDP: which of the sockets of the port gets what comes there, if the wanted
 * one shares it with them.  A part of a sentence; nothing where it is alone.
 */
void explain_delivery(const struct account *account, struct buf *out);

/*
 * The other question: what connect() to the wanted address meets, in a
 * sentence, and the remedy at `index`.
 */
void connect_explain(const struct account *account, const struct connect_diagnosis *diagnosis,
		     struct buf *out);
bool connect_remedy(const struct account *account, const struct connect_diagnosis *diagnosis,
		    size_t index, struct buf *text, struct buf *command);

#endif
