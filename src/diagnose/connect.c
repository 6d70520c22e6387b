/* SPDX-License-Identifier: MIT */
/*
 * Who would take a connection?  The listener that fits best, as in
 * compute_score() (net/ipv4/inet_hashtables.c); or those that nearly do.
 */
#include "diagnose/connect.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/array.h"
#include "conflict.h"
#include "device.h"

const char *const connect_names[CONNECT_COUNT] = {
	[CONNECT_GROUP] = "group",
	[CONNECT_NO_PORT] = "no-port",
	[CONNECT_NOT_HERE] = "not-here",
	[CONNECT_NOT_FROM_HERE] = "not-from-here",
	[CONNECT_QUEUE_FULL] = "queue-full",
	[CONNECT_LISTENS] = "listens",
	[CONNECT_OTHER_DEVICE] = "other-device",
	[CONNECT_IPV6_ONLY] = "ipv6-only",
	[CONNECT_IPV4_ONLY] = "ipv4-only",
	[CONNECT_LOOPBACK_ONLY] = "loopback-only",
	[CONNECT_OTHER_ADDRESS] = "other-address",
	[CONNECT_BOUND_NOT_LISTENING] = "bound-not-listening",
	[CONNECT_OTHER_PROTOCOL] = "other-protocol",
	[CONNECT_NOBODY] = "nobody",
};

/* One socket on the port, and what was asked for. */
struct answer {
	const struct connect_request *request;
	const struct socket *sk;
	struct address asked;		/* never mapped, never a wildcard */
	struct address local;		/* never mapped */
	enum truth takes;		/* does its address take packets to the one asked for? */
	bool on_device;			/* does it take what comes in by that device? */
};

static enum truth takes_ipv4(const struct socket *sk, const struct bind_facts *facts)
{
	size_t index = (size_t)(sk - facts->snap->sockets);

	if (sk->have & HAVE_V6ONLY)
		return truth_of(!sk->v6only);
	return facts->options ? truth_not(facts->options[index].v6only) : TRUTH_MAYBE;
}

static enum truth takes(const struct answer *a, const struct bind_facts *facts)
{
	if (address_equal(&a->local, &a->asked))
		return TRUTH_YES;
	if (!address_is_any(&a->local))
		return TRUTH_NO;
	if (a->local.family == a->asked.family)
		return TRUTH_YES;
	return a->local.family == AF_INET6 ? takes_ipv4(a->sk, facts) : TRUTH_NO;
}

static bool answer_init(struct answer *a, const struct connect_request *request,
			const struct bind_facts *facts, size_t place)
{
	const struct socket *sk = &facts->snap->sockets[bind_facts_socket(facts, place)];

	if (sk->netns != facts->netns || sk->local.port != request->peer.port ||
	    !protocols[sk->protocol].has_ports)
		return false;
	*a = (struct answer){ .request = request, .sk = sk, 
			       .asked = address_reached(&request->peer.address) };
	a->local = address_unmapped(&sk->local.address);
	a->takes = takes(a, facts);
	a->on_device = device_takes(facts, sk->protocol, sk->interface, request->interface);
	return true;
}

/* ---- who takes it ---------------------------------------------------- */

/* The very address, then the device, then the family; 0: it does not take it. */
static int fit(const struct answer *a)
{
	if (a->sk->protocol != a->request->protocol || !socket_is_listener(a->sk) ||
	    a->takes == TRUTH_NO || !a->on_device)
		return 0;
	return 1 + 4 * address_equal(&a->local, &a->asked) + 2 * (a->sk->interface != 0) +
	       (a->sk->local.address.family == a->asked.family);
}

/* sk_acceptq_is_full() */
static bool is_full(const struct socket *sk)
{
	const uint32_t both = HAVE_ACCEPT_QUEUE | HAVE_BACKLOG;

	return sk->state == STATE_LISTEN && (sk->have & both) == both &&
	       sk->accept_queue > sk->backlog;
}

static int best_fit(const struct connect_request *request, const struct bind_facts *facts)
{
	struct answer a;
	int best = 0;

	for (size_t i = 0; i < bind_facts_count(facts); i++) {
		int how = answer_init(&a, request, facts, i) ? fit(&a) : 0;

		if (how > best)
			best = how;
	}
	return best;
}

/* ---- who nearly does ------------------------------------------------- */

static bool are_both_loopback(const struct answer *a)
{
	return address_is_loopback(&a->local) && address_is_loopback(&a->asked);
}

static bool is_family_only(const struct answer *a, int family)
{
	return a->local.family == family && a->asked.family != family &&
	       (address_is_any(&a->local) || are_both_loopback(a));
}

static bool is_on_other_device(const struct answer *a)
{
	return a->takes != TRUTH_NO && !a->on_device;
}

static bool is_ipv6_only(const struct answer *a)
{
	return is_family_only(a, AF_INET6);
}

static bool is_ipv4_only(const struct answer *a)
{
	return is_family_only(a, AF_INET);
}

static bool is_loopback_only(const struct answer *a)
{
	return address_is_loopback(&a->local) && !address_is_loopback(&a->asked);
}

