/* SPDX-License-Identifier: MIT */
/* How the answers of `conntab why` look. */
#ifndef CMD_WHY_SHOW_H
#define CMD_WHY_SHOW_H

#include "why.h"

/* why.c: the exit status that tells a verdict. */
enum status why_status(enum verdict verdict);

/* why_holder.c: append `text` in lines, from column `at` on; it is empty then. */
void why_add_paragraph(struct buf *out, struct buf *text, size_t at);

/* why_holder.c: append who holds a socket; `text` is empty before and after. */
void why_add_processes(struct buf *out, const struct snapshot *snap, const struct socket *sk,
		       struct buf *text);

/* why_blockers.c: append who is in the way, equal sockets as one; `text` as above. */
void why_add_blockers(struct buf *out, const struct inquiry *inquiry, struct buf *text);

/* why_show.c, why_json.c: append one answer. */
void why_show(const struct inquiries *all, const struct inquiry *inquiry, struct buf *out);
void why_show_json(const struct inquiries *all, const struct inquiry *inquiry, struct buf *out);

/* why_verbose.c: the bind() that was tried, if one was; all that was done, for --verbose. */
void why_add_probe(const struct inquiry *inquiry, struct buf *out);
void why_say_verbose(const struct inquiries *all);

/* A numbered list of what to do, each once. */
struct remedies {
	struct buf *out;
	struct buf text, command;	/* of the next one */
	struct buf seen;
	size_t count;
};

/* why_remedies.c: -ENOMEM; add what `text` and `command` hold, which are empty then. */
int remedies_init(struct remedies *remedies, struct buf *out);
void remedies_add(struct remedies *remedies);
void remedies_done(struct remedies *remedies);

/* The same of one that is handed over; `context` is the list. */
void remedies_take(void *context, struct buf *text, struct buf *command);

/* why_show.c: append listeners on the port in other network namespaces, and what that means. */
void why_add_elsewhere(struct buf *out, const struct inquiries *all,
		       const struct inquiry *inquiry, const char *meaning, struct buf *text);

/* why_json.c: a member whose value is `text`, null if empty; a remedy. Both are empty then. */
void why_json_text(struct buf *out, const char *key, struct buf *text);
void why_json_remedy(struct buf *out, struct buf *text, struct buf *command);

/* Takes remedies into an array: `context` is a struct remedy_list. */
struct remedy_list {
	struct buf *out;
	size_t count;
};

void why_json_take_remedy(void *context, struct buf *text, struct buf *command);

/* why_json.c: parts of an answer: what is wanted, a socket with its options, notes. */
void why_json_wanted(struct buf *out, const struct inquiry *inquiry);
void why_json_socket(struct buf *out, const struct inquiry *inquiry, uint32_t socket);
void why_json_notes(struct buf *out, const struct inquiry *inquiry, struct buf *text);
void why_json_elsewhere(struct buf *out, const struct inquiries *all,
			const struct inquiry *inquiry);

/* why_connect.c: what becomes of connect(), how it fails at once, and the exit status. */
struct connect_outcome {
	const char *verdict;
	const char *error;		/* NULL: it does not, or it is not known how */
	enum status status;
};

struct connect_outcome why_connect_outcome(const struct inquiry *inquiry);

/* why_client.c: is no local port left for a connection to the peer? */
enum truth why_lacks_client_port(struct inquiries *all, const struct inquiry *inquiry);

/* why_connect_show.c: append one answer to --connect. */
void why_show_connect(const struct inquiries *all, const struct inquiry *inquiry,
		      struct buf *out);
void why_show_connect_json(const struct inquiries *all, const struct inquiry *inquiry,
			   struct buf *out);

#endif
