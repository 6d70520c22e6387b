/* SPDX-License-Identifier: MIT */
/* Private to listeners: which connections came in through them. */
#ifndef MODEL_DIRECTION_H
#define MODEL_DIRECTION_H

#include "model/snapshot.h"

/* Hash of a listener's port and address, IPv4 and v4-mapped alike; `address` is unmapped. */
uint32_t listener_key(const struct socket *sk, const struct address *address);

/*
 * Set socket.listener and socket.caller of all connections, and count those of
 * each listener.  `by_end` has the listeners, by listener_key().  0 or -ENOMEM.
 */
int connections_find(struct snapshot *snap, const struct hash *by_end);

#endif
