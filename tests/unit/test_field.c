/* SPDX-License-Identifier: MIT */
/* The field table: no gaps, one vocabulary, and getters that know what is unknown. */
#include "unit.h"

#include <stdio.h>

#include "model/field.h"
#include "model/list.h"
#include "model/listener.h"

enum { KEY_BYTES_MAX = 35 };	/* what json.c has room for */

static void every_field_has_a_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		assert_non_null(fields[i].name);
		assert_non_null(fields[i].title);
		assert_non_null(fields[i].help);
		assert_non_null(fields[i].get);
		assert_true(*fields[i].name && *fields[i].title && *fields[i].help);
		assert_int_not_equal(fields[i].type, VALUE_NONE);
		assert_in_range(fields[i].unit, 0, UNIT_COUNT - 1);
	}
}

static void every_field_stands_in_its_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		enum field_group group = GROUP_SOCKET;

		if (i >= FIELD_TCP_FIRST)
			group = i < FIELD_MEMORY_FIRST ? GROUP_TCP : GROUP_MEMORY;
		assert_int_equal(fields[i].group, group);
		if (group == GROUP_TCP)
			assert_int_equal(fields[i].needs, NEED_TCP);
		if (group == GROUP_MEMORY)
			assert_int_equal(fields[i].needs, NEED_MEMORY);
	}
}

static const char *key_of(size_t field)
{
	return fields[field].key ? fields[field].key : fields[field].name;
}

static void names_are_json_keys_and_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *name = fields[i].name;
		size_t length = strlen(name);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), length);
		assert_in_range(name[0], 'a', 'z');
		assert_in_range(length + strlen(unit_suffixes[fields[i].unit]), 1, KEY_BYTES_MAX);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(name, fields[j].name);
			if (fields[i].group == fields[j].group)
				assert_string_not_equal(key_of(i), key_of(j));
		}
	}
}

static void every_field_is_found_by_its_name_with_and_without_unit(void **state)
{
	char name[64];

	(void)state;
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		assert_ptr_equal(field_find(fields[i].name), &fields[i]);
		assert_ptr_equal(field_nearest(fields[i].name), &fields[i]);
		snprintf(name, sizeof(name), "%s%s", fields[i].name, unit_suffixes[fields[i].unit]);
		assert_ptr_equal(field_find(name), &fields[i]);
	}
	assert_null(field_find(""));
	assert_null(field_find("rtt_"));
	assert_null(field_find("rtt_ms"));
	assert_ptr_equal(field_find("RTT"), field_find("rtt"));
	assert_ptr_equal(field_find("Rtt-US"), field_find("rtt"));
	assert_null(field_find("cookie_us"));
}

static void other_names_mean_one_field_and_are_no_names(void **state)
{
	(void)state;
	for (size_t i = 0; field_aliases[i].word; i++) {
		const struct field *field = &fields[field_aliases[i].field];

		/* A field of this name would be found in its place. */
		assert_ptr_equal(field_find(field_aliases[i].word), field);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(field_aliases[i].word, field_aliases[j].word);
	}
	assert_ptr_equal(field_find("Recv-Q"), &fields[FIELD_RECV_QUEUE]);
	assert_ptr_equal(field_find("PORT-CLASS"), &fields[FIELD_PORT_CLASS]);
	assert_ptr_equal(field_find("DIR"), &fields[FIELD_DIRECTION]);
	assert_ptr_equal(field_nearest("acceptqq"), &fields[FIELD_ACCEPT_QUEUE]);
	assert_null(field_find("recvq_us"));
}

static void a_slip_finds_the_field_that_was_meant(void **state)
{
	(void)state;
	assert_ptr_equal(field_nearest("rttt"), field_find("rtt"));
	assert_ptr_equal(field_nearest("recvqueue"), &fields[FIELD_RECV_QUEUE]);
	assert_ptr_equal(field_nearest("Local-Prot"), &fields[FIELD_LOCAL_PORT]);
	assert_null(field_nearest("bananas"));
	assert_null(field_nearest(""));
}

static void words_of_enumerations_are_all_that_are_said(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		for (size_t j = 0; fields[i].word && fields[i].word(j); j++) {
			assert_true(*fields[i].word(j));
			assert_string_not_equal(fields[i].word(j), "-");
			for (size_t k = 0; k < j; k++)
				assert_string_not_equal(fields[i].word(j), fields[i].word(k));
		}
	}
	while (fields[FIELD_STATE].word(count))
		count++;
	assert_int_equal(count, STATE_COUNT - 2);	/* but none, and one has two numbers */
	assert_string_equal(fields[FIELD_ROLE].word(0), "listener");
	assert_null(fields[FIELD_ROLE].word(ROLE_COUNT - 1));
}

