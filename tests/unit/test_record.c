/* SPDX-License-Identifier: MIT */
/* Recorded files: what is written comes back, all of it, and looks the same. */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define HOSTILE "a\"\n\033[2J\xff"

/* ---- a snapshot with everything in it -------------------------------- */

static void fill_names(struct snapshot *snap)
{
	static struct user users[] = { { 0, "root" }, { 1000, HOSTILE } };
	static struct service services[] = { { 80, PROTOCOL_TCP, "http" },
					     { 53, PROTOCOL_UDP, "domain" } };
	static struct counter counters[] = { { "TcpExt.ListenOverflows", 3 },
					     { "TcpExt.ListenDrops", UINT64_MAX } };
	static struct sysctl sysctls[] = { { "net.ipv4.ip_local_port_range", "32768 60999" } };
	static char name[] = "blue";

	snap->users = users;
	snap->user_count = 2;
	snap->services = services;
	snap->service_count = 2;
	snap->netns->name = name;
	snap->netns->counters = counters;
	snap->netns->counter_count = 2;
	snap->netns->sysctls = sysctls;
	snap->netns->sysctl_count = 1;
	snap->states = STATES_ALL;
	snap->time = 1763682000.123456;
	snapshot_note(snap, SEVERITY_WARNING, "owners", "3 sockets: %s", HOSTILE);
	snapshot_note(snap, SEVERITY_INFO, "raw", "this kernel has no raw sockets");
	assert_int_equal(snapshot_cgroup(snap, 5), 0);
	assert_int_equal(snapshot_cgroup(snap, 1ULL << 40), 1);
	snap->cgroups[1].path = "/system.slice/nginx.service";
	snap->cgroups[1].unit = "nginx.service";
	snap->cgroups[1].container = "0123456789ab";
}

static void fill_processes(struct snapshot *snap)
{
	static const char line[] = "nginx: master\0-g\0daemon off;";
	uint32_t first = add_process(snap, 811, "nginx"), second = add_process(snap, 812, HOSTILE);
	struct process *process = &snap->processes[first];

	process->parent = 1;
	process->uid = 33;
	process->start_time = 1763681000.25;
	process->command_line = line;
	process->command_line_length = sizeof(line);
	process->executable = "/usr/sbin/nginx";
	process->cgroup = "/system.slice/nginx.service";
	process->unit = "nginx.service";
	process->container = "0123456789ab";
	snap->processes[second].uid = UINT32_MAX;
	snap->processes[second].family = 811;
	add_owner(snap, 0, first, 6);
	add_owner(snap, 0, second, OWNER_NO_FD);
	add_owner(snap, 2, second, 1 << 20);
	snap->owners[2].tid = 813;
}

static void fill_details(struct snapshot *snap, struct socket *sk, uint8_t seed)
{
	sk->detail = arena_alloc(&snap->arena, sizeof(*sk->detail));
	assert_non_null(sk->detail);
	sk->detail->tcp = arena_alloc(&snap->arena, sizeof(*sk->detail->tcp));
	sk->detail->memory = arena_alloc(&snap->arena, sizeof(*sk->detail->memory));
	assert_true(sk->detail->tcp && sk->detail->memory);
	sk->detail->tcp->length = TCP_INFO_SIZE;
	strcpy(sk->detail->tcp->congestion, "cubic");
	strcpy(sk->detail->tcp->ulp, "tls");
	for (size_t i = 0; i < TCP_INFO_SIZE; i++)
		sk->detail->tcp->info[i] = i % 3 ? (uint8_t)(seed * i) : 0;
	sk->detail->memory->length = MEMORY_COUNT;
	for (uint32_t i = 0; i < MEMORY_COUNT; i++)
		sk->detail->memory->words[i] = i % 2 ? (uint32_t)seed << i : UINT32_MAX - i;
}

