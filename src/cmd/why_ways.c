/* SPDX-License-Identifier: MIT */
/* What only the advice needs to know: another port, other addresses, whose port goes with it. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "collect/facts.h"
#include "why.h"

enum { OWN_MOST = 64 };			/* addresses of this machine that are looked at */

/* ---- whose port goes with its connection ------------------------------ */

/* TIME-WAIT and the like have no process that could keep the port. */
static bool is_kept_by_process(const struct socket *sk)
{
	return (sk->have & HAVE_PEER) && sk->owner;
}

static bool needs_autobound(const struct inquiry *inquiry)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;

	const struct socket *sockets = inquiry->facts.snap->sockets;

	for (size_t i = 0; i < diagnosis->count && inquiry->request.local.port; i++)
		if (is_kept_by_process(&sockets[diagnosis->blockers[i].socket]))
			return true;
	return false;
}

static void find_autobound(struct inquiries *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct inquiry *inquiry = &all->items[i];

		if (!needs_autobound(inquiry))
			continue;
		if (!all->autobound) {
			all->autobound = malloc(all->snap->count);
			if (!all->autobound)
				return;
			memset(all->autobound, TRUTH_MAYBE, all->snap->count);
		}
		facts_autobound(all->source, all->snap, inquiry->request.protocol,
				inquiry->request.local.port, all->autobound);
		inquiry->facts.autobound = all->autobound;
	}
}

/* ---- other addresses -------------------------------------------------- */

/* Nobody changes addresses because of a connection, which ends sooner or later. */
static bool has_lasting(const struct inquiry *inquiry)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;

	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct socket *sk =
			&inquiry->facts.snap->sockets[diagnosis->blockers[i].socket];

		if (socket_is_listener(sk) || sk->state == STATE_BOUND)
			return true;
	}
	return false;
}

/* The verdict on that address is by all sockets at once: what is offered works. */
static bool would_work(const struct inquiry *inquiry, const struct address *address)
{
	struct bind_request request = inquiry->request;
	struct bind_facts facts = inquiry->facts;
	struct diagnosis diagnosis = { .count = 0 };
	bool works;

	request.local.address = *address;
	facts.address = ADDRESS_LOCAL;
	works = bind_judge(&request, &facts, &diagnosis) == 0 &&
		diagnosis.verdict == VERDICT_FREE && diagnosis.certain;
	diagnosis_done(&diagnosis);
	return works;
}

static bool is_asked(const struct bind_request *request, const struct address *address)
{
	return address->family == request->local.address.family ||
	       (address->family == AF_INET && !request->v6only);
}

static void find_addresses(struct inquiries *all, struct inquiry *inquiry)
{
	struct address own[OWN_MOST];
	size_t count;

	if (inquiry->diagnosis.verdict != VERDICT_BLOCKED || inquiry->request.interface ||
	    !address_is_any(&inquiry->request.local.address) || !inquiry->request.local.port ||
	    !has_lasting(inquiry))
		return;
	count = facts_own_addresses(all->source, own, OWN_MOST);
	for (size_t i = 0; i < count && inquiry->address_count < ADDRESSES_TOLD; i++)
		if (is_asked(&inquiry->request, &own[i]) && would_work(inquiry, &own[i]))
			inquiry->addresses[inquiry->address_count++] = own[i];
}

/* ---- all of it -------------------------------------------------------- */

static void find_free_ports(struct inquiries *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].diagnosis.verdict == VERDICT_BLOCKED &&
		    all->items[i].request.local.port)
			all->items[i].free_port = why_free_port(&all->items[i]);
}

void why_find_ways(struct inquiries *all)
{
	find_free_ports(all);
	if (all->settings->replay)
		return;
	find_autobound(all);
	for (size_t i = 0; i < all->count; i++)
		find_addresses(all, &all->items[i]);
}
