/* SPDX-License-Identifier: MIT */
/* Which listener a connection came in through, and which other end it has. */
#include "unit.h"

#include <stdio.h>

#include "model/field.h"
#include "model/listener.h"

/* The local address of the listener that the last socket belongs to; NULL: none. */
static const struct socket *listener_of_last(struct snapshot *snap)
{
	uint32_t index;

	assert_int_equal(listeners_find(snap), 0);
	index = snap->sockets[snap->count - 1].listener;
	return index ? &snap->sockets[snap->members[snap->listeners[index - 1].first]] : NULL;
}

static void a_connection_belongs_to_the_listener_of_its_local_end(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 81);
	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[1]);
	assert_int_equal(socket_role(snap, &snap->sockets[2]), ROLE_INBOUND);
	assert_int_equal(snap->listeners[snap->sockets[2].listener - 1].connections, 1);
	assert_int_equal(socket_role(snap, &snap->sockets[1]), ROLE_LISTENER);
}

static void other_connections_are_outbound(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "10.0.0.2", 40001);
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", 40000);
	add_connection(snap, "10.0.0.1", 40000, "10.0.0.9", 80);
	assert_null(listener_of_last(snap));
	assert_int_equal(socket_role(snap, &snap->sockets[3]), ROLE_OUTBOUND);
	snap->asked &= ~(uint32_t)NEED_LISTENER;
	assert_int_equal(socket_role(snap, &snap->sockets[3]), ROLE_NONE);
}

static enum role role_of(struct snapshot *snap, size_t index)
{
	assert_int_equal(listeners_find(snap), 0);
	return socket_role(snap, &snap->sockets[index]);
}

static void add_pair(struct snapshot *snap, const char *a, uint16_t port, const char *b,
		     uint16_t peer)
{
	add_connection(snap, a, port, b, peer);
	add_connection(snap, b, peer, a, port);
}

static void without_a_listener_no_end_of_a_pair_is_outbound(void **state)
{
	struct snapshot *snap = *state;

	snap->netns[0].ephemeral_first = 32768;
	snap->netns[0].ephemeral_last = 60999;
	add_pair(snap, "127.0.0.1", 7601, "127.0.0.1", 40000);
	add_pair(snap, "10.0.0.1", 40001, "10.0.0.2", 40002);
	add_pair(snap, "::ffff:10.0.0.1", 7602, "10.0.0.1", 40003);
	for (size_t i = 0; i < snap->count; i++)
		assert_int_equal(role_of(snap, i), ROLE_NONE);
	/* One end alone, as a filter may leave it, is no other. */
	snap->count = 1;
	assert_int_equal(role_of(snap, 0), ROLE_NONE);
}

static void of_a_pair_the_end_that_a_listener_took_tells_the_other(void **state)
{
	struct snapshot *snap = *state;

	snap->netns[0].ephemeral_first = 32768;
	snap->netns[0].ephemeral_last = 60999;
	add_pair(snap, "127.0.0.1", 7601, "127.0.0.1", 40000);
	add_connection(snap, "10.0.0.1", 5000, "127.0.0.1", 7601);
	add_listener(snap, "0.0.0.0", 7601);
	assert_int_equal(role_of(snap, 0), ROLE_INBOUND);
	assert_int_equal(role_of(snap, 1), ROLE_OUTBOUND);
	assert_int_equal(role_of(snap, 2), ROLE_OUTBOUND);
}

static void a_port_that_servers_have_is_no_callers(void **state)
{
	struct snapshot *snap = *state;

	snap->netns[0].ephemeral_last = 0;
	add_connection(snap, "10.0.0.1", 22, "192.0.2.1", 40000);
	add_connection(snap, "10.0.0.1", 40000, "192.0.2.1", 22);
	assert_int_equal(role_of(snap, 0), ROLE_OUTBOUND);	/* the range is not known */
	snap->netns[0].ephemeral_first = 32768;
	snap->netns[0].ephemeral_last = 60999;
	assert_int_equal(role_of(snap, 0), ROLE_NONE);
	assert_int_equal(role_of(snap, 1), ROLE_OUTBOUND);
	/* A listener at another address: it has moved, or the other took it. */
	add_listener(snap, "127.0.0.1", 40000);
	assert_int_equal(role_of(snap, 1), ROLE_NONE);
	snap->sockets[1].state = STATE_SYN_SENT;
	assert_int_equal(role_of(snap, 1), ROLE_OUTBOUND);
	snap->sockets[0].state = STATE_SYN_RECV;
	assert_int_equal(role_of(snap, 0), ROLE_NONE);
}

