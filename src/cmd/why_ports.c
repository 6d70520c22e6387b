/* SPDX-License-Identifier: MIT */
/* Sockets by their local port: of 4,096 questions each looks at its own only. */
#include <errno.h>
#include <stdlib.h>

#include "why.h"

enum { PORTS = UINT16_MAX + 1 };

/* Where those of each port begin; the last one is the end. */
static void find_begins(const struct snapshot *snap, uint32_t *begins)
{
	for (size_t i = 0; i < snap->count; i++)
		begins[snap->sockets[i].local.port]++;
	for (size_t port = 1; port <= PORTS; port++)
		begins[port] += begins[port - 1];
}

int why_sort_by_port(struct inquiries *all)
{
	const struct snapshot *snap = all->snap;

	all->by_port = calloc(snap->count + 1, sizeof(*all->by_port));
	all->begins = calloc(PORTS + 1, sizeof(*all->begins));
	if (!all->by_port || !all->begins)
		return -ENOMEM;
	find_begins(snap, all->begins);
	/* Filled from the end, each becomes the beginning, and the order is kept. */
	for (size_t i = snap->count; i-- > 0;)
		all->by_port[--all->begins[snap->sockets[i].local.port]] = (uint32_t)i;
	return 0;
}

void why_take_port(const struct inquiries *all, struct inquiry *inquiry)
{
	uint16_t port = inquiry->request.local.port;

	if (!port)
		return;
	inquiry->facts.on_port = all->by_port + all->begins[port];
	inquiry->facts.on_port_count = all->begins[port + 1] - all->begins[port];
}
