/* SPDX-License-Identifier: MIT */
/* Listeners: which sockets listen together, whose they are, how far they reach. */
#include "unit.h"

#include "model/listener.h"

/* The listener of the socket at `index`. */
static const struct listener *listener_of(const struct snapshot *snap, uint32_t index)
{
	assert_in_range(snap->sockets[index].listener, 1, snap->listener_count);
	return &snap->listeners[snap->sockets[index].listener - 1];
}

static void find(struct snapshot *snap, size_t expected)
{
	assert_int_equal(listeners_find(snap), 0);
	listeners_compare_owners(snap);
	assert_int_equal(snap->listener_count, expected);
}

static void a_snapshot_without_sockets_has_no_listeners(void **state)
{
	find(*state, 0);
}

static void members_of_a_reuseport_group_are_one_listener(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 443);
	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 80);
	find(snap, 2);
	assert_int_equal(listener_of(snap, 0)->count, 3);
	assert_ptr_equal(listener_of(snap, 0), listener_of(snap, 3));
	assert_int_equal(listener_of(snap, 1)->count, 1);
	assert_int_equal(snap->members[listener_of(snap, 0)->first], 0);
	assert_int_equal(snap->members[listener_of(snap, 0)->first + 2], 3);
}

static void address_port_protocol_and_device_tell_listeners_apart(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 53);
	add_listener(snap, "127.0.0.1", 53);
	add_listener(snap, "0.0.0.0", 54);
	add_listener(snap, "0.0.0.0", 53)->interface = 1;
	add_listener(snap, "0.0.0.0", 53)->interface = 2;
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", 53);
	add_socket(snap, PROTOCOL_UDPLITE, STATE_UNCONN, "0.0.0.0", 53);
	find(snap, 7);
}

static void namespaces_tell_listeners_apart(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 80)->netns = 1;
	find(snap, 2);
}

static void v6only_and_dual_stack_stand_side_by_side(void **state)
{
	struct snapshot *snap = *state;

	for (int i = 0; i < 4; i++) {
		struct socket *sk = add_listener(snap, "::", 80);

		sk->have |= HAVE_V6ONLY;
		sk->v6only = i % 2;
	}
	find(snap, 2);
	assert_int_equal(listener_of(snap, 0)->count, 2);
	assert_ptr_equal(listener_of(snap, 1), listener_of(snap, 3));
}

static void listeners_come_by_protocol_and_port(void **state)
{
	static const uint16_t ports[] = { 22, 80, 53 };
	struct snapshot *snap = *state;

	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", 53);
	add_listener(snap, "::", 80);
	add_listener(snap, "0.0.0.0", 22);
	find(snap, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(snap->sockets[snap->members[snap->listeners[i].first]].local.port,
				 ports[i]);
}

static void members_of_one_family_are_not_independent(void **state)
{
	struct snapshot *snap = *state;

	for (uint32_t i = 0; i < 3; i++) {
		add_listener(snap, "0.0.0.0", 80);
		add_owner(snap, i, add_process(snap, 800 + i, "nginx"), 6);
		snap->processes[i].family = 800;
	}
	find(snap, 1);
	assert_false(snap->listeners[0].independent);
}

static void members_of_unrelated_programs_are_independent(void **state)
{
	struct snapshot *snap = *state;

	for (uint32_t i = 0; i < 3; i++) {
		add_listener(snap, "0.0.0.0", 80);
		/* The same name says nothing: they were started apart. */
		add_owner(snap, i, add_process(snap, 800 + i, "nginx"), 6);
	}
	snap->processes[1].family = 800;
	find(snap, 1);
	assert_true(snap->listeners[0].independent);
}

static void datagrams_are_shared_and_raw_packets_are_not(void **state)
{
	struct snapshot *snap = *state;

	for (uint32_t i = 0; i < 4; i++) {
		add_socket(snap, i < 2 ? PROTOCOL_UDP : PROTOCOL_RAW, STATE_UNCONN, "0.0.0.0", 58);
		add_owner(snap, i, add_process(snap, 800 + i, "ping"), 6);
	}
	find(snap, 2);
	assert_true(listener_of(snap, 0)->independent);
	assert_false(listener_of(snap, 2)->independent);
	assert_non_null(strstr(snap->notes->text, "unicast datagram"));
	assert_null(snap->notes->next);
}

static void members_without_an_owner_prove_nothing(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 80);
	add_owner(snap, 0, add_process(snap, 800, "nginx"), 6);
	find(snap, 1);
	assert_false(snap->listeners[0].independent);
}

