/* SPDX-License-Identifier: MIT */
/* Would bind() work for certain?  What was changed, VRFs, sandboxes. */
#include "bind_case.h"

/* What it has set now it may not have had when it was bound, which the kernel remembers. */
static void a_holder_may_have_changed_its_options(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", RP);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	add_holder(&f, TCP, (struct holder){ STATE_LISTEN, "0.0.0.0", 0 });
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_false(d.certain);
	assert_true(d.open);
	diagnosis_done(&d);
	/* Of SO_REUSEADDR nothing is remembered where a socket listens. */
	request = request_of(TCP, "0.0.0.0", RA);
	d = judge(&f, &request);
	assert_true(d.certain);
	diagnosis_done(&d);
	add_holder(&f, TCP, (struct holder){ STATE_BOUND, "0.0.0.0", 0 });
	d = judge(&f, &request);
	assert_true(d.certain);
	diagnosis_done(&d);
	snap->sockets[0].local.port++;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_true(d.open);
	diagnosis_done(&d);
	/* The first bind() may pass it by, but not listen(). */
	assert_int_equal(listen_judge(&request, &f.facts, &d), 0);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_true(d.certain);
	diagnosis_done(&d);
}

/* Linux 6.1 lets ::ffff:127.0.0.1 in beside ::ffff:0.0.0.0, and no other pair. */
static void an_old_kernel_may_overlook_the_mapped_wildcard(void **state)
{
	static const struct {
		const char *holder, *wanted;
		bool old;
		enum verdict verdict;
	} cases[] = {
		{ "::ffff:0.0.0.0", "::ffff:127.0.0.1", true, VERDICT_UNKNOWN },
		{ "::ffff:0.0.0.0", "::ffff:127.0.0.1", false, VERDICT_BLOCKED },
		{ "::ffff:0.0.0.0", "127.0.0.1", true, VERDICT_BLOCKED },
		{ "::ffff:0.0.0.0", "::ffff:0.0.0.0", true, VERDICT_BLOCKED },
		{ "0.0.0.0", "::ffff:127.0.0.1", true, VERDICT_BLOCKED },
		{ "::", "::ffff:127.0.0.1", true, VERDICT_BLOCKED },
	};
	struct snapshot *snap = usual(state);
	struct facts f;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bind_request request = request_of(TCP, cases[i].wanted, 0);
		struct diagnosis d;

		init_facts(&f, snap);
		f.facts.hides_bound = cases[i].old;
		add_holder(&f, TCP, (struct holder){ STATE_LISTEN, cases[i].holder, 0 });
		d = judge(&f, &request);
		if (d.verdict != cases[i].verdict || d.open != (d.verdict == VERDICT_UNKNOWN))
			fail_msg("case %zu: %s", i, verdict_names[d.verdict]);
		diagnosis_done(&d);
	}
}

/* While net.ipv4.tcp_l3mdev_accept is 0, and for TCP only. */
static void each_vrf_has_ports_of_its_own(void **state)
{
	enum { RED = 7, OF_RED = 8, GONE = 9 };
	const struct device devices[] = {
		{ RED, RED, false },
		{ OF_RED, RED, false },
		{ ETH0, 0, false },
		{ GONE, 0, true },
	};
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", 0);
	struct facts f;
	struct {
		const char *accepts;
		uint32_t holder, wanted;
		enum protocol protocol;
		enum verdict verdict;
	} cases[] = {
		{ "0", RED, 0, TCP, VERDICT_FREE },
		{ "1", RED, 0, TCP, VERDICT_BLOCKED },
		{ "0", RED, 0, UDP, VERDICT_BLOCKED },
		{ "0", 0, OF_RED, TCP, VERDICT_FREE },
		{ "0", RED, OF_RED, TCP, VERDICT_FREE },
		{ "0", RED, RED, TCP, VERDICT_BLOCKED },
		{ "0", ETH0, 0, TCP, VERDICT_BLOCKED },
		{ "0", GONE, 0, TCP, VERDICT_UNKNOWN },
		{ "0", 77, 0, TCP, VERDICT_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct diagnosis d;

		add_sysctl(snap, "net.ipv4.tcp_l3mdev_accept", cases[i].accepts);
		init_facts(&f, snap);
		f.facts.devices = devices;
		f.facts.device_count = sizeof(devices) / sizeof(*devices);
		add_holder(&f, cases[i].protocol, (struct holder){ STATE_LISTEN, "0.0.0.0", 0 })
			->interface = cases[i].holder;
		request.protocol = cases[i].protocol;
		request.interface = cases[i].wanted;
		d = judge(&f, &request);
		if (d.verdict != cases[i].verdict || d.certain == (d.verdict == VERDICT_UNKNOWN))
			fail_msg("case %zu: %s", i, verdict_names[d.verdict]);
		diagnosis_done(&d);
	}
}

static void a_sandbox_may_refuse_what_is_free(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "0.0.0.0", 0);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	f.facts.sandboxed = true;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	assert_false(d.certain);
	diagnosis_settle(&d, &request, EACCES);
	assert_int_equal(d.verdict, VERDICT_DENIED);
	assert_true(d.certain);
	diagnosis_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(a_holder_may_have_changed_its_options),
		WITH_SNAPSHOT(an_old_kernel_may_overlook_the_mapped_wildcard),
		WITH_SNAPSHOT(each_vrf_has_ports_of_its_own),
		WITH_SNAPSHOT(a_sandbox_may_refuse_what_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