static bool is_elsewhere(const struct answer *a)
{
	return a->takes == TRUTH_NO;
}

/* Of a listener that does not take it: why? */
static const struct {
	enum connect_finding finding;
	bool (*applies)(const struct answer *a);
} misses[] = {
	{ CONNECT_OTHER_DEVICE, is_on_other_device },
	{ CONNECT_IPV6_ONLY, is_ipv6_only },
	{ CONNECT_IPV4_ONLY, is_ipv4_only },
	{ CONNECT_LOOPBACK_ONLY, is_loopback_only },
	{ CONNECT_OTHER_ADDRESS, is_elsewhere },
};

static enum connect_finding miss_of(const struct answer *a)
{
	for (size_t i = 0; i < sizeof(misses) / sizeof(*misses); i++)
		if (misses[i].applies(a))
			return misses[i].finding;
	return CONNECT_NOBODY;
}

/* It holds the address, but waits for nobody, or only for the peer it has. */
static bool is_bound(const struct socket *sk)
{
	return sk->protocol == PROTOCOL_TCP ? sk->state == STATE_BOUND : sk->state == STATE_ESTAB;
}

/* What this socket alone would make of it; `best` is the fit of those that take it. */
static enum connect_finding finding_of(const struct answer *a, int best)
{
	if (best)
		return fit(a) != best ? CONNECT_NOBODY
				      : is_full(a->sk) ? CONNECT_QUEUE_FULL : CONNECT_LISTENS;
	if (a->sk->protocol != a->request->protocol)
		return socket_is_listener(a->sk) && a->takes != TRUTH_NO ? CONNECT_OTHER_PROTOCOL
									 : CONNECT_NOBODY;
	if (socket_is_listener(a->sk))
		return miss_of(a);
	return is_bound(a->sk) && a->takes != TRUTH_NO ? CONNECT_BOUND_NOT_LISTENING
						       : CONNECT_NOBODY;
}

/* ---- verdict --------------------------------------------------------- */

static int add_socket(struct connect_diagnosis *diagnosis, size_t *capacity, size_t socket)
{
	uint32_t *sockets = array_reserve(diagnosis->sockets, capacity, diagnosis->count + 1,
					  sizeof(*sockets));

	if (!sockets)
		return -ENOMEM;
	diagnosis->sockets = sockets;
	sockets[diagnosis->count++] = (uint32_t)socket;
	return 0;
}

/*
 * A socket may be uncertain of itself (it is not known whether it takes
 * IPv4), and of several that share the port by chance only one may be full.
 */
static bool is_certain(const struct answer *a, enum connect_finding finding,
		       enum connect_finding all)
{
	bool shared = all == CONNECT_QUEUE_FULL && finding == CONNECT_LISTENS;

	return a->takes != TRUTH_MAYBE && !shared;
}

static int find(const struct connect_request *request, const struct bind_facts *facts,
		struct connect_diagnosis *diagnosis)
{
	int best = best_fit(request, facts), err = 0;
	enum connect_finding finding;
	size_t capacity = 0;
	struct answer a;

	for (size_t i = 0; i < bind_facts_count(facts); i++) {
		if (!answer_init(&a, request, facts, i))
			continue;
		finding = finding_of(&a, best);
		if (finding < diagnosis->finding)
			diagnosis->finding = finding;
	}
	for (size_t i = 0; !err && i < bind_facts_count(facts); i++) {
		if (!answer_init(&a, request, facts, i))
			continue;
		finding = finding_of(&a, best);
		if (finding == CONNECT_NOBODY)
			continue;
		if (!is_certain(&a, finding, diagnosis->finding))
			diagnosis->certain = false;
		if (finding == diagnosis->finding)
			err = add_socket(diagnosis, &capacity,
					 bind_facts_socket(facts, i));
	}
	return err;
}

int connect_judge(const struct connect_request *request, const struct bind_facts *facts,
		  struct connect_diagnosis *diagnosis)
{
	int err;

	*diagnosis = (struct connect_diagnosis){ .finding = CONNECT_NOBODY };
	if (!request->group && request->exhausted == TRUTH_YES) {
		diagnosis->finding = CONNECT_NO_PORT;
		diagnosis->certain = true;
		return 0;
	}
	if (request->group || request->nonlocal) {
		diagnosis->finding = request->group ? CONNECT_GROUP : CONNECT_NOT_HERE;
		/* Of datagrams nobody is told whether they are taken. */
		diagnosis->certain = request->group && request->protocol == PROTOCOL_TCP;
		return 0;
	}
	if (request->other_vrf || !device_leads_to(facts, request->from, request->interface)) {
		diagnosis->finding = CONNECT_NOT_FROM_HERE;
		return 0;
	}
	diagnosis->certain = facts->whole && request->exhausted == TRUTH_NO;
	err = find(request, facts, diagnosis);
	if (err < 0)
		connect_diagnosis_done(diagnosis);
	return err;
}

void connect_diagnosis_done(struct connect_diagnosis *diagnosis)
{
	free(diagnosis->sockets);
	*diagnosis = (struct connect_diagnosis){ .finding = CONNECT_NOBODY };
}
