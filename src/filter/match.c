/* SPDX-License-Identifier: MIT */
/*
 * The predicate.  A value that is not there makes its term false, unless it could
 * not be looked at: then the term is neither true nor false.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "match.h"

enum { ID_LEAST = 6, MAPPED_BYTES = 12 };

/* ---- operands -------------------------------------------------------- */

bool in_ranges(const struct node *term, uint64_t number)
{
	for (size_t i = 0; i < term->range_count; i++)
		if (number >= term->ranges[i].first && number <= term->ranges[i].last)
			return true;
	return false;
}

static bool fits_pattern(const struct pattern *pattern, const char *text)
{
	switch (pattern->kind) {
	case PATTERN_GLOB:
		return fnmatch(pattern->text, text, 0) == 0;
	case PATTERN_CONTAINS:
		return strstr(text, pattern->text) != NULL;
	default:
		return strcmp(pattern->text, text) == 0;
	}
}

bool in_patterns(const struct node *term, const char *text)
{
	for (size_t i = 0; text && i < term->pattern_count; i++)
		if (fits_pattern(&term->patterns[i], text))
			return true;
	return false;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return !rest || !((a[bits / 8] ^ b[bits / 8]) >> (8 - rest));
}

/* As inet_diag_bc_run(): an IPv4 prefix fits v4-mapped addresses too, not the other way round. */
static bool in_prefix(const struct prefix *prefix, const struct address *address)
{
	const uint8_t *bytes = address->bytes;

	if (address->family != prefix->address.family) {
		if (!address_is_mapped(address))
			return false;
		bytes += MAPPED_BYTES;
	}
	return same_bits(bytes, prefix->address.bytes, prefix->bits);
}

/* ---- terms ----------------------------------------------------------- */

static const struct endpoint *end_of(const struct node *term, const struct socket *sk)
{
	if (!term->peer)
		return &sk->local;
	return sk->have & HAVE_PEER ? &sk->peer : NULL;
}

static struct value value_of(const struct node *term, const struct row *row)
{
	return field_get(row, term->field);
}

static bool holds_state(const struct node *term, const struct row *row)
{
	return term->mask & STATE_BIT(row->sk->state);
}

static bool holds_protocol(const struct node *term, const struct row *row)
{
	return term->mask & PROTOCOL_BIT(row->sk->protocol);
}

static bool holds_family(const struct node *term, const struct row *row)
{
	bool is_ipv4 = row->sk->local.address.family == AF_INET;

	return term->mask & (is_ipv4 ? IP_VERSION_4 : IP_VERSION_6);
}

static bool holds_port(const struct node *term, const struct row *row)
{
	const struct endpoint *ep = end_of(term, row->sk);

	return ep && in_ranges(term, ep->port);
}

static bool holds_host(const struct node *term, const struct row *row)
{
	const struct endpoint *ep = end_of(term, row->sk);

	return ep && in_prefix(&term->prefix, &ep->address);
}

static bool holds_wildcard(const struct node *term, const struct row *row)
{
	const struct socket *sk = row->sk;

	return address_is_any(&sk->local.address) && socket_is_listener(sk) &&
	       socket_speaks(sk, term->mask == IP_VERSION_4 ? 4 : 6);
}

static bool holds_number(const struct node *term, const struct row *row)
{
	struct value value = value_of(term, row);

	return (value.type == VALUE_UNSIGNED || value.type == VALUE_HEX) &&
	       in_ranges(term, value.number);
}

static bool holds_flag(const struct node *term, const struct row *row)
{
	struct value value = value_of(term, row);

	return value.type == VALUE_BOOL && value.boolean == (term->mask != 0);
}

static const char *text_of(const struct node *term, const struct row *row)
{
	struct value value = value_of(term, row);

	return value.type == VALUE_TEXT ? value.text : NULL;
}

static bool holds_text(const struct node *term, const struct row *row)
{
	return in_patterns(term, text_of(term, row));
}

static bool holds_user(const struct node *term, const struct row *row)
{
	struct value uid = field_get(row, FIELD_UID);

	return holds_text(term, row) ||
	       (uid.type == VALUE_UNSIGNED && in_ranges(term, uid.number));
}

/* "nginx" is nginx.service. */
static bool holds_unit(const struct node *term, const struct row *row)
{
	static const char suffix[] = ".service";
	const char *unit = text_of(term, row);
	size_t length = unit ? strlen(unit) : 0, rest = sizeof(suffix) - 1;
	char name[256];

	if (in_patterns(term, unit))
		return true;
	if (length < rest || length - rest >= sizeof(name) ||
	    strcmp(unit + length - rest, suffix) != 0)
		return false;
	memcpy(name, unit, length - rest);
	name[length - rest] = '\0';
	return in_patterns(term, name);
}

/* An id may be cut: engines show 12 of its 64 digits, and so do we. */
static bool holds_container(const struct node *term, const struct row *row)
{
	const char *container = text_of(term, row);

	for (size_t i = 0; container && i < term->pattern_count; i++) {
		const char *wanted = term->patterns[i].text;
		size_t given = strlen(wanted), have = strlen(container);
		size_t shorter = given < have ? given : have;

		if (term->patterns[i].kind == PATTERN_EQUAL && shorter >= ID_LEAST &&
		    strncmp(wanted, container, shorter) == 0 &&
		    !wanted[strspn(wanted, "0123456789abcdef")])
			return true;
	}
	return in_patterns(term, container);
}

