/* SPDX-License-Identifier: MIT */
/* "Connection refused": who would have taken it, and who nearly? */
#include "sysctl.h"

#include "diagnose/connect.h"

enum { PORT = 8080, ETH0 = 2 };

enum {
	V6 = 1 << 0,			/* IPV6_V6ONLY */
	V6_ = 1 << 1,			/* not known */
	DEV = 1 << 2,			/* on eth0 */
	FULL = 1 << 3,
	UDP = 1 << 4,
};

struct other {
	enum state state;		/* STATE_NONE: none */
	const char *address;
	unsigned flags;
};

struct line {
	const char *asked;
	struct other others[2];
	enum connect_finding finding;
	bool certain;
	unsigned sockets;		/* bits: which of the others it is about */
};

static const struct line lines[] = {
	{ "127.0.0.1", { { 0 } }, CONNECT_NOBODY, true, 0 },
	{ "127.0.0.1", { { STATE_LISTEN, "127.0.0.1", 0 } }, CONNECT_LISTENS, true, 1 },
	{ "127.0.0.1", { { STATE_LISTEN, "0.0.0.0", 0 } }, CONNECT_LISTENS, true, 1 },
	{ "0.0.0.0", { { STATE_LISTEN, "127.0.0.1", 0 } }, CONNECT_LISTENS, true, 1 },
	{ "::", { { STATE_LISTEN, "::1", V6 } }, CONNECT_LISTENS, true, 1 },
	{ "127.0.0.1", { { STATE_LISTEN, "::", 0 } }, CONNECT_LISTENS, true, 1 },
	{ "::ffff:127.0.0.1", { { STATE_LISTEN, "0.0.0.0", 0 } }, CONNECT_LISTENS, true, 1 },
	{ "127.0.0.1", { { STATE_LISTEN, "::ffff:127.0.0.1", 0 } }, CONNECT_LISTENS, true, 1 },
	/* The very address goes before the wildcard, and all that fit alike are named. */
	{ "127.0.0.1", { { STATE_LISTEN, "0.0.0.0", 0 }, { STATE_LISTEN, "127.0.0.1", 0 } },
	  CONNECT_LISTENS, true, 2 },
	{ "127.0.0.1", { { STATE_LISTEN, "0.0.0.0", 0 }, { STATE_LISTEN, "127.0.0.1", FULL } },
	  CONNECT_QUEUE_FULL, true, 2 },
	{ "127.0.0.1", { { STATE_LISTEN, "0.0.0.0", FULL }, { STATE_LISTEN, "127.0.0.1", 0 } },
	  CONNECT_LISTENS, true, 2 },
	{ "127.0.0.1", { { STATE_LISTEN, "0.0.0.0", 0 }, { STATE_LISTEN, "0.0.0.0", 0 } },
	  CONNECT_LISTENS, true, 3 },
	{ "127.0.0.1", { { STATE_LISTEN, "0.0.0.0", 0 }, { STATE_LISTEN, "0.0.0.0", FULL } },
	  CONNECT_QUEUE_FULL, false, 2 },
	{ "127.0.0.1", { { STATE_LISTEN, "0.0.0.0", FULL } }, CONNECT_QUEUE_FULL, true, 1 },
	/* Families */
	{ "127.0.0.1", { { STATE_LISTEN, "::", V6 } }, CONNECT_IPV6_ONLY, true, 1 },
	{ "127.0.0.1", { { STATE_LISTEN, "::", V6_ } }, CONNECT_LISTENS, false, 1 },
	{ "127.0.0.1", { { STATE_LISTEN, "::1", V6 } }, CONNECT_IPV6_ONLY, true, 1 },
	{ "::1", { { STATE_LISTEN, "127.0.0.1", 0 } }, CONNECT_IPV4_ONLY, true, 1 },
	{ "2001:db8::7", { { STATE_LISTEN, "0.0.0.0", 0 } }, CONNECT_IPV4_ONLY, true, 1 },
	{ "::1", { { STATE_LISTEN, "::ffff:0.0.0.0", 0 } }, CONNECT_IPV4_ONLY, true, 1 },
	/* Addresses */
	{ "10.9.8.7", { { STATE_LISTEN, "127.0.0.1", 0 } }, CONNECT_LOOPBACK_ONLY, true, 1 },
	{ "10.9.8.7", { { STATE_LISTEN, "::1", V6 } }, CONNECT_LOOPBACK_ONLY, true, 1 },
	{ "2001:db8::7", { { STATE_LISTEN, "127.0.0.1", 0 } }, CONNECT_LOOPBACK_ONLY, true, 1 },
	{ "10.9.8.7", { { STATE_LISTEN, "10.9.8.8", 0 } }, CONNECT_OTHER_ADDRESS, true, 1 },
	{ "127.0.0.1", { { STATE_LISTEN, "10.9.8.7", 0 } }, CONNECT_OTHER_ADDRESS, true, 1 },
	{ "127.0.0.1", { { STATE_LISTEN, "127.0.0.53", 0 } }, CONNECT_OTHER_ADDRESS, true, 1 },
	/* The nearest is told. */
	{ "10.9.8.7", { { STATE_LISTEN, "10.9.8.8", 0 }, { STATE_LISTEN, "127.0.0.1", 0 } },
	  CONNECT_LOOPBACK_ONLY, true, 2 },
	{ "10.9.8.7", { { STATE_LISTEN, "127.0.0.1", 0 }, { STATE_LISTEN, "::1", V6 } },
	  CONNECT_LOOPBACK_ONLY, true, 3 },
	/* Devices */
	{ "10.9.8.7", { { STATE_LISTEN, "0.0.0.0", DEV } }, CONNECT_OTHER_DEVICE, true, 1 },
	{ "10.9.8.7", { { STATE_LISTEN, "127.0.0.1", DEV } }, CONNECT_LOOPBACK_ONLY, true, 1 },
	/* No listener at all */
	{ "127.0.0.1", { { STATE_BOUND, "0.0.0.0", 0 } }, CONNECT_BOUND_NOT_LISTENING, true, 1 },
	{ "127.0.0.1", { { STATE_BOUND, "10.9.8.7", 0 } }, CONNECT_NOBODY, true, 0 },
	{ "127.0.0.1", { { STATE_ESTAB, "127.0.0.1", 0 } }, CONNECT_NOBODY, true, 0 },
	{ "127.0.0.1", { { STATE_UNCONN, "0.0.0.0", UDP } }, CONNECT_OTHER_PROTOCOL, true, 1 },
	{ "127.0.0.1", { { STATE_UNCONN, "0.0.0.0", UDP }, { STATE_BOUND, "0.0.0.0", 0 } },
	  CONNECT_BOUND_NOT_LISTENING, true, 2 },
	{ "127.0.0.1", { { STATE_UNCONN, "0.0.0.0", UDP }, { STATE_LISTEN, "0.0.0.0", 0 } },
	  CONNECT_LISTENS, true, 2 },
};

