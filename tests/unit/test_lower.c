/* SPDX-License-Identifier: MIT */
/*
 * What the kernel is asked must let through whatever the predicate accepts.
 * An interpreter of the bytecode stands for the kernel.
 */
#include "unit.h"

#include <stdio.h>

#include "filter/filter.h"
#include "kernel_filter.h"
#include "random_filter.h"

enum { FILTERS = 20000, SOCKETS = 50, SOUGHT = 1000 };

/* ---- sockets as the kernel has them ---------------------------------- */

static struct entry entry_of(uint64_t *seed, const struct snapshot *snap, const struct socket *sk)
{
	struct entry entry = {
		.family = sk->local.address.family, .source_port = sk->local.port,
		.interface = sk->interface,
	};
	/*
	 * A bound socket may keep the peer of a connection that failed, a datagram
	 * socket the address of the one it left; the row says nothing.
	 */
	bool peer = (sk->have & HAVE_PEER) || sk->state == STATE_BOUND ||
		    sk->state == STATE_UNCONN;

	memcpy(entry.source, sk->local.address.bytes, 16);
	if (peer) {
		memcpy(entry.target, sk->peer.address.bytes, 16);
		entry.target_port = sk->state == STATE_UNCONN ? 0 : sk->peer.port;
	}
	/* Mini sockets, and everybody's without CAP_NET_ADMIN, have one they do not tell. */
	entry.mark = sk->have & HAVE_MARK ? sk->mark : random_below(seed, 3) * 0x10;
	if (sk->have & HAVE_CGROUP)
		entry.cgroup = snap->cgroups[sk->cgroup].id;
	return entry;
}

/* The dump in which a socket comes. */
static uint32_t states_of(const struct socket *sk)
{
	for (const uint32_t *states = query_dumps(sk->protocol); *states; states++)
		if (*states & STATE_BIT(sk->state))
			return *states;
	return 0;
}

static struct address mapped(const struct address *address)
{
	struct address six = { .family = AF_INET6, .bytes = { [10] = 0xff, [11] = 0xff } };

	if (address->family == AF_INET6)
		return *address;
	memcpy(six.bytes + 12, address->bytes, 4);
	return six;
}

/* The other end of a connection, in IPv4 where this one is v4-mapped, or the other way round. */
static struct socket far_end(uint64_t *seed, const struct socket *sk)
{
	struct socket far = *sk;

	far.local = sk->peer;
	far.peer = sk->local;
	far.interface = random_below(seed, 3);
	switch (random_below(seed, 3)) {
	case 0:
		far.local.address = address_unmapped(&far.local.address);
		far.peer.address = address_unmapped(&far.peer.address);
		break;
	case 1:
		far.local.address = mapped(&far.local.address);
		far.peer.address = mapped(&far.peer.address);
		break;
	default:
		break;
	}
	return far;
}

/* ---- the property ---------------------------------------------------- */

struct trial {
	uint64_t seed;
	struct snapshot *world;
	struct filter *filter;
	struct query query;
	size_t accepted, stopped;	/* by the predicate; by the kernel */
	bool all_tests;
};

static bool passes_kernel(struct trial *t, const struct socket *sk)
{
	struct kernel_scope scope = query_scope(&t->query, sk->protocol,
						states_of(sk));
	struct entry entry = entry_of(&t->seed, t->world, sk);
	uint8_t program[PROGRAM_MAX];
	int length;

	if (!(t->query.protocols & PROTOCOL_BIT(sk->protocol)) ||
	    !(query_states(&t->query) & STATE_BIT(sk->state)))
		return false;
	if (!t->all_tests)
		scope.tests = random_below(&t->seed, KERNEL_TESTS_ALL + 1);
	length = t->query.select.lower(t->filter, &scope, program);
	if (length == PROGRAM_NONE_MATCH)
		return false;
	assert_true(kernel_audits(program, length));
	return kernel_accepts(program, length, &entry);
}

static void try_socket(struct trial *t, const char *text)
{
	struct socket sk, far;
	struct row row = { t->world, &sk, NULL };
	bool passes;

	random_socket(&t->seed, &sk);
	passes = passes_kernel(t, &sk);
	t->stopped += !passes;
	if (filter_match(t->filter, &row, UINT32_MAX) != MATCH_YES)
		return;
	t->accepted++;
	if (!passes)
		fail_msg("'%s': the kernel keeps a %s socket that matches (seed %llx)", text,
			 state_names[sk.state], (unsigned long long)t->seed);
	if (!(t->query.needs & NEED_PAIR) || !(sk.have & HAVE_PEER) ||
	    sk.local.address.family != sk.peer.address.family)
		return;
	far = far_end(&t->seed, &sk);
	if (!passes_kernel(t, &far))
		fail_msg("'%s': the kernel keeps the other end (seed %llx)", text,
			 (unsigned long long)t->seed);
}

