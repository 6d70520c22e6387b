/* SPDX-License-Identifier: MIT */
/* Order of rows: by random keys, against qsort_r() with a comparator that knows no words. */
#include "unit.h"

#include <stdlib.h>
#include <stdio.h>
#include <sys/socket.h>

#include "model/list.h"
#include "model/listing.h"

enum { ROWS = 1500, PROCESSES = 12, ROUNDS = 300, MOST_KEYS = 4 };

static uint64_t seed = 7;

static uint32_t random_below(uint32_t end)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % end;
}

/* ---- the simple way -------------------------------------------------- */

struct naive {
	const struct order *order;
	const struct snapshot *snap;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : compare_numbers(a_length, b_length);
}

static bool first_item(const struct row *row, enum field_id field, struct list_item *item)
{
	struct list_walk walk;

	list_begin(&walk, row, &fields[field]);
	return list_next(&walk, item);
}

static int compare_lists(const struct row *a, const struct row *b, enum field_id field)
{
	struct list_item left, right;
	bool has_left = first_item(a, field, &left), has_right = first_item(b, field, &right);

	assert_true(has_left && has_right);
	if (left.text)
		return compare_bytes(left.text, left.length, right.text, right.length);
	return compare_numbers(left.number, right.number);
}

static int compare_owners(const struct row *a, const struct row *b)
{
	int order = compare_lists(a, b, FIELD_PROCESS);

	return order ? order : compare_lists(a, b, FIELD_PID);
}

static int compare_timers(const struct socket *a, const struct socket *b)
{
	int order = strcmp(timer_names[a->timer], timer_names[b->timer]);

	return order ? order : compare_numbers(a->timer_ms, b->timer_ms);
}

static int compare_values(const struct row *a, const struct row *b, enum field_id field,
			  struct value left, struct value right)
{
	int order;

	switch (left.type) {
	case VALUE_BOOL:
		return compare_numbers(left.boolean, right.boolean);
	case VALUE_TEXT:
		return strcmp(left.text, right.text);
	case VALUE_ENDPOINT:
	case VALUE_ADDRESS:
		order = address_compare(&left.endpoint->address, &right.endpoint->address);
		if (order || left.type == VALUE_ADDRESS)
			return order;
		return compare_numbers(left.endpoint->port, right.endpoint->port);
	case VALUE_LIST:
		return compare_lists(a, b, field);
	case VALUE_OWNERS:
		return compare_owners(a, b);
	case VALUE_TIMER:
		return compare_timers(a->sk, b->sk);
	case VALUE_QUEUE:
		return compare_numbers(a->sk->recv_queue, b->sk->recv_queue);
	case VALUE_NETNS:
		return 0;
	default:
		return compare_numbers(left.number, right.number);
	}
}

/* Nothing to sort by: owners without a process name, a queue that was not told. */
static bool is_known(const struct row *row, struct value value)
{
	struct list_item item;

	if (value.type == VALUE_OWNERS)
		return first_item(row, FIELD_PROCESS, &item);
	if (value.type == VALUE_QUEUE)
		return row->sk->have & (HAVE_QUEUES | HAVE_ACCEPT_QUEUE);
	return value.type != VALUE_NONE;
}

static int compare_fields(const struct row *a, const struct row *b, enum field_id field,
			  bool descending)
{
	struct value left = field_get(a, field), right = field_get(b, field);
	bool left_known = is_known(a, left), right_known = is_known(b, right);
	int order;

	if (!left_known || !right_known)
		return right_known - left_known;
	if (left.type != right.type)	/* users: those without a name behind those with one */
		order = left.type == VALUE_TEXT ? -1 : 1;
	else
		order = compare_values(a, b, field, left, right);
	return descending ? -order : order;
}

static int compare_rows(const void *a, const void *b, void *context)
{
	const struct naive *naive = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	struct row left_row = { naive->snap, &naive->snap->sockets[left], NULL };
	struct row right_row = { naive->snap, &naive->snap->sockets[right], NULL };
	int order = 0;

	for (size_t i = 0; !order && i < naive->order->count; i++)
		order = compare_fields(&left_row, &right_row, naive->order->keys[i].field,
				       naive->order->keys[i].descending);
	return order ? order : compare_numbers(left, right);
}

/* ---- a machine full of near-equals ----------------------------------- */

