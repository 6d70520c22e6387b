/* SPDX-License-Identifier: MIT */
/* What only the advice needs to know: another port, other addresses, whose port goes with it. */
#include <stdlib.h>
#include <string.h>

#include "collect/facts.h"
#include "why.h"

/* ---- whose port goes with its connection ------------------------------ */

/* TIME-WAIT and the like have no process that could keep the port. */
static bool is_kept_by_process(const struct socket *sk)
{
	return (sk->have & HAVE_PEER) && sk->owner;
}

static bool needs_autobound(const struct inquiry *inquiry)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;

	for (size_t i = 0; i < diagnosis->count && inquiry->request.local.port; i++)
		if (is_kept_by_process(&inquiry->facts.snap->sockets[diagnosis->blockers[i].socket]))
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
	if (!all->settings->replay)
		find_autobound(all);
}
