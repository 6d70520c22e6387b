/* SPDX-License-Identifier: MIT */
/* Of a recorded table no fact can be had: nothing is made up from this machine. */
#include "unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/facts.h"
#include "collect/record.h"
#include "collect/source.h"
#include "collect/unix_look.h"

static struct bind_request wish(const char *address)
{
	return (struct bind_request){
		.protocol = PROTOCOL_TCP, .local = { address_of(address), 8080 },
	};
}

/* A table of this machine that was recorded just now, so that its pids are still the same. */
static int record_setup(void **state)
{
	const struct query query = {
		.protocols = PROTOCOL_BIT(PROTOCOL_TCP), .versions = IP_VERSIONS_ALL,
		.states = STATES_LISTENING, .needs = NEED_OWNER,
	};
	int fd = memfd_create("record", MFD_CLOEXEC);
	char path[32], why[SOURCE_WHY_MAX];
	struct source *source, *record;
	struct snapshot *snap;

	assert_int_equal(source_open(&source, NULL), 0);
	assert_int_equal(source_collect(source, &query, &snap), 0);
	assert_int_equal(record_write(snap, &query, fd), 0);
	snapshot_free(snap);
	source_close(source);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(source_open_file(&record, path, why), 0);
	close(fd);
	*state = record;
	return 0;
}

static int record_teardown(void **state)
{
	source_close(*state);
	return 0;
}

/* A listener of this very process, with an option. */
static int listen_here(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static int record_with_listener_setup(void **state)
{
	/* Stays open until the process ends. */
	return listen_here() < 0 || record_setup(state);
}

static void no_option_is_read(void **state)
{
	const struct query query = {
		.protocols = PROTOCOL_BIT(PROTOCOL_TCP), .versions = IP_VERSIONS_ALL,
		.states = STATES_LISTENING, .needs = NEED_OWNER,
	};
	struct bind_options *options;
	struct snapshot *snap;
	uint32_t *sockets;
	size_t owned = 0;

	assert_int_equal(source_collect(*state, &query, &snap), 0);
	options = malloc(snap->count * sizeof(*options));
	sockets = malloc(snap->count * sizeof(*sockets));
	assert_true(options && sockets);
	memset(options, TRUTH_MAYBE, snap->count * sizeof(*options));
	for (size_t i = 0; i < snap->count; i++) {
		sockets[i] = (uint32_t)i;
		owned += snap->sockets[i].owner != 0;
	}
	assert_true(owned > 0);
	facts_read_options(*state, snap, sockets, snap->count, options);
	for (size_t i = 0; i < snap->count; i++)
		assert_int_equal(options[i].reuseaddr, TRUTH_MAYBE);
	free(sockets);
	free(options);
	snapshot_free(snap);
}

static void no_address_is_known_but_those_of_all(void **state)
{
	const struct bind_request own = wish("127.0.0.1"), own6 = wish("::1");
	const struct bind_request any = wish("0.0.0.0"), any6 = wish("::");
	const struct bind_request group = wish("224.0.0.1");
	uint32_t device;

	assert_int_equal(facts_address(*state, &own, &device), ADDRESS_UNKNOWN);
	assert_int_equal(facts_address(*state, &own6, &device), ADDRESS_UNKNOWN);
	assert_int_equal(facts_address(*state, &any, &device), ADDRESS_LOCAL);
	assert_int_equal(facts_address(*state, &any6, &device), ADDRESS_LOCAL);
	assert_int_equal(facts_address(*state, &group, &device), ADDRESS_MULTICAST);
}

static void nothing_else_is_known(void **state)
{
	const struct unix_request request = { .name = "/run/app.sock", .length = 13 };
	const struct bind_request wanted = wish("127.0.0.1");
	struct unix_facts facts;
	struct source *other;
	size_t refused;
	int error;

	assert_int_equal(facts_privileged(*state, 0), TRUTH_MAYBE);
	assert_int_equal(facts_privileged(*state, geteuid()), TRUTH_MAYBE);
	assert_int_equal(facts_probe(*state, &wanted, &error), -EOPNOTSUPP);
	assert_int_equal(facts_other_namespaces(*state, &other, 1, &refused), 0);
	assert_int_equal(refused, 0);
	assert_int_equal(unix_look(*state, &request, &facts), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_option_is_read, record_with_listener_setup,
						record_teardown),
		cmocka_unit_test_setup_teardown(no_address_is_known_but_those_of_all, record_setup,
						record_teardown),
		cmocka_unit_test_setup_teardown(nothing_else_is_known, record_setup,
						record_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
