/* SPDX-License-Identifier: MIT */
/* Sockets: identity, and what kind one is. */
#include "model/socket.h"

#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"

const char *const timer_names[TIMER_COUNT] = {
	[TIMER_NONE] = NULL,
	[TIMER_RETRANSMIT] = "retransmit",
	[TIMER_KEEPALIVE] = "keepalive",
	[TIMER_TIME_WAIT] = "time-wait",
	[TIMER_PROBE] = "zero-window-probe",
	[TIMER_DELAYED_ACK] = "delayed-ack",
};

const char *const missing_names[MISSING_COUNT] = {
	[MISSING_NONE] = NULL,
	[MISSING_PERMISSION] = "permission",
	[MISSING_KERNEL] = "kernel",
	[MISSING_ORPHAN] = "orphan",
	[MISSING_TIME_WAIT] = "time-wait",
	[MISSING_UNACCEPTED] = "unaccepted",
	[MISSING_IN_FLIGHT] = "in-flight",
	[MISSING_OTHER_PID_NAMESPACE] = "other-pid-namespace",
	[MISSING_UNKNOWN] = "unknown",
};

const char *const change_names[CHANGE_COUNT] = {
	[CHANGE_NONE] = NULL,
	[CHANGE_ADDED] = "added",
	[CHANGE_REMOVED] = "removed",
};

bool socket_is_listener(const struct socket *sk)
{
	return protocols[sk->protocol].listening & STATE_BIT(sk->state);
}

/* A wildcard IPv6 socket takes IPv4 as well, unless it was told not to (IPV6_V6ONLY). */
static bool is_dual_stack(const struct socket *sk)
{
	return sk->local.address.family == AF_INET6 && address_is_any(&sk->local.address) &&
	       !(sk->have & HAVE_PEER) && !((sk->have & HAVE_V6ONLY) && sk->v6only) &&
	       protocols[sk->protocol].has_ports;
}

bool socket_speaks(const struct socket *sk, int version)
{
	if (version == 6)
		return sk->local.address.family == AF_INET6;
	return sk->local.address.family == AF_INET || address_is_mapped(&sk->local.address) ||
	       is_dual_stack(sk);
}

bool socket_has_scope(const struct socket *sk, const struct endpoint *ep)
{
	return sk->interface && (ep == &sk->local || address_is_link_local(&ep->address));
}

/* The kernel admits one more than the backlog (sk_acceptq_is_full()). */
bool socket_is_full(const struct socket *sk)
{
	return (sk->have & HAVE_ACCEPT_QUEUE) && (sk->have & HAVE_BACKLOG) &&
	       sk->accept_queue > sk->backlog;
}

uint32_t socket_hash(const struct socket *sk)
{
	uint64_t key = sk->cookie;

	if (!(sk->have & HAVE_COOKIE))
		key = sk->inode ^ (address_word(&sk->local.address) +
				   address_word(&sk->peer.address) * 7) ^
		      ((uint64_t)sk->local.port << 32 | sk->peer.port);
	return hash_mix(key ^ (uint64_t)sk->protocol << 60);
}

bool socket_same(const struct socket *a, const struct socket *b)
{
	if (a->protocol != b->protocol || a->netns != b->netns ||
	    (a->have ^ b->have) & HAVE_COOKIE)
		return false;
	if (a->have & HAVE_COOKIE)
		return a->cookie == b->cookie;
	return a->inode == b->inode && a->local.port == b->local.port &&
	       a->peer.port == b->peer.port &&
	       address_equal(&a->local.address, &b->local.address) &&
	       address_equal(&a->peer.address, &b->peer.address);
}
