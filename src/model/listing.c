/* SPDX-License-Identifier: MIT */
/* The listing: groups and order.  Looks at sockets; changes none. */
#include "model/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { PREFETCH = 8 };

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

/*
 * Inbound connections stay with those of the same listener, outbound ones
 * with those to the same service; then by peer.
 */
static uint64_t connection_key(const struct snapshot *snap, const struct socket *sk)
{
	bool inbound = socket_role(snap, sk) == ROLE_INBOUND;
	uint64_t service = inbound ? sk->local.port : sk->peer.port;
	uint64_t other = inbound ? sk->peer.port : sk->local.port;

	return (uint64_t)!inbound << 63 | (uint64_t)sk->protocol << 61 | service << 45 |
	       (uint64_t)(address_number(&sk->peer.address) >> 3) << 16 | other;
}

static uint64_t bound_key(const struct socket *sk)
{
	return (uint64_t)sk->protocol << 48 | (uint64_t)sk->local.port << 32 |
	       address_number(&sk->local.address);
}

static void count_sockets(struct listing *listing)
{
	const struct snapshot *snap = listing->snap;
	size_t count[LISTING_GROUPS] = { [LISTING_LISTENERS] = snap->listener_count };

	for (size_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];
		enum listing_group group = group_of(sk);

		if (!(listing->states & STATE_BIT(sk->state))) {
			listing->hidden[sk->state]++;
			continue;
		}
		listing->sockets++;
		count[group] += group != LISTING_LISTENERS;
	}
	for (enum listing_group group = 0; group < LISTING_GROUPS; group++)
		listing->first[group + 1] = listing->first[group] + count[group];
}

static void place_sockets(struct listing *listing)
{
	const struct snapshot *snap = listing->snap;
	struct sort_record *connection = listing->records + listing->first[LISTING_CONNECTIONS];
	struct sort_record *bound = listing->records + listing->first[LISTING_BOUND];

	for (uint32_t i = 0; i < snap->listener_count; i++)
		listing->records[i] = (struct sort_record){ i, i };
	for (uint32_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];
		enum listing_group group = group_of(sk);

		if (!(listing->states & STATE_BIT(sk->state)) || group == LISTING_LISTENERS)
			continue;
		if (group == LISTING_BOUND)
			*bound++ = (struct sort_record){ bound_key(sk), i };
		else
			*connection++ = (struct sort_record){ connection_key(snap, sk), i };
	}
}

int listing_init(struct listing *listing, const struct snapshot *snap, uint32_t states)
{
	*listing = (struct listing){ .snap = snap, .states = states };
	count_sockets(listing);
	listing->records = calloc(listing->first[LISTING_GROUPS] + 1, sizeof(*listing->records));
	if (!listing->records)
		return -ENOMEM;
	place_sockets(listing);
	for (enum listing_group group = LISTING_CONNECTIONS; group < LISTING_GROUPS; group++)
		sort_records(listing->records + listing->first[group],
			     listing->first[group + 1] - listing->first[group]);
	return 0;
}

void listing_free(struct listing *listing)
{
	free(listing->records);
	*listing = (struct listing){ .records = NULL };
}

/* Sorted rows lie anywhere in memory: ask for the next ones early. */
static void prefetch(const struct listing *listing, size_t record)
{
	const struct socket *sk;

	if (record >= listing->first[LISTING_GROUPS])
		return;
	sk = &listing->snap->sockets[listing->records[record].index];
	__builtin_prefetch(sk);
	__builtin_prefetch(&sk->cookie);
	__builtin_prefetch(&sk->shutdown);
}

struct row listing_row(const struct listing *listing, enum listing_group group, size_t position)
{
	const struct snapshot *snap = listing->snap;
	uint32_t index = listing->records[listing->first[group] + position].index;
	const struct listener *listener = &snap->listeners[index];

	prefetch(listing, listing->first[group] + position + PREFETCH);
	if (group != LISTING_LISTENERS)
		return (struct row){ snap, &snap->sockets[index], NULL };
	return (struct row){ snap, &snap->sockets[snap->members[listener->first]], listener };
}
