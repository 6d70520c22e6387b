/* SPDX-License-Identifier: MIT */
/* The tree of a parsed filter.  All of it lives in the filter's arena. */
#ifndef FILTER_AST_H
#define FILTER_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "filter/filter.h"

enum node_kind { NODE_TERM, NODE_NOT, NODE_AND, NODE_OR };

enum term_kind {
	TERM_STATE,			/* mask */
	TERM_PROTOCOL,			/* mask */
	TERM_FAMILY,			/* mask: 4, 6 (IP_VERSION_*) */
	TERM_PORT,			/* ranges */
	TERM_HOST,			/* prefix */
	TERM_WILDCARD,			/* mask: listens on a wildcard that takes 4, 6 */
	TERM_NUMBER,			/* ranges of a field */
	TERM_FLAG,			/* mask 1: of a field that is true */
	TERM_TEXT,			/* patterns of a field */
	TERM_USER,			/* patterns or ranges */
	TERM_UNIT,			/* patterns, ".service" may be left out */
	TERM_CONTAINER,			/* patterns, an id may be shortened */
	TERM_CGROUP,			/* patterns; id when there is one and it is known */
	TERM_DEVICE,			/* patterns or ranges; id: index when it is known */
	TERM_NETNS,			/* patterns or ranges */
	TERM_MARK,			/* ranges[0]: value, mask in mask */
	TERM_PID,			/* ranges, of any owner */
	TERM_DESCRIPTOR,		/* ranges, of any owner */
	TERM_PROCESS,			/* patterns, of any owner's command */
	TERM_COMMAND_LINE,		/* patterns, of any owner */
	TERM_EXECUTABLE,		/* patterns, of any owner */
	TERM_TIMER,			/* patterns */
	TERM_KINDS
};

/* Both ends belong to it. */
struct range {
	uint64_t first, last;
};

enum pattern_kind { PATTERN_EQUAL, PATTERN_GLOB, PATTERN_CONTAINS };

struct pattern {
	enum pattern_kind kind;
	const char *text;
};

enum { BITS_IPV4 = 32, BITS_IPV6 = 128 };

struct prefix {
	struct address address;
	uint8_t bits;			/* of BITS_IPV4 or BITS_IPV6 that count */
};

struct node {
	enum node_kind kind;
	enum term_kind term;
	struct node *child, *last;	/* operands of NOT, AND, OR */
	struct node *next;		/* of the same operator */
	uint32_t needs;			/* of all below, enum need */
	enum field_id field;
	bool unwritten;			/* a NOT that the text of its operand says: "!=" */
	bool peer;			/* TERM_PORT, TERM_HOST: of the peer, else local */
	uint32_t mask;
	uint64_t id;			/* 0: none */
	struct prefix prefix;
	const struct range *ranges;
	size_t range_count;
	const struct pattern *patterns;
	size_t pattern_count;
	size_t start, length;		/* where it stands in the text */
};

struct filter {
	struct arena arena;
	const char *text;
	struct node *root;		/* NULL: accepts all */
	bool decides_states;		/* it names a state or a target */
};

#endif