static void add_processes(struct snapshot *snap)
{
	static const char *const commands[PROCESSES] = {
		"nginx", "nginx", "nginx-worker-1", "nginx-worker-10", "nginx-wo", "", "sshd",
		"\xff\xfe", "a\nb", "nginx-worker-2", NULL, "zsh",
	};

	for (uint32_t i = 0; i < PROCESSES; i++) {
		uint32_t index = add_process(snap, 100 + i * 37 % PROCESSES, commands[i]);
		char *line = arena_alloc(&snap->arena, 64);

		assert_non_null(line);
		snap->processes[index].command_line = line;
		snap->processes[index].command_line_length =
			(size_t)snprintf(line, 64, "/usr/sbin/a-long-prefix %u", i % 5) + 1;
	}
}

static void add_cgroups(struct snapshot *snap)
{
	static const char *const paths[] = {
		"/system.slice/nginx.service", "/system.slice/nginx.service/a", "/", NULL,
		"/system.slice/ssh.service", "/system.slice/nginx.service",
	};

	for (uint32_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		uint32_t index = snapshot_cgroup(snap, i);

		snap->cgroups[index].path = paths[i];
	}
}

static struct endpoint random_endpoint(void)
{
	static const char *const addresses[] = {
		"10.0.0.1", "10.0.0.2", "9.255.0.1", "::1", "2001:db8::1", "2001:db8::1:0:0:1",
		"2001:db8::2", "2001:db8::1:0", "2001:db8::100", "::ffff:10.0.0.1", "0.0.0.0",
	};
	uint32_t count = sizeof(addresses) / sizeof(addresses[0]);

	return (struct endpoint){ address_of(addresses[random_below(count)]),
				  (uint16_t)(random_below(4) * 257) };
}

static void add_random_tcp(struct snapshot *snap, struct socket *sk)
{
	sk->detail = arena_alloc(&snap->arena, sizeof(*sk->detail));
	assert_non_null(sk->detail);
	sk->detail->tcp = arena_alloc(&snap->arena, sizeof(*sk->detail->tcp));
	assert_non_null(sk->detail->tcp);
	sk->detail->tcp->length = random_below(2) ? 104 : 60;
	strcpy(sk->detail->tcp->congestion, random_below(2) ? "cubic" : "bbr");
	for (size_t i = 0; i < sk->detail->tcp->length; i += 4)
		sk->detail->tcp->info[i] = (uint8_t)random_below(3);
}

static void fill(struct snapshot *snap, size_t rows)
{
	static struct user users[] = { { 0, "root" }, { 1, "daemon" }, { 2, "www-data" } };

	snap->users = users;
	snap->user_count = 3;
	add_processes(snap);
	add_cgroups(snap);
	for (uint32_t i = 0; i < rows; i++) {
		struct socket *sk = add_socket(snap, random_below(2) ? PROTOCOL_TCP : PROTOCOL_UDP,
					       1 + random_below(STATE_COUNT - 1), "0.0.0.0", 0);

		sk->local = random_endpoint();
		sk->peer = random_endpoint();
		sk->have = (uint16_t)random_below(1 << 11);
		sk->uid = random_below(5);
		sk->recv_queue = random_below(3) << random_below(31);
		sk->cookie = (uint64_t)random_below(3) << random_below(64);
		sk->cgroup = random_below((uint32_t)snap->cgroup_count);
		sk->timer = (uint8_t)random_below(TIMER_COUNT);
		sk->timer_ms = random_below(4);
		sk->v6only = random_below(2);
		if (random_below(3))
			add_random_tcp(snap, sk);
		for (uint32_t n = random_below(3); n; n--)
			add_owner(snap, i, random_below(PROCESSES), (int)random_below(9));
	}
}

/* Composite values of few rows; that they sort at all is tested with the others. */
static bool is_comparable(enum field_id field)
{
	return !field_is_group(&fields[field]) && fields[field].type != VALUE_PAIR;
}

static void random_keys(struct order *order)
{
	order->count = 0;
	for (uint32_t n = 1 + random_below(MOST_KEYS); n; n--) {
		enum field_id field = random_below(FIELD_COUNT);

		/* The socket's own fields have the most different values. */
		if (random_below(2))
			field = random_below(FIELD_TCP_FIRST);
		if (is_comparable(field))
			order_add(order, field, random_below(2));
	}
}

