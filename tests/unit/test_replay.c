/* SPDX-License-Identifier: MIT */
/* Questions to a file: what was not asked for is not there, what was not recorded is told. */
#include "record.h"

#include <errno.h>

static void fill(struct snapshot *snap)
{
	static struct user users[] = { { 0, "root" } };
	static struct service services[] = { { 80, PROTOCOL_TCP, "http" } };
	struct socket *sk = add_listener(snap, "::", 80);

	sk->have |= HAVE_V6ONLY | HAVE_CGROUP;
	sk->cgroup = snapshot_cgroup(snap, 5);
	snap->cgroups[0].path = "/a";
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "127.0.0.1", 53)->interface = 1;
	sk = add_connection(snap, "10.0.0.1", 40000, "10.0.0.2", 443);
	sk->missing = MISSING_PERMISSION;
	sk->detail = arena_alloc(&snap->arena, sizeof(*sk->detail));
	sk->detail->tcp = arena_alloc(&snap->arena, sizeof(*sk->detail->tcp));
	sk->detail->memory = arena_alloc(&snap->arena, sizeof(*sk->detail->memory));
	add_connection(snap, "2001:db8::1", 80, "2001:db8::2", 1000)->state = STATE_TIME_WAIT;
	add_owner(snap, 0, add_process(snap, 811, "nginx"), 6);
	snap->processes[0].executable = "/usr/sbin/nginx";
	snap->users = users;
	snap->user_count = 1;
	snap->services = services;
	snap->service_count = 1;
	snap->states = STATES_ALL;
	snapshot_note(snap, SEVERITY_WARNING, "owners", "about owners");
	snapshot_note(snap, SEVERITY_ERROR, "raw", "about raw");
	snapshot_note(snap, SEVERITY_WARNING, "listeners", "about listeners");
}

static struct snapshot *asked(struct snapshot *snap, const struct query *query)
{
	char why[SOURCE_WHY_MAX];
	struct snapshot *back = ask(record_of(snap), query, why);

	assert_string_equal(why, "");
	return back;
}

static bool has_note(const struct snapshot *snap, const char *words)
{
	for (const struct note *note = snap->notes; note; note = note->next)
		if (strstr(note->text, words))
			return true;
	return false;
}

static size_t count_of(struct snapshot *snap, uint32_t kinds, uint32_t versions,
		       uint32_t states)
{
	const struct query query = { .protocols = kinds, .versions = versions,
				     .states = states, .needs = NEED_LISTENER };
	struct snapshot *back = asked(snap, &query);
	size_t count = 0;

	for (size_t i = 0; i < back->count; i++)
		count += !back->sockets[i].hidden;
	snapshot_free(back);
	return count;
}

static void sockets_are_chosen_as_the_kernel_would(void **state)
{
	const uint32_t tcp = PROTOCOL_BIT(PROTOCOL_TCP), udp = PROTOCOL_BIT(PROTOCOL_UDP);
	struct snapshot *snap = *state;

	fill(snap);
	assert_int_equal(count_of(snap, PROTOCOLS_ALL, IP_VERSIONS_ALL, STATES_ALL), 4);
	assert_int_equal(count_of(snap, tcp, IP_VERSIONS_ALL, STATES_ALL), 3);
	assert_int_equal(count_of(snap, udp, IP_VERSIONS_ALL, STATES_ALL), 1);
	assert_int_equal(count_of(snap, tcp, IP_VERSION_4, STATES_ALL), 2);	/* dual-stack */
	assert_int_equal(count_of(snap, tcp, IP_VERSION_6, STATES_ALL), 2);
	assert_int_equal(count_of(snap, PROTOCOLS_ALL, IP_VERSIONS_ALL, STATES_LISTENING), 2);
	assert_int_equal(count_of(snap, tcp, IP_VERSIONS_ALL, STATE_BIT(STATE_TIME_WAIT)), 1);
}

static void nothing_is_there_that_was_not_asked_for(void **state)
{
	const struct query little = { .protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL,
				      .states = STATES_ALL };
	struct snapshot *snap = *state, *back;

	fill(snap);
	back = asked(snap, &little);
	assert_int_equal(back->count, 4);
	assert_int_equal(back->asked, 0);
	assert_int_equal(back->owner_count + back->process_count + back->user_count +
			 back->service_count + back->cgroup_count + back->listener_count, 0);
	for (size_t i = 0; i < back->count; i++) {
		const struct socket *sk = &back->sockets[i];

		assert_int_equal(sk->owner, 0);
		assert_int_equal(sk->missing, MISSING_NONE);
		assert_false(sk->have & HAVE_CGROUP);
		assert_true(!sk->detail || (!sk->detail->tcp && !sk->detail->memory));
	}
	assert_int_equal(back->netns->interface_count + back->netns->ephemeral_last, 0);
	assert_int_equal(back->netns->inode, 0);
	assert_null(back->pairs.slots);
	assert_false(has_note(back, "about owners"));
	assert_false(has_note(back, "not recorded"));
	snapshot_free(back);
}

