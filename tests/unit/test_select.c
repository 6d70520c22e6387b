/* SPDX-License-Identifier: MIT */
/* Which sockets of a snapshot are the answer, and what stays to explain them. */
#include "unit.h"

#include "model/listing.h"
#include "model/select.h"

/* A filter for tests: sockets with this local port. */
static enum match has_port(const void *filter, const struct row *row, uint32_t known)
{
	(void)known;
	return row->sk->local.port == *(const uint16_t *)filter ? MATCH_YES : MATCH_NO;
}

/* One that needs owners: until they are known it can't tell. */
static enum match has_owner(const void *filter, const struct row *row, uint32_t known)
{
	(void)filter;
	if (!(known & NEED_OWNER))
		return MATCH_MAYBE;
	return row->sk->owner ? MATCH_YES : MATCH_NO;
}

/* One about owners of which some are hidden. */
static enum match has_known_owner(const void *filter, const struct row *row, uint32_t known)
{
	if (field_unseen(row, FIELD_PROCESS))
		return MATCH_MAYBE;
	return has_owner(filter, row, known);
}

static uint32_t why_not_known(const void *filter, const struct row *row)
{
	(void)filter;
	return field_unseen(row, FIELD_PROCESS);
}

static struct query everything(void)
{
	return (struct query){ .protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL,
			       .states = STATES_ALL };
}

/* A listener on 80, a connection through it and its other end, and a stranger. */
static void fill(struct snapshot *snap)
{
	add_listener(snap, "127.0.0.1", 80);
	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 40000);
	add_connection(snap, "127.0.0.1", 40000, "127.0.0.1", 80);
	add_connection(snap, "10.0.0.1", 22, "10.0.0.2", 50000);
}

static size_t shown(const struct snapshot *snap)
{
	size_t count = 0;

	for (size_t i = 0; i < snap->count; i++)
		count += !snap->sockets[i].hidden;
	return count;
}

static void without_a_selection_all_stay(void **state)
{
	struct query query = everything();
	struct snapshot *snap = *state;

	fill(snap);
	assert_int_equal(snapshot_select(snap, &query, UINT32_MAX), 0);
	assert_int_equal(snap->count, 4);
	assert_int_equal(shown(snap), 4);
	assert_false(snap->partial);
}

static void what_does_not_match_is_dropped(void **state)
{
	static const uint16_t port = 22;
	struct query query = everything();
	struct snapshot *snap = *state;

	fill(snap);
	query.select = (struct selection){ .filter = &port, .match = has_port };
	assert_int_equal(snapshot_select(snap, &query, UINT32_MAX), 0);
	assert_int_equal(snap->count, 1);
	assert_int_equal(snap->sockets[0].local.port, 22);
	assert_true(snap->partial);
}

static void listeners_stay_to_tell_the_direction(void **state)
{
	static const uint16_t port = 22;
	struct query query = everything();
	struct snapshot *snap = *state;

	fill(snap);
	query.needs = NEED_LISTENER;
	query.select = (struct selection){ .filter = &port, .match = has_port };
	assert_int_equal(snapshot_select(snap, &query, UINT32_MAX), 0);
	assert_int_equal(snap->count, 2);
	assert_int_equal(shown(snap), 1);
}

static void other_ends_stay_hidden(void **state)
{
	static const uint16_t port = 40000;
	struct query query = everything();
	struct snapshot *snap = *state;

	fill(snap);
	query.needs = NEED_PAIR;
	query.select = (struct selection){ .filter = &port, .match = has_port };
	assert_int_equal(snapshot_select(snap, &query, UINT32_MAX), 0);
	assert_int_equal(pairs_find(snap), 0);
	assert_int_equal(snap->count, 2);
	assert_int_equal(shown(snap), 1);
	for (size_t i = 0; i < 2; i++)
		if (!snap->sockets[i].hidden)
			assert_ptr_equal(pair_of(snap, &snap->sockets[i]), &snap->sockets[!i]);
}

