/* SPDX-License-Identifier: MIT */
/* Counting: what is a group, in which order groups come, and who is counted twice. */
#include "unit.h"

#include "model/count.h"

enum { SHOWN = STATES_ALL & ~STATES_QUIET };

/* Count by these fields, up to FIELD_COUNT; count_free() it. */
static struct count count_by(struct snapshot *snap, struct count_keys *keys,
			     const enum field_id *by)
{
	struct listing listing;
	struct count count;

	*keys = (struct count_keys){ .count = 0 };
	for (; *by != FIELD_COUNT; by++)
		count_keys_add(keys, *by);
	assert_int_equal(listeners_find(snap), 0);
	assert_int_equal(pairs_find(snap), 0);
	listing_init(&listing, snap, SHOWN);
	assert_int_equal(count_make(&count, &listing, keys), 0);
	listing_free(&listing);
	return count;
}

#define BY(...) ((const enum field_id[]){ __VA_ARGS__, FIELD_COUNT })

static const char *text_of(const struct count *count, size_t group, enum field_id field)
{
	struct count_value value = count_get(count, &count->groups[group], field);

	assert_int_equal(value.value.type, VALUE_TEXT);
	return value.value.text;
}

static uint32_t pid_of(const struct count *count, size_t group, enum field_id field)
{
	struct count_value value = count_get(count, &count->groups[group], field);

	assert_int_equal(value.value.type, VALUE_OWNERS);
	return value.process->pid;
}

static void of_nothing_there_is_no_group(void **state)
{
	struct count_keys keys;
	struct count count = count_by(*state, &keys, BY(FIELD_STATE));

	assert_int_equal(count.count, 0);
	assert_int_equal(count.sockets, 0);
	count_free(&count);
}

static void the_largest_group_is_the_first(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	add_listener(snap, "0.0.0.0", 80);
	for (unsigned i = 0; i < 3; i++)
		add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000 + i);
	add_connection(snap, "10.0.0.1", 81, "10.0.0.9", 1)->state = STATE_CLOSE_WAIT;
	add_connection(snap, "10.0.0.1", 82, "10.0.0.9", 1)->state = STATE_TIME_WAIT;
	count = count_by(snap, &keys, BY(FIELD_STATE));
	assert_int_equal(count.sockets, 5);
	assert_int_equal(count.count, 3);
	assert_int_equal(count.groups[0].sockets, 3);
	assert_string_equal(text_of(&count, 0, FIELD_STATE), "ESTAB");
	/* Of the same size: by their values. */
	assert_string_equal(text_of(&count, 1, FIELD_STATE), "CLOSE-WAIT");
	assert_string_equal(text_of(&count, 2, FIELD_STATE), "LISTEN");
	count_free(&count);
}

static void numbers_of_equal_groups_are_in_order(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	for (unsigned port = 1000; port > 0; port -= 125)
		add_listener(snap, "0.0.0.0", port);
	count = count_by(snap, &keys, BY(FIELD_LOCAL_PORT));
	assert_int_equal(count.count, 8);
	for (size_t i = 0; i < count.count; i++) {
		struct count_value value = count_get(&count, &count.groups[i], FIELD_LOCAL_PORT);

		assert_int_equal(value.value.number, 125 * (i + 1));
	}
	count_free(&count);
}

/* What is not known is a group too, the last of its size. */
static void unknown_is_a_group(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 0);
	count = count_by(snap, &keys, BY(FIELD_PEER_PORT));
	assert_int_equal(count.count, 2);
	assert_int_equal(count_get(&count, &count.groups[0], FIELD_PEER_PORT).value.type,
			 VALUE_UNSIGNED);
	assert_int_equal(count_get(&count, &count.groups[1], FIELD_PEER_PORT).value.type,
			 VALUE_NONE);
	count_free(&count);
}

