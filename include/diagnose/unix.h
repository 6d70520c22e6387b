/* SPDX-License-Identifier: MIT */
/* Would bind() to a unix address work?  By facts that others have collected: no I/O. */
#ifndef DIAGNOSE_UNIX_H
#define DIAGNOSE_UNIX_H

#include "diagnose/diagnose.h"
#include "model/unix.h"

/* What was found at the address, and decides. */
enum unix_finding {
	UNIX_FREE,
	UNIX_SOCKET_UNIT,		/* systemd listens there, for a unit */
	UNIX_LISTENING,			/* somebody does */
	UNIX_BOUND,			/* somebody has it and does not listen */
	UNIX_ELSEWHERE,			/* the same, but only in another network namespace */
	UNIX_CONNECTION,		/* only connections have it: maybe what a server left */
	UNIX_STALE,			/* a socket's file that nobody is bound to */
	UNIX_REGULAR,			/* something else has the name */
	UNIX_DIRECTORY,
	UNIX_LINK,
	UNIX_DANGLING,
	UNIX_OTHER,
	UNIX_NO_DIRECTORY,		/* and where it should be there is nothing */
	UNIX_NOT_DIRECTORY,
	UNIX_NOT_SEARCHABLE,
	UNIX_NOT_WRITABLE,
	UNIX_READ_ONLY,
	UNIX_NO_SOCKETS,		/* the file system makes its files itself */
	UNIX_MAYBE_WRITABLE,		/* the user's groups decide */
	UNIX_TOO_LONG,
	UNIX_UNCLEAR,
	UNIX_FINDING_COUNT
};

extern const char *const unix_finding_names[UNIX_FINDING_COUNT];

struct unix_diagnosis {
	enum verdict verdict;
	enum unix_finding finding;
	int error;			/* errno, 0 none or unknown */
	/*
	 * A stale file that surely nobody is bound to, in no namespace: removing
	 * it hurts nobody.
	 */
	bool alone;
};

/* Every verdict but "unknown" is certain. */
struct unix_diagnosis unix_judge(const struct unix_request *request,
				 const struct unix_facts *facts);

/*
 * What was found, in a sentence, and what to do: a text, and a command that may
 * be empty.  False: nothing has to be done.
 */
void unix_explain(const struct unix_request *request, const struct unix_diagnosis *diagnosis,
		  struct buf *out);
bool unix_remedy(const struct unix_request *request, const struct unix_diagnosis *diagnosis,
		 const char *pids, struct buf *text, struct buf *command);

/* Append the address, escaped: "/run/app.sock", "@name". */
void unix_add_address(const struct unix_request *request, struct buf *out);

/* Does the socket with this index have the wanted address, and so stand in the way? */
bool unix_is_holder(const struct unix_request *request, const struct unix_facts *facts,
		    size_t index);

#endif
