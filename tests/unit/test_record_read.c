/* SPDX-License-Identifier: MIT */
/* Recorded files that are broken, newer, or meant ill: an error, or something that can be shown. */
#include "record_made.h"

/* A small one: the empty snapshot with a listener and two connections, owned. */
static struct bytes small_record(struct snapshot *snap)
{
	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 40000)->interface = 2;
	add_connection(snap, "2001:db8::1", 80, "2001:db8::2", 40000);
	add_owner(snap, 0, add_process(snap, 811, "nginx"), 6);
	add_owner(snap, 0, add_process(snap, 812, "nginx"), 6);
	add_owner(snap, 1, 1, 7);
	return record_of(snap);
}

/* What every file must have: a head with the time 0, and a namespace. */
static void put_basis(struct buf *out)
{
	put_start(out, RECORD_VERSION);
	put_bytes(out, SECTION_HEAD, 1, 4, 2, 2, 0x7e);
	put_bytes(out, SECTION_NETNS, 1);
}

/* Room for rows that take no bytes. */
static void put_fill(struct buf *out, size_t length)
{
	char *fill = calloc(1, length);

	assert_non_null(fill);
	put_part(out, SECTION_FILL, fill, length);
	free(fill);
}

/* ---- accidents ------------------------------------------------------- */

static void no_changed_byte_goes_unseen(void **state)
{
	struct bytes file = small_record(*state);
	char why[SOURCE_WHY_MAX];

	for (size_t i = 0; i < file.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct bytes copy = bytes_copy(&file, file.size);

			copy.data[i] ^= (uint8_t)(1 << bit);
			assert_null(ask(copy, &everything, why));
		}
	}
	free(file.data);
}

static void no_length_but_its_own_is_accepted(void **state)
{
	struct bytes file = small_record(*state);
	char why[SOURCE_WHY_MAX];

	for (size_t size = 0; size < file.size; size++)
		assert_null(ask(bytes_copy(&file, size), &everything, why));
	refuse(bytes_copy(&file, file.size - 1), "damaged at byte");
	refuse(bytes_copy(&file, RECORD_MAGIC_SIZE), "cut off");
	file.data = realloc(file.data, file.size + 1);
	assert_non_null(file.data);
	file.data[file.size++] = 0;
	refuse(file, "something follows");
}

/* The same with a sum that fits: whatever is accepted must be fit to be shown. */
static void a_forged_file_does_no_harm(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x02, 0x40, 0x80, 0xff };
	struct bytes file = small_record(*state);
	char why[SOURCE_WHY_MAX];
	size_t shown = 0;

	for (size_t i = 0; i < file.size - RECORD_SUM_SIZE; i++) {
		for (size_t change = 0; change < sizeof(changes); change++) {
			struct bytes copy = bytes_copy(&file, file.size);
			struct snapshot *snap;

			copy.data[i] ^= changes[change];
			mend(&copy);
			snap = ask(copy, &everything, why);
			if (!snap)
				continue;
			shown++;
			show_all(snap);
			snapshot_free(snap);
		}
	}
	assert_true(shown > 20);
	free(file.data);
}

/* ---- other versions -------------------------------------------------- */

static void another_version_is_named_with_ours(void **state)
{
	struct buf out;

	(void)state;
	put_start(&out, 2);
	refuse(put_end(&out), "version 2, but this conntab reads version 1");
	put_start(&out, UINT64_MAX);
	refuse(put_end(&out), "version 18446744073709551615");
}

static void unknown_sections_and_members_are_skipped(void **state)
{
	struct snapshot *snap;
	struct buf out;

	(void)state;
	put_basis(&out);
	put_bytes(&out, 99, 1, 2, 3, 0xff, 0xff);
	put_bytes(&out, SECTION_USER, 2,
		  1, 2, 5, 14,			/* 7, two times counting up: 7, 14 */
		  200, 1, 3, 0xff, 0xff, 0xff);	/* tag 200 */
	snap = load(put_end(&out));
	assert_int_equal(snap->user_count, 2);
	assert_int_equal(snap->users[0].uid, 7);
	assert_int_equal(snap->users[1].uid, 14);
	assert_null(snap->users[0].name);
	snapshot_free(snap);
}

