/* SPDX-License-Identifier: MIT */
/* The listing: groups and order.  Looks at sockets; changes none. */
#include "model/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	PREFETCH = 8,
	/* More rows stay in the kernel's order: sorting them would cost as much as asking. */
	SORTED_MOST = 250000,
};

static enum listing_group group_of(const struct socket *sk)
{
	if (socket_is_listener(sk))
		return LISTING_LISTENERS;
	return sk->state == STATE_BOUND ? LISTING_BOUND : LISTING_CONNECTIONS;
}

/* The end of an address that tells neighbours apart, as a number that sorts. */
static uint32_t address_number(const struct address *address)
{
	struct address plain = address_unmapped(address);
	const uint8_t *bytes = plain.bytes + (plain.family == AF_INET ? 0 : 12);

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* Without ports nothing is inbound: those protocols come last. */
_Static_assert(PROTOCOL_RAW + PROTOCOL_COUNT <= 8, "connection_key() has three bits for it");

/*
 * Inbound connections stay with those of the same listener, outbound ones
 * with those to the same service; then by peer.
 */
static uint64_t connection_key(const struct snapshot *snap, const struct socket *sk)
{
	bool inbound = socket_role(snap, sk) == ROLE_INBOUND;
	uint64_t service = inbound ? sk->local.port : sk->peer.port;
	uint64_t other = inbound ? sk->peer.port : sk->local.port;
	uint64_t first = inbound ? sk->protocol : PROTOCOL_RAW + sk->protocol;

	return first << 61 | service << 45 |
	       (uint64_t)(address_number(&sk->peer.address) >> 3) << 16 | other;
}

static uint64_t bound_key(const struct socket *sk)
{
	return (uint64_t)sk->protocol << 48 | (uint64_t)sk->local.port << 32 |
	       address_number(&sk->local.address);
}

void listing_init(struct listing *listing, const struct snapshot *snap, uint32_t states)
{
	*listing = (struct listing){ .snap = snap, .states = states };
	for (size_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (sk->hidden)
			continue;
		if (!(states & STATE_BIT(sk->state))) {
			listing->hidden[sk->state]++;
			continue;
		}
		listing->sockets++;
		listing->count[group_of(sk)]++;
	}
	listing->count[LISTING_LISTENERS] = 0;
	for (size_t i = 0; i < snap->listener_count; i++)
		listing->count[LISTING_LISTENERS] += snap->listeners[i].count != 0;
}

bool listing_has(const struct listing *listing, enum listing_group group, const struct socket *sk)
{
	return listing_shows(listing, sk) && group_of(sk) == group;
}

static void place_sockets(struct listing *listing)
{
	const struct snapshot *snap = listing->snap;
	struct sort_record *connection = listing->group[LISTING_CONNECTIONS];
	struct sort_record *bound = listing->group[LISTING_BOUND];
	struct sort_record *listener = listing->group[LISTING_LISTENERS];

	for (uint32_t i = 0; i < snap->listener_count; i++)
		if (snap->listeners[i].count)
			*listener++ = (struct sort_record){ i, i };
	for (uint32_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (listing_has(listing, LISTING_CONNECTIONS, sk))
			*connection++ = (struct sort_record){ connection_key(snap, sk), i };
		else if (listing_has(listing, LISTING_BOUND, sk))
			*bound++ = (struct sort_record){ bound_key(sk), i };
	}
}

static bool has_order(const struct listing *listing)
{
	return listing->order && listing->order->count;
}

static int sort_group(struct listing *listing, enum listing_group group)
{
	bool listeners = group == LISTING_LISTENERS;

	if (has_order(listing))
		return order_rows(listing->order, listing->snap, listeners, listing->group[group],
				  listing->count[group]);
	/* Listeners are found in their order. */
	if (!listeners && listing->count[group] <= SORTED_MOST)
		sort_records(listing->group[group], listing->count[group]);
	return 0;
}

int listing_arrange(struct listing *listing)
{
	size_t total = 0;
	int err = 0;

	for (enum listing_group group = 0; group < LISTING_GROUPS; group++)
		total += listing->count[group];
	listing->records = malloc((total + 1) * sizeof(*listing->records));
	if (!listing->records)
		return -ENOMEM;
	listing->group[0] = listing->records;
	for (enum listing_group group = 1; group < LISTING_GROUPS; group++)
		listing->group[group] = listing->group[group - 1] + listing->count[group - 1];
	place_sockets(listing);
	for (enum listing_group group = 0; !err && group < LISTING_GROUPS; group++)
		err = sort_group(listing, group);
	return err;
}

int listing_line_up(struct listing *listing)
{
	const struct snapshot *snap = listing->snap;
	size_t count = 0;

	if (!has_order(listing))
		return 0;
	listing->records = malloc((listing->sockets + 1) * sizeof(*listing->records));
	if (!listing->records)
		return -ENOMEM;
	for (uint32_t i = 0; i < snap->count; i++)
		if (listing_shows(listing, &snap->sockets[i]))
			listing->records[count++].index = i;
	return order_rows(listing->order, snap, false, listing->records, count);
}

void listing_free(struct listing *listing)
{
	free(listing->records);
	*listing = (struct listing){ .records = NULL };
}

/* Sorted rows lie anywhere in memory: ask for the next ones early. */
static void prefetch(const struct socket *sk)
{
	__builtin_prefetch(sk);
	__builtin_prefetch(&sk->cookie);
	__builtin_prefetch(&sk->shutdown);
}

static void prefetch_owner(const struct snapshot *snap, const struct socket *sk)
{
	if (sk->owner)
		__builtin_prefetch(&snap->owners[sk->owner - 1]);
}

const struct socket *listing_next(const struct listing *listing, size_t *at)
{
	const struct snapshot *snap = listing->snap;

	if (listing->records) {
		const struct sort_record *record = listing->records + *at;

		if (*at + PREFETCH < listing->sockets) {
			prefetch(&snap->sockets[record[PREFETCH].index]);
			prefetch_owner(snap, &snap->sockets[record[PREFETCH / 2].index]);
		}
		return (*at)++ < listing->sockets ? &snap->sockets[record->index] : NULL;
	}
	while (*at < snap->count) {
		const struct socket *sk = &snap->sockets[(*at)++];

		if (listing_shows(listing, sk))
			return sk;
	}
	return NULL;
}

struct row listing_row(const struct listing *listing, enum listing_group group, size_t position)
{
	const struct snapshot *snap = listing->snap;
	const struct sort_record *record = &listing->group[group][position];

	if (group == LISTING_LISTENERS)
		return (struct row){ snap, listener_socket(snap, record->index),
				     &snap->listeners[record->index] };
	if (position + PREFETCH < listing->count[group]) {
		prefetch(&snap->sockets[record[PREFETCH].index]);
		prefetch_owner(snap, &snap->sockets[record[PREFETCH / 2].index]);
	}
	return (struct row){ snap, &snap->sockets[record->index], NULL };
}
