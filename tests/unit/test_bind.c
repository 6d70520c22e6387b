/* SPDX-License-Identifier: MIT */
/* Would bind() work?  Several holders, listen(), port 0, a probe. */
#include "bind_case.h"

static void what_is_elsewhere_is_no_holder(void **state)
{
	static const struct holder holder = { STATE_LISTEN, "0.0.0.0", 0 };
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", 0);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	add_holder(&f, TCP, holder)->local.port = PORT + 1;
	add_holder(&f, TCP, holder)->netns = 1;
	add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "0.0.0.0", 0 });
	add_holder(&f, TCP, holder)->cookie = 77;
	request.cookie = 77;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	assert_true(d.certain);
	diagnosis_done(&d);
	request.protocol = PROTOCOL_UDPLITE;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	diagnosis_done(&d);
	/* What the answer does not show is in the way all the same. */
	add_holder(&f, TCP, holder)->hidden = true;
	request.protocol = TCP;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_int_equal(d.blockers->socket, 4);
	diagnosis_done(&d);
}

/* ---- several holders ------------------------------------------------- */

static void listeners_come_first(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", RA);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	add_holder(&f, TCP, (struct holder){ STATE_ESTAB, "127.0.0.1", 0 });
	add_holder(&f, TCP, (struct holder){ STATE_TIME_WAIT, "127.0.0.1", RA_ | RP_ });
	add_holder(&f, TCP, (struct holder){ STATE_LISTEN, "127.0.0.1", 0 });
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_true(d.certain);
	assert_int_equal(d.count, 3);
	assert_int_equal(d.blockers[0].socket, 2);
	assert_int_equal(d.blockers[1].socket, 0);
	assert_int_equal(d.blockers[2].socket, 1);
	assert_int_equal(d.blockers[2].blocks, TRUTH_MAYBE);
	diagnosis_done(&d);
}

static void judge_udp(struct facts *f, bool reuseport, enum verdict verdict, size_t blockers)
{
	struct bind_request request = request_of(UDP, "::", reuseport ? RP : 0);
	struct diagnosis d = judge(f, &request);

	assert_int_equal(d.verdict, verdict);
	assert_int_equal(d.certain, verdict != VERDICT_UNKNOWN);
	assert_int_equal(d.open, verdict == VERDICT_UNKNOWN);
	assert_int_equal(d.count, blockers);
	if (verdict == VERDICT_UNKNOWN)
		assert_int_equal(d.blockers->blocks, TRUTH_MAYBE);
	diagnosis_done(&d);
}

/* One that shares and one that does not: the first in the kernel's table decides. */
static void udp_asks_only_the_first(void **state)
{
	struct snapshot *snap = usual(state);
	struct facts f;

	init_facts(&f, snap);
	add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "127.0.0.1", 0 });
	add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "10.9.8.7", RP });
	judge_udp(&f, true, VERDICT_BLOCKED, 1);
	judge_udp(&f, false, VERDICT_BLOCKED, 2);
	/* One that is not seen might be the first. */
	f.facts.whole = false;
	judge_udp(&f, true, VERDICT_UNKNOWN, 1);
	f.facts.whole = true;
	f.options[0].reuseport = TRUTH_YES;
	f.options[1].reuseport = TRUTH_NO;
	judge_udp(&f, true, VERDICT_FREE, 0);
	/* What comes later is not asked, and not needed to be known. */
	f.options[1].reuseport = TRUTH_MAYBE;
	judge_udp(&f, true, VERDICT_FREE, 0);
	f.options[0].reuseport = TRUTH_MAYBE;
	judge_udp(&f, true, VERDICT_UNKNOWN, 2);
}

