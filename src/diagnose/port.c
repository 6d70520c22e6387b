/* SPDX-License-Identifier: MIT */
/*
 * Is there a port left that the kernel would choose, for port 0 or a connection?
 * Follows inet_csk_find_open_port(), udp_lib_get_port() and __inet_hash_connect().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conflict.h"
#include "device.h"
#include "diagnose/connect.h"

enum { PORTS = 65536 };

static const char reserved_ports[] = "net.ipv4.ip_local_reserved_ports";

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
	const char *list = snapshot_sysctl(facts->snap, facts->netns, reserved_ports);
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

static void take(uint8_t *taken, uint16_t port, enum truth blocks)
{
	taken[port] = (uint8_t)truth_or(taken[port], blocks);
}

/* By port: taken, or perhaps; those that are reserved are.  NULL: no memory. */
static uint8_t *taken_new(const struct bind_facts *facts)
{
	const char *reserved = snapshot_sysctl(facts->snap, facts->netns, reserved_ports);
	uint8_t *taken = calloc(PORTS, 1);

	if (taken && reserved)
		take_reserved(taken, reserved);
	return taken;
}

static enum truth are_all_taken(const struct bind_facts *facts, const uint8_t *taken)
{
	const struct netns *netns = &facts->snap->netns[facts->netns];
	unsigned first = netns->ephemeral_first, last = netns->ephemeral_last;
	size_t count[TRUTH_YES + 1] = { 0 };

	if (!last || !snapshot_sysctl(facts->snap, facts->netns, reserved_ports))
		return TRUTH_MAYBE;
	for (unsigned port = first; port <= last; port++)
		count[taken[port]]++;
	/* Of an odd number of ports TCP leaves one out, by chance the first or the last. */
	if (count[TRUTH_NO] > (last - first + 1) % 2)
		return TRUTH_NO;
	return count[TRUTH_NO] || count[TRUTH_MAYBE] ? TRUTH_MAYBE : TRUTH_YES;
}

int ports_exhausted(const struct bind_request *request, const struct bind_facts *facts,
		    enum truth *exhausted)
{
	uint8_t *taken = taken_new(facts);
	struct meeting meeting;

	if (!taken)
		return -ENOMEM;
	for (size_t i = 0; i < facts->snap->count; i++)
		if (meeting_init(&meeting, request, facts, (uint32_t)i))
			take(taken, meeting.holder->local.port, meeting_blocks(&meeting));
	*exhausted = are_all_taken(facts, taken);
	free(taken);
	return 0;
}

/* ---- connect() ------------------------------------------------------- */

unsigned client_ports_usable(const struct bind_facts *facts)
{
	const struct netns *netns = &facts->snap->netns[facts->netns];
	unsigned first = netns->ephemeral_first, last = netns->ephemeral_last;

	return last ? last - first + 1 - ports_reserved(facts, first, last) : 0;
}

static bool is_same_connection(const struct client_request *request, const struct socket *sk)
{
	const struct address local = address_unmapped(&sk->local.address);
	const struct address peer = address_unmapped(&sk->peer.address);
	const struct address asked = address_reached(&request->peer.address);

	return (sk->have & HAVE_PEER) && sk->peer.port == request->peer.port &&
	       address_equal(&local, &request->from) && address_equal(&peer, &asked);
}

/*
 * __inet_hash_connect() passes by the ports of sockets that called bind(), and
 * what has the same four-tuple.  Of a connection to elsewhere nobody tells whether
 * it called bind(); in TIME-WAIT one may give way (tcp_twsk_unique()).
 */
static enum truth blocks_client(const struct client_request *request,
				const struct bind_facts *facts, const struct socket *sk)
{
	const char *reuse = snapshot_sysctl(facts->snap, facts->netns, "net.ipv4.tcp_tw_reuse");
	enum truth domain = devices_share_ports(facts, request->interface, sk->interface);
	bool bound = sk->state == STATE_LISTEN || sk->state == STATE_BOUND;
	bool stays = !socket_is_time_wait(sk) || (reuse && strcmp(reuse, "0") == 0);

	if (sk->netns != facts->netns || sk->protocol != PROTOCOL_TCP)
		return TRUTH_NO;
	if (bound || (is_same_connection(request, sk) && stays))
		return domain;
	return truth_and(domain, TRUTH_MAYBE);
}

int client_ports_exhausted(const struct client_request *request, const struct bind_facts *facts,
			   enum truth *exhausted)
{
	uint8_t *taken = taken_new(facts);

	if (!taken)
		return -ENOMEM;
	for (size_t i = 0; i < facts->snap->count; i++) {
		const struct socket *sk = &facts->snap->sockets[i];

		take(taken, sk->local.port, blocks_client(request, facts, sk));
	}
	*exhausted = are_all_taken(facts, taken);
	if (*exhausted == TRUTH_NO && (facts->hides_bound || !facts->whole))
		*exhausted = TRUTH_MAYBE;
	free(taken);
	return 0;
}
