/* SPDX-License-Identifier: MIT */
/*
 * From the tree to what the kernel can test.  Each node has an approximation
 * from above (true wherever the node is) and one from below (true nowhere
 * else); "not" swaps them, and a term the kernel knows nothing of is true or
 * false.  So such a term costs only itself.
 */
#include <sys/socket.h>

#include "lower.h"

enum {
	RANGES_MOST = 64,		/* more ports are asked for as one range around them */
	MAPPED_BITS = 96,
	CONDITIONS_MOST = 2048,		/* PROGRAM_MAX has room for fewer */
};

struct lowering {
	struct arena *arena;
	const struct kernel_scope *scope;
	bool far;			/* for the other ends of matching sockets */
	size_t count;
	bool failed;
	struct cond *spare;		/* written to when there is no more; never read */
};

/* ---- conditions ------------------------------------------------------ */

static struct cond *cond_new(struct lowering *l, enum cond_kind kind)
{
	struct cond *cond = arena_alloc(l->arena, sizeof(*cond));

	l->failed |= !cond || ++l->count > CONDITIONS_MOST;
	if (l->failed)
		cond = l->spare;
	cond->kind = kind;
	return cond;
}

static struct cond *constant(struct lowering *l, bool value)
{
	return cond_new(l, value ? COND_TRUE : COND_FALSE);
}

/* `kind` is COND_AND or COND_OR; constants disappear. */
static struct cond *join(struct lowering *l, enum cond_kind kind, struct cond *a, struct cond *b)
{
	enum cond_kind neutral = kind == COND_AND ? COND_TRUE : COND_FALSE;
	enum cond_kind final = kind == COND_AND ? COND_FALSE : COND_TRUE;
	struct cond *both;

	if (a->kind == neutral || b->kind == final)
		return b;
	if (b->kind == neutral || a->kind == final)
		return a;
	both = cond_new(l, kind);
	both->child = a;
	a->next = b;
	return both;
}

static struct cond *invert(struct lowering *l, struct cond *cond)
{
	struct cond *inverse;

	if (cond->kind == COND_TRUE || cond->kind == COND_FALSE)
		return constant(l, cond->kind == COND_FALSE);
	inverse = cond_new(l, COND_NOT);
	inverse->child = cond;
	return inverse;
}

static struct cond *test(struct lowering *l, enum opcode op, uint32_t number)
{
	struct cond *cond = cond_new(l, COND_TEST);

	cond->op = op;
	cond->number = number;
	return cond;
}

static bool can_test(const struct lowering *l, enum kernel_test what)
{
	return l->scope->tests & what;
}

/* ---- ports and addresses --------------------------------------------- */

/* Is it the peer's port or address in the rows that the kernel walks? */
static bool is_peer(const struct lowering *l, const struct node *term)
{
	return term->peer != l->far;
}

/*
 * A condition on the peer, from below.  To the predicate sockets without a
 * peer have none, but in the kernel a bound one may still have that of a
 * connection that failed; a datagram socket has port 0, and perhaps the
 * address of one it had.
 */
static struct cond *with_peer(struct lowering *l, struct cond *cond, bool above)
{
	if (above || !(l->scope->states & ~STATES_CONNECTED))
		return cond;
	if (l->scope->states & STATE_BIT(STATE_BOUND))
		return constant(l, false);
	return join(l, COND_AND, cond, test(l, OP_PEER_GE, 1));
}

static bool has_peers(const struct lowering *l)
{
	return l->scope->states & STATES_CONNECTED;
}

static struct cond *port_range(struct lowering *l, bool peer, struct range range)
{
	enum opcode equal = peer ? OP_PEER_EQ : OP_LOCAL_EQ;
	struct cond *low, *high;