static void a_first_member_without_owner_hides_no_independence(void **state)
{
	struct snapshot *snap = *state;

	for (int i = 0; i < 3; i++)
		add_listener(snap, "0.0.0.0", 80);
	add_owner(snap, 1, add_process(snap, 800, "nginx"), 6);
	add_owner(snap, 2, add_process(snap, 900, "haproxy"), 6);
	find(snap, 1);
	assert_true(snap->listeners[0].independent);
}

/* Five members of three programs, the first member without an owner. */
static void each_program_is_named_once(void **state)
{
	static const uint32_t families[] = { 0, 800, 800, 900, 700 };
	struct snapshot *snap = *state;

	for (uint32_t i = 0; i < 5; i++) {
		add_listener(snap, "0.0.0.0", 80);
		if (!families[i])
			continue;
		add_owner(snap, i, add_process(snap, 800 + i, "nginx"), 6);
		snap->processes[i - 1].family = families[i];
	}
	find(snap, 1);
	assert_non_null(snap->notes);
	assert_non_null(strstr(snap->notes->text, "(nginx 801, nginx 803, nginx 804)"));
	assert_null(snap->notes->next);
}

static void more_than_four_programs_are_not_all_named(void **state)
{
	struct snapshot *snap = *state;

	for (uint32_t i = 0; i < 6; i++) {
		add_listener(snap, "0.0.0.0", 80);
		add_owner(snap, i, add_process(snap, 800 + i, "nginx"), 6);
	}
	find(snap, 1);
	assert_non_null(snap->notes);
	assert_non_null(strstr(snap->notes->text,
			       "(nginx 800, nginx 801, nginx 802, nginx 803, ...)"));
}

static void twins_of_one_process_are_linked_and_not_merged(void **state)
{
	struct snapshot *snap = *state;
	uint32_t sshd = add_process(snap, 900, "sshd");

	add_listener(snap, "0.0.0.0", 22);
	add_listener(snap, "::", 22)->v6only = true;
	add_owner(snap, 0, sshd, 3);
	add_owner(snap, 1, sshd, 4);
	find(snap, 2);
	assert_int_equal(snap->listeners[0].count, 1);
	assert_int_equal(snap->listeners[0].twin, 2);
	assert_int_equal(snap->listeners[1].twin, 1);
}

static void other_listeners_are_no_twins(void **state)
{
	struct snapshot *snap = *state;
	uint32_t one = add_process(snap, 900, "sshd"), other = add_process(snap, 901, "sshd");
	static const char *const addresses[] = { "0.0.0.0", "::", "127.0.0.1", "0.0.0.0", "::1" };
	static const uint16_t ports[] = { 22, 22, 80, 443, 443 };

	for (uint32_t i = 0; i < 5; i++) {
		add_listener(snap, addresses[i], ports[i]);
		add_owner(snap, i, i ? one : other, 3 + (int)i);
	}
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "::", 22);
	add_owner(snap, 5, other, 9);
	find(snap, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(snap->listeners[i].twin, 0);
}

