/* SPDX-License-Identifier: MIT */
/* What is made of a unix address by facts alone; with real sockets: test_unix_look.c. */
#include "unit.h"

#include <errno.h>
#include <sys/socket.h>

#include "diagnose/unix.h"

static const struct unix_request wanted = { .name = "/run/a", .length = 6, .type = SOCK_STREAM };
static const struct unix_request name = {
	.name = "a", .length = 1, .abstract = true, .type = SOCK_STREAM,
};

static void check(const struct unix_request *request, const struct unix_facts *facts,
		  enum unix_finding finding, enum verdict verdict, int error)
{
	struct unix_diagnosis diagnosis = unix_judge(request, facts);

	assert_string_equal(unix_finding_names[diagnosis.finding], unix_finding_names[finding]);
	assert_int_equal(diagnosis.verdict, verdict);
	assert_int_equal(diagnosis.error, error);
}

static void the_directory_decides_where_there_is_no_file(void **state)
{
	struct unix_facts facts = { .file = UNIX_FILE_NONE, .writable = TRUTH_YES };

	(void)state;
	check(&wanted, &facts, UNIX_FREE, VERDICT_FREE, 0);
	facts.writable = TRUTH_MAYBE;
	check(&wanted, &facts, UNIX_MAYBE_WRITABLE, VERDICT_UNKNOWN, 0);
	facts.writable = TRUTH_NO;
	check(&wanted, &facts, UNIX_NOT_WRITABLE, VERDICT_DENIED, EACCES);
	facts.read_only = true;
	check(&wanted, &facts, UNIX_READ_ONLY, VERDICT_DENIED, EROFS);
	facts.read_only = false;
	facts.refusal = EPERM;
	check(&wanted, &facts, UNIX_NOT_WRITABLE, VERDICT_DENIED, EACCES);
	facts.writable = TRUTH_YES;
	check(&wanted, &facts, UNIX_NO_SOCKETS, VERDICT_UNAVAILABLE, EPERM);
	facts.writable = TRUTH_NO;
	facts.refusal = ENOENT;
	check(&wanted, &facts, UNIX_NO_SOCKETS, VERDICT_UNAVAILABLE, ENOENT);
	/* filename_create() finds the file first. */
	facts.file = UNIX_FILE_REGULAR;
	check(&wanted, &facts, UNIX_REGULAR, VERDICT_BLOCKED, EADDRINUSE);
}

static void every_file_has_its_finding(void **state)
{
	(void)state;
	for (int file = 0; file < UNIX_FILE_COUNT; file++) {
		const struct unix_facts facts = {
			.file = (enum unix_file)file, .writable = TRUTH_YES, .whole = true,
		};
		bool is_free = unix_judge(&wanted, &facts).finding == UNIX_FREE;

		assert_int_equal(is_free, file == UNIX_FILE_NONE);
	}
	for (size_t i = 0; i < UNIX_FINDING_COUNT; i++)
		assert_non_null(unix_finding_names[i]);
}

static void a_stale_file_is_nobodys_only_if_all_were_asked(void **state)
{
	struct unix_facts facts = { .file = UNIX_FILE_SOCKET, .whole = true };

	(void)state;
	check(&wanted, &facts, UNIX_STALE, VERDICT_BLOCKED, EADDRINUSE);
	assert_true(unix_judge(&wanted, &facts).alone);
	facts.whole = false;
	check(&wanted, &facts, UNIX_STALE, VERDICT_BLOCKED, EADDRINUSE);
	assert_false(unix_judge(&wanted, &facts).alone);
	check(&name, &facts, UNIX_UNCLEAR, VERDICT_UNKNOWN, 0);
}

