/* SPDX-License-Identifier: MIT */
/* Would bind() work beside one other socket?  The rules of the kernel, as they were measured. */
#include "bind_case.h"

enum { NO_RULE = -1, OPEN = 1, CERTAIN = 0 };

struct one {
	enum protocol protocol;
	struct holder holder;
	const char *wanted;
	unsigned flags;
	enum verdict verdict;
	bool open;
	int8_t rule;			/* NO_RULE: no blocker */
	enum sharing sharing;
};

#define FREE VERDICT_FREE, CERTAIN, NO_RULE, 0
#define BLOCKED(rule, sharing) VERDICT_BLOCKED, CERTAIN, RULE_##rule, SHARING_##sharing
#define SOFT(rule, sharing) VERDICT_BLOCKED, OPEN, RULE_##rule, SHARING_##sharing
#define MAYBE(rule, sharing) VERDICT_UNKNOWN, OPEN, RULE_##rule, SHARING_##sharing

static const struct one ones[] = {
	/* SO_REUSEADDR: of both, and never beside a listener. */
	{ TCP, { STATE_LISTEN, "0.0.0.0", 0 }, "0.0.0.0", 0, BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RA }, "0.0.0.0", RA, BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RA }, "127.0.0.1", RA,
	  BLOCKED(WILDCARD_COVERS_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "127.0.0.1", RA }, "0.0.0.0", RA,
	  BLOCKED(ADDRESS_UNDER_WILDCARD, LISTENER) },
	{ TCP, { STATE_BOUND, "0.0.0.0", RA }, "0.0.0.0", RA, FREE },
	{ TCP, { STATE_BOUND, "0.0.0.0", 0 }, "0.0.0.0", RA, SOFT(SAME_ADDRESS, HOLDER) },
	{ TCP, { STATE_BOUND, "0.0.0.0", RA }, "0.0.0.0", 0, BLOCKED(SAME_ADDRESS, WANTED) },
	{ TCP, { STATE_BOUND, "0.0.0.0", 0 }, "0.0.0.0", 0, BLOCKED(SAME_ADDRESS, NEITHER) },
	{ TCP, { STATE_LISTEN, "127.0.0.53", 0 }, "127.0.0.1", 0, FREE },
	/* Every other state is alike. */
	{ TCP, { STATE_ESTAB, "127.0.0.1", 0 }, "127.0.0.1", RA, SOFT(SAME_ADDRESS, HOLDER) },
	{ TCP, { STATE_ESTAB, "127.0.0.1", RA }, "127.0.0.1", RA, FREE },
	{ TCP, { STATE_SYN_SENT, "127.0.0.1", 0 }, "0.0.0.0", 0,
	  BLOCKED(ADDRESS_UNDER_WILDCARD, NEITHER) },
	{ TCP, { STATE_CLOSE_WAIT, "127.0.0.1", RA }, "0.0.0.0", RA, FREE },
	{ TCP, { STATE_FIN_WAIT_1, "127.0.0.1", RA }, "0.0.0.0", 0,
	  BLOCKED(ADDRESS_UNDER_WILDCARD, WANTED) },
	{ TCP, { STATE_LAST_ACK, "127.0.0.1", 0 }, "127.0.0.1", 0, BLOCKED(SAME_ADDRESS, NEITHER) },
	{ TCP, { STATE_CLOSING, "127.0.0.1", 0 }, "127.0.0.1", 0, BLOCKED(SAME_ADDRESS, NEITHER) },
	{ TCP, { STATE_TIME_WAIT, "127.0.0.1", 0 }, "0.0.0.0", RA,
	  SOFT(ADDRESS_UNDER_WILDCARD, HOLDER) },
	{ TCP, { STATE_TIME_WAIT, "127.0.0.1", RA }, "0.0.0.0", RA, FREE },
	{ TCP, { STATE_TIME_WAIT, "127.0.0.1", RA_ | RP_ }, "0.0.0.0", RA,
	  MAYBE(ADDRESS_UNDER_WILDCARD, HOLDER) },
	{ TCP, { STATE_TIME_WAIT, "127.0.0.1", RA_ | RP_ }, "0.0.0.0", 0,
	  BLOCKED(ADDRESS_UNDER_WILDCARD, UNKNOWN) },
	/* Who only asks for a connection holds no port; who was answered in a crossing does. */
	{ TCP, { STATE_SYN_RECV, "127.0.0.1", NO_INODE }, "0.0.0.0", 0, FREE },
	{ TCP, { STATE_SYN_RECV, "127.0.0.1", 0 }, "0.0.0.0", 0,
	  BLOCKED(ADDRESS_UNDER_WILDCARD, NEITHER) },
	/* SO_REUSEPORT: of both, and of one user; a TIME-WAIT has none. */
	{ TCP, { STATE_LISTEN, "0.0.0.0", RP }, "0.0.0.0", RP, FREE },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RP | OTHER }, "0.0.0.0", RP,
	  SOFT(SAME_ADDRESS, PORT_USER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", 0 }, "0.0.0.0", RP, SOFT(SAME_ADDRESS, PORT_HOLDER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RP }, "0.0.0.0", 0, BLOCKED(SAME_ADDRESS, PORT_WANTED) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RP | OTHER }, "0.0.0.0", 0,
	  BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_BOUND, "0.0.0.0", RA }, "0.0.0.0", RP, SOFT(SAME_ADDRESS, PORT_HOLDER) },
	{ TCP, { STATE_BOUND, "0.0.0.0", RP }, "0.0.0.0", RA, SOFT(SAME_ADDRESS, PORT_WANTED) },
	{ TCP, { STATE_BOUND, "0.0.0.0", 0 }, "0.0.0.0", RA | RP,
	  SOFT(SAME_ADDRESS, PORT_HOLDER) },
	{ TCP, { STATE_TIME_WAIT, "127.0.0.1", RP }, "127.0.0.1", RP | OTHER, FREE },
	{ TCP, { STATE_FIN_WAIT_2, "127.0.0.1", RP | ORPHAN }, "127.0.0.1", RP | OTHER, FREE },
	{ TCP, { STATE_FIN_WAIT_2, "127.0.0.1", RP }, "127.0.0.1", RP | OTHER,
	  SOFT(SAME_ADDRESS, PORT_USER) },
	{ TCP, { STATE_FIN_WAIT_1, "127.0.0.1", RP | UID_ }, "127.0.0.1", RP,
	  MAYBE(SAME_ADDRESS, PORT_USER) },
	{ TCP, { STATE_ESTAB, "127.0.0.1", RP | OTHER }, "127.0.0.1", RP,
	  SOFT(SAME_ADDRESS, PORT_USER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", LO }, "0.0.0.0", RP, SOFT(SAME_ADDRESS, PORT_HOLDER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RA_ | RP_ }, "0.0.0.0", RA | RP,
	  MAYBE(SAME_ADDRESS, PORT_HOLDER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RA_ | RP_ | OTHER }, "0.0.0.0", RP,
	  SOFT(SAME_ADDRESS, PORT_USER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", RA_ | RP_ }, "0.0.0.0", RA,
	  BLOCKED(SAME_ADDRESS, LISTENER) },
	/* IPv4 and IPv6 */
	{ TCP, { STATE_LISTEN, "::", 0 }, "0.0.0.0", 0, BLOCKED(DUAL_STACK_COVERS_IPV4, LISTENER) },
	{ TCP, { STATE_LISTEN, "::", V6 }, "0.0.0.0", 0, FREE },
	{ TCP, { STATE_LISTEN, "::", V6_ }, "0.0.0.0", 0, MAYBE(DUAL_STACK_COVERS_IPV4, LISTENER) },
	{ TCP, { STATE_LISTEN, "::", 0 }, "127.0.0.1", 0,
	  BLOCKED(DUAL_STACK_COVERS_IPV4, LISTENER) },
	{ TCP, { STATE_LISTEN, "::", V6 }, "127.0.0.1", 0, FREE },
	{ TCP, { STATE_LISTEN, "::", V6 }, "::", 0, BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "::", 0 }, "::", V6, BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "::", V6_ }, "::1", 0, BLOCKED(WILDCARD_COVERS_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", 0 }, "::", 0, BLOCKED(IPV4_UNDER_DUAL_STACK, LISTENER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", 0 }, "::", V6, FREE },
	{ TCP, { STATE_LISTEN, "0.0.0.0", 0 }, "::1", 0, FREE },
	{ TCP, { STATE_LISTEN, "127.0.0.1", 0 }, "::", 0,
	  BLOCKED(IPV4_UNDER_DUAL_STACK, LISTENER) },
	{ TCP, { STATE_LISTEN, "127.0.0.1", 0 }, "::1", 0, FREE },
	{ TCP, { STATE_LISTEN, "::1", V6 }, "::", 0, BLOCKED(ADDRESS_UNDER_WILDCARD, LISTENER) },
	{ TCP, { STATE_LISTEN, "::1", V6 }, "0.0.0.0", 0, FREE },
	{ TCP, { STATE_LISTEN, "::1", V6 }, "2001:db8::7", 0, FREE },
	{ TCP, { STATE_LISTEN, "::1", V6 }, "::1", 0, BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", 0 }, "::", RP, SOFT(IPV4_UNDER_DUAL_STACK, PORT_HOLDER) },
	/* Mapped addresses are IPv4. */
	{ TCP, { STATE_LISTEN, "::ffff:127.0.0.1", 0 }, "127.0.0.1", 0,
	  BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "127.0.0.1", 0 }, "::ffff:127.0.0.1", 0,
	  BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "::ffff:0.0.0.0", 0 }, "10.9.8.7", 0,
	  BLOCKED(WILDCARD_COVERS_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "10.9.8.7", 0 }, "::ffff:0.0.0.0", 0,
	  BLOCKED(ADDRESS_UNDER_WILDCARD, LISTENER) },
	{ TCP, { STATE_LISTEN, "::ffff:0.0.0.0", 0 }, "0.0.0.0", 0,
	  BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "::", V6 }, "::ffff:127.0.0.1", 0, FREE },
	{ TCP, { STATE_LISTEN, "::", 0 }, "::ffff:127.0.0.1", 0,
	  BLOCKED(DUAL_STACK_COVERS_IPV4, LISTENER) },
	{ TCP, { STATE_LISTEN, "::ffff:127.0.0.1", 0 }, "::", V6, FREE },
	{ TCP, { STATE_LISTEN, "::ffff:127.0.0.1", 0 }, "::", 0,
	  BLOCKED(IPV4_UNDER_DUAL_STACK, LISTENER) },
	/* An IPv6 connection of a dual-stack socket: 0.0.0.0 only. */
	{ TCP, { STATE_ESTAB, "::1", 0 }, "0.0.0.0", 0,
	  BLOCKED(IPV6_CONNECTION_BLOCKS_IPV4, NEITHER) },
	{ TCP, { STATE_ESTAB, "::1", V6_ }, "0.0.0.0", 0,
	  MAYBE(IPV6_CONNECTION_BLOCKS_IPV4, NEITHER) },
	{ TCP, { STATE_ESTAB, "::1", V6 }, "0.0.0.0", 0, FREE },
	{ TCP, { STATE_ESTAB, "::1", 0 }, "127.0.0.1", 0, FREE },
	{ TCP, { STATE_ESTAB, "::1", 0 }, "127.0.0.6", 0, FREE },
	{ TCP, { STATE_ESTAB, "::1", 0 }, "::ffff:0.0.0.0", 0, FREE },
	{ TCP, { STATE_ESTAB, "::1", V6_ }, "::", 0, BLOCKED(ADDRESS_UNDER_WILDCARD, NEITHER) },
	{ TCP, { STATE_ESTAB, "::1", 0 }, "0.0.0.0", RP,
	  SOFT(IPV6_CONNECTION_BLOCKS_IPV4, PORT_HOLDER) },
	{ UDP, { STATE_ESTAB, "::1", 0 }, "127.0.0.6", 0,
	  BLOCKED(IPV6_CONNECTION_BLOCKS_IPV4, NEITHER) },
	{ UDP, { STATE_ESTAB, "::1", 0 }, "127.0.0.1", 0, FREE },
	/* Devices: different ones do not meet. */
	{ TCP, { STATE_LISTEN, "0.0.0.0", DEV }, "0.0.0.0", LO, FREE },
	{ TCP, { STATE_LISTEN, "0.0.0.0", DEV }, "0.0.0.0", DEV, BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", DEV }, "0.0.0.0", 0, BLOCKED(SAME_ADDRESS, LISTENER) },
	{ TCP, { STATE_LISTEN, "0.0.0.0", 0 }, "0.0.0.0", DEV, BLOCKED(SAME_ADDRESS, LISTENER) },
	/* UDP: no listener, SO_REUSEADDR of both is enough. */
	{ UDP, { STATE_UNCONN, "0.0.0.0", RA }, "0.0.0.0", RA, FREE },
	{ UDP, { STATE_UNCONN, "0.0.0.0", 0 }, "0.0.0.0", RA, BLOCKED(SAME_ADDRESS, HOLDER) },
	{ UDP, { STATE_UNCONN, "0.0.0.0", RA }, "0.0.0.0", 0, BLOCKED(SAME_ADDRESS, WANTED) },
	{ UDP, { STATE_UNCONN, "0.0.0.0", RP }, "0.0.0.0", RP, FREE },
	{ UDP, { STATE_UNCONN, "0.0.0.0", RP | OTHER }, "0.0.0.0", RP,
	  BLOCKED(SAME_ADDRESS, PORT_USER) },
	{ UDP, { STATE_UNCONN, "0.0.0.0", RA_ | RP_ }, "0.0.0.0", RA, MAYBE(SAME_ADDRESS, HOLDER) },
	{ UDP, { STATE_UNCONN, "0.0.0.0", RA_ | RP_ }, "0.0.0.0", RP,
	  MAYBE(SAME_ADDRESS, PORT_HOLDER) },
	{ UDP, { STATE_UNCONN, "0.0.0.0", 0 }, "::", 0, BLOCKED(IPV4_UNDER_DUAL_STACK, NEITHER) },
};

