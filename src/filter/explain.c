/* SPDX-License-Identifier: MIT */
/* A filter explained: the tree, what the kernel is asked, and what is left to us. */
#include <sys/socket.h>

#include "base/text.h"
#include "lower.h"

enum { INDENT = 2 };

static const char *const kind_names[] = {
	[NODE_NOT] = "not", [NODE_AND] = "and", [NODE_OR] = "or",
};

/* Can the kernel test this term, or can the states and protocols that are asked for say it? */
static const char *where(const struct node *term)
{
	switch (term->term) {
	case TERM_STATE:
	case TERM_PROTOCOL:
		return "by what is asked for";
	case TERM_PORT:
	case TERM_HOST:
	case TERM_WILDCARD:
	case TERM_FAMILY:
		return "in the kernel";
	case TERM_MARK:
		return "in the kernel, where it may";
	case TERM_DEVICE:
	case TERM_CGROUP:
		return term->id ? "in the kernel" : "here";
	default:
		return "here";
	}
}

static void show_node(const struct filter *filter, const struct node *node, size_t indent,
		      struct buf *out)
{
	/* Of several terms each shows its value alone: there the "not" is to be seen. */
	if (node->unwritten && node->child->kind == NODE_TERM) {
		show_node(filter, node->child, indent, out);
		return;
	}
	buf_add_blanks(out, indent);
	if (node->kind != NODE_TERM) {
		buf_add_text(out, kind_names[node->kind]);
		buf_add_char(out, '\n');
		for (const struct node *child = node->child; child; child = child->next)
			show_node(filter, child, indent + INDENT, out);
		return;
	}
	if (node->term == TERM_PORT || node->term == TERM_HOST)
		buf_add_text(out, node->peer ? "peer: " : "local: ");
	else if (node->term == TERM_WILDCARD)
		buf_add_literal(out, "wildcard listener that takes: ");
	text_add_safe(out, filter->text + node->start, node->length, SIZE_MAX);
	buf_add_literal(out, "   [");
	buf_add_text(out, where(node));
	buf_add_literal(out, "]\n");
}

static void show_states(uint32_t states, struct buf *out)
{
	const char *between = "";

	for (enum state state = 0; state < STATE_COUNT; state++) {
		if (!(states & STATE_BIT(state)) || state == STATE_NEW_SYN_RECV)
			continue;
		buf_add_text(out, between);
		buf_add_text(out, state_names[state]);
		between = " ";
	}
}

/* One dump: its protocol and states, then the program or why there is none. */
static void show_dump(const struct filter *filter, const struct kernel_scope *scope,
		      struct buf *out)
{
	uint8_t program[PROGRAM_MAX];
	int length = filter_program(filter, scope, program);

	if (filter_needs(filter) & NEED_CONNECTIONS)
		length = 0;
	buf_add_blanks(out, INDENT);
	buf_add_text(out, protocols[scope->protocol].name);
	buf_add_char(out, ' ');
	show_states(scope->states, out);
	if (length == PROGRAM_NONE_MATCH) {
		buf_add_literal(out, ": not asked, none can match\n");
	} else if (!length) {
		buf_add_literal(out, ": all of them\n");
	} else {
		buf_add_literal(out, ": a program of ");
		buf_add_unsigned(out, (uint64_t)length);
		buf_add_literal(out, " bytes\n");
		program_show(program, length, 2 * INDENT, out);
	}
}

static void show_protocol(const struct filter *filter, const struct query *query,
			  enum protocol protocol, struct buf *out)
{
	for (const uint32_t *states = query_dumps(protocol); *states; states++) {
		struct kernel_scope scope = query_scope(query, protocol, *states);

		if (scope.states)
			show_dump(filter, &scope, out);
	}
}

static void show_dumps(const struct filter *filter, const struct query *query, struct buf *out)
{
	buf_add_literal(out, "\nthe kernel is asked for:\n");
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (query->protocols & PROTOCOL_BIT(protocol))
			show_protocol(filter, query, protocol, out);
	if (!query->protocols || !query->states)
		buf_add_literal(out, "  nothing: no socket can match\n");
	buf_add_literal(out, "\nof what comes back every row is tested here as a whole.\n");
}

void filter_explain(const struct filter *filter, const struct query *query, struct buf *out)
{
	buf_add_literal(out, "filter: ");
	if (filter->root)
		text_add_safe(out, filter->text, strlen(filter->text), SIZE_MAX);
	else
		buf_add_literal(out, "none");
	buf_add_literal(out, "\n\nmeaning:\n");
	if (filter->root)
		show_node(filter, filter->root, INDENT, out);
	else
		buf_add_literal(out, "  every socket\n");
	if (query)
		show_dumps(filter, query, out);
	else
		buf_add_literal(out, "\nthe kernel is not asked; every row is tested here.\n");
}
