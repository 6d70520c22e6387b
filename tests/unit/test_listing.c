/* SPDX-License-Identifier: MIT */
/* A listing: what is shown, in which group and order, and what is counted only. */
#include "unit.h"

#include "model/listing.h"

/* The default list: what belongs to nobody yet, or no more, is counted only. */
enum { SHOWN = STATES_ALL & ~STATES_QUIET };

static struct listing arrange(struct snapshot *snap, uint32_t states)
{
	struct listing listing;

	assert_int_equal(listeners_find(snap), 0);
	listing_init(&listing, snap, states);
	assert_int_equal(listing_arrange(&listing), 0);
	return listing;
}

/* The connections of the listing in order, by their cookies. */
static void assert_connections(const struct listing *listing, const uint64_t *cookies,
			       size_t count)
{
	assert_int_equal(listing->count[LISTING_CONNECTIONS], count);
	for (size_t i = 0; i < count; i++) {
		struct row row = listing_row(listing, LISTING_CONNECTIONS, i);

		assert_int_equal(row.sk->cookie, cookies[i]);
	}
}

static void an_empty_snapshot_is_an_empty_listing(void **state)
{
	struct listing listing = arrange(*state, STATES_ALL);

	assert_int_equal(listing.sockets, 0);
	for (int group = 0; group < LISTING_GROUPS; group++)
		assert_int_equal(listing.count[group], 0);
	listing_free(&listing);
	listing_free(&listing);
}

static void each_socket_is_in_one_group(void **state)
{
	struct snapshot *snap = *state;
	struct listing listing;

	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	add_socket(snap, PROTOCOL_TCP, STATE_BOUND, "0.0.0.0", 9000);
	add_listener(snap, "0.0.0.0", 80);
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", 53);
	add_listener(snap, "0.0.0.0", 80);
	listing = arrange(snap, STATES_ALL);
	assert_int_equal(listing.count[LISTING_LISTENERS], 2);
	assert_int_equal(listing.count[LISTING_CONNECTIONS], 1);
	assert_int_equal(listing.count[LISTING_BOUND], 1);
	assert_int_equal(listing.sockets, 5);
	assert_true(listing_has(&listing, LISTING_CONNECTIONS, &snap->sockets[0]));
	assert_false(listing_has(&listing, LISTING_BOUND, &snap->sockets[0]));
	assert_true(listing_has(&listing, LISTING_BOUND, &snap->sockets[1]));
	assert_ptr_equal(listing_row(&listing, LISTING_BOUND, 0).sk, &snap->sockets[1]);
	listing_free(&listing);
}

static void a_listeners_row_stands_for_its_members(void **state)
{
	struct snapshot *snap = *state;
	struct listing listing;
	struct row row;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 80);
	listing = arrange(snap, STATES_ALL);
	row = listing_row(&listing, LISTING_LISTENERS, 0);
	assert_ptr_equal(row.sk, &snap->sockets[0]);
	assert_non_null(row.listener);
	assert_int_equal(field_get(&row, FIELD_SOCKETS).number, 2);
	assert_int_equal(field_get(&row, FIELD_CONNECTIONS).number, 0);
	listing_free(&listing);
}

static void states_not_shown_are_counted(void **state)
{
	struct snapshot *snap = *state;
	struct listing listing;

	for (int i = 0; i < 3; i++)
		add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000)->state = STATE_TIME_WAIT;
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000)->state = STATE_SYN_RECV;
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	add_socket(snap, PROTOCOL_TCP, STATE_BOUND, "0.0.0.0", 9000);
	listing = arrange(snap, SHOWN);
	assert_int_equal(listing.hidden[STATE_TIME_WAIT], 3);
	assert_int_equal(listing.hidden[STATE_SYN_RECV], 1);
	assert_int_equal(listing.hidden[STATE_BOUND], 1);
	assert_int_equal(listing.hidden[STATE_ESTAB], 0);
	assert_int_equal(listing.sockets, 1);
	assert_false(listing_has(&listing, LISTING_BOUND, &snap->sockets[5]));
	assert_connections(&listing, (const uint64_t[]){ 5 }, 1);
	listing_free(&listing);
}

static void inbound_comes_before_outbound(void **state)
{
	struct snapshot *snap = *state;
	struct listing listing;

	add_connection(snap, "10.0.0.1", 40000, "10.0.0.9", 443);
	add_connection(snap, "10.0.0.1", 40001, "10.0.0.9", 22);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40002);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 40003);
	add_listener(snap, "0.0.0.0", 80);
	listing = arrange(snap, SHOWN);
	assert_connections(&listing, (const uint64_t[]){ 4, 3, 2, 1 }, 4);
	listing_free(&listing);
}

static void connections_of_one_listener_stay_together(void **state)
{
	struct snapshot *snap = *state;
	struct listing listing;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 443);
	for (unsigned i = 0; i < 200; i++)
		add_connection(snap, "10.0.0.1", i % 2 ? 80 : 443, "10.0.0.9", 40000 + i);
	listing = arrange(snap, SHOWN);
	assert_int_equal(listing.count[LISTING_CONNECTIONS], 200);
	for (size_t i = 0; i < 200; i++) {
		const struct socket *sk = listing_row(&listing, LISTING_CONNECTIONS, i).sk;

		assert_int_equal(sk->local.port, i < 100 ? 80 : 443);
		assert_int_equal(sk->peer.port, 40000 + 2 * (i % 100) + (i < 100));
	}
	listing_free(&listing);
}

static void bound_sockets_come_by_port(void **state)
{
	struct snapshot *snap = *state;
	struct listing listing;

	for (unsigned i = 0; i < 50; i++)
		add_socket(snap, PROTOCOL_TCP, STATE_BOUND, "0.0.0.0", 9000 + i * 7 % 50);
	listing = arrange(snap, STATES_ALL);
	assert_int_equal(listing.count[LISTING_BOUND], 50);
	for (size_t i = 0; i < 50; i++)
		assert_int_equal(listing_row(&listing, LISTING_BOUND, i).sk->local.port, 9000 + i);
	listing_free(&listing);
}

static void listeners_alone_can_be_asked_for(void **state)
{
	struct snapshot *snap = *state;
	struct listing listing;

	add_listener(snap, "0.0.0.0", 80);
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "::", 53);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	listing = arrange(snap, STATES_LISTENING);
	assert_int_equal(listing.count[LISTING_LISTENERS], 2);
	assert_int_equal(listing.count[LISTING_CONNECTIONS], 0);
	assert_int_equal(listing.sockets, 2);
	assert_int_equal(listing.hidden[STATE_ESTAB], 1);
	listing_free(&listing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(an_empty_snapshot_is_an_empty_listing),
		WITH_SNAPSHOT(each_socket_is_in_one_group),
		WITH_SNAPSHOT(a_listeners_row_stands_for_its_members),
		WITH_SNAPSHOT(states_not_shown_are_counted),
		WITH_SNAPSHOT(inbound_comes_before_outbound),
		WITH_SNAPSHOT(connections_of_one_listener_stay_together),
		WITH_SNAPSHOT(bound_sockets_come_by_port),
		WITH_SNAPSHOT(listeners_alone_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
