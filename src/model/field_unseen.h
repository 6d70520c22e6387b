/* SPDX-License-Identifier: MIT */
/* What hides the values of fields: for the field table. */
#ifndef MODEL_FIELD_UNSEEN_H
#define MODEL_FIELD_UNSEEN_H

#include "model/field.h"
#include "model/unseen.h"

#define UNSEEN(name) uint32_t unseen_##name(const struct row *row)

UNSEEN(owner);		/* who holds the socket, and what these processes are */
UNSEEN(pid);		/* their numbers in this pid namespace, or why there are none */
UNSEEN(far_owner);	/* who holds the other end */
UNSEEN(twin);		/* the listener that the same process has for the other IP version */
UNSEEN(cgroup);
UNSEEN(unit);
UNSEEN(container);
UNSEEN(mark);
UNSEEN(detail);		/* what any socket has that only sock_diag tells */
UNSEEN(scope);
UNSEEN(ipv6_detail);	/* the same of IPv6 */
UNSEEN(queue_detail);	/* of listeners */
UNSEEN(tcp_detail);	/* of TCP */

#endif
