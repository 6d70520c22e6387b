/* SPDX-License-Identifier: MIT */
/* Cells: endpoints, owners, queues, numbers with units; columns counted, not bytes. */
#include "unit.h"

#include "view/cell.h"

/* Columns of text that is escaped already: here every character takes one. */
static size_t columns_of(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

static void assert_cell(const struct row *row, enum field_id id, const char *expected)
{
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(cell_columns(&buf, row, &fields[id], field_get(row, id), SIZE_MAX),
			 columns_of(expected));
	buf.length = 0;
	assert_int_equal(cell_add_value(&buf, row, &fields[id], field_get(row, id),
					SIZE_MAX),
			 columns_of(expected));
	assert_holds(&buf, expected);
	buf_free(&buf);
}

/* As a listener's local end. */
static void assert_local(struct snapshot *snap, const char *address, uint32_t interface,
			 const char *expected)
{
	struct socket *sk = add_listener(snap, address, 80);
	struct row row = { snap, sk, NULL };

	sk->have |= HAVE_V6ONLY;
	sk->interface = interface;
	assert_cell(&row, FIELD_LOCAL, expected);
}

static void endpoints_tell_versions_apart(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "::", 80);
	struct row row = { snap, sk, NULL };

	sk->have |= HAVE_V6ONLY;
	sk->v6only = true;
	assert_cell(&row, FIELD_LOCAL, "[::]:80");
	assert_local(snap, "0.0.0.0", 0, "0.0.0.0:80");
	assert_local(snap, "::", 0, "*:80");
	assert_local(snap, "::1", 0, "[::1]:80");
	assert_local(snap, "::ffff:10.0.0.1", 0, "10.0.0.1:80");
	assert_local(snap, "255.255.255.255", 0, "255.255.255.255:80");
}

static void endpoints_name_the_device(void **state)
{
	assert_local(*state, "fe80::1", 2, "[fe80::1%eth0]:80");
	assert_local(*state, "127.0.0.53", 1, "127.0.0.53%lo:80");
	assert_local(*state, "0.0.0.0", 2, "0.0.0.0%eth0:80");
	assert_local(*state, "::", 2, "*%eth0:80");
	assert_local(*state, "fe80::1", 7, "[fe80::1%if7]:80");
}

static void the_peer_has_a_device_only_where_it_needs_one(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_connection(snap, "10.0.0.1", 1, "10.0.0.2", 2), NULL };

	snap->sockets[0].interface = 2;
	assert_cell(&row, FIELD_PEER, "10.0.0.2:2");
	snap->sockets[0].peer.address = address_of("fe80::2");
	assert_cell(&row, FIELD_PEER, "[fe80::2%eth0]:2");
	snap->sockets[0].have &= (uint16_t)~HAVE_PEER;
	assert_cell(&row, FIELD_PEER, "-");
}

/* 10.0.0.1 and fe80::1 have names, and so have ports 80 and 40000, the second one by mistake. */
static struct row named(struct snapshot *snap, const char *local, unsigned port)
{
	static struct service services[] = {
		{ 80, PROTOCOL_TCP, "http" }, { 40000, PROTOCOL_TCP, "odd" },
	};
	static struct host hosts[2];

	hosts[0] = (struct host){ address_of("10.0.0.1"), "web1.example.org" };
	hosts[1] = (struct host){ address_of("fe80::1"), "link" };
	snap->hosts = hosts;
	snap->host_count = 2;
	snap->services = services;
	snap->service_count = 2;
	return (struct row){ snap, add_listener(snap, local, port), NULL };
}

