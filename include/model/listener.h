/* SPDX-License-Identifier: MIT */
/*
 * Listeners: the listening sockets of a snapshot grouped by address, and the
 * connections that came in through them.
 */
#ifndef MODEL_LISTENER_H
#define MODEL_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/socket.h"

struct snapshot;

/* One listening address; several sockets when they share it by SO_REUSEPORT. */
struct listener {
	uint32_t first;			/* index into snapshot.members of the first socket index */
	uint32_t count;			/* member sockets */
	uint32_t connections;		/* sockets that came in through it */
	uint32_t twin;			/* index + 1: same port and process, other IP version */
	bool independent;		/* members belong to unrelated processes */
};

enum role { ROLE_NONE, ROLE_LISTENER, ROLE_INBOUND, ROLE_OUTBOUND, ROLE_COUNT };
enum scope {
	SCOPE_NONE, SCOPE_ANY, SCOPE_ANY4, SCOPE_ANY6, SCOPE_LOOPBACK, SCOPE_ADDRESS,
	SCOPE_DEVICE, SCOPE_COUNT
};
enum port_class { PORT_NONE, PORT_WELL_KNOWN, PORT_REGISTERED, PORT_EPHEMERAL, PORT_CLASS_COUNT };

extern const char *const role_names[ROLE_COUNT];
extern const char *const scope_names[SCOPE_COUNT];
extern const char *const port_class_names[PORT_CLASS_COUNT];

/*
 * Fill snapshot.listeners and members, socket.listener of members and of
 * connections whose local end belongs to one, and socket.caller.  Needs no
 * owners.  May be called again when sockets have changed: it begins anew.  0
 * or -ENOMEM.
 */
int listeners_find(struct snapshot *snap);

/* With owners known: twins and independent members.  May be called again. */
void listeners_compare_owners(struct snapshot *snap);

enum role socket_role(const struct snapshot *snap, const struct socket *sk);

/* How far a listener reaches; SCOPE_NONE for other sockets. */
enum scope socket_scope(const struct socket *sk);

/* Of the local port, by this kernel's ephemeral range. */
enum port_class socket_port_class(const struct snapshot *snap, const struct socket *sk);

/*
 * The other end of a connection within this machine.  pairs_find() prepares,
 * again after sockets have changed; 0 or -ENOMEM.  pair_of() is NULL where the
 * peer is not in the snapshot.
 */
int pairs_find(struct snapshot *snap);
/* The sockets from `index` on are about to be asked for their pairs: fetch ahead. */
void pairs_expect(const struct snapshot *snap, size_t index);

const struct socket *pair_of(const struct snapshot *snap, const struct socket *sk);

#endif