static void the_order_of_ipv4_and_ipv6_is_not_known(void **state)
{
	struct snapshot *snap = usual(state);
	struct facts f;

	init_facts(&f, snap);
	add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "127.0.0.1", 0 });
	add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "::1", RP | V6 });
	judge_udp(&f, true, VERDICT_UNKNOWN, 1);
	f.options[1].reuseport = TRUTH_NO;
	judge_udp(&f, true, VERDICT_BLOCKED, 2);
	/* Of many sockets the kernel asks another table. */
	f.options[0].reuseport = TRUTH_YES;
	for (int i = 0; i < 8; i++)
		add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "127.0.0.1", 0 });
	f.options[1].reuseport = TRUTH_YES;
	judge_udp(&f, true, VERDICT_FREE, 0);
	add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "127.0.0.1", 0 });
	judge_udp(&f, true, VERDICT_UNKNOWN, 9);
}

static void what_is_not_whole_is_not_free_for_certain(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", 0);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	f.facts.whole = false;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	assert_false(d.certain);
	assert_true(d.open);
	diagnosis_done(&d);
	add_holder(&f, TCP, (struct holder){ STATE_LISTEN, "0.0.0.0", 0 });
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_true(d.certain);
	diagnosis_done(&d);
	f.facts.options = NULL;
	d = judge(&f, &request);
	assert_true(d.certain);
	diagnosis_done(&d);
}

static void a_tunnel_of_the_kernel_shares_nothing(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(UDP, "0.0.0.0", RA | RP);
	struct socket *sk;
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	sk = add_holder(&f, UDP, (struct holder){ STATE_UNCONN, "0.0.0.0", RA_ | RP_ });
	sk->deaf = true;
	sk->missing = MISSING_KERNEL;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_true(d.certain);
	assert_false(bind_needs_options(&request, &f.facts, 0));
	diagnosis_done(&d);
}

/* ---- listen(), port 0, a probe --------------------------------------- */

static void listen_asks_only_for_conflicts(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", RA);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	f.facts.address = ADDRESS_ABSENT;
	f.facts.privileged = TRUTH_NO;
	add_holder(&f, TCP, (struct holder){ STATE_BOUND, "0.0.0.0", RA });
	add_holder(&f, TCP, (struct holder){ STATE_BOUND, "0.0.0.0", RA });
	request.cookie = 1;
	request.listen = request.bound = true;
	request.local.port = PORT;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	diagnosis_done(&d);
	snap->sockets[1].state = STATE_LISTEN;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_int_equal(d.stage, STAGE_LISTEN);
	assert_int_equal(d.error, EADDRINUSE);
	assert_int_equal(d.count, 1);
	assert_int_equal(d.blockers->socket, 1);
	diagnosis_done(&d);
}

static void fill_ports(struct facts *f, unsigned first, unsigned last, unsigned flags)
{
	for (unsigned port = first; port <= last; port++)
		add_holder(f, TCP, (struct holder){ STATE_ESTAB, "0.0.0.0", flags })->local.port =
			(uint16_t)port;
}

static void assert_port_0(struct facts *f, unsigned flags, enum verdict verdict)
{
	struct bind_request request = request_of(TCP, "0.0.0.0", flags);
	struct diagnosis d;

	request.local.port = 0;
	d = judge(f, &request);
	assert_int_equal(d.verdict, verdict);
	assert_int_equal(d.certain, verdict != VERDICT_UNKNOWN);
	assert_int_equal(d.error, verdict == VERDICT_BLOCKED ? EADDRINUSE : 0);
	assert_int_equal(d.count, 0);
	diagnosis_done(&d);
}

