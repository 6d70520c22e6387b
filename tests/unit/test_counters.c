/* SPDX-License-Identifier: MIT */
/* Counters and settings: text as the kernel writes it, broken text, and this kernel's own. */
#include "unit.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/counters.h"
#include "collect/source.h"
#include "collect/sysctl.h"

/* What `read` makes of `text`, which is in memory of its own: reading beyond is noticed. */
static struct netns *parse(struct snapshot *snap, counters_function *read, const char *text)
{
	struct counter_list list = { .arena = &snap->arena };
	char *copy = strdup(text);

	assert_non_null(copy);
	read(&list, copy);
	free(copy);
	snap->netns->counters = arena_alloc(&snap->arena, (list.count + 1) * sizeof(*list.items));
	assert_non_null(snap->netns->counters);
	if (list.count)
		memcpy(snap->netns->counters, list.items, list.count * sizeof(*list.items));
	snap->netns->counter_count = list.count;
	free(list.items);
	return snap->netns;
}

static void assert_counter(const struct snapshot *snap, const char *name, uint64_t expected)
{
	uint64_t value = expected + 1;

	assert_true(snapshot_counter(snap, 0, name, &value));
	assert_int_equal(value, expected);
}

static void assert_no_counter(const struct snapshot *snap, const char *name)
{
	uint64_t value;

	assert_false(snapshot_counter(snap, 0, name, &value));
}

static void columns_are_matched_by_name(void **state)
{
	struct snapshot *snap = *state;
	const struct netns *netns = parse(snap, counters_parse_columns,
		"TcpExt: SyncookiesSent ListenOverflows ListenDrops \n"
		"TcpExt: 1 2 18446744073709551615\n"
		"Tcp: RtoMax MaxConn CurrEstab\n"
		"Tcp: 120000 -1 7\n");

	assert_int_equal(netns->counter_count, 5);
	assert_counter(snap, "TcpExt.SyncookiesSent", 1);
	assert_counter(snap, "TcpExt.ListenOverflows", 2);
	assert_counter(snap, "TcpExt.ListenDrops", UINT64_MAX);
	assert_counter(snap, "Tcp.CurrEstab", 7);
	/* "None", and 0 would be a lie. */
	assert_no_counter(snap, "Tcp.MaxConn");
	assert_no_counter(snap, "ListenDrops");
	assert_no_counter(snap, "TcpExt.Listen");
}

static void columns_out_of_step_are_not_guessed(void **state)
{
	struct snapshot *snap = *state;

	parse(snap, counters_parse_columns, "Tcp: A B\nUdp: 1 2\nIp: C\nIp: 3\n");
	assert_int_equal(snap->netns->counter_count, 0);
	parse(snap, counters_parse_columns, "Tcp: A B\nTcp: 1\nIp: C\nIp: 3 4 5\n");
	assert_int_equal(snap->netns->counter_count, 2);
	assert_counter(snap, "Tcp.A", 1);
	assert_counter(snap, "Ip.C", 3);
	parse(snap, counters_parse_columns, "Tcp A\nTcp 1\n");
	assert_int_equal(snap->netns->counter_count, 0);
	parse(snap, counters_parse_columns, ":\n:\n\n\n");
	assert_int_equal(snap->netns->counter_count, 0);
}

static void groups_of_snmp6_end_with_a_6(void **state)
{
	struct snapshot *snap = *state;

	parse(snap, counters_parse_names,
	      "Ip6InReceives                   \t2\n"
	      "Icmp6OutType133                 \t11\n"
	      "Udp6InErrors                    \t0\n"
	      "UdpLite6RcvbufErrors            \t4\n"
	      "NoSix 5\nUdp6Alone\nUdp6Sign -5\n\n \n");
	assert_int_equal(snap->netns->counter_count, 4);
	assert_counter(snap, "Ip6.InReceives", 2);
	assert_counter(snap, "Icmp6.OutType133", 11);
	assert_counter(snap, "Udp6.InErrors", 0);
	assert_counter(snap, "UdpLite6.RcvbufErrors", 4);
}

static void sockstat_is_pairs(void **state)
{
	struct snapshot *snap = *state;

	parse(snap, counters_parse_pairs,
	      "sockets: used 13\nTCP: inuse 1 orphan 2 tw 3 alloc 4 mem 5\nFRAG: inuse 0 memory\n"
	      "no colon 5\n:\n");
	assert_int_equal(snap->netns->counter_count, 7);
	assert_counter(snap, "sockstat.sockets.used", 13);
	assert_counter(snap, "sockstat.TCP.orphan", 2);
	assert_counter(snap, "sockstat.TCP.mem", 5);
	assert_no_counter(snap, "sockstat.FRAG.memory");
}

static void what_is_no_number_is_left_out(void **state)
{
	struct snapshot *snap = *state;

	parse(snap, counters_parse_pairs,
	      "A: a 18446744073709551616 b 1x c +1 d 0x1 e 1.5 f -0 g 99999999999999999999999\n"
	      "A: h 8\n");
	assert_int_equal(snap->netns->counter_count, 1);
	assert_counter(snap, "sockstat.A.h", 8);
}

static void a_cut_line_is_left_out(void **state)
{
	struct snapshot *snap = *state;

	parse(snap, counters_parse_pairs, "TCP: inuse 1\nTCP: orphan 12");
	assert_int_equal(snap->netns->counter_count, 1);
	parse(snap, counters_parse_columns, "TcpExt: A B\nTcpExt: 1 23");
	assert_int_equal(snap->netns->counter_count, 0);
	parse(snap, counters_parse_names, "Ip6InDelivers 1");
	assert_int_equal(snap->netns->counter_count, 0);
}