static const struct list_item *item_at(const struct row *row, enum field_id id, size_t index)
{
	static struct list_item item;
	struct list_walk walk;

	list_begin(&walk, row, &fields[id]);
	while (list_next(&walk, &item))
		if (!index--)
			return &item;
	return NULL;
}

static void lists_name_each_item_once_in_the_order_of_owners(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_listener(snap, "10.0.0.1", 80), NULL };

	assert_int_equal(field_get(&row, FIELD_PID).type, VALUE_NONE);
	add_process(snap, 9, "nginx");
	add_process(snap, 7, "nginx");
	add_process(snap, 8, "cat");
	snap->processes[0].command_line = "a\0b c\0\0";
	snap->processes[0].command_line_length = 7;
	add_owner(snap, 0, 0, 3);
	add_owner(snap, 0, 1, OWNER_NO_FD);
	add_owner(snap, 0, 2, 5);
	add_owner(snap, 0, 0, 5);
	assert_int_equal(field_get(&row, FIELD_PID).type, VALUE_LIST);
	assert_int_equal(item_at(&row, FIELD_PID, 0)->number, 9);
	assert_int_equal(item_at(&row, FIELD_PID, 1)->number, 7);
	assert_int_equal(item_at(&row, FIELD_PID, 2)->number, 8);
	assert_null(item_at(&row, FIELD_PID, 3));
	assert_string_equal(item_at(&row, FIELD_PROCESS, 0)->text, "nginx");
	assert_string_equal(item_at(&row, FIELD_PROCESS, 1)->text, "cat");
	assert_null(item_at(&row, FIELD_PROCESS, 2));
	assert_int_equal(item_at(&row, FIELD_FD, 1)->number, 5);
	assert_null(item_at(&row, FIELD_FD, 2));
	assert_int_equal(item_at(&row, FIELD_COMMAND_LINE, 0)->length, 5);
	assert_null(item_at(&row, FIELD_COMMAND_LINE, 1));
	assert_int_equal(field_get(&row, FIELD_EXECUTABLE).type, VALUE_NONE);
}

/* Labels of detail lines; two columns that are never side by side may share a title. */
static void titles_of_figures_are_unique_in_their_group(void **state)
{
	(void)state;
	for (size_t i = FIELD_TCP_FIRST; i < FIELD_COUNT; i++)
		for (size_t j = FIELD_TCP_FIRST; j < i; j++)
			if (fields[i].group == fields[j].group)
				assert_string_not_equal(fields[i].title, fields[j].title);
}

static void fixed_widths_have_room_for_every_word(void **state)
{
	(void)state;
	for (size_t i = 1; i < SCOPE_COUNT; i++)
		assert_in_range(strlen(scope_names[i]), 1, fields[FIELD_SCOPE].width);
	for (size_t i = 1; i < ROLE_COUNT; i++)
		assert_in_range(strlen(role_names[i]), 1, fields[FIELD_ROLE].width);
	for (size_t i = 1; i < PORT_CLASS_COUNT; i++)
		assert_in_range(strlen(port_class_names[i]), 1, fields[FIELD_PORT_CLASS].width);
}

/* A socket of which the kernel said nothing but where it is. */
static void what_was_not_said_is_none_and_not_zero(void **state)
{
	static const enum field_id unknown[] = {
		FIELD_PEER, FIELD_RECV_QUEUE, FIELD_SEND_QUEUE, FIELD_ACCEPT_QUEUE, FIELD_BACKLOG,
		FIELD_UID, FIELD_USER, FIELD_INODE, FIELD_COOKIE, FIELD_INTERFACE, FIELD_MARK,
		FIELD_V6ONLY, FIELD_SHUTDOWN, FIELD_CGROUP, FIELD_UNIT, FIELD_CONTAINER,
		FIELD_OWNER_MISSING, FIELD_TIMER, FIELD_RX_BYTES, FIELD_TX_BYTES, FIELD_TCP,
		FIELD_MEMORY, FIELD_LISTENER_COOKIE, FIELD_TWIN_COOKIE, FIELD_OTHER_END,
		FIELD_PEER_ADDRESS, FIELD_PEER_PORT, FIELD_PEER_SERVICE, FIELD_PROCESS, FIELD_PID,
		FIELD_FD, FIELD_COMMAND_LINE, FIELD_EXECUTABLE, FIELD_TIMER_EXPIRES,
		FIELD_TIMER_RETRANSMITS, FIELD_NETNS_NAME, FIELD_CONNECTIONS, FIELD_SOCKETS,
	};
	struct snapshot *snap = *state;
	struct socket *sk = add_socket(snap, PROTOCOL_TCP, STATE_BOUND, "10.0.0.1", 80);
	struct row row = { snap, sk, NULL };

	snap->sockets[0].have = 0;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(field_get(&row, unknown[i]).type, VALUE_NONE);
	for (size_t i = FIELD_TCP_FIRST; i < FIELD_COUNT; i++)
		assert_int_equal(field_get(&row, (enum field_id)i).type, VALUE_NONE);
}

