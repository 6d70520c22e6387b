/* SPDX-License-Identifier: MIT */
/* Trying a bind(): that it tells the truth, in which namespace and as whom, and harms nobody. */
#include "own_netns.h"
#include "holder.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "collect/facts.h"

enum { PORT = 8080 };

static struct bind_request wish(const char *address)
{
	return (struct bind_request){
		.protocol = PROTOCOL_TCP, .local = { address_of(address), PORT },
	};
}

static int probe(struct source *source, const struct bind_request *request)
{
	int error = -1;

	assert_int_equal(facts_probe(source, request, &error), 0);
	return error;
}

/* A socket bound to 127.0.0.1:8080 with an option, of a user. */
static int hold(int type, int option, uid_t uid)
{
	const struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, type, 0), on = 1;

	assert_true(fd >= 0);
	if (option)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on)), 0);
	assert_int_equal(fchown(fd, uid, (gid_t)-1), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void lo_up(void)
{
	assert_int_equal(system("ip link set lo up"), 0);
}

static void it_says_what_bind_says(void **state)
{
	struct bind_request request = wish("127.0.0.1");
	int fd;

	if (!*state)
		skip();
	lo_up();
	assert_int_equal(probe(*state, &request), 0);
	/* And has left nothing behind. */
	assert_int_equal(probe(*state, &request), 0);
	fd = hold(SOCK_STREAM, 0, 0);
	assert_int_equal(probe(*state, &request), EADDRINUSE);
	request.local.address = address_of("127.0.0.2");
	assert_int_equal(probe(*state, &request), 0);
	request.local.address = address_of("10.1.2.3");
	assert_int_equal(probe(*state, &request), EADDRNOTAVAIL);
	request.freebind = true;
	assert_int_equal(probe(*state, &request), 0);
	request = wish("2001:db8::1");
	assert_int_equal(probe(*state, &request), EADDRNOTAVAIL);
	request.freebind = true;
	assert_int_equal(probe(*state, &request), 0);
	close(fd);
}

/* It may be one of another protocol that has the port. */
static void its_protocol_is_the_one_wanted(void **state)
{
	struct bind_request request = wish("127.0.0.1");
	int fd;

	if (!*state)
		skip();
	lo_up();
	fd = hold(SOCK_DGRAM, 0, 0);
	assert_int_equal(probe(*state, &request), 0);
	request.protocol = PROTOCOL_UDP;
	assert_int_equal(probe(*state, &request), EADDRINUSE);
	close(fd);
}

static void its_options_are_those_wanted(void **state)
{
	struct bind_request request = wish("::");
	int fd;

	if (!*state)
		skip();
	lo_up();
	fd = hold(SOCK_STREAM, SO_REUSEADDR, 0);
	assert_int_equal(probe(*state, &request), EADDRINUSE);
	request.reuseaddr = true;
	assert_int_equal(probe(*state, &request), 0);
	request.reuseaddr = false;
	request.v6only = true;
	assert_int_equal(probe(*state, &request), 0);
	request = wish("127.0.0.1");
	request.interface = 1;
	assert_int_equal(probe(*state, &request), EADDRINUSE);
	close(fd);
}

static void its_user_is_the_one_wanted(void **state)
{
	struct bind_request request = wish("127.0.0.1");
	int fd;

	if (!*state)
		skip();
	lo_up();
	fd = hold(SOCK_STREAM, SO_REUSEPORT, 4711);
	request.reuseport = true;
	assert_int_equal(probe(*state, &request), EADDRINUSE);
	request.uid = 4711;
	assert_int_equal(probe(*state, &request), 0);
	close(fd);
}

/* A plain user can't make a socket of another, and the answer would be wrong. */
static void it_is_not_tried_as_somebody_else(void **state)
{
	struct bind_request request = wish("127.0.0.1");
	int status, error;
	pid_t pid;

	if (!*state)
		skip();
	lo_up();
	request.reuseport = true;
	request.uid = 4711;
	pid = fork();
	if (!pid) {
		if (setresuid(65534, 65534, 65534) < 0)
			_exit(2);
		_exit(facts_probe(*state, &request, &error) != -EPERM);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void what_could_do_harm_is_not_tried(void **state)
{
	struct bind_request request = wish("127.0.0.1");
	int error;

	if (!*state)
		skip();
	lo_up();
	request.protocol = PROTOCOL_UDP;
	assert_int_equal(probe(*state, &request), 0);
	request.reuseaddr = true;
	assert_int_equal(facts_probe(*state, &request, &error), -EOPNOTSUPP);
	request.reuseaddr = false;
	request.reuseport = true;
	assert_int_equal(facts_probe(*state, &request, &error), -EOPNOTSUPP);
	request = wish("127.0.0.1");
	request.listen = true;
	assert_int_equal(facts_probe(*state, &request, &error), -EOPNOTSUPP);
}

enum { CONNECTIONS = 40, PROBES = 5 };

/* Of connections to a listener that shares its port, none goes to the probes. */
static void a_listener_loses_nothing(void **state)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct bind_request request = wish("127.0.0.1");
	int listener, client, accepted = 0;

	if (!*state)
		skip();
	lo_up();
	listener = hold(SOCK_STREAM, SO_REUSEPORT, 0);
	assert_int_equal(listen(listener, CONNECTIONS), 0);
	assert_int_equal(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	request.reuseport = true;
	for (int i = 0; i < CONNECTIONS; i++) {
		for (int k = 0; k < PROBES; k++)
			assert_int_equal(probe(*state, &request), 0);
		client = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(client, (struct sockaddr *)&in, sizeof(in)), 0);
		close(client);
	}
	for (int fd; (fd = accept(listener, NULL, NULL)) >= 0; accepted++)
		close(fd);
	assert_int_equal(accepted, CONNECTIONS);
	close(listener);
}

static uint64_t hold_elsewhere(const void *context)
{
	(void)context;
	if (unshare(CLONE_NEWNET) < 0)
		return 0;
	lo_up();
	return cookie_of(hold(SOCK_STREAM, 0, 0));
}

static void it_is_tried_where_it_is_wanted(void **state)
{
	struct bind_request request = wish("127.0.0.1");
	struct holder holder;
	struct source *there;
	char name[16];

	if (!*state)
		skip();
	lo_up();
	holder = holder_start(hold_elsewhere, NULL);
	snprintf(name, sizeof(name), "%d", (int)holder.pid);
	assert_int_equal(source_open(&there, name), 0);
	assert_int_equal(probe(*state, &request), 0);
	assert_int_equal(probe(there, &request), EADDRINUSE);
	assert_int_equal(probe(*state, &request), 0);
	source_close(there);
	holder_end(&holder);
}

/* What kernels before 6.8 tell nobody. */
static void who_is_bound_and_does_not_listen_is_found(void **state)
{
	const struct bind_request request = wish("0.0.0.0");
	struct hidden_holder holder;
	int fd;

	if (!*state)
		skip();
	lo_up();
	facts_find_hidden(*state, &request, &holder);
	assert_int_equal(holder.pid, 0);
	fd = hold(SOCK_STREAM, 0, 0);
	facts_find_hidden(*state, &request, &holder);
	assert_int_equal(holder.pid, getpid());
	assert_string_equal(holder.command, "test_probe");
	assert_int_equal(listen(fd, 1), 0);
	facts_find_hidden(*state, &request, &holder);
	assert_int_equal(holder.pid, 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NETNS(it_says_what_bind_says),
		IN_NETNS(who_is_bound_and_does_not_listen_is_found),
		IN_NETNS(its_protocol_is_the_one_wanted),
		IN_NETNS(its_options_are_those_wanted),
		IN_NETNS(its_user_is_the_one_wanted),
		IN_NETNS(it_is_not_tried_as_somebody_else),
		IN_NETNS(what_could_do_harm_is_not_tried),
		IN_NETNS(a_listener_loses_nothing),
		IN_NETNS(it_is_tried_where_it_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