	if (range.first == range.last && can_test(l, KERNEL_TESTS_EQUAL))
		return test(l, equal, (uint32_t)range.first);
	low = high = constant(l, true);
	if (range.first)
		low = test(l, peer ? OP_PEER_GE : OP_LOCAL_GE, (uint32_t)range.first);
	if (range.last < UINT16_MAX)
		high = test(l, peer ? OP_PEER_LE : OP_LOCAL_LE, (uint32_t)range.last);
	return join(l, COND_AND, low, high);
}

static struct range hull(const struct node *term)
{
	struct range around = term->ranges[0];

	for (size_t i = 1; i < term->range_count; i++) {
		if (term->ranges[i].first < around.first)
			around.first = term->ranges[i].first;
		if (term->ranges[i].last > around.last)
			around.last = term->ranges[i].last;
	}
	return around;
}

static struct cond *lower_port(struct lowering *l, const struct node *term, bool above)
{
	bool peer = is_peer(l, term);
	struct cond *any = constant(l, false);

	if (peer && !has_peers(l))
		return any;
	if (term->range_count > RANGES_MOST)
		return above ? port_range(l, peer, hull(term)) : any;
	for (size_t i = 0; i < term->range_count; i++)
		any = join(l, COND_OR, any, port_range(l, peer, term->ranges[i]));
	return peer ? with_peer(l, any, above) : any;
}

static struct cond *host_test(struct lowering *l, bool peer, struct prefix prefix)
{
	struct cond *cond = test(l, peer ? OP_PEER_HOST : OP_LOCAL_HOST, 0);

	cond->prefix = prefix;
	return cond;
}

/*
 * The other end of a v4-mapped socket may be an IPv4 one: what is said of the
 * one in IPv6 is asked of the other in IPv4, or not at all.
 */
static struct cond *far_host(struct lowering *l, bool peer, struct prefix prefix, bool above)
{
	struct prefix plain = { address_unmapped(&prefix.address), 0 };

	if (prefix.address.family == AF_INET)
		return host_test(l, peer, prefix);
	if (prefix.bits < MAPPED_BITS)
		return constant(l, above);
	if (plain.address.family == AF_INET6)
		return host_test(l, peer, prefix);
	plain.bits = (uint8_t)(prefix.bits - MAPPED_BITS);
	return above ? host_test(l, peer, plain) : constant(l, false);
}

static struct cond *lower_host(struct lowering *l, const struct node *term, bool above)
{
	bool peer = is_peer(l, term);
	struct cond *cond;

	if (peer && !has_peers(l))
		return constant(l, false);
	cond = l->far ? far_host(l, peer, term->prefix, above) : host_test(l, peer, term->prefix);
	return peer ? with_peer(l, cond, above) : cond;
}

/* Whether it listens, and takes IPv4 on an IPv6 address, is for the predicate to say. */
static struct cond *lower_wildcard(struct lowering *l, const struct node *term, bool above)
{
	struct prefix any4 = { { .family = AF_INET }, BITS_IPV4 };
	struct prefix any6 = { { .family = AF_INET6 }, BITS_IPV6 };
	struct cond *cond;

	if (l->far || !above || !(l->scope->states & STATES_LISTENING))
		return constant(l, false);
	cond = host_test(l, false, any6);
	if (term->mask == IP_VERSION_4)
		cond = join(l, COND_OR, cond, host_test(l, false, any4));
	return cond;
}

/* IPv6 rows are those with any IPv6 address; an IPv4 condition takes v4-mapped ones as well. */
static struct cond *lower_family(struct lowering *l, const struct node *term, bool above)
{
	struct prefix any6 = { { .family = AF_INET6 }, 0 };
	struct cond *six;

	if (l->far)
		return constant(l, above);
	if (term->mask == IP_VERSIONS_ALL)
		return constant(l, true);
	six = host_test(l, false, any6);
	return term->mask == IP_VERSION_6 ? six : invert(l, six);
}

/* ---- all else the kernel knows --------------------------------------- */