static void a_member_without_a_column_is_not_known(void **state)
{
	struct snapshot *snap;
	struct buf out;

	(void)state;
	put_basis(&out);
	put_bytes(&out, SECTION_PROCESS, 1, 1, 2, 2, 22);	/* pid 11 */
	put_bytes(&out, SECTION_OWNER, 1);
	put_bytes(&out, SECTION_SOCKET, 1, 1, 3, 2, 0xfd, 3, 2, 2, 2, 2, 3, 2, 2, 4,
		  24, 2, 2, 2);
	snap = load(put_end(&out));
	assert_int_equal(snap->process_count, 1);
	assert_int_equal(snap->processes[0].pid, 11);
	assert_int_equal(snap->processes[0].uid, UINT32_MAX);
	assert_null(snap->processes[0].command);
	assert_int_equal(snap->sockets[0].have, 0);
	assert_null(snap->host);
	assert_true(snap->time > 1000 && snap->time < 1001);
	snapshot_free(snap);
}

/* An unknown protocol or state is another socket's than ours: it is counted, not shown. */
static void sockets_of_unknown_kinds_are_told_of(void **state)
{
	struct snapshot *snap;
	struct buf out;

	(void)state;
	put_basis(&out);
	put_bytes(&out, SECTION_SOCKET, 3,
		  1, 5, 6, 0xfd, 3, 18, 1,	/* protocols 0, 9, 8 */
		  2, 2, 7, 2,			/* states 1, 2, 3 */
		  3, 4, 2, 4, 5, 0);		/* IPv4 */
	snap = load(put_end(&out));
	assert_int_equal(snap->count, 1);
	assert_non_null(snap->notes);
	assert_non_null(strstr(snap->notes->text, "2 recorded sockets"));
	show_all(snap);
	snapshot_free(snap);
}

/* ---- malice ---------------------------------------------------------- */

static void a_small_file_does_not_get_much_memory(void **state)
{
	static const uint8_t many[] = { 0xff, 0xff, 0xff, 0xff, 0x3f };
	static const enum record_section kinds[] = { SECTION_SOCKET, SECTION_TEXT, SECTION_TCP };
	struct buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		put_basis(&out);
		put_part(&out, kinds[i], many, sizeof(many));
		refuse(put_end(&out), "more rows than there can be");
	}
	/* Many sections of a few rows each. */
	put_basis(&out);
	for (size_t i = 0; i < 20; i++)
		put_bytes(&out, SECTION_TCP, 40);
	refuse(put_end(&out), "more rows than there can be");
	put_start(&out, RECORD_VERSION);
	put_number(&out, SECTION_SOCKET);
	put_number(&out, 1ULL << 62);
	refuse(put_end(&out), "cut off, what begins here is longer than the file");
}

static void indices_are_checked(void **state)
{
	struct buf out;

	(void)state;
	put_basis(&out);
	put_bytes(&out, SECTION_OWNER, 1);		/* of process 0, which is not there */
	refuse(put_end(&out), "refer to others that are not there");
	put_basis(&out);
	put_bytes(&out, SECTION_PROCESS, 1);
	put_bytes(&out, SECTION_OWNER, 1, 2, 2, 2, 2);	/* of process 1 */
	refuse(put_end(&out), "no such row");
	put_basis(&out);
	put_bytes(&out, SECTION_SOCKET, 1, 24, 2, 2, 2);	/* owner 1, where there is none */
	refuse(put_end(&out), "no such row");
	put_basis(&out);
	put_bytes(&out, SECTION_SOCKET, 1, 26, 2, 2, 2);	/* in namespace 1 */
	refuse(put_end(&out), "no such row");
	put_basis(&out);
	put_bytes(&out, SECTION_SOCKET, 1, 26, 2, 2, 1);	/* in namespace -1 */
	refuse(put_end(&out), "no such row");
	put_basis(&out);
	put_bytes(&out, SECTION_USER, 1, 2, 2, 2, 2);	/* text 1 */
	refuse(put_end(&out), "no such text");
	put_start(&out, RECORD_VERSION);
	refuse(put_end(&out), "no head");
}

static void owners_never_run_in_a_circle(void **state)
{
	struct buf out;

	(void)state;
	put_basis(&out);
	put_fill(&out, 40);
	put_bytes(&out, SECTION_PROCESS, 1);
	put_bytes(&out, SECTION_OWNER, 2, 1, 3, 4, 4, 1);	/* next: 2, 1 */
	put_bytes(&out, SECTION_SOCKET, 1, 1, 3, 2, 0xfd, 3, 2, 2, 2, 2, 3, 2, 2, 4,
		  24, 2, 2, 2);
	refuse(put_end(&out), "circle");
	/* A circle that a chain leads into. */
	put_basis(&out);
	put_fill(&out, 40);
	put_bytes(&out, SECTION_PROCESS, 1);
	put_bytes(&out, SECTION_OWNER, 3, 1, 4, 6, 4, 2, 1);	/* next: 2, 3, 2 */
	refuse(put_end(&out), "circle");
}