static void owners_come_without_what_they_are(void **state)
{
	struct query query = everything;
	struct snapshot *snap = *state, *back;

	fill(snap);
	query.needs = NEED_OWNER;
	back = asked(snap, &query);
	assert_int_equal(back->process_count, 1);
	assert_string_equal(back->processes[0].command, "nginx");
	assert_null(back->processes[0].executable);
	assert_int_equal(back->sockets[2].missing, MISSING_PERMISSION);
	assert_true(has_note(back, "about owners"));
	snapshot_free(back);
}

static void processes_without_a_socket_are_dropped(void **state)
{
	struct query query = everything;
	struct snapshot *snap = *state, *back;

	fill(snap);
	add_owner(snap, 1, add_process(snap, 900, "udp"), 3);
	add_owner(snap, 2, add_process(snap, 901, "tcp"), 4);
	add_owner(snap, 0, 2, 5);
	query.protocols = PROTOCOL_BIT(PROTOCOL_TCP);
	back = asked(snap, &query);
	assert_int_equal(back->process_count, 2);
	assert_int_equal(back->owner_count, 3);
	assert_string_equal(back->processes[1].command, "tcp");
	assert_string_equal(owner_process(back, owner_first(back, &back->sockets[1]))->command,
			    "tcp");
	assert_int_equal(owner_next(back, owner_first(back, &back->sockets[0]))->fd, 5);
	show_all(back);
	snapshot_free(back);
}

static void notes_belong_to_the_question(void **state)
{
	struct query query = everything;
	struct snapshot *snap = *state, *back;

	fill(snap);
	back = asked(snap, &query);
	assert_true(has_note(back, "about raw"));
	assert_false(snapshot_is_complete(back));
	assert_false(has_note(back, "about listeners"));	/* found again, where it is so */
	snapshot_free(back);
	query.protocols = PROTOCOL_BIT(PROTOCOL_TCP);
	back = asked(snap, &query);
	assert_false(has_note(back, "about raw"));
	assert_true(snapshot_is_complete(back));
	snapshot_free(back);
}

static void what_was_not_recorded_is_told(void **state)
{
	struct query query = everything;
	struct snapshot *snap = *state, *back;

	fill(snap);
	snap->asked = NEED_LISTENER | NEED_USER;
	snap->states = STATES_LISTENING;
	back = asked(snap, &query);
	assert_true(has_note(back, "not recorded: sockets in other states, processes, "
				   "TCP figures"));
	assert_false(has_note(back, "user names"));
	/* So nobody takes an empty list for "nobody holds it". */
	assert_false(back->asked & NEED_OWNER);
	assert_true(back->asked & NEED_PAIR);
	snapshot_free(back);
	query.states = STATE_BIT(STATE_LISTEN);
	query.needs = NEED_USER;
	back = asked(snap, &query);
	assert_false(has_note(back, "not recorded"));
	snapshot_free(back);
}

static void a_file_may_be_asked_again(void **state)
{
	struct query query = everything;
	struct snapshot *snap = *state, *first, *second;
	struct replay *replay;
	char why[SOURCE_WHY_MAX], *left, *right;
	struct bytes file;

	fill(snap);
	file = record_of(snap);
	assert_int_equal(replay_open_bytes(&replay, file.data, file.size, 0, why), 0);
	query.protocols = PROTOCOL_BIT(PROTOCOL_UDP);
	assert_int_equal(replay_collect(replay, &query, &first), 0);
	assert_int_equal(first->count, 1);
	snapshot_free(first);
	assert_int_equal(replay_collect(replay, &everything, &first), 0);
	assert_int_equal(replay_collect(replay, &everything, &second), 0);
	replay_close(replay);
	left = show(first, VIEW_JSON, 0);
	right = show(second, VIEW_JSON, 0);
	assert_string_equal(left, right);
	assert_int_equal(first->count, 4);
	free(left);
	free(right);
	snapshot_free(first);
	snapshot_free(second);
}

static void what_is_no_record_is_refused(void **state)
{
	static const char *const texts[] = { "", "x", "{\"schema\":\"conntab/1\"}\n",
					     "\x89" "ctrec\n\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct bytes file = { (uint8_t *)strdup(texts[i]), strlen(texts[i]) };
		struct replay *replay;
		char why[SOURCE_WHY_MAX];

		assert_int_equal(replay_open_bytes(&replay, file.data, file.size, 0, why), -EINVAL);
		assert_null(replay);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(sockets_are_chosen_as_the_kernel_would),
		WITH_SNAPSHOT(nothing_is_there_that_was_not_asked_for),
		WITH_SNAPSHOT(owners_come_without_what_they_are),
		WITH_SNAPSHOT(processes_without_a_socket_are_dropped),
		WITH_SNAPSHOT(notes_belong_to_the_question),
		WITH_SNAPSHOT(what_was_not_recorded_is_told),
		WITH_SNAPSHOT(a_file_may_be_asked_again),
		cmocka_unit_test(what_is_no_record_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