static void a_mapped_address_is_the_ipv4_address(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 1);
	add_connection(snap, "::ffff:10.0.0.1", 80, "::ffff:10.0.0.9", 1);
	count = count_by(snap, &keys, BY(FIELD_PEER_ADDRESS, FIELD_PEER, FIELD_LOCAL));
	assert_int_equal(count.count, 1);
	assert_int_equal(count.groups[0].sockets, 2);
	count_free(&count);
	count = count_by(snap, &keys, BY(FIELD_FAMILY));
	assert_int_equal(count.count, 2);
	count_free(&count);
}

static void interfaces_tell_addresses_apart(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	add_listener(snap, "fe80::1", 80)->interface = 1;
	add_listener(snap, "fe80::1", 80)->interface = 2;
	count = count_by(snap, &keys, BY(FIELD_LOCAL));
	assert_int_equal(count.count, 2);
	count_free(&count);
	count = count_by(snap, &keys, BY(FIELD_LOCAL_ADDRESS));
	assert_int_equal(count.count, 1);
	count_free(&count);
}

static void processes_count_by_pid(void **state)
{
	static const enum field_id ways[] = { FIELD_PROCESS, FIELD_OWNERS };
	struct snapshot *snap = *state;
	uint32_t one = add_process(snap, 811, "curl"), other = add_process(snap, 812, "curl");

	for (uint32_t i = 0; i < 3; i++) {
		add_connection(snap, "10.0.0.1", 1 + i, "10.0.0.9", 80);
		add_owner(snap, i, i ? other : one, 3);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct count_keys keys;
		struct count count = count_by(snap, &keys, (enum field_id[]){ ways[i],
									      FIELD_COUNT });

		assert_int_equal(count.count, 2);
		assert_int_equal(count.groups[0].sockets, 2);
		assert_int_equal(pid_of(&count, 0, ways[i]), 812);
		assert_int_equal(pid_of(&count, 1, ways[i]), 811);
		count_free(&count);
	}
}

/* In the group of each process once, whatever the number of its descriptors. */
static void a_shared_socket_counts_for_each_process(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	add_listener(snap, "0.0.0.0", 80);
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t process = add_process(snap, 811 + i, "nginx");

		add_owner(snap, 0, process, 6);
		add_owner(snap, 0, process, 7);
	}
	count = count_by(snap, &keys, BY(FIELD_PROCESS, FIELD_LOCAL_PORT));
	assert_int_equal(count.count, 3);
	assert_int_equal(count.sockets, 1);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(count.groups[i].sockets, 1);
		assert_int_equal(pid_of(&count, i, FIELD_PROCESS), 811 + i);
	}
	count_free(&count);
	/* Of two fields of processes, both are those of the same one. */
	count = count_by(snap, &keys, BY(FIELD_PID, FIELD_PROCESS));
	assert_int_equal(count.count, 3);
	assert_int_equal(count_get(&count, &count.groups[1], FIELD_PID).item.number, 812);
	assert_int_equal(pid_of(&count, 1, FIELD_PROCESS), 812);
	count_free(&count);
	count = count_by(snap, &keys, BY(FIELD_FD));
	assert_int_equal(count.count, 2);
	assert_int_equal(count.groups[0].sockets, 1);
	count_free(&count);
	count = count_by(snap, &keys, BY(FIELD_STATE));
	assert_int_equal(count.groups[0].sockets, 1);
	count_free(&count);
}

static void why_nobody_is_named_tells_groups_apart(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	for (unsigned i = 0; i < 3; i++)
		add_connection(snap, "10.0.0.1", 1 + i, "10.0.0.9", 80)->missing =
			i ? MISSING_PERMISSION : MISSING_ORPHAN;
	count = count_by(snap, &keys, BY(FIELD_PROCESS));
	assert_int_equal(count.count, 2);
	assert_int_equal(count.groups[0].sockets, 2);
	assert_int_equal(count_get(&count, &count.groups[0], FIELD_PROCESS).missing,
			 MISSING_PERMISSION);
	assert_int_equal(count_get(&count, &count.groups[1], FIELD_PROCESS).missing,
			 MISSING_ORPHAN);
	count_free(&count);
}

