/* SPDX-License-Identifier: MIT */
/*
 * Who called whom.  A connection whose local end belongs to a listener came in
 * through it.  Of the others an end has called connect() where nothing else is
 * possible: the listener that took the connection may be gone.
 */
#include "direction.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/array.h"

enum { PORTS = 1 << 16, BITS = 64 };

/* How well a listener fits: any address, this address; and of either on the same device. */
enum { FITS_ANY = 2, FITS_EXACTLY = 4, FITS_DEVICE = 2 };

/* What is known of this machine. */
struct scene {
	struct snapshot *snap;
	const struct hash *by_end;	/* listeners, by listener_key() */
	struct address *here;		/* of this machine, where that was asked */
	size_t count, capacity;
	struct hash known;		/* of these */
	bool all_known;
	uint64_t listening[PROTOCOL_COUNT][PORTS / BITS];	/* ports, whatever the address */
};

uint32_t listener_key(const struct socket *sk, const struct address *address)
{
	uint64_t port = (uint64_t)sk->netns << 32 | (uint64_t)sk->protocol << 16 | sk->local.port;

	return hash_mix(address_word(address) * 0x9e3779b97f4a7c15ULL + port);
}

/*
 * How well a listener fits a connection's local end, as the kernel's
 * compute_score() (net/ipv4/inet_hashtables.c) prefers: device, then address.
 */
static int fit(const struct socket *listener, const struct socket *sk)
{
	struct endpoint local = { sk->local.address, listener->local.port };
	int device = listener->interface ? FITS_DEVICE : 0, version;
	struct address bound;

	if (listener->local.port != sk->local.port || listener->protocol != sk->protocol ||
	    listener->netns != sk->netns)
		return 0;
	if (listener->interface && listener->interface != sk->interface)
		return 0;
	if (endpoint_same(&listener->local, &local))
		return FITS_EXACTLY + device;
	bound = address_unmapped(&listener->local.address);
	version = socket_speaks(sk, 4) ? 4 : 6;
	if (!address_is_any(&bound) || !socket_speaks(listener, version) ||
	    (version == 6 && bound.family == AF_INET))
		return 0;
	return FITS_ANY + device + (listener->local.address.family == sk->local.address.family);
}

/* Of the listeners at `address`, which is unmapped, take the one that fits best and better. */
static int find_fitting(const struct snapshot *snap, const struct hash *by_end, struct socket *sk,
			const struct address *address, int best)
{
	uint32_t key = listener_key(sk, address), found;
	size_t at = hash_start(by_end, key);

	while ((found = hash_next(by_end, key, &at))) {
		int how = fit(listener_socket(snap, found - 1), sk);

		if (how <= best)
			continue;
		best = how;
		sk->listener = found;
	}
	return best;
}

/* ---- what is here ---------------------------------------------------- */

static uint32_t address_key(const struct address *address)
{
	return hash_mix(address_word(address) * 0x9e3779b97f4a7c15ULL);
}

static uint32_t here_key(const void *here, uint32_t index)
{
	return address_key((const struct address *)here + index);
}

/* `address` is unmapped. */
static bool is_known(const struct scene *scene, const struct address *address)
{
	uint32_t key = address_key(address), found;
	size_t at = hash_start(&scene->known, key);

	while ((found = hash_next(&scene->known, key, &at)))
		if (address_equal(&scene->here[found - 1], address))
			return true;
	return false;
}

static int know(struct scene *scene, const struct address *address)
{
	struct address *here;

	if (is_known(scene, address))
		return 0;
	here = array_reserve(scene->here, &scene->capacity, scene->count + 1, sizeof(*here));
	if (!here)
		return -ENOMEM;
	scene->here = here;
	here[scene->count] = *address;
	return hash_add(&scene->known, address_key(address), (uint32_t)scene->count++, here_key,
			here);
}