static void add_other(struct snapshot *snap, const struct other *other)
{
	struct socket *sk = add_socket(snap, other->flags & UDP ? PROTOCOL_UDP : PROTOCOL_TCP,
				       other->state, other->address, PORT);

	sk->v6only = other->flags & V6;
	if (sk->local.address.family == AF_INET6 && !(other->flags & V6_))
		sk->have |= HAVE_V6ONLY;
	if (other->flags & DEV)
		sk->interface = ETH0;
	if (other->state == STATE_LISTEN)
		sk->accept_queue = sk->backlog + !!(other->flags & FULL);
}

static struct connect_diagnosis judge(struct snapshot *snap, const struct connect_request *request)
{
	struct bind_facts facts = { .snap = snap, .whole = true };
	struct connect_diagnosis d;

	assert_int_equal(connect_judge(request, &facts, &d), 0);
	return d;
}

static void each_case_has_its_finding(void **state)
{
	struct snapshot *snap = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const struct line *line = &lines[i];
		struct connect_request request = {
			.protocol = PROTOCOL_TCP, .peer = { address_of(line->asked), PORT },
			.exhausted = TRUTH_NO,
		};
		struct connect_diagnosis d;
		unsigned sockets = 0;

		snap->count = 0;
		for (size_t j = 0; j < 2 && line->others[j].state; j++)
			add_other(snap, &line->others[j]);
		d = judge(snap, &request);
		for (size_t j = 0; j < d.count; j++)
			sockets |= 1u << d.sockets[j];
		if (d.finding != line->finding || d.certain != line->certain ||
		    sockets != line->sockets)
			fail_msg("line %zu, %s asked: %s, %scertain, sockets %#x; not %s", i,
				 line->asked, connect_names[d.finding], d.certain ? "" : "un",
				 sockets, connect_names[line->finding]);
		connect_diagnosis_done(&d);
	}
}

static void udp_listens_unless_it_has_a_peer(void **state)
{
	struct snapshot *snap = *state;
	struct connect_request request = {
		.protocol = PROTOCOL_UDP, .peer = { address_of("127.0.0.1"), PORT },
		.exhausted = TRUTH_NO,
	};
	struct connect_diagnosis d;

	add_socket(snap, PROTOCOL_UDP, STATE_ESTAB, "127.0.0.1", PORT);
	d = judge(snap, &request);
	assert_int_equal(d.finding, CONNECT_BOUND_NOT_LISTENING);
	connect_diagnosis_done(&d);
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", PORT);
	d = judge(snap, &request);
	assert_int_equal(d.finding, CONNECT_LISTENS);
	assert_int_equal(d.sockets[0], 1);
	connect_diagnosis_done(&d);
}