/* The best of them: who listens here, then who has it here, then who has it elsewhere. */
static void of_several_holders_the_first_in_order_is_told(void **state)
{
	struct snapshot *snap = *state;
	struct unix_holder holders[] = {
		{ .type = SOCK_STREAM, .holds = TRUTH_MAYBE },
		{ .type = SOCK_STREAM, .holds = TRUTH_YES },
		{ .type = SOCK_DGRAM, .holds = TRUTH_YES },
		{ .type = SOCK_STREAM, .holds = TRUTH_YES, .unlinked = true },
	};
	const struct unix_facts facts = {
		.file = UNIX_FILE_SOCKET, .snap = snap, .holders = holders, .whole = true,
	};

	add_socket(snap, PROTOCOL_TCP, STATE_ESTAB, "0.0.0.0", 0);
	check(&wanted, &facts, UNIX_CONNECTION, VERDICT_BLOCKED, EADDRINUSE);
	check(&name, &facts, UNIX_CONNECTION, VERDICT_UNKNOWN, 0);
	add_socket(snap, PROTOCOL_TCP, STATE_LISTEN, "0.0.0.0", 0)->netns = 1;
	check(&wanted, &facts, UNIX_ELSEWHERE, VERDICT_BLOCKED, EADDRINUSE);
	/* An abstract name is of its namespace. */
	check(&name, &facts, UNIX_CONNECTION, VERDICT_UNKNOWN, 0);
	add_socket(snap, PROTOCOL_TCP, STATE_UNCONN, "0.0.0.0", 0);
	check(&wanted, &facts, UNIX_DATAGRAM, VERDICT_BLOCKED, EADDRINUSE);
	check(&name, &facts, UNIX_CONNECTION, VERDICT_UNKNOWN, 0);
	add_socket(snap, PROTOCOL_TCP, STATE_LISTEN, "0.0.0.0", 0);
	check(&wanted, &facts, UNIX_DATAGRAM, VERDICT_BLOCKED, EADDRINUSE);
	assert_false(unix_is_holder(&wanted, &facts, 3));
	holders[3].unlinked = false;
	check(&wanted, &facts, UNIX_LISTENING, VERDICT_BLOCKED, EADDRINUSE);
	check(&name, &facts, UNIX_LISTENING, VERDICT_BLOCKED, EADDRINUSE);
}

static void what_systemd_listens_at_is_a_socket_units(void **state)
{
	struct snapshot *snap = *state;
	struct unix_holder holders[] = { { .type = SOCK_STREAM, .holds = TRUTH_YES } };
	const struct unix_facts facts = {
		.file = UNIX_FILE_SOCKET, .snap = snap, .holders = holders, .whole = true,
	};

	add_socket(snap, PROTOCOL_TCP, STATE_LISTEN, "0.0.0.0", 0);
	add_owner(snap, 0, add_process(snap, 811, "dbus-daemon"), 3);
	check(&wanted, &facts, UNIX_LISTENING, VERDICT_BLOCKED, EADDRINUSE);
	add_owner(snap, 0, add_process(snap, 1, "systemd"), 40);
	check(&wanted, &facts, UNIX_SOCKET_UNIT, VERDICT_BLOCKED, EADDRINUSE);
}

static void keep(void *context, struct buf *text, struct buf *command)
{
	struct buf *kept = context;

	buf_add(kept, text->data, text->length);
	buf_add_char(kept, '|');
	buf_add(kept, command->data, command->length);
	buf_add_char(kept, '\n');
}

/* Texts and commands of the remedies; the caller frees the buffer. */
static struct buf remedies_of(const struct unix_request *request, const struct unix_facts *facts)
{
	struct unix_diagnosis diagnosis = unix_judge(request, facts);
	struct buf kept;

	assert_int_equal(buf_init(&kept, -1), 0);
	assert_int_equal(unix_remedies(request, facts, &diagnosis, true, keep, &kept), 0);
	buf_add_char(&kept, '\0');
	return kept;
}

