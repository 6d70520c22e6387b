/* SPDX-License-Identifier: MIT */
/* The table: no trailing blanks, aligned, nothing cut but the last column of a terminal. */
#include "shown.h"

enum { TERMINAL = 80 };

#define WIDE "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"

/* Columns of a text without escape sequences; a character of three bytes is wide, but for "…". */
static size_t columns_of(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++) {
		bool lead = (text[i] & 0xc0) != 0x80;

		columns += lead + (lead && (text[i] & 0xf0) == 0xe0 && text[i] != '\xe2');
	}
	return columns;
}

/* Two listeners, connections, hostile and wide names, something hidden. */
static void fill(struct snapshot *snap)
{
	static struct user users[] = { { 0, "root" }, { 1000, WIDE } };

	snap->users = users;
	snap->user_count = 2;
	add_listener(snap, "0.0.0.0", 80)->backlog = 511;
	add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "fe80::1234:5678:9abc:def0", 5353)->interface =
		2;
	for (unsigned i = 0; i < 4; i++)
		add_connection(snap, "10.0.0.1", 80, "192.168.100.200", 40000 + i)->uid =
			i % 2 * 1000;
	add_connection(snap, "10.0.0.1", 40009, "10.0.0.2", 443)->uid = 77;
	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 443)->state = STATE_TIME_WAIT;
	add_owner(snap, 0, add_process(snap, 811, "evil\n\033[2J"), 6);
	add_owner(snap, 2, add_process(snap, 812, WIDE WIDE WIDE WIDE), 6);
	for (uint32_t i = 0; i < 40; i++) {
		const char *command = i % 2 ? "a-long-command" : "other-command";

		add_owner(snap, 3, add_process(snap, 100000 + i, command), 6);
	}
}

static void assert_no_trailing_blanks(const char *text)
{
	assert_null(strstr(text, " \n"));
	assert_null(strstr(text, "\t"));
	assert_null(strstr(text, "\n\n\n"));
}

static void nothing_is_shown_of_nothing(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };
	char *text = show(*state, &options);

	assert_string_equal(text, "");
	free(text);
}

static void lines_have_no_trailing_blanks(void **state)
{
	struct view_options options = { .header = true };

	fill(*state);
	for (options.extras = 0; options.extras < 32; options.extras++) {
		for (options.width = 0; options.width < 200; options.width += 40) {
			char *text = show(*state, &options);

			assert_no_trailing_blanks(text);
			free(text);
		}
	}
}

static void without_header_every_line_is_a_row(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS };
	char *text;
	size_t lines = 0;

	fill(*state);
	text = show(*state, &options);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 7);
	assert_null(strstr(text, "LOCAL"));
	assert_null(strstr(text, "not shown"));
	assert_null(strstr(text, "\n\n"));
	free(text);
}

static void what_is_hidden_is_said(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };
	char *text;

	fill(*state);
	text = show(*state, &options);
	assert_non_null(strstr(text, "1 TIME-WAIT"));
	assert_non_null(strstr(text, "-a"));
	free(text);
}

static void a_terminal_is_never_overrun(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true, .width = TERMINAL };
	char *text;

	fill(*state);
	text = show(*state, &options);
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		assert_in_range(columns_of(at, strcspn(at, "\n")), 0, TERMINAL);
	free(text);
}

/* Long addresses and names give way, each row keeps its columns, and every row has a pid. */
static void a_pid_is_the_last_to_be_cut(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true, .width = TERMINAL };
	char *text;

	fill(*state);
	for (options.width = 50; options.width < 140; options.width += 5) {
		text = show(*state, &options);
		assert_non_null(strstr(text, " 811\n"));
		assert_non_null(strstr(text, " 812\n"));
		assert_non_null(strstr(text, "100000"));
		for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
			assert_in_range(columns_of(at, strcspn(at, "\n")), 0, options.width);
		free(text);
	}
	options.width = TERMINAL;
	text = show(*state, &options);
	assert_non_null(strstr(text, "[fe80::1234:5678:9abc:def0%eth0]:5353"));
	for (const char *at = text; (at = strstr(at, "192.168.100.200:4000")); at++)
		assert_in_range(at[strlen("192.168.100.200:4000")], '0', '3');
	free(text);
}