static void shared_owners_do_not_multiply(void **state)
{
	struct snapshot *snap;
	struct buf out;

	(void)state;
	for (size_t room = 0; room < 40000; room += 20000) {
		put_basis(&out);
		put_fill(&out, 200 + room);
		put_bytes(&out, SECTION_PROCESS, 1);
		/* 100 in one chain, and 100 sockets that all have it. */
		put_bytes(&out, SECTION_OWNER, 100,
			  1, 8, 2, 4, 0xc5, 1, 2, 2, 0xc7, 1);
		put_bytes(&out, SECTION_SOCKET, 100,
			  1, 6, 2, 0xfd, 3, 0xc7, 1, 0, 2, 5, 2, 2, 0xc7, 1, 0,
			  3, 5, 2, 4, 0xc7, 1, 0, 24, 5, 2, 2, 0xc7, 1, 0);
		if (!room) {
			refuse(put_end(&out), "more owners than there can be");
			continue;
		}
		snap = load(put_end(&out));
		assert_int_equal(snap->count, 100);
		assert_int_equal(snap->sockets[99].owner, 1);
		show_all(snap);
		snapshot_free(snap);
	}
}

static void numbers_texts_and_columns_are_checked(void **state)
{
	struct buf out;

	(void)state;
	put_basis(&out);
	put_bytes(&out, SECTION_SERVICE, 1, 2, 4, 2, 0x80, 0x80, 8);	/* port 65536 */
	refuse(put_end(&out), "a number is too big");
	put_basis(&out);
	put_bytes(&out, SECTION_TEXT, 1, 3, 'a', 0, 'b');
	put_bytes(&out, SECTION_USER, 1, 2, 2, 2, 2);
	refuse(put_end(&out), "a name with a NUL");
	put_basis(&out);
	put_bytes(&out, SECTION_TEXT, 1, 30, 'a');
	refuse(put_end(&out), "a text is cut off");
	put_basis(&out);
	put_bytes(&out, SECTION_USER, 1, 1, 2, 2, 2, 1, 2, 2, 2);
	refuse(put_end(&out), "not in order");
	put_basis(&out);
	put_bytes(&out, SECTION_USER, 1, 1, 3, 5, 2, 2);
	refuse(put_end(&out), "a column is too long");
	put_basis(&out);
	put_bytes(&out, SECTION_USER, 1, 1, 2, 0, 0);
	refuse(put_end(&out), "a column is too short");
	put_basis(&out);
	put_bytes(&out, SECTION_USER, 1, 1, 12, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		  0xff, 0xff, 1);
	refuse(put_end(&out), "a column is too short");
}

static void a_time_that_can_not_be_is_not_believed(void **state)
{
	static const double times[] = { -1, 1e300, __builtin_nan(""), __builtin_inf() };
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_owner(snap, 0, add_process(snap, 1, "init"), 3);
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct snapshot *back;

		snap->time = snap->processes[0].start_time = times[i];
		back = load(record_of(snap));
		assert_true(back->time > 1000 && back->time < 1001);
		assert_true(back->processes[0].start_time == 0);
		show_all(back);
		snapshot_free(back);
	}
}

static void bits_without_their_datum_are_cleared(void **state)
{
	struct snapshot *snap = *state, *back;

	add_listener(snap, "0.0.0.0", 80)->have |= HAVE_PEER | HAVE_CGROUP;
	snap->sockets[0].cgroup = 1000;
	back = load(record_of(snap));
	assert_int_equal(back->count, 1);
	assert_false(back->sockets[0].have & (HAVE_PEER | HAVE_CGROUP));
	show_all(back);
	snapshot_free(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(no_changed_byte_goes_unseen),
		WITH_SNAPSHOT(no_length_but_its_own_is_accepted),
		WITH_SNAPSHOT(a_forged_file_does_no_harm),
		cmocka_unit_test(another_version_is_named_with_ours),
		cmocka_unit_test(unknown_sections_and_members_are_skipped),
		cmocka_unit_test(a_member_without_a_column_is_not_known),
		cmocka_unit_test(sockets_of_unknown_kinds_are_told_of),
		cmocka_unit_test(a_small_file_does_not_get_much_memory),
		cmocka_unit_test(indices_are_checked),
		cmocka_unit_test(owners_never_run_in_a_circle),
		cmocka_unit_test(shared_owners_do_not_multiply),
		cmocka_unit_test(numbers_texts_and_columns_are_checked),
		WITH_SNAPSHOT(a_time_that_can_not_be_is_not_believed),
		WITH_SNAPSHOT(bits_without_their_datum_are_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
