/* SPDX-License-Identifier: MIT */
/* Files of `ss -D`: messages of the kernel one after the other, ended by NLMSG_DONE. */
#include "message.h"
#include "record.h"

#include <errno.h>

static void put_message(struct buf *out, struct message *message)
{
	message_header(message)->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	buf_add(out, message->bytes, NLMSG_ALIGN(message_header(message)->nlmsg_len));
}

static void put_row(struct buf *out, int family, int kernel_state, uint32_t cookie)
{
	struct message m;

	message_start(&m, family, kernel_state);
	message_body(&m)->id.idiag_cookie[0] = cookie;
	put_message(out, &m);
}

static void put_control(struct buf *out, uint16_t type, int status)
{
	struct nlmsghdr head = { .nlmsg_len = NLMSG_LENGTH(sizeof(status)), .nlmsg_type = type };

	buf_add(out, &head, sizeof(head));
	buf_add(out, &status, sizeof(status));
}

/* The bytes so far; the buffer is empty then. */
static struct bytes taken(struct buf *out)
{
	struct bytes file = { malloc(out->length + 1), out->length };

	assert_non_null(file.data);
	memcpy(file.data, out->data, out->length);
	out->length = 0;
	return file;
}

static void put_two_dumps(struct buf *out)
{
	put_row(out, AF_INET, STATE_LISTEN, 1);
	put_row(out, AF_INET, STATE_ESTAB, 2);
	put_control(out, NLMSG_DONE, 0);
	put_row(out, AF_INET6, STATE_LISTEN, 3);
	put_control(out, NLMSG_DONE, 0);
}

static int out_setup(void **state)
{
	static struct buf out;

	*state = &out;
	return buf_init(&out, -1);
}

static int out_teardown(void **state)
{
	buf_free(*state);
	return 0;
}

static void both_dumps_are_read(void **state)
{
	struct buf *out = *state;
	struct snapshot *snap;

	put_two_dumps(out);
	snap = load(taken(out));
	assert_int_equal(snap->count, 3);
	assert_int_equal(snap->listener_count, 2);
	assert_int_equal(snap->sockets[2].local.address.family, AF_INET6);
	assert_true(snap->time > 1000 && snap->time < 1001);
	show_all(snap);
	snapshot_free(snap);
}

static void nobody_looked_for_owners(void **state)
{
	struct buf *out = *state;
	struct snapshot *snap;
	char *json;

	put_two_dumps(out);
	snap = load(taken(out));
	assert_false(snap->asked & NEED_OWNER);
	assert_non_null(snap->notes);
	assert_non_null(strstr(snap->notes->text, "not recorded: udp sockets"));
	assert_non_null(strstr(snap->notes->text, "processes"));
	json = show(snap, VIEW_JSON, 0);
	assert_non_null(strstr(json, "\"owners\":null,\"owner_missing\":null"));
	assert_non_null(strstr(json, "\"host\":null"));
	assert_null(strstr(json, "\"owners\":[]"));
	free(json);
	snapshot_free(snap);
}

static void attributes_are_read(void **state)
{
	struct buf *out = *state;
	uint8_t info[TCP_INFO_SIZE] = { [TCP_INFO_SIZE - 1] = 1 };
	struct snapshot *snap;
	struct message m;

	message_start(&m, AF_INET, STATE_ESTAB);
	message_add(&m, UAPI_DIAG_INFO, info, sizeof(info));
	message_add(&m, UAPI_DIAG_CONG, "bbr", 4);
	put_message(out, &m);
	put_control(out, NLMSG_DONE, 0);
	snap = load(taken(out));
	assert_string_equal(snap->sockets[0].detail->tcp->congestion, "bbr");
	/* What kernels disagree on is not taken for known. */
	assert_int_equal(snap->sockets[0].detail->tcp->length, 276);
	snapshot_free(snap);
}

static void one_row_that_came_twice_is_one(void **state)
{
	struct buf *out = *state;
	struct snapshot *snap;

	put_row(out, AF_INET, STATE_ESTAB, 1);
	put_row(out, AF_INET, STATE_ESTAB, 1);
	put_control(out, NLMSG_DONE, 0);
	snap = load(taken(out));
	assert_int_equal(snap->count, 1);
	snapshot_free(snap);
}

static void a_dump_of_nothing_is_empty(void **state)
{
	struct buf *out = *state;
	struct snapshot *snap;

	put_control(out, NLMSG_DONE, 0);
	put_control(out, NLMSG_DONE, 0);
	snap = load(taken(out));
	assert_int_equal(snap->count, 0);
	snapshot_free(snap);
}

static void every_cut_is_noticed(void **state)
{
	struct buf *out = *state;
	size_t first, whole;
	struct bytes file;
	char why[SOURCE_WHY_MAX];

	put_row(out, AF_INET, STATE_LISTEN, 1);
	put_control(out, NLMSG_DONE, 0);
	first = out->length;
	put_row(out, AF_INET6, STATE_LISTEN, 3);
	put_control(out, NLMSG_DONE, 0);
	whole = out->length;
	file = taken(out);
	for (size_t size = 0; size < whole; size++) {
		struct snapshot *snap = ask(bytes_copy(&file, size), &everything, why);

		if (size != first)
			assert_null(snap);
		snapshot_free(snap);
	}
	refuse(bytes_copy(&file, whole - 1), "cut off");
	refuse(bytes_copy(&file, first + NLMSG_LENGTH(sizeof(struct inet_diag_msg))),
	       "its last message is missing");
	free(file.data);
}

static void lengths_are_checked(void **state)
{
	static const uint32_t lengths[] = { 0, 1, 15, 17, 87, 0x7fffffff, 0x80000000, 0xfffffff0,
					    0xffffffff };
	struct buf *out = *state;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct message m;

		put_row(out, AF_INET, STATE_ESTAB, 1);
		message_start(&m, AF_INET, STATE_ESTAB);
		message_header(&m)->nlmsg_type = SOCK_DIAG_BY_FAMILY;
		message_header(&m)->nlmsg_len = lengths[i];
		buf_add(out, m.bytes, NLMSG_LENGTH(sizeof(struct inet_diag_msg)));
		put_control(out, NLMSG_DONE, 0);
		refuse(taken(out), "damaged at byte 88: a message");
	}
}

static void what_the_kernel_did_not_finish_is_refused(void **state)
{
	struct buf *out = *state;

	put_row(out, AF_INET, STATE_ESTAB, 1);
	put_control(out, NLMSG_DONE, -ENOENT);
	refuse(taken(out), "the kernel did not finish");
	put_row(out, AF_INET, STATE_ESTAB, 1);
	put_control(out, NLMSG_ERROR, -ENOENT);
	refuse(taken(out), "a message that no dump of sockets has");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_dumps_are_read, out_setup, out_teardown),
		cmocka_unit_test_setup_teardown(nobody_looked_for_owners, out_setup, out_teardown),
		cmocka_unit_test_setup_teardown(attributes_are_read, out_setup, out_teardown),
		cmocka_unit_test_setup_teardown(one_row_that_came_twice_is_one, out_setup,
						out_teardown),
		cmocka_unit_test_setup_teardown(a_dump_of_nothing_is_empty, out_setup,
						out_teardown),
		cmocka_unit_test_setup_teardown(every_cut_is_noticed, out_setup, out_teardown),
		cmocka_unit_test_setup_teardown(lengths_are_checked, out_setup, out_teardown),
		cmocka_unit_test_setup_teardown(what_the_kernel_did_not_finish_is_refused,
						out_setup, out_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