static void nothing_is_cut_off_a_terminal(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };
	char *text;

	fill(*state);
	text = show(*state, &options);
	assert_non_null(strstr(text, WIDE WIDE WIDE WIDE " 812\n"));
	assert_non_null(strstr(text, "other-command (20) 100000,100002,100004,100006,"));
	assert_non_null(strstr(text, "; a-long-command (20) 100001,100003,"));
	assert_non_null(strstr(text, ",100039\n"));
	free(text);
}

static void columns_are_aligned_with_wide_characters(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };
	const char *group, *at;
	char *text;
	size_t process;

	fill(*state);
	text = show(*state, &options);
	group = strstr(text, "Connections (");
	assert_non_null(group);
	at = strchr(group, '\n') + 1;
	process = columns_of(at, (size_t)(strstr(at, "PROCESS") - at));
	for (at = strchr(at, '\n') + 1; *at != '\n'; at = strchr(at, '\n') + 1) {
		size_t bytes = 0;

		while (columns_of(at, bytes) < process)
			bytes++;
		assert_int_equal(columns_of(at, bytes), process);
		assert_int_equal(at[bytes - 1], ' ');
		assert_int_not_equal(at[bytes], ' ');
	}
	free(text);
}

static void long_names_are_cut_on_a_terminal_only(void **state)
{
	static struct host host = { .name = "a-name-that-is-long.of-a-place.example.org" };
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true, .width = TERMINAL };
	struct snapshot *snap = *state;
	char *text;

	host.address = address_of("10.0.0.1");
	snap->hosts = &host;
	snap->host_count = 1;
	add_listener(snap, "10.0.0.1", 443);
	add_connection(snap, "10.0.0.1", 40009, "10.0.0.1", 443);
	text = show(snap, &options);
	assert_non_null(strstr(text,
			       "  a-name-th…ample.org:40009  ->   a-name-tha…xample.org:443  "));
	free(text);
	options.width = 160;
	text = show(snap, &options);
	assert_non_null(strstr(text, "  a-name-that-is-long.of-a-place.example.org:40009  ->"));
	free(text);
	options.width = 0;
	text = show(snap, &options);
	assert_non_null(strstr(text, "  a-name-that-is-long.of-a-place.example.org:443  "));
	free(text);
}

/* Whatever the last row of the group before was like. */
static void headings_stand_above_their_columns(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };
	struct snapshot *snap = *state;
	const char *heading, *line;
	char *text;

	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 40000);
	add_owner(snap, 0, add_process(snap, 811, "a-command-longer-than-the-heading"), 6);
	text = show(snap, &options);
	heading = strchr(strstr(text, "Connections ("), '\n') + 1;
	line = strchr(heading, '\n') + 1;
	assert_int_equal(strstr(heading, "DIR") - heading, strstr(line, "<-") - line);
	free(text);
}

static void hostile_names_stay_in_their_line(void **state)
{
	struct view_options options = { .extras = UINT32_MAX, .header = true };
	char *text;

	fill(*state);
	text = show(*state, &options);
	assert_non_null(strstr(text, "evil\\n\\x1b[2J 811"));
	assert_null(strchr(text, '\033'));
	free(text);
}

static void colour_only_where_it_was_asked_for(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true, .color = true };
	char *text;

	fill(*state);
	text = show(*state, &options);
	assert_non_null(strstr(text, "\033["));
	assert_no_trailing_blanks(text);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(nothing_is_shown_of_nothing),
		WITH_SNAPSHOT(lines_have_no_trailing_blanks),
		WITH_SNAPSHOT(without_header_every_line_is_a_row),
		WITH_SNAPSHOT(what_is_hidden_is_said),
		WITH_SNAPSHOT(a_terminal_is_never_overrun),
		WITH_SNAPSHOT(a_pid_is_the_last_to_be_cut),
		WITH_SNAPSHOT(nothing_is_cut_off_a_terminal),
		WITH_SNAPSHOT(columns_are_aligned_with_wide_characters),
		WITH_SNAPSHOT(long_names_are_cut_on_a_terminal_only),
		WITH_SNAPSHOT(headings_stand_above_their_columns),
		WITH_SNAPSHOT(hostile_names_stay_in_their_line),
		WITH_SNAPSHOT(colour_only_where_it_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
