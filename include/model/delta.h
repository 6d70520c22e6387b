/* SPDX-License-Identifier: MIT */
/*
 * What differs between two snapshots: who listens or is connected in one of
 * them and not in the other.
 *
 * Listeners (and sockets that are only bound) are the same when protocol,
 * namespace, address, port, interface and IPV6_V6ONLY are, and some program
 * holds both, as far as all their holders are known; how many sockets share
 * the address does not matter.  Connections are the same when their four-tuple
 * is, in whatever state.  Interfaces and namespaces go by their names, for
 * another boot numbers them anew.
 */
#ifndef MODEL_DELTA_H
#define MODEL_DELTA_H

#include "model/snapshot.h"

/*
 * Compare the sockets of two snapshots that are not hidden.  Those of one only
 * get their `change`; the others are hidden, and listeners count only members
 * that are shown.  Then `now` takes all that `then` holds, which is empty
 * after that: the earlier sockets are its last ones, and its listeners are in
 * order again.  0 or -ENOMEM; then both are spoilt.
 */
int delta_make(struct snapshot *now, struct snapshot *then);

/* For lists of sockets: hide all but those with this change. */
void delta_show_only(struct snapshot *snap, enum change change);

/* What was asked for when `sk` was collected: enum need. */
static inline uint32_t delta_asked(const struct snapshot *snap, const struct socket *sk)
{
	bool joined = (size_t)(sk - snap->sockets) >= snap->count - snap->joined;

	return joined ? snap->joined_asked : snap->asked;
}

#endif
