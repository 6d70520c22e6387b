/* SPDX-License-Identifier: MIT */
/* Chosen columns in the table, the named sets, and the schema that is kept in share/. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "json_check.h"
#include "view/view.h"

static void sets_name_fields_that_are_columns(void **state)
{
	char name[64];

	(void)state;
	for (size_t i = 0; i < COLUMN_SETS; i++) {
		assert_ptr_equal(column_set_find(column_sets[i].name), &column_sets[i]);
		assert_true(*column_sets[i].help);
		for (const char *at = column_sets[i].fields; at && *at; at += *at == ',') {
			size_t length = strcspn(at, ",");

			snprintf(name, sizeof(name), "%.*s", (int)length, at);
			if (!field_find(name) || field_is_group(field_find(name)))
				fail_msg("%s: %s is no column", column_sets[i].name, name);
			at += length;
		}
	}
	assert_null(column_set_find("rtt"));
	assert_null(column_set_find(""));
}

/* Otherwise a word could mean two things. */
static void no_set_has_the_name_of_a_column(void **state)
{
	(void)state;
	for (size_t i = 0; i < COLUMN_SETS; i++) {
		const struct field *field = field_find(column_sets[i].name);

		assert_true(!field || field_is_group(field));
	}
}

static void a_column_is_there_once(void **state)
{
	struct columns columns = { .count = 0 };

	(void)state;
	columns_add(&columns, FIELD_STATE);
	columns_add(&columns, FIELD_LOCAL);
	columns_add(&columns, FIELD_STATE);
	assert_int_equal(columns.count, 2);
	columns_remove(&columns, FIELD_STATE);
	assert_int_equal(columns.count, 1);
	assert_int_equal(columns.fields[0], FIELD_LOCAL);
	columns_remove(&columns, FIELD_STATE);
	assert_int_equal(columns.count, 1);
}

static void a_removed_heading_is_gone_from_the_usual_columns(void **state)
{
	struct columns columns = { .usual = true };

	(void)state;
	columns_remove(&columns, FIELD_USER);
	columns_remove(&columns, FIELD_PROCESS);
	assert_false(columns_have_usual(&columns, FIELD_USER_SHOWN));
	assert_false(columns_have_usual(&columns, FIELD_OWNERS));
	assert_true(columns_have_usual(&columns, FIELD_STATE));
	columns_add(&columns, FIELD_USER_SHOWN);
	assert_true(columns_have_usual(&columns, FIELD_USER_SHOWN));
	assert_true(columns_have_usual(NULL, FIELD_OWNERS));
	columns.usual = false;
	assert_false(columns_have_usual(&columns, FIELD_STATE));
}

/* The first lines of the table with these columns. */
static void assert_table(struct snapshot *snap, const struct columns *columns, size_t width,
			 const char *expected)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true, .width = width,
					.columns = columns };
	struct listing listing;
	struct buf buf;

	if (!snap->listeners)
		assert_int_equal(listeners_find(snap), 0);
	listing_init(&listing, snap, STATES_ALL);
	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(views[VIEW_TABLE].show(&listing, &options, &buf), 0);
	assert_holds(&buf, expected);
	listing_free(&listing);
	buf_free(&buf);
}

static void the_table_has_the_columns_that_were_named(void **state)
{
	struct snapshot *snap = *state;
	struct columns columns = { .count = 0 };

	add_listener(snap, "10.0.0.1", 80);
	add_owner(snap, 0, add_process(snap, 7, "a"), 3);
	columns_add(&columns, FIELD_PID);
	columns_add(&columns, FIELD_TCP_FIRST + 2);
	columns_add(&columns, FIELD_MEMORY_FIRST);
	columns_add(&columns, FIELD_LOCAL_ADDRESS);
	assert_table(snap, &columns, 0,
		     "Listeners (1)\n"
		     "PID  MIN-RTT  MEMORY-RECV  LOCAL-ADDRESS\n"
		     "7          -            -  10.0.0.1\n");
	/* Too narrow: none is left out, the last is cut. */
	assert_table(snap, &columns, 33,
		     "Listeners (1)\n"
		     "PID  MIN-RTT  MEMORY-RECV  LOCAL…\n"
		     "7          -            -  10.0.…\n");
}

