/* SPDX-License-Identifier: MIT */
/* What makes bind() fail before the kernel looks for conflicts, and in which order. */
#include "bind_case.h"

/* A request that is wrong, maybe in several ways, and what comes of it. */
struct ill {
	const char *wanted;
	enum protocol protocol;
	unsigned flags;
	enum address_use use;
	uint32_t scope;
	unsigned port;
	bool privileged, bound, freebind;
	int error;
	enum verdict verdict;
};

static const struct ill ills[] = {
	/* IPv4: address, rights, state, conflict */
	{ "9.9.9.9", TCP, 0, ADDRESS_ABSENT, 0, 80, false, true, false,
	  EADDRNOTAVAIL, VERDICT_UNAVAILABLE },
	{ "9.9.9.9", TCP, 0, ADDRESS_ABSENT, 0, 80, false, true, true, EACCES, VERDICT_DENIED },
	{ "127.0.0.1", TCP, 0, ADDRESS_LOCAL, 0, 80, false, true, false, EACCES, VERDICT_DENIED },
	{ "127.0.0.1", TCP, 0, ADDRESS_LOCAL, 0, 80, true, true, false, EINVAL, VERDICT_INVALID },
	{ "127.0.0.1", TCP, 0, ADDRESS_LOCAL, 0, 80, true, false, false,
	  EADDRINUSE, VERDICT_BLOCKED },
	{ "0.0.0.0", TCP, 0, ADDRESS_ABSENT, 0, 80, true, false, false,
	  EADDRINUSE, VERDICT_BLOCKED },
	{ "127.0.0.1", TCP, 0, ADDRESS_LOCAL, 0, 1023, false, false, false,
	  EACCES, VERDICT_DENIED },
	{ "127.0.0.1", TCP, 0, ADDRESS_LOCAL, 0, 1024, false, false, false, 0, VERDICT_FREE },
	{ "10.9.8.255", TCP, 0, ADDRESS_BROADCAST, 0, 1024, false, false, false, 0, VERDICT_FREE },
	{ "224.0.0.251", TCP, 0, ADDRESS_MULTICAST, 0, 1024, false, false, false, 0, VERDICT_FREE },
	/* IPv6: multicast, rights, state, scope, address, conflict */
	{ "ff02::1", TCP, 0, ADDRESS_MULTICAST, 0, 80, false, true, false,
	  EINVAL, VERDICT_INVALID },
	{ "2001:db8::9", TCP, 0, ADDRESS_ABSENT, 0, 80, false, true, false,
	  EACCES, VERDICT_DENIED },
	{ "2001:db8::9", TCP, 0, ADDRESS_ABSENT, 0, 80, true, true, false,
	  EINVAL, VERDICT_INVALID },
	{ "2001:db8::9", TCP, 0, ADDRESS_ABSENT, 0, 80, true, false, false,
	  EADDRNOTAVAIL, VERDICT_UNAVAILABLE },
	{ "2001:db8::9", TCP, 0, ADDRESS_TENTATIVE, 0, 80, true, false, false,
	  EADDRNOTAVAIL, VERDICT_UNAVAILABLE },
	{ "2001:db8::9", TCP, 0, ADDRESS_ABSENT, 0, 80, true, false, true,
	  EADDRINUSE, VERDICT_BLOCKED },
	{ "::1", TCP, 0, ADDRESS_LOCAL, 0, 80, true, false, false, EADDRINUSE, VERDICT_BLOCKED },
	{ "fe80::1", TCP, 0, ADDRESS_ABSENT, 0, 1024, true, false, false, EINVAL, VERDICT_INVALID },
	{ "fe80::1", TCP, 0, ADDRESS_ABSENT, 2, 1024, true, false, false,
	  EADDRNOTAVAIL, VERDICT_UNAVAILABLE },
	{ "fe80::1", TCP, 0, ADDRESS_NO_DEVICE, 9, 1024, true, false, false,
	  ENODEV, VERDICT_UNAVAILABLE },
	{ "fe80::1", TCP, DEV, ADDRESS_LOCAL, 0, 1024, true, false, false, 0, VERDICT_FREE },
	{ "ff02::1", UDP, 0, ADDRESS_MULTICAST, 0, 1024, true, false, false,
	  EINVAL, VERDICT_INVALID },
	{ "ff02::1", UDP, 0, ADDRESS_MULTICAST, 2, 1024, true, false, false, 0, VERDICT_FREE },
	{ "ff05::1", UDP, 0, ADDRESS_MULTICAST, 0, 1024, true, false, false, 0, VERDICT_FREE },
	{ "::ffff:127.0.0.1", TCP, V6, ADDRESS_LOCAL, 0, 1024, true, false, false,
	  EINVAL, VERDICT_INVALID },
	{ "::ffff:9.9.9.9", TCP, V6, ADDRESS_ABSENT, 0, 80, false, false, false,
	  EACCES, VERDICT_DENIED },
	{ "::ffff:9.9.9.9", TCP, 0, ADDRESS_ABSENT, 0, 1024, true, false, false,
	  EADDRNOTAVAIL, VERDICT_UNAVAILABLE },
};

