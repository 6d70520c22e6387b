/* SPDX-License-Identifier: MIT */
/* A filter as a part of the question. */
#include "filter/filter.h"

#include "lower.h"

const char *filter_text(const struct filter *filter)
{
	return filter->text;
}

uint32_t filter_needs(const struct filter *filter)
{
	return filter->root ? filter->root->needs : 0;
}

bool filter_decides_states(const struct filter *filter)
{
	return filter->decides_states;
}

/* Protocol and local port: what a listener has in common with its connections. */
static bool is_by_local_port(const struct node *node)
{
	if (node->kind == NODE_TERM)
		return node->term == TERM_PROTOCOL || (node->term == TERM_PORT && !node->peer);
	for (const struct node *child = node->child; child; child = child->next)
		if (!is_by_local_port(child))
			return false;
	return true;
}

static enum match match(const void *filter, const struct row *row, uint32_t known)
{
	return filter_match(filter, row, known);
}

static uint32_t unseen(const void *filter, const struct row *row)
{
	return filter_unseen(filter, row);
}

int filter_program(const void *filter, const struct kernel_scope *scope, uint8_t *program)
{
	struct arena arena = { NULL };
	int length = program_write(lower(&arena, filter, scope), program);

	arena_free(&arena);
	return length;
}

/* Can a socket of `protocol` in one of `states` match? */
static bool may_match(const struct filter *filter, enum protocol protocol, uint32_t states)
{
	struct kernel_scope scope = { .protocol = protocol, .states = states };
	uint8_t program[PROGRAM_MAX];

	return filter_program(filter, &scope, program) != PROGRAM_NONE_MATCH;
}

static bool any_may_match(const struct filter *filter, uint32_t wanted, uint32_t states)
{
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if ((wanted & PROTOCOL_BIT(protocol)) && may_match(filter, protocol, states))
			return true;
	return false;
}

void filter_narrow(const struct filter *filter, struct query *query)
{
	query->needs |= filter_needs(filter);
	query->select = (struct selection){
		.filter = filter, .match = match, .unseen = unseen, .lower = filter_program,
		.whole = filter_needs(filter) & NEED_CONNECTIONS,
		.by_local_port = !filter->root || is_by_local_port(filter->root),
	};
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (!may_match(filter, protocol, query->states))
			query->protocols &= ~PROTOCOL_BIT(protocol);
	for (enum state state = 0; state < STATE_COUNT; state++)
		if ((query->states & STATE_BIT(state)) &&
		    !any_may_match(filter, query->protocols, STATE_BIT(state)))
			query->states &= ~STATE_BIT(state);
}