static void hosts_and_services_have_names(void **state)
{
	struct snapshot *snap = *state;
	struct row row = named(snap, "10.0.0.1", 80);

	assert_cell(&row, FIELD_LOCAL, "web1.example.org:http");
	snap->asked &= ~(uint32_t)NEED_HOST;
	assert_cell(&row, FIELD_LOCAL, "10.0.0.1:80");
	snap->asked |= NEED_HOST;
	row = named(snap, "::ffff:10.0.0.1", 81);
	assert_cell(&row, FIELD_LOCAL, "web1.example.org:81");
	row = named(snap, "10.0.0.2", 40000);
	assert_cell(&row, FIELD_LOCAL, "10.0.0.2:40000");
	row = named(snap, "::", 80);
	assert_cell(&row, FIELD_LOCAL, "[::]:http");
	snap->sockets[row.sk - snap->sockets].have |= HAVE_V6ONLY;
	assert_cell(&row, FIELD_LOCAL, "*:http");
	row = named(snap, "fe80::1", 80);
	snap->sockets[row.sk - snap->sockets].interface = 2;
	assert_cell(&row, FIELD_LOCAL, "link%eth0:http");
}

static void assert_within(const struct row *row, size_t most, const char *expected)
{
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(cell_add_endpoint_within(&buf, row, &row->sk->local, most),
			 columns_of(expected));
	assert_holds(&buf, expected);
	buf_free(&buf);
}

static void only_names_are_cut(void **state)
{
	struct row row = named(*state, "10.0.0.1", 80);

	assert_within(&row, 21, "web1.example.org:http");
	assert_within(&row, 20, "web1.ex…ple.org:http");
	assert_within(&row, 14, "web1….org:http");
	assert_within(&row, 13, "web1…org:http");
	assert_within(&row, 0, "web1…org:http");
	row = named(*state, "10.0.0.2", 80);
	assert_within(&row, 3, "10.0.0.2:http");
	row = named(*state, "2001:db8::1", 80);
	assert_within(&row, 3, "[2001:db8::1]:http");
}

static void a_long_address_gives_way_in_the_middle(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_listener(snap, "fe80::1234:5678:9abc:def0", 443), NULL };

	snap->sockets[0].interface = 2;
	assert_within(&row, 36, "[fe80::1234:5678:9abc:def0%eth0]:443");
	assert_within(&row, 35, "[fe80::1234:567…9abc:def0%eth0]:443");
	assert_within(&row, 21, "[fe80::1…f0%eth0]:443");
	assert_within(&row, 12, "[fe8…h0]:443");
	snap->netns->interfaces[1].name = "\n\033";
	assert_within(&row, 14, "[fe80…x1b]:443");
}

static void a_hostile_host_name_is_escaped(void **state)
{
	struct row row = named(*state, "10.0.0.1", 80);

	((struct snapshot *)*state)->hosts[0].name = "evil\n\033[31m\xff";
	assert_within(&row, 100, "evil\\n\\x1b[31m\\xff:http");
	assert_within(&row, 15, "evil…m\\xff:http");
}

static void a_hostile_interface_name_is_escaped(void **state)
{
	struct snapshot *snap = *state;

	snap->netns->interfaces[1].name = "e\n\033";
	assert_local(snap, "0.0.0.0", 2, "0.0.0.0%e\\n\\x1b:80");
}

/* One listener with `count` owners of these commands, pids from 811 on. */
static struct row owned(struct snapshot *snap, const char *const *commands, size_t count)
{
	add_listener(snap, "0.0.0.0", 80);
	for (uint32_t i = 0; i < count; i++)
		add_owner(snap, 0, add_process(snap, 811 + i, commands[i]), 6);
	return (struct row){ snap, &snap->sockets[0], NULL };
}

static void one_owner_is_named(void **state)
{
	static const char *const commands[] = { "sshd" };
	struct row row = owned(*state, commands, 1);

	add_owner(*state, 0, 0, 7);
	assert_cell(&row, FIELD_OWNERS, "sshd 811");
}

static void assert_owners_within(const struct row *row, size_t most, const char *expected)
{
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(cell_add_owners(&buf, row, most), columns_of(expected));
	assert_holds(&buf, expected);
	buf_free(&buf);
}

static void a_forked_group_is_counted(void **state)
{
	static const char *const commands[] = { "nginx", "nginx", "nginx", "nginx",
						"nginx", "nginx", "nginx", "nginx" };
	struct row row = owned(*state, commands, 8);

	assert_cell(&row, FIELD_OWNERS, "nginx (8) 811,812,813,814,815,816,817,818");
	assert_owners_within(&row, 41, "nginx (8) 811,812,813,814,815,816,817,818");
	assert_owners_within(&row, 40, "nginx (8) 811,812,813,814,815,…");
	assert_owners_within(&row, 30, "nginx (8) 811,812,813,814,…");
	assert_owners_within(&row, 15, "nginx (8) 811,…");
	assert_owners_within(&row, 14, "ngi… (8) 811,…");
	assert_owners_within(&row, 8, "811,…");
}