static void fail_one(const struct one *one, const struct diagnosis *d)
{
	fail_msg("%s: holder %s %s %#x, wanted %s %#x: %s, %s, rule %d, sharing %d, not %s",
		 protocols[one->protocol].name, state_names[one->holder.state],
		 one->holder.address, one->holder.flags, one->wanted, one->flags,
		 verdict_names[d->verdict], d->open ? "open" : "settled",
		 d->count ? (int)d->blockers->rule : NO_RULE,
		 d->count ? (int)d->blockers->sharing : 0, verdict_names[one->verdict]);
}

static void one_holder_is_judged_by_the_rules(void **state)
{
	struct snapshot *snap = usual(state);

	for (size_t i = 0; i < sizeof(ones) / sizeof(*ones); i++) {
		const struct one *one = &ones[i];
		struct bind_request request = request_of(one->protocol, one->wanted, one->flags);
		struct facts f;
		struct diagnosis d;
		bool good;

		init_facts(&f, snap);
		add_holder(&f, one->protocol, one->holder);
		d = judge(&f, &request);
		good = d.verdict == one->verdict && d.open == one->open &&
		       d.certain == !one->open && d.count == (one->rule != NO_RULE) &&
		       d.error == (one->verdict == VERDICT_BLOCKED ? EADDRINUSE : 0) &&
		       d.stage == (one->verdict == VERDICT_BLOCKED ? STAGE_BIND : STAGE_NONE);
		if (good && d.count)
			good = d.blockers->rule == (enum rule)one->rule &&
			       d.blockers->sharing == one->sharing && !d.blockers->socket &&
			       d.blockers->blocks == (one->verdict == VERDICT_BLOCKED
						      ? TRUTH_YES : TRUTH_MAYBE);
		if (!good)
			fail_one(one, &d);
		assert_int_equal(bind_needs_options(&request, &f.facts, 0),
				 one->verdict == VERDICT_UNKNOWN && !(one->holder.flags & UID_));
		diagnosis_done(&d);
	}
}

