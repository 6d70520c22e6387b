/* SPDX-License-Identifier: MIT */
/* Two snapshots in one: nothing is lost, and nothing is taken for the other's. */
#include "pair.h"

#include "model/field.h"
#include "model/listing.h"

/* Each side has names, owners, groups and pairs of its own: all must be found behind the join. */
static void fill_side(struct snapshot *snap, unsigned port, const char *command)
{
	add_listener(snap, "127.0.0.1", port);
	add_owner(snap, 0, add_process(snap, port, command), 3);
	add_connection(snap, "127.0.0.1", port, "127.0.0.1", 40000);
	add_owner(snap, 1, 0, 4);
	add_connection(snap, "127.0.0.1", 40000, "127.0.0.1", port);
	add_owner(snap, 2, add_process(snap, port + 1, "client"), 5);
	for (size_t i = 0; i < 3; i++) {
		snap->sockets[i].have |= HAVE_CGROUP;
		snap->sockets[i].cgroup = snapshot_cgroup(snap, port);
	}
	snap->cgroups[0].path = command;
	assert_int_equal(pairs_find(snap), 0);
	snapshot_note(snap, SEVERITY_WARNING, "owners", "of %s", command);
}

static void joining_loses_nothing(void **state)
{
	static struct user then_users[] = { { 0, "root" }, { 5, "old" }, { 7, "seven" } };
	static struct user now_users[] = { { 0, "root" }, { 5, "new" }, { 6, "six" } };
	struct pair *pair = *state;
	struct snapshot *snap = pair->now;

	fill_side(pair->then, 80, "nginx");
	fill_side(snap, 90, "apache");
	pair->then->users = then_users;
	snap->users = now_users;
	pair->then->user_count = snap->user_count = 3;
	pair->then->asked = NEED_LISTENER;
	assert_changes(pair, 3, 3);
	for (size_t i = 0; i < 6; i++) {
		const struct socket *sk = &snap->sockets[i];
		struct row row = { snap, sk, NULL };
		const char *server = sk->change == CHANGE_ADDED ? "apache" : "nginx";
		const struct process *process = owner_process(snap, owner_first(snap, sk));

		assert_string_equal(process->command, i % 3 == 2 ? "client" : server);
		assert_string_equal(field_get(&row, FIELD_CGROUP).text, server);
		assert_int_equal(delta_asked(snap, sk), i < 3 ? UINT32_MAX : NEED_LISTENER);
		if (i % 3 == 1) {
			assert_ptr_equal(listener_socket(snap, sk->listener - 1), sk - 1);
			assert_ptr_equal(pair_of(snap, sk), sk + 1);
		}
	}
	assert_string_equal(snapshot_user(snap, 0), "root");
	assert_string_equal(snapshot_user(snap, 5), "new");
	assert_string_equal(snapshot_user(snap, 6), "six");
	assert_string_equal(snapshot_user(snap, 7), "seven");
	assert_null(snapshot_user(snap, 8));
	assert_string_equal(snap->notes->text, "of nginx");
	assert_string_equal(snap->notes->next->text, "of apache");
	assert_null(snap->notes->next->next);
	snapshot_note(snap, SEVERITY_INFO, "x", "last");
	assert_string_equal(snap->notes->next->next->text, "last");
}

/* Listeners of both sides lie in one order, with their twins and connections. */
static void listeners_are_in_order_again(void **state)
{
	static const unsigned ports[] = { 80, 85, 90, 95 };
	struct pair *pair = *state;
	struct snapshot *snap = pair->now;

	add_listener(pair->then, "0.0.0.0", 95);
	add_listener(pair->then, "0.0.0.0", 85);
	add_connection(pair->then, "10.0.0.1", 85, "10.0.0.2", 40000);
	add_listener(snap, "0.0.0.0", 90);
	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 90, "10.0.0.2", 40000);
	assert_changes(pair, 3, 3);
	assert_int_equal(snap->listener_count, 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(listener_socket(snap, i)->local.port, ports[i]);
		assert_int_equal(listener_socket(snap, i)->listener, i + 1);
		assert_int_equal(snap->listeners[i].connections, i == 1 || i == 2);
	}
	for (size_t i = 0; i < snap->count; i++)
		assert_int_equal(listener_socket(snap, snap->sockets[i].listener - 1)->local.port,
				 snap->sockets[i].local.port);
}

static void twins_stay_together(void **state)
{
	struct pair *pair = *state;
	struct snapshot *snap = pair->now;

	for (unsigned i = 0; i < 2; i++) {
		struct snapshot *side = i ? snap : pair->then;
		uint32_t process = add_process(side, 7, i ? "new" : "old");

		add_listener(side, "0.0.0.0", 22);
		add_listener(side, "::", 22);
		add_owner(side, 0, process, 3);
		add_owner(side, 1, process, 4);
		assert_int_equal(listeners_find(side), 0);
		listeners_compare_owners(side);
	}
	assert_int_equal(delta_make(snap, pair->then), 0);
	assert_int_equal(snap->listener_count, 4);
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t twin = snap->listeners[i].twin - 1;

		assert_int_not_equal(twin, i);
		assert_int_equal(snap->listeners[twin].twin, i + 1);
		assert_int_equal(listener_socket(snap, i)->change,
				 listener_socket(snap, twin)->change);
	}
}

static void one_side_may_be_empty(void **state)
{
	struct pair *pair = *state;

	fill_side(pair->then, 80, "nginx");
	assert_changes(pair, 3, 0);
	assert_string_equal(pair->now->notes->text, "of nginx");
	snapshot_note(pair->now, SEVERITY_INFO, "x", "last");
	assert_string_equal(pair->now->notes->next->text, "last");
	snapshot_note(pair->then, SEVERITY_INFO, "x", "alone");
	assert_string_equal(pair->then->notes->text, "alone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(joining_loses_nothing),
		WITH_PAIR(listeners_are_in_order_again),
		WITH_PAIR(twins_stay_together),
		WITH_PAIR(one_side_may_be_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
