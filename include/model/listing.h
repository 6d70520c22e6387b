/* SPDX-License-Identifier: MIT */
/*
 * A listing: which sockets of a snapshot are shown, in which groups and in
 * which order, and how many are not shown.
 */
#ifndef MODEL_LISTING_H
#define MODEL_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sort.h"
#include "model/field.h"
#include "model/order.h"

enum listing_group { LISTING_LISTENERS, LISTING_CONNECTIONS, LISTING_BOUND, LISTING_GROUPS };

struct listing {
	const struct snapshot *snap;
	uint32_t states;		/* shown */
	const struct order *order;	/* NULL or empty: the usual; set after listing_init() */
	struct sort_record *records;	/* NULL until arranged */
	struct sort_record *group[LISTING_GROUPS];	/* of listeners, else of sockets */
	size_t count[LISTING_GROUPS];
	size_t sockets;			/* shown, members of listeners counted each */
	size_t hidden[STATE_COUNT];	/* not shown, by state */
};

/* Count what of `snap`, whose listeners have been found, is shown. */
void listing_init(struct listing *listing, const struct snapshot *snap, uint32_t states);

/* Is `sk`, a socket of the snapshot, shown? */
static inline bool listing_shows(const struct listing *listing, const struct socket *sk)
{
	return !sk->hidden && (listing->states & STATE_BIT(sk->state));
}

/*
 * Put the rows of each group in order; without `order`, listeners by protocol
 * and port, connections inbound first, and more than 250,000 as the kernel
 * gave them.  0 or -ENOMEM.
 */
int listing_arrange(struct listing *listing);

/*
 * The other way: one sequence of all sockets that are shown, groups and
 * listeners not told apart, in `order` or as the kernel gave them.  0 or
 * -ENOMEM.  listing_next() yields them, from `*at` 0 on, and NULL at the end.
 */
int listing_line_up(struct listing *listing);
const struct socket *listing_next(const struct listing *listing, size_t *at);

void listing_free(struct listing *listing);

/* Is it among the rows of `group` (not of listeners)? */
bool listing_has(const struct listing *listing, enum listing_group group, const struct socket *sk);

/* The row at a position of a group, arranged. */
struct row listing_row(const struct listing *listing, enum listing_group group, size_t position);

#endif
