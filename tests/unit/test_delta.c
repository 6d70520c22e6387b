/* SPDX-License-Identifier: MIT */
/* Two snapshots compared: what is the same, and what is not. */
#include "pair.h"

#include <time.h>

#include "model/field.h"
#include "model/listing.h"

/* A listener on 0.0.0.0:80 that a process with this command holds; NULL: nobody known. */
static struct socket *add_held(struct snapshot *snap, uint32_t pid, const char *command)
{
	struct socket *sk = add_listener(snap, "0.0.0.0", 80);

	if (command)
		add_owner(snap, (uint32_t)snap->count - 1, add_process(snap, pid, command), 3);
	return sk;
}

static void nothing_is_the_same_as_nothing(void **state)
{
	assert_changes(*state, 0, 0);
}

static void all_is_new_after_nothing(void **state)
{
	struct pair *pair = *state;

	add_listener(pair->now, "0.0.0.0", 80);
	add_connection(pair->now, "10.0.0.1", 80, "10.0.0.2", 40000);
	assert_changes(pair, 0, 2);
}

static void a_listener_is_its_address(void **state)
{
	struct pair *pair = *state;

	/* Other cookies and inodes, and another order: that is no difference. */
	add_listener(pair->then, "0.0.0.0", 80);
	add_listener(pair->then, "127.0.0.1", 81);
	add_socket(pair->then, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", 53);
	add_listener(pair->then, "::", 82);
	add_listener(pair->now, "::", 83);
	add_socket(pair->now, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", 53);
	add_listener(pair->now, "127.0.0.2", 81);
	add_listener(pair->now, "0.0.0.0", 80);
	assert_changes(pair, 2, 2);
	for (size_t i = 0; i < pair->now->count; i++)
		assert_int_not_equal(pair->now->sockets[i].hidden ? 0 : 80,
				     pair->now->sockets[i].local.port);
}

static void protocols_and_mapped_addresses_are_told_apart(void **state)
{
	struct pair *pair = *state;

	add_socket(pair->then, PROTOCOL_UDP, STATE_UNCONN, "0.0.0.0", 53);
	add_socket(pair->now, PROTOCOL_UDPLITE, STATE_UNCONN, "0.0.0.0", 53);
	add_listener(pair->then, "127.0.0.1", 80);
	add_listener(pair->now, "::ffff:127.0.0.1", 80);
	assert_changes(pair, 2, 2);
}

static void a_takeover_is_a_difference(void **state)
{
	struct pair *pair = *state;
	struct listing listing;

	add_held(pair->then, 100, "nginx");
	add_held(pair->now, 100, "python3");
	assert_changes(pair, 1, 1);
	/* The old one in front of the new one. */
	listing_init(&listing, pair->now, STATES_ALL);
	assert_int_equal(listing_arrange(&listing), 0);
	assert_int_equal(listing.count[LISTING_LISTENERS], 2);
	for (size_t i = 0; i < 2; i++) {
		struct row row = listing_row(&listing, LISTING_LISTENERS, i);

		assert_string_equal(owner_process(row.snap, owner_first(row.snap, row.sk))->command,
				    i ? "python3" : "nginx");
		assert_string_equal(field_get(&row, FIELD_SIGN).text, i ? "+" : "-");
		assert_string_equal(field_get(&row, FIELD_CHANGE).text, i ? "added" : "removed");
	}
	listing_free(&listing);
}

static void a_restart_is_none(void **state)
{
	struct pair *pair = *state;

	add_held(pair->then, 100, "nginx");
	add_held(pair->now, 200, "nginx");
	assert_changes(pair, 0, 0);
}

static void one_program_in_common_is_enough(void **state)
{
	struct pair *pair = *state;

	add_held(pair->then, 1, "systemd");
	add_owner(pair->then, 0, add_process(pair->then, 50, "cupsd"), 3);
	add_held(pair->now, 60, "other");
	add_owner(pair->now, 0, add_process(pair->now, 1, "systemd"), 40);
	assert_changes(pair, 0, 0);
}

static void unknown_owners_are_no_difference(void **state)
{
	struct pair *pair = *state;

	add_held(pair->then, 0, NULL);
	add_held(pair->now, 100, "nginx");
	assert_changes(pair, 0, 0);
}

static void nor_is_a_group_known_in_part(void **state)
{
	struct pair *pair = *state;

	add_held(pair->then, 100, "nginx");
	add_held(pair->then, 0, NULL);
	add_held(pair->now, 200, "python3");
	assert_changes(pair, 0, 0);
}

static void the_size_of_a_group_is_no_difference(void **state)
{
	struct pair *pair = *state;

	for (uint32_t i = 0; i < 4; i++)
		add_held(pair->then, 100 + i, "nginx");
	add_held(pair->now, 300, "nginx");
	add_held(pair->now, 301, "nginx");
	assert_changes(pair, 0, 0);
}

static void a_group_that_is_gone_is_one_row(void **state)
{
	struct pair *pair = *state;
	struct listing listing;
	struct row row;

	for (uint32_t i = 0; i < 4; i++)
		add_held(pair->then, 100 + i, "nginx");
	add_listener(pair->then, "0.0.0.0", 22);
	add_listener(pair->now, "0.0.0.0", 22);
	assert_changes(pair, 4, 0);
	listing_init(&listing, pair->now, STATES_ALL);
	assert_int_equal(listing_arrange(&listing), 0);
	assert_int_equal(listing.count[LISTING_LISTENERS], 1);
	row = listing_row(&listing, LISTING_LISTENERS, 0);
	assert_int_equal(field_get(&row, FIELD_SOCKETS).number, 4);
	assert_int_equal(owner_process(row.snap, owner_first(row.snap, row.sk))->pid, 100);
	listing_free(&listing);
}

static void a_connection_is_its_four_tuple(void **state)
{
	struct pair *pair = *state;

	add_connection(pair->then, "10.0.0.1", 80, "10.0.0.2", 40000);
	add_connection(pair->then, "10.0.0.1", 80, "10.0.0.2", 40001);
	add_connection(pair->now, "10.0.0.1", 80, "10.0.0.2", 40000)->state = STATE_CLOSE_WAIT;
	add_connection(pair->now, "10.0.0.1", 80, "10.0.0.3", 40001);
	add_connection(pair->now, "10.0.0.1", 81, "10.0.0.2", 40001);
	assert_changes(pair, 1, 2);
}

static void owners_of_connections_do_not_matter(void **state)
{
	struct pair *pair = *state;

	add_connection(pair->then, "10.0.0.1", 80, "10.0.0.2", 40000);
	add_owner(pair->then, 0, add_process(pair->then, 1, "a"), 3);
	add_connection(pair->now, "10.0.0.1", 80, "10.0.0.2", 40000);
	add_owner(pair->now, 0, add_process(pair->now, 2, "b"), 3);
	assert_changes(pair, 0, 0);
}

static void listening_is_more_than_bound(void **state)
{
	struct pair *pair = *state;

	add_socket(pair->then, PROTOCOL_TCP, STATE_BOUND, "0.0.0.0", 80);
	add_socket(pair->then, PROTOCOL_TCP, STATE_BOUND, "0.0.0.0", 81);
	add_listener(pair->now, "0.0.0.0", 80);
	add_socket(pair->now, PROTOCOL_TCP, STATE_BOUND, "0.0.0.0", 81);
	assert_changes(pair, 1, 1);
}

static void set_v6only(struct socket *sk, bool v6only)
{
	sk->have |= HAVE_V6ONLY;
	sk->v6only = v6only;
}

static void v6only_matters_where_it_is_known(void **state)
{
	struct pair *pair = *state;

	set_v6only(add_listener(pair->then, "::", 80), false);
	set_v6only(add_listener(pair->now, "::", 80), true);
	set_v6only(add_listener(pair->then, "::", 81), true);
	set_v6only(add_listener(pair->now, "::", 81), true);
	add_listener(pair->then, "::", 82);
	set_v6only(add_listener(pair->now, "::", 82), true);
	assert_changes(pair, 1, 1);
}

static void interfaces_go_by_name(void **state)
{
	struct pair *pair = *state;

	pair->now->netns->interfaces[0].name = "eth0";
	pair->now->netns->interfaces[1].name = "wlan0";
	add_listener(pair->then, "0.0.0.0", 80)->interface = 2;	/* eth0 */
	add_listener(pair->now, "0.0.0.0", 80)->interface = 1;
	add_listener(pair->then, "0.0.0.0", 81)->interface = 1;	/* lo: gone */
	add_listener(pair->now, "0.0.0.0", 81)->interface = 2;	/* wlan0 */
	add_listener(pair->then, "0.0.0.0", 82);
	add_listener(pair->now, "0.0.0.0", 82)->interface = 1;
	assert_changes(pair, 2, 2);
}

static void one_namespace_each_is_the_same(void **state)
{
	struct pair *pair = *state;

	pair->then->netns->inode = 1;
	pair->now->netns->inode = 2;
	add_listener(pair->then, "0.0.0.0", 80);
	add_listener(pair->now, "0.0.0.0", 80);
	assert_changes(pair, 0, 0);
}

static void several_go_by_name_or_inode(void **state)
{
	static struct netns then[2], now[3];
	struct pair *pair = *state;

	then[0] = now[1] = *pair->then->netns;
	then[0].inode = 5;
	then[0].name = now[1].name = "blue";
	then[1] = now[0] = now[2] = *pair->then->netns;
	now[2].inode = 7;
	pair->then->netns = then;
	pair->then->netns_count = 2;
	pair->now->netns = now;
	pair->now->netns_count = 3;
	add_listener(pair->then, "0.0.0.0", 80);
	add_listener(pair->then, "0.0.0.0", 80)->netns = 1;
	add_listener(pair->now, "0.0.0.0", 80);
	add_listener(pair->now, "0.0.0.0", 80)->netns = 1;
	add_listener(pair->now, "0.0.0.0", 80)->netns = 2;
	assert_changes(pair, 0, 1);
	assert_int_equal(pair->now->sockets[2].change, CHANGE_ADDED);
}

static void what_was_hidden_is_not_compared(void **state)
{
	struct pair *pair = *state;

	add_connection(pair->then, "10.0.0.1", 80, "10.0.0.2", 40000)->hidden = true;
	add_connection(pair->now, "10.0.0.1", 80, "10.0.0.2", 40000);
	assert_changes(pair, 0, 1);
}

static void one_side_can_be_shown_alone(void **state)
{
	struct pair *pair = *state;

	add_listener(pair->then, "0.0.0.0", 80);
	add_listener(pair->then, "0.0.0.0", 81);
	add_listener(pair->now, "0.0.0.0", 81);
	add_listener(pair->now, "0.0.0.0", 82);
	compare(pair);
	for (enum change change = CHANGE_ADDED; change < CHANGE_COUNT; change++) {
		struct listing listing;

		delta_show_only(pair->now, change);
		listing_init(&listing, pair->now, STATES_ALL);
		assert_int_equal(listing.sockets, 1);
		listing_free(&listing);
	}
}

static void add_many(struct snapshot *snap, unsigned count, unsigned skipped)
{
	for (unsigned i = 0; i < count; i++)
		if (i != skipped)
			add_connection(snap, "10.0.0.1", 1 + i % 50000, "10.0.0.2", 1 + i / 50000);
	for (unsigned i = 0; i < 1000; i++) {
		add_listener(snap, "0.0.0.0", 9);
		add_owner(snap, (uint32_t)snap->count - 1, add_process(snap, i + 1, "many"), 3);
	}
}

static void many_are_compared_at_once(void **state)
{
	struct pair *pair = *state;
	clock_t start;

	add_many(pair->then, 100000, 7);
	add_many(pair->now, 100000, 9);
	assert_int_equal(listeners_find(pair->then), 0);
	assert_int_equal(listeners_find(pair->now), 0);
	start = clock();
	assert_int_equal(delta_make(pair->now, pair->then), 0);
	/* 20 ms, with sanitizers and on slow machines more; what is quadratic takes minutes. */
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
	assert_int_equal(count_of(pair->now, CHANGE_REMOVED), 1);
	assert_int_equal(count_of(pair->now, CHANGE_ADDED), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(nothing_is_the_same_as_nothing),
		WITH_PAIR(all_is_new_after_nothing),
		WITH_PAIR(a_listener_is_its_address),
		WITH_PAIR(protocols_and_mapped_addresses_are_told_apart),
		WITH_PAIR(a_takeover_is_a_difference),
		WITH_PAIR(a_restart_is_none),
		WITH_PAIR(one_program_in_common_is_enough),
		WITH_PAIR(unknown_owners_are_no_difference),
		WITH_PAIR(nor_is_a_group_known_in_part),
		WITH_PAIR(the_size_of_a_group_is_no_difference),
		WITH_PAIR(a_group_that_is_gone_is_one_row),
		WITH_PAIR(a_connection_is_its_four_tuple),
		WITH_PAIR(owners_of_connections_do_not_matter),
		WITH_PAIR(listening_is_more_than_bound),
		WITH_PAIR(v6only_matters_where_it_is_known),
		WITH_PAIR(interfaces_go_by_name),
		WITH_PAIR(one_namespace_each_is_the_same),
		WITH_PAIR(several_go_by_name_or_inode),
		WITH_PAIR(what_was_hidden_is_not_compared),
		WITH_PAIR(one_side_can_be_shown_alone),
		WITH_PAIR(many_are_compared_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