/* Rows of wanted, columns of held: 0.0.0.0, 127.0.0.1, 10.9.8.7, ::, ::1, 2001:db8::7, mapped. */
static void the_eight_kinds_of_address_meet_as_measured(void **state)
{
	static const char *const kinds[] = {
		"0.0.0.0", "127.0.0.1", "10.9.8.7", "::", "::1", "2001:db8::7",
		"::ffff:0.0.0.0", "::ffff:127.0.0.1",
	};
	static const char *const blocked[] = {
		"xxxx..xx", "xx.x..xx", "x.xx..x.", "xxxxxxxx", "...xx...", "...x.x..",
		"xxxx..xx", "xx.x..xx",
	};
	struct snapshot *snap = usual(state);

	for (int w = 0; w < 8; w++) {
		for (int h = 0; h < 8; h++) {
			/* bind() to an IPv6 address makes the holder IPv6 only. */
			unsigned flags = h == 4 || h == 5 ? V6 : 0;
			struct holder holder = { STATE_LISTEN, kinds[h], flags };
			struct bind_request request = request_of(TCP, kinds[w], 0);
			struct facts f;
			struct diagnosis d;

			init_facts(&f, snap);
			add_holder(&f, TCP, holder);
			d = judge(&f, &request);
			assert_true(d.certain);
			if ((d.verdict == VERDICT_BLOCKED) != (blocked[w][h] == 'x'))
				fail_msg("%s held, %s wanted: %s", kinds[h], kinds[w],
					 verdict_names[d.verdict]);
			diagnosis_done(&d);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(one_holder_is_judged_by_the_rules),
		WITH_SNAPSHOT(the_eight_kinds_of_address_meet_as_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
