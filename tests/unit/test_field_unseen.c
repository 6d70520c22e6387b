/* SPDX-License-Identifier: MIT */
/* Which fields hang on what could not be looked at, and in which rows. */
#include "unit.h"

#include "model/field.h"

static uint32_t unseen(const struct snapshot *snap, const struct socket *sk, enum field_id field)
{
	struct row row = { snap, sk, NULL };

	return field_unseen(&row, field);
}

/* A listener that the kernel told all of, and nobody was found for. */
static struct socket *add_known(struct snapshot *snap)
{
	struct socket *sk = add_listener(snap, "127.0.0.1", 80);

	sk->have |= HAVE_COOKIE | HAVE_INODE | HAVE_MARK | HAVE_CGROUP;
	sk->inode = 7;
	sk->cgroup = snapshot_cgroup(snap, 5);
	sk->missing = MISSING_KERNEL;
	return sk;
}

static void all_is_seen_of_a_row_with_all(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_known(snap);

	for (enum field_id field = 0; field < FIELD_COUNT; field++)
		assert_int_equal(unseen(snap, sk, field), 0);
}

static void owners_hang_on_why_none_is_named(void **state)
{
	enum { UNKNOWN = UNSEEN_BIT(UNSEEN_OWNER_UNKNOWN) };
	static const struct {
		enum missing missing;
		uint32_t process, pid;
	} cases[] = {
		{ MISSING_NONE, UNKNOWN, UNKNOWN },
		{ MISSING_UNKNOWN, UNKNOWN, UNKNOWN },
		{ MISSING_PERMISSION, UNSEEN_BIT(UNSEEN_OWNER), UNSEEN_BIT(UNSEEN_OWNER) },
		{ MISSING_OTHER_PID_NAMESPACE, UNSEEN_BIT(UNSEEN_OWNER_ELSEWHERE), 0 },
		{ MISSING_KERNEL, 0, 0 }, { MISSING_ORPHAN, 0, 0 }, { MISSING_TIME_WAIT, 0, 0 },
		{ MISSING_UNACCEPTED, 0, 0 }, { MISSING_IN_FLIGHT, 0, 0 },
	};
	struct snapshot *snap = *state;
	struct socket *sk = add_known(snap);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sk->missing = (uint8_t)cases[i].missing;
		assert_int_equal(unseen(snap, sk, FIELD_OWNERS), cases[i].process);
		assert_int_equal(unseen(snap, sk, FIELD_PROCESS), cases[i].process);
		assert_int_equal(unseen(snap, sk, FIELD_EXECUTABLE), cases[i].process);
		assert_int_equal(unseen(snap, sk, FIELD_PID), cases[i].pid);
		assert_int_equal(unseen(snap, sk, FIELD_OWNER_MISSING), cases[i].pid);
	}
	sk->missing = MISSING_PERMISSION;
	add_owner(snap, 0, add_process(snap, 100, "own"), 3);
	assert_int_equal(unseen(snap, &snap->sockets[0], FIELD_PROCESS), 0);
}

static void a_unit_is_that_of_the_cgroup_before_that_of_the_owner(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_known(snap);

	sk->missing = MISSING_PERMISSION;
	assert_int_equal(unseen(snap, sk, FIELD_UNIT), UNSEEN_BIT(UNSEEN_OWNER));
	snap->cgroups[0].unit = "web.service";
	assert_int_equal(unseen(snap, sk, FIELD_UNIT), 0);
	assert_int_equal(unseen(snap, sk, FIELD_CONTAINER), UNSEEN_BIT(UNSEEN_OWNER));
	sk->have &= (uint16_t)~HAVE_CGROUP;
	assert_int_equal(unseen(snap, sk, FIELD_CGROUP), UNSEEN_BIT(UNSEEN_CGROUP));
	assert_int_equal(unseen(snap, sk, FIELD_UNIT),
			 UNSEEN_BIT(UNSEEN_CGROUP) | UNSEEN_BIT(UNSEEN_OWNER));
	/* A TIME-WAIT is in none. */
	sk->inode = 0;
	sk->missing = MISSING_TIME_WAIT;
	assert_int_equal(unseen(snap, sk, FIELD_CGROUP), 0);
	assert_int_equal(unseen(snap, sk, FIELD_UNIT), 0);
}

static void the_other_end_hangs_on_who_holds_that(void **state)
{
	struct snapshot *snap = *state;

	add_connection(snap, "10.0.0.1", 80, "10.0.0.1", 40000)->missing = MISSING_KERNEL;
	add_connection(snap, "10.0.0.1", 40000, "10.0.0.1", 80)->missing = MISSING_PERMISSION;
	assert_int_equal(pairs_find(snap), 0);
	assert_int_equal(unseen(snap, &snap->sockets[0], FIELD_OTHER_END),
			 UNSEEN_BIT(UNSEEN_OWNER));
	assert_int_equal(unseen(snap, &snap->sockets[1], FIELD_OTHER_END), 0);
}

/* Rows of /proc/net have no cookie, and none of this. */
static void what_only_sock_diag_tells_is_unseen_in_other_rows(void **state)
{
	static const enum field_id all[] = { FIELD_MARK, FIELD_INTERFACE, FIELD_COOKIE,
					     FIELD_SHUTDOWN, FIELD_MEMORY };
	const uint32_t detail = UNSEEN_BIT(UNSEEN_DETAIL);
	struct snapshot *snap = *state;
	struct socket *sk = add_known(snap);

	sk->have = HAVE_INODE;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		assert_int_equal(unseen(snap, sk, all[i]), detail);
	assert_int_equal(unseen(snap, sk, FIELD_CGROUP), detail);
	assert_int_equal(unseen(snap, sk, FIELD_BACKLOG), detail);
	assert_int_equal(unseen(snap, sk, FIELD_TCP_FIRST), detail);
	assert_int_equal(unseen(snap, sk, FIELD_V6ONLY), 0);
	assert_int_equal(unseen(snap, sk, FIELD_SCOPE), 0);
	assert_int_equal(unseen(snap, sk, FIELD_LOCAL_PORT), 0);
	sk = add_listener(snap, "::", 81);
	sk->have = HAVE_INODE;
	assert_int_equal(unseen(snap, sk, FIELD_V6ONLY), detail);
	assert_int_equal(unseen(snap, sk, FIELD_SCOPE), detail);
	sk = add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "127.0.0.1", 53);
	sk->have = HAVE_INODE;
	assert_int_equal(unseen(snap, sk, FIELD_BACKLOG), 0);
	assert_int_equal(unseen(snap, sk, FIELD_TCP_FIRST), 0);
}

static void a_mark_is_told_or_not(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_known(snap);

	sk->have &= (uint16_t)~HAVE_MARK;
	assert_int_equal(unseen(snap, sk, FIELD_MARK), UNSEEN_BIT(UNSEEN_MARK));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(all_is_seen_of_a_row_with_all),
		WITH_SNAPSHOT(owners_hang_on_why_none_is_named),
		WITH_SNAPSHOT(a_unit_is_that_of_the_cgroup_before_that_of_the_owner),
		WITH_SNAPSHOT(the_other_end_hangs_on_who_holds_that),
		WITH_SNAPSHOT(what_only_sock_diag_tells_is_unseen_in_other_rows),
		WITH_SNAPSHOT(a_mark_is_told_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
