/* SPDX-License-Identifier: MIT */
/*
 * Would bind() work?  The kernel's own rules, applied to facts that others have
 * collected (model/bind.h): no I/O, no clock.  Where a fact is missing the
 * answer has three values, and says so.
 */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include <stddef.h>

#include "base/buf.h"
#include "model/bind.h"

enum verdict {
	VERDICT_FREE,			/* it would work */
	VERDICT_BLOCKED,		/* EADDRINUSE */
	VERDICT_DENIED,			/* EACCES, EPERM */
	VERDICT_UNAVAILABLE,		/* EADDRNOTAVAIL, ENODEV */
	VERDICT_INVALID,		/* EINVAL: no such bind() can work */
	VERDICT_UNKNOWN,
	VERDICT_COUNT
};

enum stage { STAGE_NONE, STAGE_BIND, STAGE_LISTEN, STAGE_COUNT };

extern const char *const verdict_names[VERDICT_COUNT];
extern const char *const stage_names[STAGE_COUNT];	/* NULL for none */

/* How the two addresses meet, and so why one is in the way of the other. */
enum rule {
	RULE_SAME_ADDRESS,
	RULE_WILDCARD_COVERS_ADDRESS,	/* the holder's wildcard */
	RULE_ADDRESS_UNDER_WILDCARD,	/* the wanted wildcard */
	RULE_DUAL_STACK_COVERS_IPV4,	/* the holder is [::] and takes IPv4 too */
	RULE_IPV4_UNDER_DUAL_STACK,	/* the wanted socket is */
	RULE_IPV6_CONNECTION_BLOCKS_IPV4,	/* left by a dual-stack socket: only 0.0.0.0 */
	RULE_COUNT
};

/* Why the two can't share what both cover. */
enum sharing {
	SHARING_LISTENER,		/* SO_REUSEADDR never shares with a listener */
	SHARING_NEITHER,		/* neither has set an option */
	SHARING_UNKNOWN,		/* the wanted one has not; the holder may have */
	SHARING_HOLDER,			/* the holder has not set SO_REUSEADDR */
	SHARING_WANTED,			/* the wanted one has not */
	SHARING_PORT_HOLDER,		/* SO_REUSEPORT: the holder has not set it */
	SHARING_PORT_WANTED,		/* the wanted one has not */
	SHARING_PORT_USER,		/* both have, but they belong to different users */
	SHARING_COUNT
};

struct blocker {
	uint32_t socket;		/* index into the snapshot */
	enum rule rule;
	enum sharing sharing;
	enum truth blocks;		/* MAYBE: an option of it, or the order of UDP's table */
};

struct diagnosis {
	enum verdict verdict;
	enum stage stage;
	int error;			/* errno, 0 none or unknown */
	bool certain;
	/*
	 * The options of some sockets would settle it; a probe would too.  A
	 * conflict is also open where the kernel may skip its test, since it
	 * remembers the last SO_REUSEPORT socket of the port: only a probe
	 * tells then.
	 */
	bool open;
	bool rights_unknown;		/* it may be EACCES, which a probe of ours does not tell */
	/* Listeners first, then as in the snapshot; none where no port is left for port 0. */
	struct blocker *blockers;
	size_t count;
};

/*
 * Judge; the checks come in the kernel's own order, so that the first that
 * fails gives the errno.  Fills `diagnosis`, whose blockers the caller frees
 * by diagnosis_done().  Blockers are found in any case, also those that
 * another error hides.  0 or -ENOMEM.
 */
int bind_judge(const struct bind_request *request, const struct bind_facts *facts,
	       struct diagnosis *diagnosis);

/*
 * Does an option of this socket in the snapshot still matter, not being known?
 * So its descriptor is worth looking at, as long as the diagnosis is open.
 */
bool bind_needs_options(const struct bind_request *request, const struct bind_facts *facts,
			uint32_t socket);

/*
 * A real bind() of such a socket gave this errno (0: it worked): make it the
 * verdict.  For a diagnosis that is open: what else would have failed before
 * the kernel looked for conflicts is no matter of a probe.
 */
void diagnosis_settle(struct diagnosis *diagnosis, const struct bind_request *request,
		      int error);

/*
 * Judge listen() of a socket whose bind() was tried and worked.  What the holders
 * of the port have set now decides, and no memory of the kernel's; where that is
 * not known it is free, but not certain.  0 or -ENOMEM.
 */
int listen_judge(const struct bind_request *request, const struct bind_facts *facts,
		 struct diagnosis *diagnosis);

void diagnosis_done(struct diagnosis *diagnosis);

#endif