static void a_holder_is_ended_and_its_file_removed(void **state)
{
	struct snapshot *snap = *state;
	struct unix_holder holders[] = { { .type = SOCK_DGRAM, .holds = TRUTH_YES } };
	const struct unix_facts facts = {
		.file = UNIX_FILE_SOCKET, .snap = snap, .holders = holders, .whole = true,
	};
	struct unix_request datagrams = wanted;
	struct buf kept;

	add_socket(snap, PROTOCOL_TCP, STATE_UNCONN, "0.0.0.0", 0);
	add_owner(snap, 0, add_process(snap, 811, "app"), 3);
	check(&wanted, &facts, UNIX_DATAGRAM, VERDICT_BLOCKED, EADDRINUSE);
	kept = remedies_of(&wanted, &facts);
	assert_non_null(strstr(kept.data, "|kill 811 && rm -f /run/a\n"));
	buf_free(&kept);
	datagrams.abstract = true;
	datagrams.type = SOCK_DGRAM;
	kept = remedies_of(&datagrams, &facts);
	assert_non_null(strstr(kept.data, "|kill 811\n"));
	buf_free(&kept);
}

static void a_socket_without_its_file_is_told_of(void **state)
{
	struct snapshot *snap = *state;
	struct unix_holder holders[] = {
		{ .type = SOCK_STREAM, .holds = TRUTH_YES, .unlinked = true },
	};
	const struct unix_facts facts = {
		.file = UNIX_FILE_NONE, .writable = TRUTH_YES, .snap = snap, .holders = holders,
		.whole = true,
	};
	struct unix_diagnosis diagnosis;
	struct buf text;

	add_socket(snap, PROTOCOL_TCP, STATE_LISTEN, "0.0.0.0", 0);
	add_owner(snap, 0, add_process(snap, 811, "app"), 3);
	diagnosis = unix_judge(&wanted, &facts);
	assert_int_equal(diagnosis.verdict, VERDICT_FREE);
	assert_int_equal(buf_init(&text, -1), 0);
	unix_remark(&wanted, &facts, &diagnosis, &text);
	buf_add_char(&text, '\0');
	assert_non_null(strstr(text.data, "(app, pid 811) still has this name, but its file was"));
	buf_free(&text);
}

static void only_what_is_surely_stale_is_removed(void **state)
{
	struct unix_facts facts = { .file = UNIX_FILE_SOCKET, .whole = true };
	struct buf kept = remedies_of(&wanted, &facts);

	(void)state;
	assert_non_null(strstr(kept.data, "|rm /run/a\n"));
	buf_free(&kept);
	facts.whole = false;
	kept = remedies_of(&wanted, &facts);
	assert_non_null(strstr(kept.data, ": sudo conntab why /run/a|\n"));
	buf_free(&kept);
}

static void what_does_not_fit_is_no_address(void **state)
{
	const struct unix_facts facts = { .file = UNIX_FILE_NONE, .writable = TRUTH_YES,
					  .whole = true };
	struct unix_request request = wanted;

	(void)state;
	request.length = UNIX_PATH_MAX;
	check(&request, &facts, UNIX_FREE, VERDICT_FREE, 0);
	request.length++;
	check(&request, &facts, UNIX_TOO_LONG, VERDICT_INVALID, EINVAL);
	request = name;
	request.length = UNIX_NAME_MAX + 1;
	check(&request, &facts, UNIX_TOO_LONG, VERDICT_INVALID, EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_directory_decides_where_there_is_no_file),
		cmocka_unit_test(every_file_has_its_finding),
		cmocka_unit_test(a_stale_file_is_nobodys_only_if_all_were_asked),
		WITH_SNAPSHOT(of_several_holders_the_first_in_order_is_told),
		WITH_SNAPSHOT(what_systemd_listens_at_is_a_socket_units),
		WITH_SNAPSHOT(a_holder_is_ended_and_its_file_removed),
		WITH_SNAPSHOT(a_socket_without_its_file_is_told_of),
		cmocka_unit_test(only_what_is_surely_stale_is_removed),
		cmocka_unit_test(what_does_not_fit_is_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
