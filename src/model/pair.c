/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a connection within one machine: each socket is found by
 * its four-tuple turned around.  IPv4 and v4-mapped ends match each other.
 */
#include <sys/socket.h>

#include "model/listener.h"
#include "model/snapshot.h"

/* Sockets whose other end is asked for ahead: memory answers slower than we ask. */
enum { AHEAD = 16 };

static uint64_t endpoint_key(const struct endpoint *ep)
{
	struct address plain = address_unmapped(&ep->address);

	return address_word(&plain) * 0x9e3779b97f4a7c15ULL + ep->port;
}

static uint32_t tuple_hash(const struct socket *sk, const struct endpoint *local,
			   const struct endpoint *peer)
{
	return hash_mix(endpoint_key(local) * 3 + endpoint_key(peer) + sk->protocol);
}

static uint32_t local_hash(const void *sockets, uint32_t index)
{
	const struct socket *sk = (const struct socket *)sockets + index;

	return tuple_hash(sk, &sk->local, &sk->peer);
}

int pairs_find(struct snapshot *snap)
{
	int err;

	hash_free(&snap->pairs);
	err = hash_init(&snap->pairs, snap->count);
	for (uint32_t i = 0; !err && i < snap->count; i++)
		if (snap->sockets[i].have & HAVE_PEER)
			err = hash_add(&snap->pairs, local_hash(snap->sockets, i), i, local_hash,
				       snap->sockets);
	return err;
}

static const struct socket *connection_at(const struct snapshot *snap, size_t index)
{
	if (index >= snap->count || !(snap->sockets[index].have & HAVE_PEER))
		return NULL;
	return &snap->sockets[index];
}

/* First the slot, and when it has come, the socket that it names. */
void pairs_expect(const struct snapshot *snap, size_t index)
{
	const struct socket *far, *near;
	uint32_t slot;

	if (!snap->pairs.slots)
		return;
	far = connection_at(snap, index + AHEAD);
	near = connection_at(snap, index + AHEAD / 2);
	if (far)
		hash_prefetch(&snap->pairs, tuple_hash(far, &far->peer, &far->local));
	if (!near)
		return;
	slot = snap->pairs.slots[hash_start(&snap->pairs,
					    tuple_hash(near, &near->peer, &near->local))];
	if (slot)
		__builtin_prefetch(&snap->sockets[(slot & HASH_INDEX_MAX) - 1]);
}

const struct socket *pair_of(const struct snapshot *snap, const struct socket *sk)
{
	const struct hash *pairs = &snap->pairs;
	uint32_t key, found;
	size_t at;

	if (!pairs->slots || !(sk->have & HAVE_PEER))
		return NULL;
	key = tuple_hash(sk, &sk->peer, &sk->local);
	at = hash_start(pairs, key);
	while ((found = hash_next(pairs, key, &at))) {
		const struct socket *other = &snap->sockets[found - 1];

		if (other != sk && other->protocol == sk->protocol && other->netns == sk->netns &&
		    endpoint_same(&other->local, &sk->peer) &&
		    endpoint_same(&other->peer, &sk->local))
			return other;
	}
	return NULL;
}