static void try_filter(struct trial *t, struct buf *text)
{
	struct filter_error error;

	text->length = 0;
	random_filter(&t->seed, text);
	buf_add_char(text, '\0');
	t->filter = filter_parse(text->data, &random_names, &error);
	if (!t->filter)
		fail_msg("'%s': %s at %zu", text->data, error.text, error.start);
	t->query = (struct query){
		.protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL, .states = STATES_ALL,
		.needs = random_below(&t->seed, 2) * NEED_LISTENER +
			 random_below(&t->seed, 2) * NEED_PAIR,
	};
	t->all_tests = random_below(&t->seed, 2);
	filter_narrow(t->filter, &t->query);
	for (int i = 0; i < SOCKETS; i++)
		try_socket(t, text->data);
	filter_free(t->filter);
}

/* 10^6 pairs of a filter and a socket. */
static void superset(void **state)
{
	struct trial t = { .seed = 42 };
	struct buf text;

	(void)state;
	t.world = random_world();
	assert_int_equal(buf_init(&text, -1), 0);
	for (int i = 0; i < FILTERS; i++)
		try_filter(&t, &text);
	/* Neither side may be trivial. */
	assert_true(t.accepted > FILTERS * SOCKETS / 10);
	assert_true(t.stopped > FILTERS * SOCKETS / 10);
	buf_free(&text);
	snapshot_free(t.world);
}

/* ---- how good it is -------------------------------------------------- */

static int program_of(const char *text, enum protocol protocol, uint32_t states, uint8_t *program)
{
	struct kernel_scope scope = { .protocol = protocol, .states = states,
				      .tests = KERNEL_TESTS_ALL };
	struct filter_error error;
	struct filter *filter = filter_parse(text, &random_names, &error);
	struct query query = { .protocols = PROTOCOLS_ALL, .states = STATES_ALL };
	int length;

	assert_non_null(filter);
	filter_narrow(filter, &query);
	length = query.select.lower(filter, &scope, program);
	filter_free(filter);
	return length;
}

/* A term that the kernel can't test costs only itself. */
static void partial(void **state)
{
	static const struct {
		const char *whole, *known;
	} cases[] = {
		{ "sport = 80 and user root", "sport = 80" },
		{ "user root and (sport = 80 or dport 443) and rtt > 1ms",
		  "sport = 80 or dport 443" },
		{ "not (sport = 80 or user root)", "not sport = 80" },
		{ "state estab and dst 10/8", "dst 10/8" },
		{ "dport 443 and (user root or src ::1)", "dport 443" },
		{ "protocol tcp and sport 80", "sport 80" },
	};
	uint8_t whole[PROGRAM_MAX], known[PROGRAM_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int length = program_of(cases[i].whole, PROTOCOL_TCP, STATES_CONNECTED, whole);

		assert_int_equal(length, program_of(cases[i].known, PROTOCOL_TCP, STATES_CONNECTED,
						    known));
		assert_true(length > 0);
		assert_memory_equal(whole, known, (size_t)length);
	}
}

/* What can't match is not asked for at all. */
static void nothing(void **state)
{
	static const struct {
		const char *text;
		enum protocol protocol;
		uint32_t states;
	} cases[] = {
		{ "udp:53", PROTOCOL_TCP, STATES_CONNECTED },
		{ "state listen and sport 80", PROTOCOL_TCP, STATES_CONNECTED },
		{ "dport 80", PROTOCOL_TCP, STATE_BIT(STATE_LISTEN) },
		{ "dst 10/8", PROTOCOL_TCP, STATE_BIT(STATE_BOUND) },
		{ "exclude connected and not state listen", PROTOCOL_TCP, STATES_CONNECTED },
		{ "protocol udp and dport 53", PROTOCOL_TCP, STATES_ALL },
	};
	uint8_t program[PROGRAM_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(program_of(cases[i].text, cases[i].protocol, cases[i].states,
					    program), PROGRAM_NONE_MATCH);
}

/* More ports than a program holds are asked for by the range around them. */
static void many_ports(void **state)
{
	uint8_t program[PROGRAM_MAX];
	struct buf text;
	int length;

	(void)state;
	assert_int_equal(buf_init(&text, -1), 0);
	buf_add_literal(&text, "sport in 5000");
	for (unsigned port = 5002; port < 5000 + 2 * SOUGHT; port += 2) {
		buf_add_char(&text, ',');
		buf_add_unsigned(&text, port);
	}
	buf_add_char(&text, '\0');
	length = program_of(text.data, PROTOCOL_TCP, STATES_CONNECTED, program);
	assert_int_equal(length, 16);
	/* And terms that are too many for one are left to us. */
	text.length = 0;
	for (unsigned port = 1; port < SOUGHT; port++) {
		buf_add_text(&text, port > 1 ? " or sport " : "sport ");
		buf_add_unsigned(&text, 3 * port);
	}
	buf_add_char(&text, '\0');
	assert_int_equal(program_of(text.data, PROTOCOL_TCP, STATES_CONNECTED, program), 0);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(superset),
		cmocka_unit_test(partial),
		cmocka_unit_test(nothing),
		cmocka_unit_test(many_ports),
	};

	return cmocka_run_group_tests_name("lower", tests, NULL, NULL);
}