static void a_name_without_end_is_left_out(void **state)
{
	struct snapshot *snap = *state;
	char text[4096] = "TCP: ";

	memset(text + 5, 'x', 3000);
	strcpy(text + 3005, " 1 inuse 2\n");
	parse(snap, counters_parse_pairs, text);
	assert_int_equal(snap->netns->counter_count, 1);
	assert_counter(snap, "sockstat.TCP.inuse", 2);
}

static void blanks_of_settings_are_normalised(void **state)
{
	static const char *const cases[][2] = {
		{ "32768\t60999\n", "32768 60999" }, { "\n", "" }, { "", "" }, { "1", "1" },
		{ " \t 4  5\t\t6 \n", "4 5 6" }, { "1\n2", "1 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = strdup(cases[i][0]);

		assert_non_null(text);
		sysctl_normalise(text);
		assert_string_equal(text, cases[i][1]);
		free(text);
	}
}

/* ---- this kernel's ---------------------------------------------------- */

static struct snapshot *collect(const char *netns, uint32_t needs)
{
	struct query query = { .versions = IP_VERSIONS_ALL, .states = STATES_ALL, .needs = needs };
	struct snapshot *snap = NULL;
	struct source *source;

	assert_int_equal(source_open(&source, netns), 0);
	assert_int_equal(source_collect(source, &query, &snap), 0);
	source_close(source);
	return snap;
}

/* The value behind `name` in a file whose lines are "name value". */
static uint64_t from_file(const char *path, const char *name)
{
	unsigned long long value;
	FILE *file = fopen(path, "re");
	char word[64];

	assert_non_null(file);
	while (fscanf(file, "%63s %llu", word, &value) == 2 && strcmp(word, name) != 0)
		continue;
	fclose(file);
	assert_string_equal(word, name);
	return value;
}

static void the_kernels_counters_are_read(void **state)
{
	static const char path[] = "/proc/thread-self/net/snmp6";
	uint64_t before = from_file(path, "Ip6InReceives"), after, value;
	struct snapshot *snap = collect(NULL, NEED_COUNTERS);

	(void)state;
	after = from_file(path, "Ip6InReceives");
	assert_true(snapshot_counter(snap, 0, "Ip6.InReceives", &value));
	assert_in_range(value, before, after);
	assert_true(snapshot_counter(snap, 0, "TcpExt.ListenDrops", &value));
	assert_true(snapshot_counter(snap, 0, "Tcp.CurrEstab", &value));
	assert_true(snapshot_counter(snap, 0, "Udp.RcvbufErrors", &value));
	assert_true(snapshot_counter(snap, 0, "sockstat.TCP.orphan", &value));
	assert_true(snapshot_counter(snap, 0, "sockstat.TCP6.inuse", &value));
	assert_null(snapshot_sysctl(snap, 0, "net.core.somaxconn"));
	snapshot_free(snap);
}

static void the_kernels_settings_are_read(void **state)
{
	struct snapshot *snap = collect(NULL, NEED_SYSCTLS);
	unsigned first, last, first_read, last_read;
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	const char *range = snapshot_sysctl(snap, 0, "net.ipv4.ip_local_port_range");

	(void)state;
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%u %u", &first, &last), 2);
	fclose(file);
	assert_non_null(range);
	assert_int_equal(sscanf(range, "%u %u", &first_read, &last_read), 2);
	assert_int_equal(first, first_read);
	assert_int_equal(last, last_read);
	assert_non_null(snapshot_sysctl(snap, 0, "net.core.somaxconn"));
	assert_non_null(snapshot_sysctl(snap, 0, "net.ipv4.ip_local_reserved_ports"));
	assert_null(snapshot_sysctl(snap, 0, "net.ipv4.no_such_setting"));
	assert_no_counter(snap, "Tcp.CurrEstab");
	snapshot_free(snap);
}

/* In a namespace of its own: a listener, and a setting of which the caller's differs. */
static void live_elsewhere(int ready)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	FILE *file = unshare(CLONE_NEWNET) < 0 ? NULL : fopen("/proc/sys/net/core/somaxconn", "we");
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!file || fprintf(file, "77\n") < 0 || fclose(file) != 0 ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 || listen(fd, 1) < 0 ||
	    write(ready, "", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

static void those_of_another_namespace_are_its_own(void **state)
{
	struct snapshot *snap;
	char byte, name[16];
	uint64_t value;
	int pipes[2];
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid)
		live_elsewhere(pipes[1]);
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	snprintf(name, sizeof(name), "%d", (int)pid);
	snap = collect(name, NEED_COUNTERS | NEED_SYSCTLS);
	assert_string_equal(snapshot_sysctl(snap, 0, "net.core.somaxconn"), "77");
	assert_true(snapshot_counter(snap, 0, "sockstat.TCP.inuse", &value));
	assert_int_equal(value, 1);
	snapshot_free(snap);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(columns_are_matched_by_name),
		WITH_SNAPSHOT(columns_out_of_step_are_not_guessed),
		WITH_SNAPSHOT(groups_of_snmp6_end_with_a_6),
		WITH_SNAPSHOT(sockstat_is_pairs),
		WITH_SNAPSHOT(what_is_no_number_is_left_out),
		WITH_SNAPSHOT(a_cut_line_is_left_out),
		WITH_SNAPSHOT(a_name_without_end_is_left_out),
		cmocka_unit_test(blanks_of_settings_are_normalised),
		cmocka_unit_test(the_kernels_counters_are_read),
		cmocka_unit_test(the_kernels_settings_are_read),
		cmocka_unit_test(those_of_another_namespace_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
