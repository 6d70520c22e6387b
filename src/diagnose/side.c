/* SPDX-License-Identifier: MIT */
/*
 * Two addresses on one port: does the kernel take them for overlapping, and
 * how do they meet?  Follows inet_rcv_saddr_equal() and, for TCP, the buckets
 * by address of inet_csk_get_port().
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "conflict.h"

enum { LOOPBACK4_IPV6 = 0x7f000006 };	/* include/net/ipv6.h: the IPv4 side of IPv6 addresses */

struct side side_of(const struct address *address, uint8_t v6only)
{
	struct address plain = address_unmapped(address);
	struct side side = { .address = address, .inet = address->family == AF_INET };

	if (plain.family == AF_INET) {
		side.kind = KIND_IPV4;
		memcpy(&side.ipv4, plain.bytes, sizeof(side.ipv4));
	} else if (address_is_any(&plain)) {
		side.kind = KIND_ANY6;
		side.v6only = v6only;
	} else {
		side.kind = KIND_IPV6;
		side.ipv4 = htonl(LOOPBACK4_IPV6);
		side.v6only = v6only;
	}
	return side;
}

bool side_is_any(const struct side *side)
{
	return side->kind == KIND_ANY6 || (side->kind == KIND_IPV4 && !side->ipv4);
}

/* IPv4 addresses of both, when neither is IPv6 alone. */
static bool same_ipv4(const struct side *w, const struct side *h)
{
	return w->ipv4 == h->ipv4 || !w->ipv4 || !h->ipv4;
}

/* inet_rcv_saddr_equal(); v6only of both is known here. */
static bool is_equal(const struct side *w, const struct side *h)
{
	if (w->inet || (w->kind == KIND_IPV4 && h->kind == KIND_IPV4))
		return !h->v6only && same_ipv4(w, h);
	if (h->kind == KIND_ANY6 && !(h->v6only && w->kind == KIND_IPV4))
		return true;
	if (w->kind == KIND_ANY6 && !(w->v6only && h->kind == KIND_IPV4))
		return true;
	return address_equal(w->address, h->address);
}

/* TCP looks into the bucket of the very address, and into those of the wildcards. */
static bool is_in_buckets(const struct side *w, const struct side *h)
{
	bool both_ipv4 = w->kind == KIND_IPV4 && h->kind == KIND_IPV4;

	if (w->kind == KIND_IPV4 && h->v6only)
		return false;
	return h->kind == KIND_ANY6 ||
	       (both_ipv4 && (!h->ipv4 || h->ipv4 == w->ipv4)) ||
	       address_equal(w->address, h->address);
}

enum truth sides_overlap(enum protocol protocol, const struct side *wanted,
			 const struct side *holder)
{
	bool (*test)(const struct side *w, const struct side *h) =
		protocol == PROTOCOL_TCP && !side_is_any(wanted) ? is_in_buckets : is_equal;
	struct side dual = *holder, only = *holder;

	if (holder->v6only != TRUTH_MAYBE)
		return truth_of(test(wanted, holder));
	dual.v6only = TRUTH_NO;
	only.v6only = TRUTH_YES;
	if (test(wanted, &dual) != test(wanted, &only))
		return TRUTH_MAYBE;
	return truth_of(test(wanted, &dual));
}

/* ---- relations ------------------------------------------------------- */

static bool is_same_address(const struct side *w, const struct side *h)
{
	return w->kind == h->kind &&
	       (w->kind == KIND_IPV4 ? w->ipv4 == h->ipv4 : address_equal(w->address, h->address));
}

static bool is_covered_by_dual_stack(const struct side *w, const struct side *h)
{
	return h->kind == KIND_ANY6 && w->kind == KIND_IPV4;
}

static bool is_dual_stack_over_it(const struct side *w, const struct side *h)
{
	return w->kind == KIND_ANY6 && h->kind == KIND_IPV4;
}

static bool is_blocked_by_ipv6(const struct side *w, const struct side *h)
{
	return w->kind == KIND_IPV4 && h->kind == KIND_IPV6;
}

static bool is_under_wildcard(const struct side *w, const struct side *h)
{
	(void)w;
	return side_is_any(h);
}

static bool is_wildcard(const struct side *w, const struct side *h)
{
	(void)h;
	return side_is_any(w);
}

static const struct {
	enum rule rule;
	bool (*applies)(const struct side *wanted, const struct side *holder);
} rules[] = {
	{ RULE_SAME_ADDRESS, is_same_address },
	{ RULE_DUAL_STACK_COVERS_IPV4, is_covered_by_dual_stack },
	{ RULE_IPV4_UNDER_DUAL_STACK, is_dual_stack_over_it },
	{ RULE_IPV6_CONNECTION_BLOCKS_IPV4, is_blocked_by_ipv6 },
	{ RULE_WILDCARD_COVERS_ADDRESS, is_under_wildcard },
	{ RULE_ADDRESS_UNDER_WILDCARD, is_wildcard },
};

_Static_assert(sizeof(rules) / sizeof(*rules) == RULE_COUNT, "a row for each rule");

enum rule sides_rule(const struct side *wanted, const struct side *holder)
{
	for (size_t i = 0; i < RULE_COUNT - 1; i++)
		if (rules[i].applies(wanted, holder))
			return rules[i].rule;
	return rules[RULE_COUNT - 1].rule;
}
