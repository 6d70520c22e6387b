/* SPDX-License-Identifier: MIT */
/* Figures of tcp_info: what lies beyond what the kernel sent is unknown. */
#include "unit.h"

#include "model/field.h"

/* A connection (socket 0) with `length` bytes of tcp_info, all `fill`. */
static struct row make_row(struct snapshot *snap, uint16_t length, int fill)
{
	struct socket *sk = add_connection(snap, "10.0.0.1", 40000, "10.0.0.2", 80);

	sk->detail = arena_alloc(&snap->arena, sizeof(*sk->detail));
	assert_non_null(sk->detail);
	sk->detail->tcp = arena_alloc(&snap->arena, sizeof(*sk->detail->tcp));
	assert_non_null(sk->detail->tcp);
	sk->detail->tcp->length = length;
	memset(sk->detail->tcp->info, fill, length);
	return (struct row){ snap, sk, NULL };
}

static void set(const struct row *row, size_t offset, uint64_t figure, size_t size)
{
	memcpy(row->sk->detail->tcp->info + offset, &figure, size);
}

static const struct field *find(const char *name)
{
	for (size_t i = FIELD_TCP_FIRST; i <= FIELD_TCP_LAST; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	fail_msg("no field %s", name);
	return NULL;
}

static struct value get(const struct row *row, const char *name)
{
	const struct field *field = find(name);

	return field->get(row, field);
}

/* Names and the congestion state are not found by `place`. */
static bool is_placed(const struct field *field)
{
	return field->place.size > 0;
}

static void fields_beyond_the_payload_are_unknown(void **state)
{
	static const uint16_t lengths[] = { 0, 1, 104, 192, 232, 240, 248, 276, 280 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct row row = make_row(*state, lengths[i], 1);

		for (size_t id = FIELD_TCP_FIRST; id <= FIELD_TCP_LAST; id++) {
			const struct field *field = &fields[id];
			bool known = field->place.offset + field->place.size <= lengths[i];

			if (is_placed(field))
				assert_int_equal(field_get(&row, (enum field_id)id).type,
						 known ? field->type : VALUE_NONE);
		}
	}
}

static void places_lie_inside_tcp_info(void **state)
{
	(void)state;
	for (size_t id = FIELD_TCP_FIRST; id <= FIELD_TCP_LAST; id++) {
		const struct place *place = &fields[id].place;

		if (!is_placed(&fields[id]))
			continue;
		assert_true(place->offset + place->size <= TCP_INFO_SIZE);
		assert_int_equal(place->offset % place->size, 0);
		assert_true(place->shift + place->bits <= 8 * place->size);
	}
}

static void no_two_figures_share_their_bits(void **state)
{
	static uint64_t taken[TCP_INFO_SIZE];

	(void)state;
	for (size_t id = FIELD_TCP_FIRST; id <= FIELD_TCP_LAST; id++) {
		const struct place *place = &fields[id].place;
		unsigned bits = place->bits ? (1u << place->bits) - 1 : 255;

		for (size_t i = 0; i < place->size; i++) {
			assert_int_equal(taken[place->offset + i] & bits << place->shift, 0);
			taken[place->offset + i] |= bits << place->shift;
		}
	}
}

static void figures_are_read_from_where_the_kernel_puts_them(void **state)
{
	static const struct {
		const char *name;
		size_t offset, size;
	} known[] = {
		{ "rto", 8, 4 }, { "rtt", 68, 4 }, { "total_retrans", 100, 4 },
		{ "bytes_acked", 120, 8 }, { "bytes_received", 128, 8 }, { "segs_out", 136, 4 },
		{ "notsent", 144, 4 }, { "min_rtt", 148, 4 }, { "busy_time", 168, 8 },
		{ "delivered", 192, 4 }, { "bytes_sent", 200, 8 }, { "bytes_retrans", 208, 8 },
		{ "rcv_ooopack", 224, 4 }, { "snd_wnd", 228, 4 }, { "rcv_wnd", 232, 4 },
		{ "rehash", 236, 4 }, { "total_rto", 240, 2 }, { "received_ce", 248, 4 },
	};
	struct row row = make_row(*state, TCP_INFO_SIZE, 0);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		set(&row, known[i].offset, 1000 + i, known[i].size);
		assert_int_equal(get(&row, known[i].name).number, 1000 + i);
	}
}