static void what_was_said_to_be_zero_is_zero(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "::", 80), NULL };

	snap->sockets[0].have |= HAVE_MARK | HAVE_V6ONLY | HAVE_SHUTDOWN;
	assert_int_equal(field_get(&row, FIELD_RECV_QUEUE).type, VALUE_UNSIGNED);
	assert_int_equal(field_get(&row, FIELD_UID).type, VALUE_UNSIGNED);
	assert_int_equal(field_get(&row, FIELD_UID).number, 0);
	assert_int_equal(field_get(&row, FIELD_MARK).type, VALUE_HEX);
	assert_int_equal(field_get(&row, FIELD_V6ONLY).type, VALUE_BOOL);
	assert_false(field_get(&row, FIELD_V6ONLY).boolean);
	assert_int_equal(field_get(&row, FIELD_SHUTDOWN).type, VALUE_NONE);
}

static void numbers_beyond_2_31_stay_positive(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_listener(snap, "10.0.0.1", 80), NULL };

	snap->sockets[0].inode = 4294967290u;
	snap->sockets[0].uid = 4294967294u;
	assert_int_equal(field_get(&row, FIELD_INODE).number, 4294967290u);
	assert_int_equal(field_get(&row, FIELD_UID).number, 4294967294u);
}

static void the_unit_is_the_sockets_before_the_owners(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_listener(snap, "10.0.0.1", 80), NULL };

	add_owner(snap, 0, add_process(snap, 7, "nginx"), 3);
	snap->processes[0].unit = "owner.service";
	snap->processes[0].container = "0123456789ab";
	assert_string_equal(field_get(&row, FIELD_UNIT).text, "owner.service");
	snap->sockets[0].cgroup = snapshot_cgroup(snap, 99);
	snap->sockets[0].have |= HAVE_CGROUP;
	snap->cgroups[0].unit = "socket.service";
	assert_string_equal(field_get(&row, FIELD_UNIT).text, "socket.service");
	assert_string_equal(field_get(&row, FIELD_CONTAINER).text, "0123456789ab");
	assert_int_equal(field_get(&row, FIELD_CGROUP).type, VALUE_NONE);
}

static void a_cgroup_id_is_kept_once(void **state)
{
	struct snapshot *snap = *state;
	uint32_t first = snapshot_cgroup(snap, 1ULL << 40);

	assert_int_not_equal(snapshot_cgroup(snap, 7), first);
	assert_int_equal(snapshot_cgroup(snap, 1ULL << 40), first);
	assert_int_equal(snap->cgroup_count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_a_row),
		cmocka_unit_test(every_field_stands_in_its_group),
		cmocka_unit_test(names_are_json_keys_and_unique),
		cmocka_unit_test(every_field_is_found_by_its_name_with_and_without_unit),
		cmocka_unit_test(other_names_mean_one_field_and_are_no_names),
		cmocka_unit_test(a_slip_finds_the_field_that_was_meant),
		cmocka_unit_test(words_of_enumerations_are_all_that_are_said),
		WITH_SNAPSHOT(lists_name_each_item_once_in_the_order_of_owners),
		cmocka_unit_test(titles_of_figures_are_unique_in_their_group),
		cmocka_unit_test(fixed_widths_have_room_for_every_word),
		WITH_SNAPSHOT(what_was_not_said_is_none_and_not_zero),
		WITH_SNAPSHOT(what_was_said_to_be_zero_is_zero),
		WITH_SNAPSHOT(numbers_beyond_2_31_stay_positive),
		WITH_SNAPSHOT(the_unit_is_the_sockets_before_the_owners),
		WITH_SNAPSHOT(a_cgroup_id_is_kept_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