/* Addresses of this machine are those that sockets here have. */
static int know_all(struct scene *scene)
{
	const struct snapshot *snap = scene->snap;
	struct address last = { .family = AF_UNSPEC };
	int err = scene->known.slots ? 0 : hash_init(&scene->known, 0);

	for (size_t i = 0; !err && i < snap->count && !scene->all_known; i++) {
		struct address local = address_unmapped(&snap->sockets[i].local.address);

		if (address_equal(&local, &last))
			continue;
		last = local;
		err = know(scene, &local);
	}
	scene->all_known = true;
	return err;
}

/* Is the other end on this machine?  1, 0 or -ENOMEM. */
static int is_peer_here(struct scene *scene, const struct socket *sk)
{
	struct address local = address_unmapped(&sk->local.address);
	struct address peer = address_unmapped(&sk->peer.address);
	int err;

	if (address_is_loopback(&peer) || address_equal(&local, &peer))
		return true;
	err = know_all(scene);
	return err ? err : is_known(scene, &peer);
}

/* ---- who called ------------------------------------------------------ */

static bool is_listened_on(const struct scene *scene, const struct socket *sk)
{
	uint64_t ports = scene->listening[sk->protocol][sk->local.port / BITS];

	return ports >> sk->local.port % BITS & 1;
}

/* Would a listener here take what comes to `sk`? */
static bool is_taken(const struct scene *scene, struct socket *sk)
{
	/* 0.0.0.0 has the same bytes, and so the same hash. */
	static const struct address any = { .family = AF_INET6 };
	struct address local;
	int best;

	if (!is_listened_on(scene, sk))
		return false;
	local = address_unmapped(&sk->local.address);
	best = find_fitting(scene->snap, scene->by_end, sk, &local, 0);
	/*
	 * There may be thousands of listeners on one port, at an address each: only
	 * those are looked at that can fit, as in __inet_lookup_listener().
	 */
	if (best < FITS_EXACTLY || sk->interface)
		find_fitting(scene->snap, scene->by_end, sk, &any, best);
	return sk->listener;
}

/*
 * No listener takes what comes to this end.  So it called, or its listener is
 * gone or moved: then its port is one that servers have, for connect() is
 * never given a port that somebody listens on (__inet_hash_connect()).  Where
 * the other end is here, that tells: a listener takes what comes there.
 * 1, 0 or -ENOMEM.
 */
static int has_called(struct scene *scene, const struct socket *sk)
{
	const struct netns *netns = &scene->snap->netns[sk->netns];
	struct socket other;
	int here;

	if (sk->state == STATE_SYN_RECV || is_listened_on(scene, sk))
		return false;
	here = is_peer_here(scene, sk);
	if (here < 0)
		return here;
	if (!here)
		return !netns->ephemeral_last || netns_gives_port(netns, sk->local.port);
	other = *sk;
	other.local = sk->peer;
	other.peer = sk->local;
	return is_taken(scene, &other);
}

static int connection_find(struct scene *scene, struct socket *sk)
{
	int called = 1;

	/* Who asks for a connection was not accepted, whoever listens on his port. */
	if (sk->state != STATE_SYN_SENT && protocols[sk->protocol].has_ports) {
		if (is_taken(scene, sk)) {
			scene->snap->listeners[sk->listener - 1].connections++;
			return 0;
		}
		called = has_called(scene, sk);
	}
	sk->caller = called > 0;
	return called < 0 ? called : 0;
}

static void listening_add(struct scene *scene, const struct socket *sk)
{
	scene->listening[sk->protocol][sk->local.port / BITS] |= 1ULL << sk->local.port % BITS;
}

int connections_find(struct snapshot *snap, const struct hash *by_end)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	int err = 0;

	if (!scene)
		return -ENOMEM;
	scene->snap = snap;
	scene->by_end = by_end;
	for (uint32_t i = 0; i < snap->listener_count; i++)
		listening_add(scene, listener_socket(snap, i));
	for (size_t i = 0; !err && i < snap->count; i++) {
		struct socket *sk = &snap->sockets[i];

		sk->caller = false;
		if (STATE_BIT(sk->state) & STATES_CONNECTED)
			err = connection_find(scene, sk);
	}
	hash_free(&scene->known);
	free(scene->here);
	free(scene);
	return err;
}
