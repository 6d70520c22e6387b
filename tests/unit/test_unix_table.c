/* SPDX-License-Identifier: MIT */
/* /proc/net/unix, as it is where there is no unix_diag, and as it should never be. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/unix_table.h"

enum { ROWS = 8, NAME = 32 };

struct rows {
	struct unix_row rows[ROWS];
	char names[ROWS][NAME];
	size_t count;
};

static int row_take(const struct unix_row *row, void *context)
{
	struct rows *rows = context;

	assert_true(rows->count < ROWS && row->length < NAME);
	memcpy(rows->names[rows->count], row->name ? row->name : "", row->length);
	rows->rows[rows->count++] = *row;
	return 0;
}

static struct rows read_text(const char *text, size_t length)
{
	char directory[] = "/tmp/unix-table-XXXXXX", path[64];
	struct rows rows = { .count = 0 };
	FILE *file;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/unix", directory);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
	assert_int_equal(unix_table_read(directory, row_take, &rows), 0);
	unlink(path);
	rmdir(directory);
	return rows;
}

#define READ(text) read_text(text, sizeof(text) - 1)

static void state_type_and_name_are_read(void **state)
{
	struct rows rows = READ(
		"Num       RefCount Protocol Flags    Type St Inode Path\n"
		"0000000000000000: 00000002 00000000 00010000 0001 01 16163 /run/a b\n"
		"0000000000000000: 00000003 00000000 00000000 0001 03 16164 @name@more\n"
		"0000000000000000: 00000002 00000000 00000000 0002 01 16165\n");

	(void)state;
	assert_int_equal(rows.count, 3);
	assert_int_equal(rows.rows[0].inode, 16163);
	assert_int_equal(rows.rows[0].state, UNIX_LISTEN);
	assert_int_equal(rows.rows[0].type, SOCK_STREAM);
	assert_int_equal(rows.rows[0].length, 8);
	assert_string_equal(rows.names[0], "/run/a b");
	assert_int_equal(rows.rows[1].state, UNIX_CONNECTED);
	assert_int_equal(rows.rows[1].length, 10);
	assert_memory_equal(rows.names[1], "\0name@more", 10);
	assert_int_equal(rows.rows[2].type, SOCK_DGRAM);
	assert_int_equal(rows.rows[2].length, 0);
	assert_int_not_equal(rows.rows[2].state, UNIX_LISTEN);
}

static void what_is_no_row_is_left_out(void **state)
{
	/* A path may have a newline, and so look like a row: it is one, of a name. */
	struct rows rows = READ("\n0: 2\n: : : :\n"
				"0: 00000002 00000000 00010000 0001 01 1 /a\nb\n"
				"0: 00000002 00000000 00010000 0001 01 2 ");

	(void)state;
	assert_int_equal(rows.count, 2);
	assert_string_equal(rows.names[0], "/a");
	assert_int_equal(rows.rows[1].length, 0);
	assert_int_equal(READ("").count, 0);
	assert_int_equal(unix_table_read("/nonexistent", row_take, &rows), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_type_and_name_are_read),
		cmocka_unit_test(what_is_no_row_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