/* SO_REUSEADDR lets a listener and a client share a port. */
static void who_asks_for_a_connection_is_outbound(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 443)->state = STATE_SYN_SENT;
	assert_null(listener_of_last(snap));
	assert_int_equal(socket_role(snap, &snap->sockets[1]), ROLE_OUTBOUND);
	assert_int_equal(snap->listeners[0].connections, 0);
}

static void a_bound_socket_has_no_role(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_socket(snap, PROTOCOL_TCP, STATE_BOUND, "10.0.0.1", 80);
	assert_null(listener_of_last(snap));
	assert_int_equal(socket_role(snap, &snap->sockets[1]), ROLE_NONE);
}

static void a_specific_listener_beats_the_wildcard(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "::", 80);
	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "10.0.0.1", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[2]);
}

/* Also IPv4 connections of IPv6 sockets, and those to an address that nobody listens on. */
static void among_many_addresses_of_a_port_the_own_one_is_found(void **state)
{
	enum { COUNT = 2000 };
	struct snapshot *snap = *state;
	char address[32], mapped[40];

	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(address, sizeof(address), "10.0.%u.%u", i / 200, i % 200);
		snprintf(mapped, sizeof(mapped), "::ffff:%s", address);
		add_listener(snap, address, 80);
		add_connection(snap, i % 2 ? mapped : address, 80, "10.9.9.9", 40000);
	}
	add_listener(snap, "::", 80);
	add_connection(snap, "10.0.0.201", 80, "10.9.9.9", 40000);
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[2 * COUNT]);
	for (unsigned i = 0; i < 2 * COUNT; i += 2)
		assert_int_equal(snap->sockets[i].listener, snap->sockets[i + 1].listener);
}

static void of_two_wildcards_the_own_version_is_taken(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "::", 80);
	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[1]);
}

static void a_mapped_connection_came_through_the_dual_stack_listener(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "::", 80);
	add_connection(snap, "::ffff:10.0.0.1", 80, "::ffff:10.0.0.9", 40000);
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[1]);
}

static void ipv4_does_not_come_through_a_v6only_listener(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "::", 80);

	sk->have |= HAVE_V6ONLY;
	sk->v6only = true;
	add_connection(snap, "::ffff:10.0.0.1", 80, "::ffff:10.0.0.9", 40000);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40001);
	assert_null(listener_of_last(snap));
	assert_int_equal(snap->sockets[1].listener, 0);
}

static void ipv6_does_not_come_through_an_ipv4_listener(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "2001:db8::1", 80, "2001:db8::9", 40000);
	assert_null(listener_of_last(snap));
}

/* bind() to ::ffff:0.0.0.0 takes IPv4 from everywhere: inet6_bind() sets 0.0.0.0 for it. */
static void ipv4_comes_through_the_mapped_wildcard(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "::ffff:0.0.0.0", 80);
	add_connection(snap, "::ffff:10.0.0.1", 80, "::ffff:10.0.0.9", 40000);
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[0]);
}

static void a_device_bound_listener_is_preferred_on_its_device(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 80)->interface = 2;
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000)->interface = 2;
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[1]);
}

static void a_device_bound_listener_takes_nothing_of_other_devices(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80)->interface = 2;
	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 40000)->interface = 1;
	assert_null(listener_of_last(snap));
}

/* What a device-bound listener accepts is bound to the same device (inet_csk_clone_lock()). */
static void an_unbound_connection_came_through_the_unbound_listener(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 80)->interface = 2;
	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 40000);
	assert_ptr_equal(listener_of_last(snap), &snap->sockets[0]);
}

static void the_listener_is_named_by_its_cookie(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { .snap = snap };

	add_listener(snap, "0.0.0.0", 80)->cookie = 77;
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	assert_non_null(listener_of_last(snap));
	row.sk = &snap->sockets[1];
	assert_int_equal(field_get(&row, FIELD_LISTENER_COOKIE).number, 77);
	row.sk = &snap->sockets[0];
	assert_int_equal(field_get(&row, FIELD_LISTENER_COOKIE).type, VALUE_NONE);
}