/* An interface that is gone is called by its index, as in the table: "if3". */
static bool holds_device(const struct node *term, const struct row *row)
{
	uint32_t index = row->sk->interface;
	const char *name = index ? text_of(term, row) : NULL;
	char number[16];

	if (index && !name) {
		snprintf(number, sizeof(number), "if%u", index);
		name = number;
	}
	return index && (in_patterns(term, name) || in_ranges(term, index));
}

static bool holds_netns(const struct node *term, const struct row *row)
{
	const struct netns *netns = &row->snap->netns[row->sk->netns];

	return in_patterns(term, netns->name) ||
	       (netns->inode && in_ranges(term, netns->inode));
}

static bool holds_mark(const struct node *term, const struct row *row)
{
	return (row->sk->have & HAVE_MARK) &&
	       (row->sk->mark & term->mask) == term->ranges->first;
}

static bool holds_timer(const struct node *term, const struct row *row)
{
	return in_patterns(term, timer_names[row->sk->timer]);
}

/* ---- trees ----------------------------------------------------------- */

static bool (*const tests[TERM_KINDS])(const struct node *term, const struct row *row) = {
	[TERM_STATE] = holds_state,
	[TERM_PROTOCOL] = holds_protocol,
	[TERM_FAMILY] = holds_family,
	[TERM_PORT] = holds_port,
	[TERM_HOST] = holds_host,
	[TERM_WILDCARD] = holds_wildcard,
	[TERM_NUMBER] = holds_number,
	[TERM_FLAG] = holds_flag,
	[TERM_TEXT] = holds_text,
	[TERM_USER] = holds_user,
	[TERM_UNIT] = holds_unit,
	[TERM_CONTAINER] = holds_container,
	[TERM_CGROUP] = holds_text,
	[TERM_DEVICE] = holds_device,
	[TERM_NETNS] = holds_netns,
	[TERM_MARK] = holds_mark,
	[TERM_PID] = holds_pid,
	[TERM_DESCRIPTOR] = holds_descriptor,
	[TERM_PROCESS] = holds_process,
	[TERM_COMMAND_LINE] = holds_command_line,
	[TERM_EXECUTABLE] = holds_executable,
	[TERM_TIMER] = holds_timer,
};

/* A wildcard of which it is not told what it takes is no address, and not the loopback. */
static bool is_ruled_out(const struct node *term)
{
	return term->field == FIELD_SCOPE && !in_patterns(term, scope_names[SCOPE_ANY]) &&
	       !in_patterns(term, scope_names[SCOPE_ANY4]) &&
	       !in_patterns(term, scope_names[SCOPE_ANY6]) &&
	       !in_patterns(term, scope_names[SCOPE_DEVICE]);
}

/* Why a term that does not hold might hold. */
static uint32_t unseen_of(const struct node *term, const struct row *row)
{
	uint32_t asked = row->snap->asked & ~(uint32_t)NEED_BEFORE, unseen;

	if (term->needs & ~asked)
		return UNSEEN_BIT(UNSEEN_UNASKED);
	unseen = field_unseen(row, term->field);
	return unseen && is_ruled_out(term) ? 0 : unseen;
}

static enum match match_term(const struct node *term, const struct row *row, uint32_t known)
{
	if (term->needs & ~known)
		return MATCH_MAYBE;
	if (tests[term->term](term, row))
		return MATCH_YES;
	return unseen_of(term, row) ? MATCH_MAYBE : MATCH_NO;
}

static enum match match_node(const struct node *node, const struct row *row, uint32_t known)
{
	/* What ends the search: of "and" a NO, of "or" a YES. */
	enum match end = node->kind == NODE_AND ? MATCH_NO : MATCH_YES;
	enum match result = MATCH_YES - end;

	if (node->kind == NODE_TERM)
		return match_term(node, row, known);
	if (node->kind == NODE_NOT)
		return MATCH_YES - match_node(node->child, row, known);
	for (const struct node *child = node->child; child; child = child->next) {
		enum match one = match_node(child, row, known);

		if (one == end)
			return end;
		if (one == MATCH_MAYBE)
			result = MATCH_MAYBE;
	}
	return result;
}

enum match filter_match(const struct filter *filter, const struct row *row, uint32_t known)
{
	return filter->root ? match_node(filter->root, row, known) : MATCH_YES;
}

static uint32_t unseen_below(const struct node *node, const struct row *row)
{
	uint32_t unseen = 0;

	if (node->kind == NODE_TERM)
		return tests[node->term](node, row) ? 0 : unseen_of(node, row);
	for (const struct node *child = node->child; child; child = child->next)
		unseen |= unseen_below(child, row);
	return unseen;
}

uint32_t filter_unseen(const struct filter *filter, const struct row *row)
{
	return filter->root ? unseen_below(filter->root, row) : 0;
}
