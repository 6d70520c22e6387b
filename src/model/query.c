/* SPDX-License-Identifier: MIT */
/* What a question makes the kernel walk, besides the sockets of the answer. */
#include "model/query.h"

#include "model/state.h"

/* An inbound connection is told by its listener. */
static bool wants_listeners(const struct query *query)
{
	return (query->needs & NEED_LISTENER) && (query->states & STATES_CONNECTED);
}

static bool wants_other_ends(const struct query *query)
{
	return (query->needs & NEED_PAIR) && (query->states & STATES_CONNECTED);
}

uint32_t query_states(const struct query *query)
{
	return query->states | (wants_listeners(query) ? STATES_LISTENING : 0) |
	       (wants_other_ends(query) ? STATES_CONNECTED : 0);
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