static void bit_fields_are_taken_apart(void **state)
{
	struct row row = make_row(*state, TCP_INFO_SIZE, 0);

	set(&row, 5, 0x02, 1);
	set(&row, 6, 0x97, 1);
	set(&row, 7, 0x05, 1);
	assert_false(get(&row, "timestamps").boolean);
	assert_true(get(&row, "sack").boolean);
	assert_int_equal(get(&row, "snd_wscale").number, 7);
	assert_int_equal(get(&row, "rcv_wscale").number, 9);
	assert_true(get(&row, "app_limited").boolean);
	assert_int_equal(get(&row, "fastopen_fail").number, 2);
}

static void rates_are_bits_and_unset_ones_are_unknown(void **state)
{
	struct row row = make_row(*state, TCP_INFO_SIZE, 0);

	set(&row, 104, 1000, 8);
	set(&row, 112, UINT64_MAX, 8);
	set(&row, 148, UINT32_MAX, 4);
	set(&row, 76, 0x7fffffff, 4);
	assert_int_equal(get(&row, "pacing_rate").number, 8000);
	assert_int_equal(get(&row, "max_pacing_rate").type, VALUE_NONE);
	assert_int_equal(get(&row, "delivery_rate").number, 0);
	assert_int_equal(get(&row, "delivery_rate").type, VALUE_UNSIGNED);
	assert_int_equal(get(&row, "min_rtt").type, VALUE_NONE);
	assert_int_equal(get(&row, "ssthresh").type, VALUE_NONE);
}

static void the_congestion_state_has_a_name(void **state)
{
	struct row row = make_row(*state, 104, 0);

	assert_string_equal(get(&row, "congestion_state").text, "open");
	set(&row, 1, 4, 1);
	assert_string_equal(get(&row, "congestion_state").text, "loss");
	set(&row, 1, 5, 1);
	assert_int_equal(get(&row, "congestion_state").type, VALUE_NONE);
}

static void names_that_were_not_told_are_unknown(void **state)
{
	struct row row = make_row(*state, 104, 0);

	assert_int_equal(get(&row, "congestion").type, VALUE_NONE);
	assert_int_equal(get(&row, "ulp").type, VALUE_NONE);
	memcpy(row.sk->detail->tcp->congestion, "cubic", 5);
	assert_string_equal(get(&row, "congestion").text, "cubic");
}

static void of_a_listener_only_settings_are_told(void **state)
{
	struct row row = make_row(*state, TCP_INFO_SIZE, 1);
	struct snapshot *snap = *state;

	snap->sockets[0].state = STATE_LISTEN;
	assert_int_equal(get(&row, "unacked").type, VALUE_NONE);
	assert_int_equal(get(&row, "sacked").type, VALUE_NONE);
	assert_int_equal(get(&row, "rtt").type, VALUE_NONE);
	assert_int_equal(get(&row, "congestion_state").type, VALUE_NONE);
	assert_int_equal(field_get(&row, FIELD_RX_BYTES).type, VALUE_NONE);
	assert_int_equal(field_get(&row, FIELD_TX_BYTES).type, VALUE_NONE);
	assert_int_equal(get(&row, "cwnd").type, VALUE_UNSIGNED);
	assert_int_equal(get(&row, "pacing_rate").type, VALUE_UNSIGNED);
}

static void before_anything_was_sent_there_are_no_ages(void **state)
{
	struct row row = make_row(*state, TCP_INFO_SIZE, 1);
	struct snapshot *snap = *state;

	snap->sockets[0].state = STATE_SYN_SENT;
	assert_int_equal(get(&row, "last_data_sent").type, VALUE_NONE);
	assert_int_equal(get(&row, "last_ack_recv").type, VALUE_NONE);
	assert_int_equal(get(&row, "rto").type, VALUE_UNSIGNED);
}

