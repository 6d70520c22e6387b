/* SPDX-License-Identifier: MIT */
/* The append buffer: numbers, growth, and errors that stick. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int setup(void **state)
{
	static struct buf buf;

	*state = &buf;
	return buf_init(&buf, -1);
}

static int teardown(void **state)
{
	buf_free(*state);
	return 0;
}

static void unsigned_numbers_are_as_printf_writes_them(void **state)
{
	struct buf *buf = *state;
	uint64_t number = 1;
	char text[48];

	for (int i = 0; i < 64 * 3; i++) {
		uint64_t near = number + (uint64_t)(i % 3) - 1;

		snprintf(text, sizeof(text), "%" PRIu64, near);
		assert_int_equal(digits_of(near), strlen(text));
		buf_add_unsigned(buf, near);
		assert_holds(buf, text);
		if (i % 3 == 2)
			number *= 2;
	}
	for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
		snprintf(text, sizeof(text), "%" PRIu64 "%" PRIu64, power, power - 1);
		buf_add_unsigned(buf, power);
		buf_add_unsigned(buf, power - 1);
		assert_holds(buf, text);
	}
}

static void hex_has_no_leading_zeros(void **state)
{
	buf_add_hex(*state, 0);
	assert_holds(*state, "0x0");
	buf_add_hex(*state, 0x1f0);
	assert_holds(*state, "0x1f0");
	buf_add_hex(*state, UINT64_MAX);
	assert_holds(*state, "0xffffffffffffffff");
}

static void decimals_have_no_trailing_zeros(void **state)
{
	buf_add_decimal(*state, 1500, 3);
	assert_holds(*state, "1.5");
	buf_add_decimal(*state, 2000, 3);
	assert_holds(*state, "2");
	buf_add_decimal(*state, 45, 3);
	assert_holds(*state, "0.045");
	buf_add_decimal(*state, 0, 3);
	assert_holds(*state, "0");
	buf_add_decimal(*state, UINT64_MAX, 3);
	assert_holds(*state, "18446744073709551.615");
	buf_add_decimal(*state, 7, 0);
	assert_holds(*state, "7");
}

static void memory_grows_and_keeps_what_is_there(void **state)
{
	struct buf *buf = *state;

	for (unsigned i = 0; i < 300000; i++)
		buf_add_char(buf, (char)('a' + i % 26));
	assert_int_equal(buf->length, 300000);
	for (unsigned i = 0; i < 300000; i++)
		assert_int_equal(buf->data[i], 'a' + i % 26);
	assert_int_equal(buf_flush(buf), 0);
	assert_int_equal(buf->length, 300000);
}

static void blanks_may_be_more_than_the_room(void **state)
{
	struct buf *buf = *state;

	buf_add_blanks(buf, 3 * BUF_ROOM + 1);
	assert_int_equal(buf->length, 3 * BUF_ROOM + 1);
	assert_int_equal(buf->data[3 * BUF_ROOM], ' ');
	buf_add_blanks(buf, 0);
	assert_int_equal(buf->length, 3 * BUF_ROOM + 1);
}

static void a_file_gets_long_texts_whole_and_in_order(void **state)
{
	enum { LENGTH = 40 * BUF_ROOM + 17 };
	char *text = malloc(LENGTH), *back = malloc(2 * LENGTH);
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct buf buf;

	(void)state;
	assert_true(text && back && fd >= 0);
	for (size_t i = 0; i < LENGTH; i++)
		text[i] = (char)('0' + i % 71);
	assert_int_equal(buf_init(&buf, fd), 0);
	buf_add(&buf, text, LENGTH);
	buf_add_literal(&buf, "|");
	buf_add(&buf, text, LENGTH);
	assert_int_equal(buf_flush(&buf), 0);
	assert_int_equal(pread(fd, back, (size_t)2 * LENGTH, 0), 2 * LENGTH);
	assert_memory_equal(back, text, LENGTH);
	assert_int_equal(back[LENGTH], '|');
	assert_memory_equal(back + LENGTH + 1, text, LENGTH - 1);
	buf_free(&buf);
	close(fd);
	free(text);
	free(back);
}

static void the_error_of_a_full_device_sticks(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct buf buf;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(buf_init(&buf, fd), 0);
	buf_add_literal(&buf, "lost");
	assert_int_equal(buf_flush(&buf), -ENOSPC);
	for (int i = 0; i < 100000; i++)
		buf_add_literal(&buf, "still safe to append to ");
	assert_int_equal(buf.error, ENOSPC);
	assert_int_equal(buf_flush(&buf), -ENOSPC);
	buf_free(&buf);
	close(fd);
}

static void an_error_met_while_appending_is_told_by_flush(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct buf buf;

	(void)state;
	assert_int_equal(buf_init(&buf, fd), 0);
	for (int i = 0; i < 1000; i++)
		buf_add_blanks(&buf, 1000);
	assert_int_equal(buf_flush(&buf), -ENOSPC);
	buf_free(&buf);
	close(fd);
}

#define WITH_BUF(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BUF(unsigned_numbers_are_as_printf_writes_them),
		WITH_BUF(hex_has_no_leading_zeros),
		WITH_BUF(decimals_have_no_trailing_zeros),
		WITH_BUF(memory_grows_and_keeps_what_is_there),
		WITH_BUF(blanks_may_be_more_than_the_room),
		cmocka_unit_test(a_file_gets_long_texts_whole_and_in_order),
		cmocka_unit_test(the_error_of_a_full_device_sticks),
		cmocka_unit_test(an_error_met_while_appending_is_told_by_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
