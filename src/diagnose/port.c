/* SPDX-License-Identifier: MIT */
/*
 * Port 0: is there a port left that the kernel would choose?  Follows
 * inet_csk_find_open_port() and udp_lib_get_port().
 */
#include <errno.h>
#include <stdlib.h>

#include "conflict.h"

enum { PORTS = 65536 };

bool port_list_next(const char **list, unsigned long *first, unsigned long *last)
{
	char *end;

	*first = *last = strtoul(*list, &end, 10);
	if (end == *list)
		return false;
	if (*end == '-')
		*last = strtoul(end + 1, &end, 10);
	*list = *end == ',' ? end + 1 : end;
	return true;
}

unsigned ports_reserved(const struct bind_facts *facts, unsigned from, unsigned to)
{
	const char *list = snapshot_sysctl(facts->snap, facts->netns,
					   "net.ipv4.ip_local_reserved_ports");
	unsigned long first, last;
	unsigned count = 0;

	while (list && port_list_next(&list, &first, &last)) {
		first = first < from ? from : first;
		last = last > to ? to : last;
		count += first <= last ? (unsigned)(last - first) + 1 : 0;
	}
	return count;
}

static void take_reserved(uint8_t *taken, const char *list)
{
	unsigned long first, last;

	while (port_list_next(&list, &first, &last))
		for (unsigned long port = first; port <= last && port < PORTS; port++)
			taken[port] = TRUTH_YES;
}

static void take_held(uint8_t *taken, const struct bind_request *request,
		      const struct bind_facts *facts)
{
	struct meeting meeting;

	for (size_t i = 0; i < facts->snap->count; i++) {
		uint8_t *port = &taken[facts->snap->sockets[i].local.port];

		if (*port != TRUTH_YES && meeting_init(&meeting, request, facts, (uint32_t)i))
			*port = (uint8_t)truth_or(*port, meeting_blocks(&meeting));
	}
}

int ports_exhausted(const struct bind_request *request, const struct bind_facts *facts,
		    enum truth *exhausted)
{
	const struct netns *netns = &facts->snap->netns[facts->netns];
	const char *reserved = snapshot_sysctl(facts->snap, facts->netns,
					       "net.ipv4.ip_local_reserved_ports");
	unsigned first = netns->ephemeral_first, last = netns->ephemeral_last;
	size_t count[TRUTH_YES + 1] = { 0 };
	uint8_t *taken = calloc(PORTS, 1);

	if (!taken)
		return -ENOMEM;
	if (reserved)
		take_reserved(taken, reserved);
	take_held(taken, request, facts);
	for (unsigned port = first; last && port <= last; port++)
		count[taken[port]]++;
	free(taken);
	/* Of an odd number of ports TCP leaves one out, by chance the first or the last. */
	if (!last || !reserved)
		*exhausted = TRUTH_MAYBE;
	else if (count[TRUTH_NO] > (last - first + 1) % 2)
		*exhausted = TRUTH_NO;
	else if (count[TRUTH_NO] || count[TRUTH_MAYBE])
		*exhausted = TRUTH_MAYBE;
	else
		*exhausted = TRUTH_YES;
	return 0;
}