static void the_first_check_that_fails_gives_the_errno(void **state)
{
	struct snapshot *snap = usual(state);

	for (size_t i = 0; i < sizeof(ills) / sizeof(*ills); i++) {
		const struct ill *ill = &ills[i];
		struct bind_request request = request_of(ill->protocol, ill->wanted, ill->flags);
		struct facts f;
		struct diagnosis d;

		request.local.port = (uint16_t)ill->port;
		request.scope = ill->scope;
		request.bound = ill->bound;
		request.freebind = ill->freebind;
		init_facts(&f, snap);
		f.facts.address = (uint8_t)ill->use;
		f.facts.privileged = ill->privileged ? TRUTH_YES : TRUTH_NO;
		add_holder(&f, TCP, (struct holder){ STATE_LISTEN, "::", 0 })->local.port = 80;
		d = judge(&f, &request);
		if (d.verdict != ill->verdict || d.error != ill->error || !d.certain)
			fail_msg("%s:%u: %s, errno %d, not %s", ill->wanted, ill->port,
				 verdict_names[d.verdict], d.error, verdict_names[ill->verdict]);
		assert_false(d.open);
		/* The holder is shown, even when another error hides it. */
		assert_int_equal(d.count, ill->port == 80);
		diagnosis_done(&d);
	}
}

static void settings_move_the_limits(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "9.9.9.9", 0);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	f.facts.address = ADDRESS_ABSENT;
	f.facts.privileged = TRUTH_NO;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_UNAVAILABLE);
	diagnosis_done(&d);
	add_sysctl(snap, "net.ipv6.ip_nonlocal_bind", "1");
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_UNAVAILABLE);
	diagnosis_done(&d);
	add_sysctl(snap, "net.ipv4.ip_nonlocal_bind", "1");
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	diagnosis_done(&d);
	add_sysctl(snap, "net.ipv4.ip_unprivileged_port_start", "9000");
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_DENIED);
	diagnosis_done(&d);
	add_sysctl(snap, "net.ipv4.ip_unprivileged_port_start", "0");
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	assert_true(d.certain);
	diagnosis_done(&d);
}

static void what_is_not_known_is_not_certain(void **state)
{
	struct snapshot *snap = usual(state);
	struct bind_request request = request_of(TCP, "127.0.0.1", 0);
	struct facts f;
	struct diagnosis d;

	init_facts(&f, snap);
	f.facts.address = ADDRESS_UNKNOWN;
	d = judge(&f, &request);
	assert_int_equal(d.verdict, VERDICT_FREE);
	assert_false(d.certain);
	assert_true(d.open);
	diagnosis_done(&d);
	/* Rights are nothing that our own bind() would tell of. */
	request.local.port = 80;
	f.facts.address = ADDRESS_LOCAL;
	f.facts.privileged = TRUTH_MAYBE;
	d = judge(&f, &request);
	assert_false(d.certain);
	assert_false(d.open);
	assert_true(d.rights_unknown);
	diagnosis_settle(&d, &request, EADDRINUSE);
	assert_int_equal(d.verdict, VERDICT_BLOCKED);
	assert_false(d.certain);
	diagnosis_done(&d);
	/* No setting is known: any port may need a right. */
	snap->netns->sysctl_count = 0;
	request.local.port = PORT;
	f.facts.privileged = TRUTH_NO;
	d = judge(&f, &request);
	assert_false(d.certain);
	diagnosis_done(&d);
	f.facts.privileged = TRUTH_YES;
	d = judge(&f, &request);
	assert_true(d.certain);
	diagnosis_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(the_first_check_that_fails_gives_the_errno),
		WITH_SNAPSHOT(settings_move_the_limits),
		WITH_SNAPSHOT(what_is_not_known_is_not_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
