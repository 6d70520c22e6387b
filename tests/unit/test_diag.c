/* SPDX-License-Identifier: MIT */
/* How much of what was received are whole messages. */
#include "unit.h"

#include <linux/netlink.h>

#include "collect/diag.h"

enum { ROOM = 64 };

/* What is whole of `size` bytes that begin with messages of these lengths, up to a 0. */
static size_t whole(size_t size, const uint32_t *lengths)
{
	_Alignas(8) char room[ROOM] = { 0 };
	size_t at = 0;

	for (; *lengths && at + sizeof(struct nlmsghdr) <= sizeof(room); lengths++) {
		((struct nlmsghdr *)(void *)(room + at))->nlmsg_len = *lengths;
		at += NLMSG_ALIGN((size_t)*lengths);
	}
	return diag_whole(room, size);
}

#define WHOLE(size, ...) whole(size, (const uint32_t[]){ __VA_ARGS__, 0 })

static void whole_messages_are_whole(void **state)
{
	(void)state;
	assert_int_equal(WHOLE(0, 0), 0);
	assert_int_equal(WHOLE(16, 16), 16);
	assert_int_equal(WHOLE(ROOM, 32, 32), ROOM);
	assert_int_equal(WHOLE(37, 18, 17), 37);
}

static void what_is_cut_short_is_left_out(void **state)
{
	(void)state;
	assert_int_equal(WHOLE(15, 16), 0);
	assert_int_equal(WHOLE(31, 32), 0);
	assert_int_equal(WHOLE(40, 32, 16), 32);
	assert_int_equal(WHOLE(ROOM, 32, 33), 32);
}

static void impossible_lengths_are_left_out(void **state)
{
	(void)state;
	assert_int_equal(WHOLE(ROOM, 15), 0);
	assert_int_equal(WHOLE(ROOM, 1), 0);
	assert_int_equal(WHOLE(ROOM, 0x7fffffff), 0);
	assert_int_equal(WHOLE(ROOM, 0x80000000), 0);
	assert_int_equal(WHOLE(ROOM, 0xffffffff), 0);
	assert_int_equal(WHOLE(ROOM, 32, 0x80000010), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_messages_are_whole),
		cmocka_unit_test(what_is_cut_short_is_left_out),
		cmocka_unit_test(impossible_lengths_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
