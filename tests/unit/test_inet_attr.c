/* SPDX-License-Identifier: MIT */
/* Attributes of inet_diag rows: short, long, unknown, broken. */
#include "message.h"

struct world {
	struct snapshot *snap;
	struct inbox inbox;
	struct message m;
};

static int setup(void **state)
{
	static struct world world;
	void *snap;

	*state = &world;
	snapshot_setup(&snap);
	world.snap = snap;
	inbox_start(&world.inbox, snap, PROTOCOL_TCP);
	message_start(&world.m, AF_INET, STATE_ESTAB);
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	snapshot_free(world->snap);
	return 0;
}

static const struct socket *take(struct world *world)
{
	return inbox_take(&world->inbox, &world->m, 1);
}

static uint16_t info_length(struct world *world, size_t sent)
{
	static const uint8_t info[400];
	const struct socket *sk;

	message_start(&world->m, AF_INET, STATE_ESTAB);
	message_body(&world->m)->id.idiag_cookie[0] = (uint32_t)sent;
	message_add(&world->m, UAPI_DIAG_INFO, info, sent);
	sk = inbox_take(&world->inbox, &world->m, world->snap->count + 1);
	return sk->detail && sk->detail->tcp ? sk->detail->tcp->length : 0;
}

static void tcp_info_of_every_length_is_taken(void **state)
{
	static const uint16_t lengths[] = { 0, 104, 192, 232, 248, 276, 280 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		assert_int_equal(info_length(*state, lengths[i]), lengths[i]);
	assert_int_equal(info_length(*state, 400), TCP_INFO_SIZE);
}

static void from_linux_7_on_offset_276_is_not_decoded(void **state)
{
	struct world *world = *state;

	world->inbox.collection.kernel = 7 << 8;
	assert_int_equal(info_length(world, 280), 276);
	world->inbox.collection.kernel = 7 << 8 | 12;
	assert_int_equal(info_length(world, 400), 276);
	world->inbox.collection.kernel = 6 << 8 | 99;
	assert_int_equal(info_length(world, 284), 280);
}

static void what_is_not_needed_is_not_kept(void **state)
{
	struct world *world = *state;
	uint64_t word = 1;

	world->inbox.query.needs = 0;
	message_add(&world->m, UAPI_DIAG_INFO, &word, 8);
	message_add(&world->m, UAPI_DIAG_CONG, "cubic", 6);
	message_add(&world->m, UAPI_DIAG_SKMEMINFO, &word, 8);
	message_add(&world->m, UAPI_DIAG_CGROUP_ID, &word, 8);
	assert_null(take(world)->detail);
	assert_int_equal(world->snap->cgroup_count, 0);
	assert_false(world->snap->sockets[0].have & HAVE_CGROUP);
}

static void names_are_taken_with_and_without_their_nul(void **state)
{
	struct world *world = *state;
	const struct socket *sk;

	message_add(&world->m, UAPI_DIAG_CONG, "cubic", 6);
	sk = take(world);
	assert_string_equal(sk->detail->tcp->congestion, "cubic");
	message_start(&world->m, AF_INET, STATE_ESTAB);
	message_body(&world->m)->id.idiag_cookie[0] = 8;
	message_add(&world->m, UAPI_DIAG_CONG, "a_name_that_is_far_too_long", 27);
	sk = inbox_take(&world->inbox, &world->m, 2);
	assert_string_equal(sk->detail->tcp->congestion, "a_name_that_is_");
}

static void the_upper_layer_is_found_in_its_nest(void **state)
{
	static const struct {
		struct nlattr other;
		uint32_t word;
		struct nlattr name;
		char text[4];
	} nest = { { 8, 2 }, 7, { 8, UAPI_ULP_INFO_NAME }, "tls" };
	struct world *world = *state;

	message_add(&world->m, UAPI_DIAG_ULP_INFO, &nest, sizeof(nest));
	assert_string_equal(take(world)->detail->tcp->ulp, "tls");
}

static void a_broken_nest_is_survived(void **state)
{
	static const struct nlattr broken[] = { { 200, UAPI_ULP_INFO_NAME }, { 0, 1 } };
	struct world *world = *state;

	message_add(&world->m, UAPI_DIAG_ULP_INFO, &broken[0], sizeof(broken[0]));
	message_add(&world->m, UAPI_DIAG_ULP_INFO, &broken[1], sizeof(broken[1]));
	assert_string_equal(take(world)->detail->tcp->ulp, "");
}

static void flags_and_mark_are_read(void **state)
{
	struct world *world = *state;
	uint8_t v6only = 1, shutdown = 2;
	uint32_t mark = 0xfffffffe;
	const struct socket *sk;

	message_add(&world->m, UAPI_DIAG_SKV6ONLY, &v6only, 1);
	message_add(&world->m, UAPI_DIAG_SHUTDOWN, &shutdown, 1);
	message_add(&world->m, UAPI_DIAG_MARK, &mark, 4);
	sk = take(world);
	assert_true(sk->have & HAVE_V6ONLY && sk->have & HAVE_SHUTDOWN && sk->have & HAVE_MARK);
	assert_true(sk->v6only);
	assert_int_equal(sk->shutdown, 2);
	assert_int_equal(sk->mark, 0xfffffffe);
}

static void the_cgroup_id_is_read_whole(void **state)
{
	struct world *world = *state;
	uint64_t id = 0x123456789abcdefULL;
	const struct socket *sk;

	message_add(&world->m, UAPI_DIAG_CGROUP_ID, &id, 8);
	sk = take(world);
	assert_true(sk->have & HAVE_CGROUP);
	assert_int_equal(world->snap->cgroups[sk->cgroup].id, id);
}

static void memory_of_older_kernels_is_shorter(void **state)
{
	static const uint32_t words[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct world *world = *state;
	const struct socket *sk;

	message_add(&world->m, UAPI_DIAG_SKMEMINFO, words, 7 * 4 + 2);
	sk = take(world);
	assert_int_equal(sk->detail->memory->length, 7);
	assert_int_equal(sk->detail->memory->words[MEMORY_OPTIONS], 7);
	message_start(&world->m, AF_INET, STATE_ESTAB);
	message_body(&world->m)->id.idiag_cookie[0] = 8;
	message_add(&world->m, UAPI_DIAG_SKMEMINFO, words, sizeof(words));
	sk = inbox_take(&world->inbox, &world->m, 2);
	assert_int_equal(sk->detail->memory->length, MEMORY_COUNT);
}

static void attributes_that_are_too_short_say_nothing(void **state)
{
	struct world *world = *state;
	uint64_t word = UINT64_MAX;

	message_add(&world->m, UAPI_DIAG_MARK, &word, 3);
	message_add(&world->m, UAPI_DIAG_CGROUP_ID, &word, 7);
	message_add(&world->m, UAPI_DIAG_SKV6ONLY, &word, 0);
	message_add(&world->m, UAPI_DIAG_SHUTDOWN, &word, 0);
	message_add(&world->m, UAPI_DIAG_SKMEMINFO, &word, 3);
	assert_false(take(world)->have & (HAVE_MARK | HAVE_CGROUP));
	assert_false(take(world)->have & (HAVE_V6ONLY | HAVE_SHUTDOWN));
	assert_null(world->snap->sockets[0].detail);
}

static void unknown_attributes_are_stepped_over(void **state)
{
	struct world *world = *state;
	uint32_t mark = 5, junk[9] = { 0 };

	message_add(&world->m, 0, junk, 5);
	message_add(&world->m, UAPI_DIAG_COUNT, junk, sizeof(junk));
	message_add(&world->m, 0x3fff, junk, 1);
	message_add(&world->m, NLA_F_NESTED | 9, junk, 0);
	message_add(&world->m, UAPI_DIAG_MARK, &mark, 4);
	assert_int_equal(take(world)->mark, 5);
}

static void flags_in_the_type_are_ignored(void **state)
{
	struct world *world = *state;
	uint32_t mark = 5;

	message_add(&world->m, NLA_F_NET_BYTEORDER | UAPI_DIAG_MARK, &mark, 4);
	assert_int_equal(take(world)->mark, 5);
}

static void a_length_of_zero_ends_the_walk(void **state)
{
	struct world *world = *state;
	uint32_t mark = 5;

	message_add(&world->m, UAPI_DIAG_MARK, &mark, 4);
	for (unsigned length = 0; length < NLA_HDRLEN; length++)
		message_add(&world->m, UAPI_DIAG_MARK, &mark, 4)->nla_len = (uint16_t)length;
	assert_int_equal(take(world)->mark, 5);
}

static void a_length_beyond_the_message_ends_the_walk(void **state)
{
	struct world *world = *state;
	uint32_t mark = 5;

	message_add(&world->m, UAPI_DIAG_MARK, &mark, 4)->nla_len = 9;
	assert_false(take(world)->have & HAVE_MARK);
	message_start(&world->m, AF_INET, STATE_ESTAB);
	message_body(&world->m)->id.idiag_cookie[0] = 8;
	message_add(&world->m, UAPI_DIAG_MARK, &mark, 4)->nla_len = UINT16_MAX;
	assert_false(inbox_take(&world->inbox, &world->m, 2)->have & HAVE_MARK);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(tcp_info_of_every_length_is_taken),
		IN_WORLD(from_linux_7_on_offset_276_is_not_decoded),
		IN_WORLD(what_is_not_needed_is_not_kept),
		IN_WORLD(names_are_taken_with_and_without_their_nul),
		IN_WORLD(the_upper_layer_is_found_in_its_nest),
		IN_WORLD(a_broken_nest_is_survived),
		IN_WORLD(flags_and_mark_are_read),
		IN_WORLD(the_cgroup_id_is_read_whole),
		IN_WORLD(memory_of_older_kernels_is_shorter),
		IN_WORLD(attributes_that_are_too_short_say_nothing),
		IN_WORLD(unknown_attributes_are_stepped_over),
		IN_WORLD(flags_in_the_type_are_ignored),
		IN_WORLD(a_length_of_zero_ends_the_walk),
		IN_WORLD(a_length_beyond_the_message_ends_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