static void assert_sorts(const struct order *order, const struct snapshot *snap, uint32_t count)
{
	struct sort_record *records = calloc(count, sizeof(*records));
	uint32_t *expected = calloc(count, sizeof(*expected));
	struct naive naive = { order, snap };

	assert_true(records && expected);
	for (uint32_t i = 0; i < count; i++)
		expected[i] = records[i].index = i;
	/* Any order to begin with. */
	for (uint32_t i = count; i > 1; i--) {
		uint32_t other = random_below(i), moving = records[i - 1].index;

		records[i - 1].index = records[other].index;
		records[other].index = moving;
	}
	qsort_r(expected, count, sizeof(*expected), compare_rows, &naive);
	assert_int_equal(order_rows(order, snap, false, records, count), 0);
	for (uint32_t i = 0; i < count; i++)
		if (records[i].index != expected[i])
			fail_msg("by %s%s: row %u is %u, not %u",
				 order->keys[0].descending ? "-" : "",
				 fields[order->keys[0].field].name, i, records[i].index,
				 expected[i]);
	free(records);
	free(expected);
}

/* ---- tests ----------------------------------------------------------- */

static void random_orders_are_those_of_qsort(void **state)
{
	struct snapshot *snap = *state;
	struct order order;

	fill(snap, ROWS);
	for (int round = 0; round < ROUNDS; round++) {
		random_keys(&order);
		assert_sorts(&order, snap, random_below(4) ? random_below(60) + 1 : ROWS);
	}
}

static void every_field_sorts_both_ways(void **state)
{
	struct snapshot *snap = *state;

	fill(snap, ROWS);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		for (int descending = 0; is_comparable((enum field_id)field) && descending < 2;
		     descending++) {
			struct order order = { .count = 0 };

			order_add(&order, (enum field_id)field, descending);
			assert_sorts(&order, snap, ROWS);
		}
	}
}

static void a_key_counts_once(void **state)
{
	struct order order = { .count = 0 };

	(void)state;
	order_add(&order, FIELD_STATE, true);
	order_add(&order, FIELD_UNIT, false);
	order_add(&order, FIELD_STATE, false);
	assert_int_equal(order.count, 2);
	assert_true(order.keys[0].descending);
	assert_int_equal(order_needs(&order), fields[FIELD_UNIT].needs);
}

static void listeners_sort_by_their_sockets(void **state)
{
	struct snapshot *snap = *state;
	struct order order = { .count = 0 };
	struct listing listing;

	for (unsigned port = 80; port < 180; port++)
		add_listener(snap, "0.0.0.0", port);
	assert_int_equal(listeners_find(snap), 0);
	order_add(&order, FIELD_LOCAL_PORT, true);
	listing_init(&listing, snap, STATES_ALL);
	listing.order = &order;
	assert_int_equal(listing_arrange(&listing), 0);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(listing_row(&listing, LISTING_LISTENERS, i).sk->local.port,
				 179 - i);
	listing_free(&listing);
}

/* What is shown, in the kernel's order or in ours; nothing twice. */
static void a_line_up_has_all_that_is_shown(void **state)
{
	struct snapshot *snap = *state;
	struct order order = { .count = 0 };
	struct listing listing;
	size_t at = 0;

	for (unsigned i = 0; i < 40; i++)
		add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 5000 - i)->state =
			i % 4 ? STATE_ESTAB : STATE_TIME_WAIT;
	listing_init(&listing, snap, STATES_ALL & ~STATES_QUIET);
	assert_int_equal(listing_line_up(&listing), 0);
	for (size_t i = 0; i < 40; i++)
		if (i % 4)
			assert_ptr_equal(listing_next(&listing, &at), &snap->sockets[i]);
	assert_null(listing_next(&listing, &at));
	order_add(&order, FIELD_PEER_PORT, false);
	listing.order = &order;
	assert_int_equal(listing_line_up(&listing), 0);
	at = 0;
	for (size_t i = 40; i-- > 0;)
		if (i % 4)
			assert_ptr_equal(listing_next(&listing, &at), &snap->sockets[i]);
	assert_null(listing_next(&listing, &at));
	listing_free(&listing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(random_orders_are_those_of_qsort),
		WITH_SNAPSHOT(every_field_sorts_both_ways),
		cmocka_unit_test(a_key_counts_once),
		WITH_SNAPSHOT(listeners_sort_by_their_sockets),
		WITH_SNAPSHOT(a_line_up_has_all_that_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