/* The name gives way, never the pid. */
static void the_pid_is_the_last_to_be_cut(void **state)
{
	static const char *const commands[] = { "systemd-resolve" };
	struct row row = owned(*state, commands, 1);

	assert_owners_within(&row, 19, "systemd-resolve 811");
	assert_owners_within(&row, 18, "systemd-resol… 811");
	assert_owners_within(&row, 9, "syst… 811");
	assert_owners_within(&row, 5, "… 811");
	assert_owners_within(&row, 1, "… 811");
}

/* Of several commands one pid each, as long as that fits. */
static void names_give_way_before_pids(void **state)
{
	static const char *const commands[] = { "systemd-resolve", "dnsmasq-worker" };
	struct row row = owned(*state, commands, 2);

	assert_owners_within(&row, 39, "systemd-resolve 811; dnsmasq-worker 812");
	assert_owners_within(&row, 38, "systemd-res… 811; dnsmasq-wor… 812");
	assert_owners_within(&row, 27, "systemd… 811; dnsmasq… 812");
	assert_owners_within(&row, 25, "systemd-resolve 811; …");
	assert_owners_within(&row, 11, "sys… 811; …");
}

static void two_of_a_command_are_both_named(void **state)
{
	static const char *const commands[] = { "nginx", "nginx" };
	struct row row = owned(*state, commands, 2);

	assert_cell(&row, FIELD_OWNERS, "nginx (2) 811,812");
}

static void all_commands_are_listed(void **state)
{
	static const char *const commands[] = { "init", "sshd", "init", "c", "d", "e", "f" };
	struct row row = owned(*state, commands, 3);

	assert_cell(&row, FIELD_OWNERS, "init (2) 811,813; sshd 812");
	for (uint32_t i = 3; i < 7; i++)
		add_owner(*state, 0, add_process(*state, 811 + i, commands[i]), 6);
	assert_cell(&row, FIELD_OWNERS, "init (2) 811,813; sshd 812; c 814; d 815; e 816; f 817");
}

static void members_held_by_the_same_workers_count_each_process_once(void **state)
{
	struct snapshot *snap = *state;
	struct row row;

	/* A master opens a socket for each worker and forks: all hold all. */
	for (uint32_t i = 0; i < 3; i++) {
		add_listener(snap, "0.0.0.0", 80);
		add_process(snap, 811 + i, "nginx");
	}
	for (uint32_t i = 0; i < 9; i++)
		add_owner(snap, i / 3, i % 3, 6 + (int)(i / 3));
	assert_int_equal(listeners_find(snap), 0);
	row = (struct row){ snap, &snap->sockets[0], &snap->listeners[0] };
	assert_cell(&row, FIELD_OWNERS, "nginx (3) 811,812,813");
}

static void a_hostile_command_is_escaped_and_measured(void **state)
{
	static const char *const commands[] = { "a) b (\n\033[31m", "\xe6\x97\xa5", NULL };
	struct row row = owned(*state, commands, 3);
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(cell_add_owners(&buf, &row, SIZE_MAX), 37);
	assert_holds(&buf, "\"a) b (\\n\\x1b[31m\" 811; \xe6\x97\xa5 812; ? 813");
	buf_free(&buf);
}

static void a_missing_owner_has_its_reason(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_listener(snap, "0.0.0.0", 80), NULL };

	assert_cell(&row, FIELD_OWNERS, "-");
	snap->sockets[0].missing = MISSING_PERMISSION;
	assert_cell(&row, FIELD_OWNERS, "(permission)");
	snap->sockets[0].missing = MISSING_ORPHAN;
	assert_cell(&row, FIELD_OWNERS, "(orphan)");
}