static struct cond *lower_state(struct lowering *l, const struct node *term, bool above)
{
	uint32_t states = l->scope->states;

	if (l->far)
		return constant(l, above);
	return constant(l, above ? (states & term->mask) != 0 : !(states & ~term->mask));
}

static struct cond *lower_protocol(struct lowering *l, const struct node *term, bool above)
{
	(void)above;
	return constant(l, term->mask & PROTOCOL_BIT(l->scope->protocol));
}

static struct cond *lower_device(struct lowering *l, const struct node *term, bool above)
{
	if (l->far || !term->id || !can_test(l, KERNEL_TESTS_DEVICE))
		return constant(l, above);
	return test(l, OP_DEVICE, (uint32_t)term->id);
}

/*
 * Rows of TIME-WAIT and SYN-RECV do not tell their mark, which the kernel
 * tests all the same; so from below nothing is sure.  The same of cgroups.
 */
static struct cond *lower_mark(struct lowering *l, const struct node *term, bool above)
{
	struct cond *cond;

	if (l->far || !above || !can_test(l, KERNEL_TESTS_MARK))
		return constant(l, above);
	cond = test(l, OP_MARK, (uint32_t)term->ranges->first);
	cond->mask = term->mask;
	return cond;
}

static struct cond *lower_cgroup(struct lowering *l, const struct node *term, bool above)
{
	struct cond *cond;

	if (l->far || !above || !term->id || !can_test(l, KERNEL_TESTS_CGROUP))
		return constant(l, above);
	cond = test(l, OP_CGROUP, 0);
	cond->id = term->id;
	return cond;
}

static struct cond *(*const lowerers[TERM_KINDS])(struct lowering *l, const struct node *term,
						  bool above) = {
	[TERM_STATE] = lower_state,
	[TERM_PROTOCOL] = lower_protocol,
	[TERM_FAMILY] = lower_family,
	[TERM_PORT] = lower_port,
	[TERM_HOST] = lower_host,
	[TERM_WILDCARD] = lower_wildcard,
	[TERM_DEVICE] = lower_device,
	[TERM_MARK] = lower_mark,
	[TERM_CGROUP] = lower_cgroup,
};

/* ---- trees ----------------------------------------------------------- */

static struct cond *lower_term(struct lowering *l, const struct node *term, bool above)
{
	if (!lowerers[term->term])
		return constant(l, above);
	return lowerers[term->term](l, term, above);
}

static struct cond *lower_node(struct lowering *l, const struct node *node, bool above)
{
	enum cond_kind kind = node->kind == NODE_AND ? COND_AND : COND_OR;
	struct cond *all;

	if (node->kind == NODE_TERM)
		return lower_term(l, node, above);
	if (node->kind == NODE_NOT)
		return invert(l, lower_node(l, node->child, !above));
	all = constant(l, kind == COND_AND);
	for (const struct node *child = node->child; child; child = child->next)
		all = join(l, kind, all, lower_node(l, child, above));
	return all;
}

const struct cond *lower(struct arena *arena, const struct filter *filter,
			 const struct kernel_scope *scope)
{
	struct lowering l = { .arena = arena, .scope = scope };
	uint32_t listening = scope->listeners ? scope->states & STATES_LISTENING : 0;
	struct cond *cond;

	l.spare = arena_alloc(arena, sizeof(*l.spare));
	if (!l.spare)
		return NULL;
	if (!filter->root || (listening && listening == scope->states))
		return constant(&l, true);
	cond = lower_node(&l, filter->root, true);
	if (scope->other_ends && (scope->states & STATES_CONNECTED)) {
		l.far = true;
		cond = join(&l, COND_OR, cond, lower_node(&l, filter->root, true));
	}
	/* Who listens has no peer, so port 0 there. */
	if (listening)
		cond = join(&l, COND_OR, test(&l, OP_PEER_LE, 0), cond);
	return l.failed ? NULL : cond;
}