static void the_two_ends_of_a_connection_find_each_other(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "127.0.0.1", 80);
	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 40000);
	add_connection(snap, "127.0.0.1", 40000, "127.0.0.1", 80);
	add_connection(snap, "127.0.0.1", 40001, "127.0.0.1", 80);
	assert_null(pair_of(snap, &snap->sockets[1]));
	assert_int_equal(pairs_find(snap), 0);
	assert_ptr_equal(pair_of(snap, &snap->sockets[1]), &snap->sockets[2]);
	assert_ptr_equal(pair_of(snap, &snap->sockets[2]), &snap->sockets[1]);
	assert_null(pair_of(snap, &snap->sockets[3]));
	assert_null(pair_of(snap, &snap->sockets[0]));
}

static void an_ipv4_end_finds_a_mapped_one(void **state)
{
	struct snapshot *snap = *state;

	add_connection(snap, "::ffff:127.0.0.1", 80, "::ffff:127.0.0.1", 40000);
	add_connection(snap, "127.0.0.1", 40000, "127.0.0.1", 80);
	assert_int_equal(pairs_find(snap), 0);
	assert_ptr_equal(pair_of(snap, &snap->sockets[0]), &snap->sockets[1]);
	assert_ptr_equal(pair_of(snap, &snap->sockets[1]), &snap->sockets[0]);
}

static void ends_of_other_protocols_and_namespaces_are_no_pair(void **state)
{
	struct snapshot *snap = *state;

	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 40000);
	add_connection(snap, "127.0.0.1", 40000, "127.0.0.1", 80)->protocol = PROTOCOL_UDP;
	add_connection(snap, "127.0.0.1", 40000, "127.0.0.1", 80)->netns = 1;
	assert_int_equal(pairs_find(snap), 0);
	assert_null(pair_of(snap, &snap->sockets[0]));
	assert_null(pair_of(snap, &snap->sockets[1]));
}

/* TCP's simultaneous open with itself: bind() and connect() to the same port. */
static void a_socket_connected_to_itself_is_not_its_own_other_end(void **state)
{
	struct snapshot *snap = *state;

	add_connection(snap, "127.0.0.1", 4000, "127.0.0.1", 4000);
	assert_int_equal(pairs_find(snap), 0);
	assert_null(pair_of(snap, &snap->sockets[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(a_connection_belongs_to_the_listener_of_its_local_end),
		WITH_SNAPSHOT(other_connections_are_outbound),
		WITH_SNAPSHOT(without_a_listener_no_end_of_a_pair_is_outbound),
		WITH_SNAPSHOT(of_a_pair_the_end_that_a_listener_took_tells_the_other),
		WITH_SNAPSHOT(a_port_that_servers_have_is_no_callers),
		WITH_SNAPSHOT(who_asks_for_a_connection_is_outbound),
		WITH_SNAPSHOT(a_bound_socket_has_no_role),
		WITH_SNAPSHOT(a_specific_listener_beats_the_wildcard),
		WITH_SNAPSHOT(among_many_addresses_of_a_port_the_own_one_is_found),
		WITH_SNAPSHOT(of_two_wildcards_the_own_version_is_taken),
		WITH_SNAPSHOT(a_mapped_connection_came_through_the_dual_stack_listener),
		WITH_SNAPSHOT(ipv4_does_not_come_through_a_v6only_listener),
		WITH_SNAPSHOT(ipv6_does_not_come_through_an_ipv4_listener),
		WITH_SNAPSHOT(ipv4_comes_through_the_mapped_wildcard),
		WITH_SNAPSHOT(a_device_bound_listener_is_preferred_on_its_device),
		WITH_SNAPSHOT(a_device_bound_listener_takes_nothing_of_other_devices),
		WITH_SNAPSHOT(an_unbound_connection_came_through_the_unbound_listener),
		WITH_SNAPSHOT(the_listener_is_named_by_its_cookie),
		WITH_SNAPSHOT(the_two_ends_of_a_connection_find_each_other),
		WITH_SNAPSHOT(an_ipv4_end_finds_a_mapped_one),
		WITH_SNAPSHOT(ends_of_other_protocols_and_namespaces_are_no_pair),
		WITH_SNAPSHOT(a_socket_connected_to_itself_is_not_its_own_other_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
