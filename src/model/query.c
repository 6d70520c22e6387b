/* SPDX-License-Identifier: MIT */
/* What a question makes the kernel walk, besides the sockets of the answer. */
#include "model/query.h"

#include "model/protocol.h"

/* An inbound connection is told by its listener. */
static bool wants_listeners(const struct query *query)
{
	if (query->select.whole)
		return true;

	return (query->needs & NEED_LISTENER) && (query->states & STATES_CONNECTED);
}

static bool wants_other_ends(const struct query *query)
{
	return (query->needs & NEED_PAIR) && (query->states & STATES_CONNECTED);
}

uint32_t query_states(const struct query *query)
{
	if (query->select.whole)
		return STATES_ALL;
	return query->states | (wants_listeners(query) ? STATES_LISTENING : 0) |
	       (wants_other_ends(query) ? STATES_CONNECTED : 0);
}

enum {
	LISTENERS = STATE_BIT(STATE_LISTEN),
	BOUND = STATE_BIT(STATE_BOUND),
	CONNECTIONS = STATES_ALL & ~(LISTENERS | BOUND | STATE_BIT(STATE_UNCONN) |
				     STATE_BIT(STATE_NEW_SYN_RECV)),
};

/* Any other state beside LISTEN makes the kernel walk all connections. */
const uint32_t *query_dumps(uint32_t protocol)
{
	static const uint32_t stream[] = { LISTENERS, BOUND | CONNECTIONS, 0 };
	static const uint32_t datagram[] = {
		STATE_BIT(STATE_ESTAB) | STATE_BIT(STATE_UNCONN), 0,
	};

	return protocol == PROTOCOL_TCP ? stream : datagram;
}

struct kernel_scope query_scope(const struct query *query, uint32_t protocol, uint32_t states)
{
	return (struct kernel_scope){
		.protocol = protocol,
		.states = states & query_states(query),
		.tests = KERNEL_TESTS_ALL,
		.listeners = wants_listeners(query),
		.other_ends = wants_other_ends(query),
	};
}
