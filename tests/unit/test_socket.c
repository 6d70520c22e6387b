/* SPDX-License-Identifier: MIT */
/* Sockets: identity, what is a listener, which IP version it takes. */
#include "unit.h"

static void the_cookie_is_the_identity(void **state)
{
	struct snapshot *snap = *state;
	struct socket a = *add_connection(snap, "10.0.0.1", 1, "10.0.0.2", 2), b = a;

	b.local.port = 7;
	b.inode = 0;
	b.state = STATE_TIME_WAIT;
	assert_true(socket_same(&a, &b));
	assert_int_equal(socket_hash(&a), socket_hash(&b));
	b.cookie++;
	assert_false(socket_same(&a, &b));
}

static void without_a_cookie_inode_and_endpoints_are(void **state)
{
	struct snapshot *snap = *state;
	struct socket a = *add_connection(snap, "10.0.0.1", 1, "10.0.0.2", 2), b;

	a.have &= (uint16_t)~HAVE_COOKIE;
	b = a;
	b.cookie = 99;
	b.state = STATE_CLOSE_WAIT;
	assert_true(socket_same(&a, &b));
	b.inode++;
	assert_false(socket_same(&a, &b));
	b = a;
	b.peer.port++;
	assert_false(socket_same(&a, &b));
	b = a;
	b.local.address = address_of("10.0.0.3");
	assert_false(socket_same(&a, &b));
	b = a;
	assert_int_equal(socket_hash(&a), socket_hash(&b));
}

static void protocol_namespace_and_source_tell_apart(void **state)
{
	struct snapshot *snap = *state;
	struct socket a = *add_listener(snap, "0.0.0.0", 80), b = a;

	b.protocol = PROTOCOL_UDP;
	assert_false(socket_same(&a, &b));
	b = a;
	b.netns = 1;
	assert_false(socket_same(&a, &b));
	b = a;
	b.have &= (uint16_t)~HAVE_COOKIE;
	assert_false(socket_same(&a, &b));
}

static void of_duplicates_the_first_is_kept_in_order(void **state)
{
	struct snapshot *snap = *state;

	/* Each a few times, near and far from its first appearance. */
	for (unsigned i = 0; i < 3000; i++)
		add_listener(snap, "0.0.0.0", i)->cookie = i < 1500 ? i / 3 : i * 7 % 500;
	assert_int_equal(snapshot_drop_duplicates(snap), 0);
	assert_int_equal(snap->count, 500);
	for (unsigned i = 0; i < 500; i++) {
		assert_int_equal(snap->sockets[i].cookie, i);
		assert_int_equal(snap->sockets[i].local.port, 3 * i);
	}
}

static void few_sockets_and_none_survive_the_search_for_duplicates(void **state)
{
	struct snapshot *snap = *state;

	for (unsigned count = 0; count < 40; count++) {
		assert_int_equal(snapshot_drop_duplicates(snap), 0);
		assert_int_equal(snap->count, count);
		add_listener(snap, "0.0.0.0", count);
	}
}

static void listeners_are_told_by_protocol_and_state(void **state)
{
	struct snapshot *snap = *state;

	assert_true(socket_is_listener(add_listener(snap, "::", 1)));
	assert_true(socket_is_listener(add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "::", 1)));
	assert_true(socket_is_listener(add_socket(snap, PROTOCOL_RAW, STATE_UNCONN, "::", 1)));
	assert_false(socket_is_listener(add_socket(snap, PROTOCOL_UDP, STATE_ESTAB, "::", 1)));
	assert_false(socket_is_listener(add_socket(snap, PROTOCOL_TCP, STATE_BOUND, "::", 1)));
	assert_false(socket_is_listener(add_socket(snap, PROTOCOL_TCP, STATE_TIME_WAIT, "::", 1)));
}

static void a_wildcard_speaks_both_versions_unless_v6only(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "::", 80);

	assert_true(socket_speaks(sk, 4) && socket_speaks(sk, 6));
	sk->have |= HAVE_V6ONLY;
	assert_true(socket_speaks(sk, 4));
	sk->v6only = true;
	assert_false(socket_speaks(sk, 4));
	assert_true(socket_speaks(sk, 6));
}

static void other_addresses_speak_their_own_version(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "0.0.0.0", 80);

	assert_true(socket_speaks(sk, 4) && !socket_speaks(sk, 6));
	sk = add_listener(snap, "::1", 80);
	assert_true(!socket_speaks(sk, 4) && socket_speaks(sk, 6));
	sk = add_connection(snap, "::ffff:10.0.0.1", 80, "::ffff:10.0.0.2", 2);
	assert_true(socket_speaks(sk, 4) && socket_speaks(sk, 6));
	sk = add_socket(snap, PROTOCOL_RAW, STATE_UNCONN, "::", 58);
	assert_true(!socket_speaks(sk, 4) && socket_speaks(sk, 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(the_cookie_is_the_identity),
		WITH_SNAPSHOT(without_a_cookie_inode_and_endpoints_are),
		WITH_SNAPSHOT(protocol_namespace_and_source_tell_apart),
		WITH_SNAPSHOT(of_duplicates_the_first_is_kept_in_order),
		WITH_SNAPSHOT(few_sockets_and_none_survive_the_search_for_duplicates),
		WITH_SNAPSHOT(listeners_are_told_by_protocol_and_state),
		WITH_SNAPSHOT(a_wildcard_speaks_both_versions_unless_v6only),
		WITH_SNAPSHOT(other_addresses_speak_their_own_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