static void received_bytes_do_not_count_the_fin(void **state)
{
	struct snapshot *snap = *state;
	struct row row = make_row(snap, TCP_INFO_SIZE, 0);

	set(&row, 128, 1235, 8);
	assert_int_equal(field_get(&row, FIELD_RX_BYTES).number, 1235);
	snap->sockets[0].state = STATE_CLOSE_WAIT;
	assert_int_equal(field_get(&row, FIELD_RX_BYTES).number, 1234);
	set(&row, 128, 0, 8);
	assert_int_equal(field_get(&row, FIELD_RX_BYTES).number, 0);
	snap->sockets[0].detail->tcp->length = 128;
	assert_int_equal(field_get(&row, FIELD_RX_BYTES).type, VALUE_NONE);
}

static void sent_bytes_do_not_count_retransmissions(void **state)
{
	struct row row = make_row(*state, TCP_INFO_SIZE, 0);

	set(&row, 120, 1235, 8);
	set(&row, 200, 3000, 8);
	set(&row, 208, 1766, 8);
	assert_int_equal(field_get(&row, FIELD_TX_BYTES).number, 1234);
}

/* Before 4.19 there is only bytes_acked, which counts the SYN of who connected, and the FIN. */
static void sent_bytes_of_old_kernels_do_not_count_syn_and_fin(void **state)
{
	struct snapshot *snap = *state;
	struct row row = make_row(snap, 192, 0);

	snap->sockets[0].caller = true;
	set(&row, 120, 1235, 8);
	assert_int_equal(field_get(&row, FIELD_TX_BYTES).number, 1234);
	set(&row, 120, 1236, 8);
	snap->sockets[0].state = STATE_FIN_WAIT_2;
	assert_int_equal(field_get(&row, FIELD_TX_BYTES).number, 1234);
	snap->sockets[0].listener = 1;
	set(&row, 120, 1235, 8);
	assert_int_equal(field_get(&row, FIELD_TX_BYTES).number, 1234);
	snap->sockets[0].detail->tcp->length = 104;
	assert_int_equal(field_get(&row, FIELD_TX_BYTES).type, VALUE_NONE);
}

static void memory_beyond_what_was_sent_is_unknown(void **state)
{
	struct snapshot *snap = *state;
	struct row row = make_row(snap, 0, 0);
	struct memory memory = { .length = MEMORY_BACKLOG, .words = { 1, 2, 3 } };

	snap->sockets[0].detail->memory = &memory;
	assert_int_equal(field_get(&row, FIELD_MEMORY_FIRST + MEMORY_RECV_LIMIT).number, 2);
	assert_int_equal(field_get(&row, FIELD_MEMORY_FIRST + MEMORY_OPTIONS).type, VALUE_UNSIGNED);
	assert_int_equal(field_get(&row, FIELD_MEMORY_FIRST + MEMORY_BACKLOG).type, VALUE_NONE);
	assert_int_equal(field_get(&row, FIELD_MEMORY_FIRST + MEMORY_DROPS).type, VALUE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(fields_beyond_the_payload_are_unknown),
		cmocka_unit_test(places_lie_inside_tcp_info),
		cmocka_unit_test(no_two_figures_share_their_bits),
		WITH_SNAPSHOT(figures_are_read_from_where_the_kernel_puts_them),
		WITH_SNAPSHOT(bit_fields_are_taken_apart),
		WITH_SNAPSHOT(rates_are_bits_and_unset_ones_are_unknown),
		WITH_SNAPSHOT(the_congestion_state_has_a_name),
		WITH_SNAPSHOT(names_that_were_not_told_are_unknown),
		WITH_SNAPSHOT(of_a_listener_only_settings_are_told),
		WITH_SNAPSHOT(before_anything_was_sent_there_are_no_ages),
		WITH_SNAPSHOT(received_bytes_do_not_count_the_fin),
		WITH_SNAPSHOT(sent_bytes_do_not_count_retransmissions),
		WITH_SNAPSHOT(sent_bytes_of_old_kernels_do_not_count_syn_and_fin),
		WITH_SNAPSHOT(memory_beyond_what_was_sent_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