static void the_other_end_is_counted_by_its_processes(void **state)
{
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	add_connection(snap, "127.0.0.1", 1, "127.0.0.1", 80);
	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 1);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 1);
	add_owner(snap, 0, add_process(snap, 811, "client"), 3);
	add_owner(snap, 1, add_process(snap, 812, "server"), 3);
	add_owner(snap, 1, add_process(snap, 813, "server"), 3);
	count = count_by(snap, &keys, BY(FIELD_OTHER_END));
	assert_int_equal(count.count, 4);
	assert_int_equal(pid_of(&count, 0, FIELD_OTHER_END), 811);
	assert_int_equal(pid_of(&count, 2, FIELD_OTHER_END), 813);
	assert_int_equal(count_get(&count, &count.groups[3], FIELD_OTHER_END).value.type,
			 VALUE_NONE);
	count_free(&count);
	count = count_by(snap, &keys, BY(FIELD_PROCESS, FIELD_OTHER_END));
	assert_int_equal(count.count, 5);
	count_free(&count);
}

static void texts_that_join_alike_are_apart(void **state)
{
	static const char one[] = "a\0b\0c", other[] = "a\0b";
	struct snapshot *snap = *state;
	struct count_keys keys;
	struct count count;

	for (uint32_t i = 0; i < 2; i++) {
		uint32_t process = add_process(snap, 811 + i, "x");

		snap->processes[process].command_line = i ? other : one;
		snap->processes[process].command_line_length = i ? sizeof(other) : sizeof(one);
		snap->processes[process].executable = i ? "c" : "";
		add_listener(snap, "0.0.0.0", 80 + i);
		add_owner(snap, i, process, 3);
	}
	count = count_by(snap, &keys, BY(FIELD_COMMAND_LINE, FIELD_EXECUTABLE));
	assert_int_equal(count.count, 2);
	count_free(&count);
}

static void a_field_is_counted_by_once(void **state)
{
	struct count_keys keys = { .count = 0 };

	(void)state;
	count_keys_add(&keys, FIELD_STATE);
	count_keys_add(&keys, FIELD_PEER);
	count_keys_add(&keys, FIELD_STATE);
	assert_int_equal(keys.count, 2);
	assert_int_equal(count_needs(&keys), fields[FIELD_STATE].needs | fields[FIELD_PEER].needs);
}

static void every_field_can_be_counted_by(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "::", 80)->interface = 2;
	add_connection(snap, "127.0.0.1", 1, "127.0.0.1", 80)->timer = TIMER_KEEPALIVE;
	add_owner(snap, 1, add_process(snap, 811, "x"), OWNER_NO_FD);
	for (enum field_id id = 0; id < FIELD_COUNT; id++) {
		struct count_keys keys;
		struct count count;

		if (field_is_group(&fields[id]))
			continue;
		count = count_by(snap, &keys, (enum field_id[]){ id, FIELD_COUNT });
		assert_in_range(count.count, 1, 2);
		count_free(&count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(of_nothing_there_is_no_group),
		WITH_SNAPSHOT(the_largest_group_is_the_first),
		WITH_SNAPSHOT(numbers_of_equal_groups_are_in_order),
		WITH_SNAPSHOT(unknown_is_a_group),
		WITH_SNAPSHOT(a_mapped_address_is_the_ipv4_address),
		WITH_SNAPSHOT(interfaces_tell_addresses_apart),
		WITH_SNAPSHOT(processes_count_by_pid),
		WITH_SNAPSHOT(a_shared_socket_counts_for_each_process),
		WITH_SNAPSHOT(why_nobody_is_named_tells_groups_apart),
		WITH_SNAPSHOT(the_other_end_is_counted_by_its_processes),
		WITH_SNAPSHOT(texts_that_join_alike_are_apart),
		WITH_SNAPSHOT(a_field_is_counted_by_once),
		WITH_SNAPSHOT(every_field_can_be_counted_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