static void every_scope_is_recognised(void **state)
{
	static const struct {
		const char *address;
		enum scope scope;
		bool v6only;
		uint32_t interface;
	} known[] = {
		{ "::", SCOPE_ANY, false, 0 }, { "::", SCOPE_ANY6, true, 0 },
		{ "0.0.0.0", SCOPE_ANY4, false, 0 }, { "127.0.0.1", SCOPE_LOOPBACK, false, 0 },
		{ "::1", SCOPE_LOOPBACK, false, 0 }, { "127.0.0.53", SCOPE_LOOPBACK, false, 1 },
		{ "10.0.0.1", SCOPE_ADDRESS, false, 0 }, { "fe80::1", SCOPE_ADDRESS, false, 2 },
		{ "0.0.0.0", SCOPE_DEVICE, false, 2 }, { "::", SCOPE_DEVICE, false, 2 },
		{ "::ffff:127.0.0.1", SCOPE_LOOPBACK, false, 0 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct socket *sk = add_listener(*state, known[i].address, 80);

		sk->have |= HAVE_V6ONLY;
		sk->v6only = known[i].v6only;
		sk->interface = known[i].interface;
		assert_int_equal(socket_scope(sk), known[i].scope);
	}
	assert_int_equal(socket_scope(add_connection(*state, "::1", 1, "::1", 2)), SCOPE_NONE);
}

/* bind() to ::ffff:0.0.0.0 takes IPv4 from everywhere: inet6_bind() sets 0.0.0.0 for it. */
static void the_mapped_wildcard_reaches_as_far_as_0_0_0_0(void **state)
{
	assert_int_equal(socket_scope(add_listener(*state, "::ffff:0.0.0.0", 80)), SCOPE_ANY4);
}

static void ports_are_classed_by_the_kernels_own_range(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "::", 1023);

	assert_int_equal(socket_port_class(snap, sk), PORT_WELL_KNOWN);
	sk->local.port = 1024;
	assert_int_equal(socket_port_class(snap, sk), PORT_REGISTERED);
	sk->local.port = 32767;
	assert_int_equal(socket_port_class(snap, sk), PORT_REGISTERED);
	sk->local.port = 32768;
	assert_int_equal(socket_port_class(snap, sk), PORT_EPHEMERAL);
	sk->local.port = 60999;
	assert_int_equal(socket_port_class(snap, sk), PORT_EPHEMERAL);
	sk->local.port = 61000;
	assert_int_equal(socket_port_class(snap, sk), PORT_REGISTERED);
	snap->netns->ephemeral_first = 1000;
	sk->local.port = 1000;
	assert_int_equal(socket_port_class(snap, sk), PORT_EPHEMERAL);
	sk->protocol = PROTOCOL_RAW;
	assert_int_equal(socket_port_class(snap, sk), PORT_NONE);
}

static size_t notes_of(const struct snapshot *snap)
{
	size_t count = 0;

	for (const struct note *note = snap->notes; note; note = note->next)
		count++;
	return count;
}

static void listeners_can_be_found_again(void **state)
{
	struct snapshot *snap = *state;

	for (uint32_t i = 0; i < 8; i++) {
		add_listener(snap, "0.0.0.0", 80 + i / 2);
		add_owner(snap, i, add_process(snap, 800 + i, "nginx"), 6);
	}
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	find(snap, 4);
	assert_int_equal(notes_of(snap), 4);
	find(snap, 4);
	assert_int_equal(snap->listeners[0].connections, 1);
	assert_int_equal(snap->listeners[0].count, 2);
	assert_int_equal(notes_of(snap), 4);
	snapshot_forget(snap, 0, 4);
	find(snap, 2);
	assert_int_equal(snap->sockets[4].listener, 0);
	assert_int_equal(pairs_find(snap), 0);
	assert_int_equal(pairs_find(snap), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(a_snapshot_without_sockets_has_no_listeners),
		WITH_SNAPSHOT(members_of_a_reuseport_group_are_one_listener),
		WITH_SNAPSHOT(address_port_protocol_and_device_tell_listeners_apart),
		WITH_SNAPSHOT(namespaces_tell_listeners_apart),
		WITH_SNAPSHOT(v6only_and_dual_stack_stand_side_by_side),
		WITH_SNAPSHOT(listeners_come_by_protocol_and_port),
		WITH_SNAPSHOT(members_of_one_family_are_not_independent),
		WITH_SNAPSHOT(members_of_unrelated_programs_are_independent),
		WITH_SNAPSHOT(datagrams_are_shared_and_raw_packets_are_not),
		WITH_SNAPSHOT(members_without_an_owner_prove_nothing),
		WITH_SNAPSHOT(a_first_member_without_owner_hides_no_independence),
		WITH_SNAPSHOT(each_program_is_named_once),
		WITH_SNAPSHOT(more_than_four_programs_are_not_all_named),
		WITH_SNAPSHOT(twins_of_one_process_are_linked_and_not_merged),
		WITH_SNAPSHOT(other_listeners_are_no_twins),
		WITH_SNAPSHOT(every_scope_is_recognised),
		WITH_SNAPSHOT(the_mapped_wildcard_reaches_as_far_as_0_0_0_0),
		WITH_SNAPSHOT(ports_are_classed_by_the_kernels_own_range),
		WITH_SNAPSHOT(listeners_can_be_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