static void fill(struct snapshot *snap)
{
	struct socket *sk = add_listener(snap, "::", 80);

	sk->v6only = true;
	sk->have |= HAVE_V6ONLY | HAVE_CGROUP;
	sk->cgroup = 1;
	sk->accept_queue = 3;
	sk->backlog = 511;
	sk = add_socket(snap, PROTOCOL_UDP, STATE_UNCONN, "127.0.0.1", 53);
	sk->recv_queue = UINT32_MAX;
	sk->missing = MISSING_KERNEL;
	sk = add_connection(snap, "2001:db8::1", 80, "fe80::2", 65535);
	sk->interface = 2;
	sk->mark = 0xdeadbeef;
	sk->shutdown = 2;
	sk->uid = 1000;
	sk->cookie = UINT64_MAX;
	sk->inode = UINT32_MAX;
	sk->have |= HAVE_MARK | HAVE_SHUTDOWN;
	sk->timer = TIMER_PROBE;
	sk->timer_ms = 200;
	sk->timer_tries = 7;
	fill_details(snap, sk, 17);
	sk = add_connection(snap, "10.0.0.1", 40000, "10.0.0.2", 443);
	sk->missing = MISSING_PERMISSION;
	fill_details(snap, sk, 201);
	add_connection(snap, "10.0.0.2", 443, "10.0.0.1", 40000)->state = STATE_TIME_WAIT;
	add_socket(snap, PROTOCOL_RAW, STATE_UNCONN, "0.0.0.0", 255);
	fill_names(snap);
	fill_processes(snap);
	snap->asked = everything.needs;
}

static void assert_same_shown(const struct snapshot *a, const struct snapshot *b,
			      enum view_id view, size_t width)
{
	char *left = show(a, view, width), *right = show(b, view, width);

	assert_true(strlen(left) > 200);
	assert_string_equal(left, right);
	free(left);
	free(right);
}

/* ---- tests ----------------------------------------------------------- */

static void what_is_written_comes_back(void **state)
{
	struct snapshot *snap = *state, *back;

	fill(snap);
	back = load(record_of(snap));
	assert_int_equal(listeners_find(snap), 0);
	listeners_compare_owners(snap);
	assert_int_equal(pairs_find(snap), 0);
	assert_same_shown(snap, back, VIEW_JSON, 0);
	assert_same_shown(snap, back, VIEW_TABLE, 0);
	assert_same_shown(snap, back, VIEW_TABLE, 80);
	snapshot_free(back);
}

static void what_no_view_shows_comes_back_too(void **state)
{
	struct snapshot *snap = *state, *back;

	fill(snap);
	back = load(record_of(snap));
	assert_memory_equal(&back->time, &snap->time, sizeof(snap->time));
	assert_int_equal(back->asked, everything.needs);
	assert_int_equal(back->states, STATES_ALL);
	assert_int_equal(back->netns->counter_count, 2);
	assert_string_equal(back->netns->counters[1].name, "TcpExt.ListenDrops");
	assert_true(back->netns->counters[1].value == UINT64_MAX);
	assert_int_equal(back->netns->sysctl_count, 1);
	assert_string_equal(back->netns->sysctls[0].name, "net.ipv4.ip_local_port_range");
	assert_string_equal(back->netns->sysctls[0].value, "32768 60999");
	assert_int_equal(back->cgroups[0].id, 5);
	assert_null(back->cgroups[0].path);
	assert_true(back->cgroups[1].id == 1ULL << 40);
	assert_int_equal(back->processes[0].parent, 1);
	assert_int_equal(back->processes[1].family, 811);
	assert_int_equal(back->processes[1].uid, UINT32_MAX);
	assert_null(back->processes[1].command_line);
	snapshot_free(back);
}