static void port_0_is_a_matter_of_the_range(void **state)
{
	struct snapshot *snap = usual(state);
	struct facts f;

	snap->netns->ephemeral_first = 40000;
	snap->netns->ephemeral_last = 40007;
	init_facts(&f, snap);
	fill_ports(&f, 40000, 40006, RA | RP);
	assert_port_0(&f, 0, VERDICT_FREE);
	add_sysctl(snap, "net.ipv4.ip_local_reserved_ports", "22,40006-40009");
	assert_port_0(&f, 0, VERDICT_BLOCKED);
	/* Options share no port that the kernel chooses, but by this setting. */
	assert_port_0(&f, RA | RP, VERDICT_BLOCKED);
	add_sysctl(snap, "net.ipv4.ip_autobind_reuse", "1");
	assert_port_0(&f, RP, VERDICT_BLOCKED);
	assert_port_0(&f, RA | RP, VERDICT_BLOCKED);
	assert_port_0(&f, RA, VERDICT_FREE);
	f.options[3].reuseaddr = TRUTH_MAYBE;
	assert_port_0(&f, RA, VERDICT_FREE);
	for (size_t i = 0; i < snap->count; i++)
		f.options[i].reuseaddr = TRUTH_MAYBE;
	assert_port_0(&f, RA, VERDICT_UNKNOWN);
	/* Of an odd number of ports, one may be left out. */
	add_sysctl(snap, "net.ipv4.ip_local_reserved_ports", "");
	snap->netns->ephemeral_first = 40001;
	assert_port_0(&f, 0, VERDICT_UNKNOWN);
	snap->netns->ephemeral_last = 40006;
	assert_port_0(&f, 0, VERDICT_BLOCKED);
	snap->netns->ephemeral_first = snap->netns->ephemeral_last = 0;
	assert_port_0(&f, 0, VERDICT_UNKNOWN);
}

static void a_real_bind_settles_it(void **state)
{
	static const struct {
		int error;
		enum verdict verdict;
		bool certain;
	} rows[] = {
		{ 0, VERDICT_FREE, true }, { EADDRINUSE, VERDICT_BLOCKED, true },
		{ EACCES, VERDICT_DENIED, true }, { EPERM, VERDICT_DENIED, true },
		{ EADDRNOTAVAIL, VERDICT_UNAVAILABLE, true }, { ENODEV, VERDICT_UNAVAILABLE, true },
		{ EINVAL, VERDICT_INVALID, true }, { ENOBUFS, VERDICT_UNKNOWN, false },
	};
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", RA);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct facts f;
		struct diagnosis d;

		init_facts(&f, snap);
		add_holder(&f, TCP, (struct holder){ STATE_TIME_WAIT, "127.0.0.1", RA_ | RP_ });
		d = judge(&f, &request);
		assert_int_equal(d.verdict, VERDICT_UNKNOWN);
		diagnosis_settle(&d, &request, rows[i].error);
		assert_int_equal(d.verdict, rows[i].verdict);
		assert_int_equal(d.certain, rows[i].certain);
		assert_int_equal(d.error, rows[i].error);
		assert_false(d.open);
		assert_int_equal(d.count, rows[i].error != 0);
		if (rows[i].error)
			assert_int_equal(d.blockers->blocks, rows[i].error == EADDRINUSE
							     ? TRUTH_YES : TRUTH_MAYBE);
		diagnosis_done(&d);
	}
}

static void every_enumerator_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < VERDICT_COUNT; i++)
		assert_non_null(verdict_names[i]);
	for (int i = STAGE_NONE + 1; i < STAGE_COUNT; i++)
		assert_non_null(stage_names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(what_is_elsewhere_is_no_holder),
		WITH_SNAPSHOT(listeners_come_first),
		WITH_SNAPSHOT(udp_asks_only_the_first),
		WITH_SNAPSHOT(the_order_of_ipv4_and_ipv6_is_not_known),
		WITH_SNAPSHOT(what_is_not_whole_is_not_free_for_certain),
		WITH_SNAPSHOT(a_tunnel_of_the_kernel_shares_nothing),
		WITH_SNAPSHOT(listen_asks_only_for_conflicts),
		WITH_SNAPSHOT(port_0_is_a_matter_of_the_range),
		WITH_SNAPSHOT(a_real_bind_settles_it),
		cmocka_unit_test(every_enumerator_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