static void an_unaccepted_connection_names_its_listeners_process(void **state)
{
	static const char *const commands[] = { "nginx" };
	struct snapshot *snap = *state;
	struct row row = owned(snap, commands, 1);

	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 40000)->missing = MISSING_UNACCEPTED;
	assert_int_equal(listeners_find(snap), 0);
	row.sk = &snap->sockets[1];
	assert_cell(&row, FIELD_OWNERS, "(unaccepted: nginx 811)");
	assert_owners_within(&row, 22, "(unaccepted: 811)");
	assert_owners_within(&row, 13, "(unacc…: 811)");
	assert_owners_within(&row, 12, "(una…: 811)");
}

static void a_full_accept_queue_stands_out(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_listener(snap, "0.0.0.0", 80), NULL };

	snap->sockets[0].backlog = 5;
	snap->sockets[0].accept_queue = 5;
	assert_cell(&row, FIELD_QUEUE, "5/5");
	snap->sockets[0].accept_queue = 6;
	assert_cell(&row, FIELD_QUEUE, "!6/5");
	snap->sockets[0].have &= (uint16_t)~HAVE_BACKLOG;
	assert_cell(&row, FIELD_QUEUE, "6/?");
}

static void bytes_have_a_prefix_and_a_unit(void **state)
{
	static const struct {
		uint32_t bytes;
		const char *text;
	} known[] = {
		{ 0, "0" }, { 1, "1B" }, { 9999, "9999B" }, { 10240, "10KB" }, { 15872, "15.5KB" },
		{ 1 << 20, "1MB" }, { 3 << 19, "1.5MB" }, { UINT32_MAX, "3.9GB" },
	};
	struct snapshot *snap = *state;
	struct row row = { snap, add_connection(snap, "10.0.0.1", 1, "10.0.0.2", 2), NULL };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		snap->sockets[0].recv_queue = known[i].bytes;
		assert_cell(&row, FIELD_RECV_QUEUE, known[i].text);
	}
}

static void timers_are_words_and_times(void **state)
{
	struct snapshot *snap = *state;
	struct row row = { snap, add_connection(snap, "10.0.0.1", 1, "10.0.0.2", 2), NULL };
	struct socket *sk = &snap->sockets[0];

	assert_cell(&row, FIELD_TIMER, "-");
	sk->timer = TIMER_RETRANSMIT;
	sk->timer_ms = 200;
	sk->timer_tries = 3;
	assert_cell(&row, FIELD_TIMER, "retransmit 200ms try 3");
	sk->timer = TIMER_KEEPALIVE;
	sk->timer_ms = 7200000;
	sk->timer_tries = 0;
	assert_cell(&row, FIELD_TIMER, "keepalive 2h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(endpoints_tell_versions_apart),
		WITH_SNAPSHOT(endpoints_name_the_device),
		WITH_SNAPSHOT(the_peer_has_a_device_only_where_it_needs_one),
		WITH_SNAPSHOT(hosts_and_services_have_names),
		WITH_SNAPSHOT(only_names_are_cut),
		WITH_SNAPSHOT(a_hostile_host_name_is_escaped),
		WITH_SNAPSHOT(a_hostile_interface_name_is_escaped),
		WITH_SNAPSHOT(one_owner_is_named),
		WITH_SNAPSHOT(a_forked_group_is_counted),
		WITH_SNAPSHOT(two_of_a_command_are_both_named),
		WITH_SNAPSHOT(all_commands_are_listed),
		WITH_SNAPSHOT(the_pid_is_the_last_to_be_cut),
		WITH_SNAPSHOT(names_give_way_before_pids),
		WITH_SNAPSHOT(a_long_address_gives_way_in_the_middle),
		WITH_SNAPSHOT(members_held_by_the_same_workers_count_each_process_once),
		WITH_SNAPSHOT(a_hostile_command_is_escaped_and_measured),
		WITH_SNAPSHOT(a_missing_owner_has_its_reason),
		WITH_SNAPSHOT(an_unaccepted_connection_names_its_listeners_process),
		WITH_SNAPSHOT(a_full_accept_queue_stands_out),
		WITH_SNAPSHOT(bytes_have_a_prefix_and_a_unit),
		WITH_SNAPSHOT(timers_are_words_and_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