/* A member that was added to the model and not to the tables is found here. */
static void every_byte_of_a_row_belongs_to_a_member(void **state)
{
	static const struct {
		enum record_section section;
		size_t offset, size;	/* of what is not saved */
	} left_out[] = {
		{ SECTION_NOTE, offsetof(struct note, next), sizeof(void *) },
		{ SECTION_NETNS, offsetof(struct netns, interfaces), 2 * sizeof(size_t) },
		{ SECTION_NETNS, offsetof(struct netns, counters), 4 * sizeof(size_t) },
		{ SECTION_PROCESS, offsetof(struct process, command_line_length), sizeof(size_t) },
		{ SECTION_SOCKET, offsetof(struct socket, detail), sizeof(void *) },
		{ SECTION_SOCKET, offsetof(struct socket, listener), 4 },
	};

	static const size_t padding[SECTION_COUNT] = {
		[SECTION_HEAD] = 7, [SECTION_NOTE] = 4, [SECTION_NETNS] = 4,
		[SECTION_INTERFACE] = 10, [SECTION_COUNTER] = 6, [SECTION_SYSCTL] = 6,
		[SECTION_USER] = 4, [SECTION_SERVICE] = 5, [SECTION_SOCKET] = 7,
	};

	(void)state;
	for (enum record_section id = 0; id < SECTION_COUNT; id++) {
		const struct section *section = &record_sections[id];
		char covered[1024] = { 0 };
		size_t bare = 0;

		for (size_t i = 0; i < section->count; i++)
			memset(covered + section->members[i].offset, 1,
			       (size_t)section->members[i].size * section->members[i].count);
		for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
			if (left_out[i].section == id)
				memset(covered + left_out[i].offset, 1, left_out[i].size);
		for (size_t i = 0; i < section->row; i++)
			bare += !covered[i];
		assert_int_equal(bare, padding[id]);
	}
}

static void tags_go_up_and_never_meet(void **state)
{
	(void)state;
	for (enum record_section id = 0; id < SECTION_COUNT; id++) {
		const struct section *section = &record_sections[id];

		for (size_t i = 1; i < section->count; i++)
			assert_true(section->members[i].tag >=
				    section->members[i - 1].tag + section->members[i - 1].count);
	}
}

static void an_empty_snapshot_comes_back(void **state)
{
	struct snapshot *back = load(record_of(*state));

	assert_int_equal(back->count, 0);
	assert_string_equal(back->host, "host");
	assert_int_equal(back->netns->interface_count, 2);
	show_all(back);
	snapshot_free(back);
}

/* Sockets that differ in what counts up only take next to nothing: the file is filled up. */
static void many_like_sockets_come_back(void **state)
{
	struct snapshot *snap = *state, *back;
	struct bytes file;

	for (unsigned i = 0; i < 5000; i++)
		add_listener(snap, "127.0.0.1", 80);
	add_process(snap, 1, "worker");
	for (uint32_t i = 0; i < 100; i++)
		add_owner(snap, 0, 0, (int)i);
	for (uint32_t i = 1; i < 5000; i++)
		snap->sockets[i].owner = snap->sockets[0].owner;
	file = record_of(snap);
	assert_in_range(file.size, 505000, 506000);
	back = load(file);
	assert_int_equal(back->count, 5000);
	assert_int_equal(back->sockets[4999].cookie, 5000);
	assert_int_equal(back->sockets[4999].owner, snap->sockets[0].owner);
	snapshot_free(back);
}

static void a_plain_socket_takes_less_than_40_bytes(void **state)
{
	struct snapshot *snap = *state;
	struct bytes before = record_of(snap), after;
	uint64_t random = 88172645463325252ULL;

	for (unsigned i = 0; i < 2000; i++) {
		struct socket *sk = add_connection(snap, "10.0.0.1", 443, "10.0.0.2", 443);

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		memcpy(sk->peer.address.bytes, &random, 4);
		sk->peer.port = (uint16_t)(random >> 32);
		sk->cookie = random >> 40;
		sk->inode = (uint32_t)(random >> 36);
		sk->recv_queue = i % 8 ? 0 : (uint32_t)random;
	}
	after = record_of(snap);
	assert_in_range(after.size - before.size, 1000, 2000 * 40);
	free(before.data);
	free(after.data);
}

static void a_full_disk_is_noticed(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(record_write(*state, &everything, fd), -ENOSPC);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(what_is_written_comes_back),
		WITH_SNAPSHOT(what_no_view_shows_comes_back_too),
		cmocka_unit_test(every_byte_of_a_row_belongs_to_a_member),
		cmocka_unit_test(tags_go_up_and_never_meet),
		WITH_SNAPSHOT(an_empty_snapshot_comes_back),
		WITH_SNAPSHOT(many_like_sockets_come_back),
		WITH_SNAPSHOT(a_plain_socket_takes_less_than_40_bytes),
		WITH_SNAPSHOT(a_full_disk_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