static void what_is_elsewhere_does_not_answer(void **state)
{
	struct snapshot *snap = *state;
	struct connect_request request = {
		.protocol = PROTOCOL_TCP, .peer = { address_of("127.0.0.1"), PORT },
		.exhausted = TRUTH_NO,
	};
	struct connect_diagnosis d;

	add_listener(snap, "0.0.0.0", PORT)->netns = 1;
	add_listener(snap, "0.0.0.0", PORT + 1);
	d = judge(snap, &request);
	assert_int_equal(d.finding, CONNECT_NOBODY);
	connect_diagnosis_done(&d);
	/* The device it comes in by is that of the listener. */
	add_listener(snap, "0.0.0.0", PORT)->interface = ETH0;
	request.interface = ETH0;
	d = judge(snap, &request);
	assert_int_equal(d.finding, CONNECT_LISTENS);
	connect_diagnosis_done(&d);
	request.nonlocal = true;
	d = judge(snap, &request);
	assert_int_equal(d.finding, CONNECT_NOT_HERE);
	assert_false(d.certain);
	assert_int_equal(d.count, 0);
	connect_diagnosis_done(&d);
	request.group = true;
	d = judge(snap, &request);
	assert_int_equal(d.finding, CONNECT_GROUP);
	assert_true(d.certain);
	connect_diagnosis_done(&d);
	request.protocol = PROTOCOL_UDP;
	d = judge(snap, &request);
	assert_int_equal(d.finding, CONNECT_GROUP);
	assert_false(d.certain);
	connect_diagnosis_done(&d);
}

/* While net.ipv4.tcp_l3mdev_accept is 0, a listener without a VRF takes nothing from one. */
static void a_vrf_takes_what_comes_in_by_its_devices(void **state)
{
	enum { RED = 7, OF_RED = 8, BLUE = 9 };
	static const struct device devices[] = {
		{ RED, RED, false }, { OF_RED, RED, false }, { BLUE, BLUE, false },
		{ ETH0, 0, false },
	};
	static const struct {
		const char *accepts;
		uint32_t from, by, listener;
		enum connect_finding finding;
	} cases[] = {
		{ "0", RED, OF_RED, RED, CONNECT_LISTENS },
		{ "0", OF_RED, OF_RED, RED, CONNECT_LISTENS },
		{ "0", RED, OF_RED, OF_RED, CONNECT_LISTENS },
		{ "0", RED, OF_RED, 0, CONNECT_OTHER_DEVICE },
		{ "1", RED, OF_RED, 0, CONNECT_LISTENS },
		{ "1", RED, OF_RED, BLUE, CONNECT_OTHER_DEVICE },
		{ "1", 0, ETH0, RED, CONNECT_OTHER_DEVICE },
		{ "0", 0, ETH0, 0, CONNECT_LISTENS },
		{ "0", ETH0, ETH0, 0, CONNECT_LISTENS },
		/* It leaves by another device than that of the address. */
		{ "0", 1, ETH0, 0, CONNECT_NOT_FROM_HERE },
		{ "1", RED, ETH0, 0, CONNECT_NOT_FROM_HERE },
	};
	struct snapshot *snap = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct connect_request request = {
			.protocol = PROTOCOL_TCP, .peer = { address_of("10.1.1.1"), PORT },
			.interface = cases[i].by, .from = cases[i].from, .exhausted = TRUTH_NO,
		};
		struct bind_facts facts = {
			.snap = snap, .whole = true, .devices = devices, .device_count = 4,
		};
		struct connect_diagnosis d;

		snap->count = 0;
		add_sysctl(snap, "net.ipv4.tcp_l3mdev_accept", cases[i].accepts);
		add_listener(snap, "0.0.0.0", PORT)->interface = cases[i].listener;
		assert_int_equal(connect_judge(&request, &facts, &d), 0);
		if (d.finding != cases[i].finding ||
		    d.certain == (d.finding == CONNECT_NOT_FROM_HERE))
			fail_msg("case %zu: %s", i, connect_names[d.finding]);
		connect_diagnosis_done(&d);
	}
}

static void every_finding_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < CONNECT_COUNT; i++)
		assert_non_null(connect_names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(each_case_has_its_finding),
		WITH_SNAPSHOT(udp_listens_unless_it_has_a_peer),
		WITH_SNAPSHOT(what_is_elsewhere_does_not_answer),
		WITH_SNAPSHOT(a_vrf_takes_what_comes_in_by_its_devices),
		cmocka_unit_test(every_finding_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
