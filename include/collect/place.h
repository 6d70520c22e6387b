/* SPDX-License-Identifier: MIT */
/* Facts about where a socket is wanted: addresses, routes and devices of its namespace. */
#ifndef COLLECT_PLACE_H
#define COLLECT_PLACE_H

#include <stddef.h>

#include "collect/source.h"
#include "model/bind.h"

/*
 * What the namespace has to do with the wanted address (and device, and scope).
 * `*device` becomes the one that has it, by which packets to it come in where
 * this machine sends them; of a wildcard loopback; 0: it is not known.
 */
enum address_use facts_address(struct source *source, const struct bind_request *request,
			       uint32_t *device);

/* Has the namespace an address in this prefix, on any device?  MAYBE: it could not be asked. */
enum truth facts_has_address(struct source *source, const struct address *address, uint8_t bits);

/*
 * Addresses of the namespace that a socket may be bound to without naming a
 * device, at most `most`.  Returns how many.
 */
size_t facts_own_addresses(struct source *source, struct address *addresses, size_t most);

/*
 * The address that connect() to `request` would have, by the route there; a
 * wildcard is the host itself.  0 or -errno, as connect() would fail, too.
 */
int facts_source_address(struct source *source, const struct bind_request *request,
			 struct address *address);

/* No more ports than so many are held by sockets of the protocol; SIZE_MAX: it is not known. */
size_t facts_ports_held_most(const struct source *source, enum protocol protocol);

/*
 * Add what is known of a device to a list that has room for it, if it is not there
 * yet: its VRF, or that it is gone.  Returns how many there are; not more where it
 * can't be asked, and for 0, which is none.
 */
size_t facts_add_device(struct source *source, uint32_t index, struct device *devices,
			size_t count);

/*
 * The device that a new socket of ours is bound to before anybody does so:
 * a program of the cgroup may, as `ip vrf exec` makes it.  0: none.
 */
uint32_t facts_usual_device(struct source *source);

#endif