/* A heading does not suffer from a long last cell of the group above. */
static void numbers_in_the_last_column_stand_below_each_other(void **state)
{
	struct snapshot *snap = *state;
	struct columns columns = { .count = 0 };

	add_listener(snap, "10.0.0.1", 80)->backlog = 4096000;
	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 5);
	columns_add(&columns, FIELD_LOCAL);
	columns_add(&columns, FIELD_BACKLOG);
	assert_table(snap, &columns, 0,
		     "Listeners (1)\n"
		     "LOCAL        BACKLOG\n"
		     "10.0.0.1:80  4096000\n"
		     "\n"
		     "Connections (1)\n"
		     "LOCAL        BACKLOG\n"
		     "10.0.0.1:80        -\n");
	columns_remove(&columns, FIELD_BACKLOG);
	add_owner(snap, 0, add_process(snap, 7, "a-long-command"), 3);
	columns_add(&columns, FIELD_OWNERS);
	assert_table(snap, &columns, 0,
		     "Listeners (1)\n"
		     "LOCAL        PROCESS\n"
		     "10.0.0.1:80  a-long-command 7\n"
		     "\n"
		     "Connections (1)\n"
		     "LOCAL        PROCESS\n"
		     "10.0.0.1:80  -\n");
}

static void added_columns_stand_in_front_of_the_processes(void **state)
{
	struct snapshot *snap = *state;
	struct columns columns = { .usual = true };

	add_listener(snap, "10.0.0.1", 80);
	add_owner(snap, 0, add_process(snap, 7, "a"), 3);
	for (enum field_id field = FIELD_SCOPE; field < FIELD_COOKIE; field++)
		if (field != FIELD_LOCAL)
			columns_remove(&columns, field);
	columns_remove(&columns, FIELD_SERVICE);
	columns_remove(&columns, FIELD_QUEUE);
	columns_remove(&columns, FIELD_CONNECTIONS);
	columns_remove(&columns, FIELD_SOCKETS);
	columns_add(&columns, FIELD_COOKIE);
	assert_table(snap, &columns, 0,
		     "Listeners (1)\n"
		     "PROTO  STATE   LOCAL        COOKIE  PROCESS\n"
		     "tcp    LISTEN  10.0.0.1:80       1  a 7\n");
}

static void a_table_without_columns_is_empty(void **state)
{
	struct columns columns = { .count = 0 };

	add_listener(*state, "10.0.0.1", 80);
	assert_table(*state, &columns, 0, "");
}

/* Sockets that share an address are one row, and may differ in what is asked for. */
static void a_row_of_several_sockets_shows_what_they_differ_in(void **state)
{
	struct snapshot *snap = *state;
	struct columns columns = { .count = 0 };
	uint32_t process = add_process(snap, 7, "a");

	for (uint32_t i = 0; i < 3; i++) {
		add_listener(snap, "10.0.0.1", 80)->backlog = 5;
		add_owner(snap, i, process, 3);
	}
	snap->sockets[0].have &= (uint16_t)~HAVE_COOKIE;
	columns_add(&columns, FIELD_INODE);
	columns_add(&columns, FIELD_COOKIE);
	columns_add(&columns, FIELD_BACKLOG);
	columns_add(&columns, FIELD_SOCKETS);
	columns_add(&columns, FIELD_MARK);
	columns_add(&columns, FIELD_PID);
	assert_table(snap, &columns, 0,
		     "Listeners (1)\n"
		     "         INODE  COOKIE  BACKLOG  SOCKETS  MARK  PID\n"
		     "1001,1002,1003     2,3        5        3     -  7\n");
	assert_table(snap, &columns, 80,
		     "Listeners (1)\n"
		     "      INODE  COOKIE  BACKLOG  SOCKETS  MARK  PID\n"
		     "1001,1002,…     2,3        5        3     -  7\n");
}

static void the_schema_in_share_is_that_of_the_table(void **state)
{
	static char kept[1 << 17];
	FILE *file = fopen("share/conntab-1.schema.json", "r");
	struct buf buf;

	(void)state;
	if (!file)
		fail_msg("run this from the top directory");
	kept[fread(kept, 1, sizeof(kept) - 1, file)] = '\0';
	fclose(file);
	assert_int_equal(buf_init(&buf, -1), 0);
	schema_show(&buf);
	buf_add_char(&buf, '\0');
	assert_true(json_is_valid(buf.data));
	if (strcmp(kept, buf.data) != 0)
		fail_msg("the field table has changed: run make docs");
	buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_name_fields_that_are_columns),
		cmocka_unit_test(no_set_has_the_name_of_a_column),
		cmocka_unit_test(a_column_is_there_once),
		cmocka_unit_test(a_removed_heading_is_gone_from_the_usual_columns),
		WITH_SNAPSHOT(the_table_has_the_columns_that_were_named),
		WITH_SNAPSHOT(numbers_in_the_last_column_stand_below_each_other),
		WITH_SNAPSHOT(added_columns_stand_in_front_of_the_processes),
		WITH_SNAPSHOT(a_table_without_columns_is_empty),
		WITH_SNAPSHOT(a_row_of_several_sockets_shows_what_they_differ_in),
		cmocka_unit_test(the_schema_in_share_is_that_of_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