static void what_is_not_known_yet_stays_till_the_end(void **state)
{
	struct query query = everything();
	struct snapshot *snap = *state;

	fill(snap);
	query.needs = NEED_OWNER;
	query.select = (struct selection){ .match = has_owner };
	assert_int_equal(snapshot_select(snap, &query, 0), 0);
	assert_int_equal(shown(snap), 4);
	add_owner(snap, 2, add_process(snap, 100, "client"), 3);
	snapshot_select_finally(snap, &query);
	assert_int_equal(shown(snap), 1);
	assert_false(snap->sockets[2].hidden);
}

static void what_may_match_is_counted_and_not_shown(void **state)
{
	struct query query = everything();
	struct snapshot *snap = *state;

	fill(snap);
	query.needs = NEED_OWNER;
	query.shown = STATES_CONNECTED;
	query.select = (struct selection){ .match = has_known_owner, .unseen = why_not_known };
	assert_int_equal(snapshot_select(snap, &query, 0), 0);
	snap->sockets[0].missing = MISSING_PERMISSION;	/* a listener, which is not shown */
	snap->sockets[1].missing = MISSING_PERMISSION;
	add_owner(snap, 2, add_process(snap, 100, "client"), 3);
	snap->sockets[3].missing = MISSING_OTHER_PID_NAMESPACE;
	snapshot_select_finally(snap, &query);
	assert_int_equal(shown(snap), 1);
	assert_int_equal(snap->unseen[UNSEEN_OWNER], 1);
	assert_int_equal(snap->unseen[UNSEEN_OWNER_ELSEWHERE], 1);
	assert_int_equal(snap->unseen[UNSEEN_MARK], 0);
}

static void an_ipv4_list_has_dual_stack_listeners(void **state)
{
	struct query query = everything();
	struct snapshot *snap = *state;
	struct socket *sk;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "::1", 81);
	sk = add_listener(snap, "::", 82);
	sk->have |= HAVE_V6ONLY;
	sk = add_listener(snap, "::", 83);
	sk->have |= HAVE_V6ONLY;
	sk->v6only = true;
	query.versions = IP_VERSION_4;
	assert_int_equal(snapshot_select(snap, &query, UINT32_MAX), 0);
	assert_int_equal(snap->count, 2);
	assert_int_equal(snap->sockets[0].local.port, 80);
	assert_int_equal(snap->sockets[1].local.port, 82);
}

/* Of the sockets that share an address only those of the answer are members. */
static void a_listener_shows_its_matching_members(void **state)
{
	struct query query = everything();
	struct snapshot *snap = *state;
	struct listing listing;
	struct row row;

	for (int i = 0; i < 3; i++)
		add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 81);
	add_owner(snap, 1, add_process(snap, 100, "second"), 3);
	query.select = (struct selection){ .match = has_owner };
	assert_int_equal(listeners_find(snap), 0);
	snapshot_select_finally(snap, &query);
	listing_init(&listing, snap, STATES_ALL);
	assert_int_equal(listing_arrange(&listing), 0);
	assert_int_equal(listing.count[LISTING_LISTENERS], 1);
	assert_int_equal(listing.sockets, 1);
	row = listing_row(&listing, LISTING_LISTENERS, 0);
	assert_int_equal(row.listener->count, 1);
	assert_ptr_equal(row.sk, &snap->sockets[1]);
	listing_free(&listing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(without_a_selection_all_stay),
		WITH_SNAPSHOT(what_does_not_match_is_dropped),
		WITH_SNAPSHOT(listeners_stay_to_tell_the_direction),
		WITH_SNAPSHOT(other_ends_stay_hidden),
		WITH_SNAPSHOT(what_is_not_known_yet_stays_till_the_end),
		WITH_SNAPSHOT(what_may_match_is_counted_and_not_shown),
		WITH_SNAPSHOT(an_ipv4_list_has_dual_stack_listeners),
		WITH_SNAPSHOT(a_listener_shows_its_matching_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
