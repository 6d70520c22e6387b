/* SPDX-License-Identifier: MIT */
/*
 * Listeners: which sockets listen together, which connections came in through
 * them, and how far they reach.  Works on a filled snapshot; reads nothing.
 */
#include "model/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/array.h"
#include "direction.h"
#include "model/query.h"
#include "model/snapshot.h"

enum { WELL_KNOWN_END = 1024 };

const char *const role_names[ROLE_COUNT] = {
	[ROLE_NONE] = NULL,
	[ROLE_LISTENER] = "listener",
	[ROLE_INBOUND] = "inbound",
	[ROLE_OUTBOUND] = "outbound",
};

const char *const scope_names[SCOPE_COUNT] = {
	[SCOPE_NONE] = NULL,
	[SCOPE_ANY] = "any",
	[SCOPE_ANY4] = "any4",
	[SCOPE_ANY6] = "any6",
	[SCOPE_LOOPBACK] = "loopback",
	[SCOPE_ADDRESS] = "address",
	[SCOPE_DEVICE] = "device",
};

const char *const port_class_names[PORT_CLASS_COUNT] = {
	[PORT_NONE] = NULL,
	[PORT_WELL_KNOWN] = "well-known",
	[PORT_REGISTERED] = "registered",
	[PORT_EPHEMERAL] = "ephemeral",
};

/* ---- grouping -------------------------------------------------------- */

static bool same_address(const struct socket *a, const struct socket *b)
{
	return a->local.port == b->local.port && a->protocol == b->protocol &&
	       a->netns == b->netns && a->interface == b->interface && a->v6only == b->v6only &&
	       address_equal(&a->local.address, &b->local.address);
}

static uint32_t listener_hash(const void *items, uint32_t index)
{
	const struct socket *sk = listener_socket(items, index);
	struct address address = address_unmapped(&sk->local.address);

	return listener_key(sk, &address);
}

static int compare_members(const void *a, const void *b, void *context)
{
	const struct socket *sockets = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	const struct socket *sk = &sockets[left], *other = &sockets[right];
	int order = sk->netns - other->netns;

	if (!order)
		order = sk->protocol - other->protocol;
	if (!order)
		order = sk->local.port - other->local.port;
	if (!order)
		order = address_compare(&sk->local.address, &other->local.address);
	if (!order)
		order = (sk->interface > other->interface) - (sk->interface < other->interface);
	if (!order)
		order = sk->v6only - other->v6only;
	return order ? order : (left > right) - (left < right);
}

/* Indices of all listening sockets, those of one address side by side. */
static int find_members(struct snapshot *snap, size_t *count)
{
	size_t capacity = 0;

	*count = 0;
	for (size_t i = 0; i < snap->count; i++) {
		uint32_t *members;

		if (!socket_is_listener(&snap->sockets[i]))
			continue;
		members = array_reserve(snap->members, &capacity, *count + 1, sizeof(*members));
		if (!members)
			return -ENOMEM;
		snap->members = members;
		members[(*count)++] = (uint32_t)i;
	}
	snap->listeners = calloc(*count + 1, sizeof(*snap->listeners));
	if (!snap->listeners)
		return -ENOMEM;
	if (*count)
		qsort_r(snap->members, *count, sizeof(*snap->members), compare_members,
			snap->sockets);
	return 0;
}

static int group_members(struct snapshot *snap, size_t count, struct hash *by_end)
{
	for (size_t i = 0; i < count; i++) {
		struct socket *sk = &snap->sockets[snap->members[i]];
		struct listener *last = &snap->listeners[snap->listener_count];
		uint32_t index = (uint32_t)snap->listener_count;

		if (index && same_address(listener_socket(snap, index - 1), sk)) {
			last[-1].count++;
		} else {
			*last = (struct listener){ .first = (uint32_t)i, .count = 1 };
			snap->listener_count++;
			if (hash_add(by_end, listener_hash(snap, index), index, listener_hash,
				     snap) < 0)
				return -ENOMEM;
		}
		sk->listener = (uint32_t)snap->listener_count;
	}
	return 0;
}

static void forget_listeners(struct snapshot *snap)
{
	if (!snap->listeners)
		return;
	for (size_t i = 0; i < snap->count; i++)
		snap->sockets[i].listener = 0;
	free(snap->members);
	free(snap->listeners);
	snap->members = NULL;
	snap->listeners = NULL;
	snap->listener_count = 0;
}

int listeners_find(struct snapshot *snap)
{
	struct hash by_end;
	size_t count;
	int err;

	forget_listeners(snap);
	err = find_members(snap, &count);
	if (err < 0)
		return err;
	err = hash_init(&by_end, count);
	if (err < 0)
		return err;
	err = group_members(snap, count, &by_end);
	if (!err)
		err = connections_find(snap, &by_end);
	hash_free(&by_end);
	return err;
}

/* ---- what a socket is ------------------------------------------------ */

enum role socket_role(const struct snapshot *snap, const struct socket *sk)
{
	if (socket_is_listener(sk))
		return ROLE_LISTENER;
	if (!(STATE_BIT(sk->state) & STATES_CONNECTED) || !(snap->asked & NEED_LISTENER))
		return ROLE_NONE;
	if (sk->listener)
		return ROLE_INBOUND;
	return sk->caller ? ROLE_OUTBOUND : ROLE_NONE;
}

enum scope socket_scope(const struct socket *sk)
{
	struct address bound = address_unmapped(&sk->local.address);

	if (!socket_is_listener(sk))
		return SCOPE_NONE;
	if (address_is_loopback(&bound))
		return SCOPE_LOOPBACK;
	if (!address_is_any(&bound))
		return SCOPE_ADDRESS;
	if (sk->interface)
		return SCOPE_DEVICE;
	if (bound.family == AF_INET)
		return SCOPE_ANY4;
	if (!(sk->have & HAVE_V6ONLY) && protocols[sk->protocol].has_ports)
		return SCOPE_NONE;	/* the fallback does not tell */
	return socket_speaks(sk, 4) ? SCOPE_ANY : SCOPE_ANY6;
}

enum port_class socket_port_class(const struct snapshot *snap, const struct socket *sk)
{
	const struct netns *netns = &snap->netns[sk->netns];

	if (!protocols[sk->protocol].has_ports)
		return PORT_NONE;
	if (netns_gives_port(netns, sk->local.port))
		return PORT_EPHEMERAL;
	if (sk->local.port < WELL_KNOWN_END)
		return PORT_WELL_KNOWN;
	return netns->ephemeral_last ? PORT_REGISTERED : PORT_NONE;
}
