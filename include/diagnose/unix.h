/* SPDX-License-Identifier: MIT */
/* Would bind() to a unix address work?  By facts that others have collected: no I/O. */
#ifndef DIAGNOSE_UNIX_H
#define DIAGNOSE_UNIX_H

#include "diagnose/explain.h"
#include "model/unix.h"

/* What was found at the address, and decides. */
enum unix_finding {
	UNIX_FREE,
	UNIX_SOCKET_UNIT,		/* systemd listens there, for a unit */
	UNIX_LISTENING,			/* somebody does */
	UNIX_DATAGRAM,			/* a socket of datagrams has it: such never listen */
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

/* What was found, in a sentence. */
void unix_explain(const struct unix_request *request, const struct unix_diagnosis *diagnosis,
		  struct buf *out);

/* What else is worth knowing; nothing is appended where there is nothing. */
void unix_remark(const struct unix_request *request, const struct unix_facts *facts,
		 const struct unix_diagnosis *diagnosis, struct buf *out);

/* What to do, as of explain_remedies(). */
int unix_remedies(const struct unix_request *request, const struct unix_facts *facts,
		  const struct unix_diagnosis *diagnosis, bool is_root, remedy_function *take,
		  void *context);

/* Append the address, escaped: "/run/app.sock", "@name". */
void unix_add_address(const struct unix_request *request, struct buf *out);

/* Does the socket with this index have the wanted address, and so stand in the way? */
bool unix_is_holder(const struct unix_request *request, const struct unix_facts *facts,
		    size_t index);

#endif
