/* SPDX-License-Identifier: MIT */
/* Abstract names, and connections that have the address of a listener. */
#include "unix_scene.h"
#include "holder.h"

/* accept() gives the listener's address to what it returns, but nothing holds it. */
static void a_connection_that_is_left_holds_nothing(void **state)
{
	const struct unix_request request = path("socket");
	const struct unix_request name = abstract("unix look", 9, SOCK_STREAM);
	int listener, ends[2];

	if (!*state)
		skip();
	listener = listening(&request);
	connected(listener, &request, NULL, ends);
	check(*state, &request, UNIX_LISTENING);
	close(listener);
	check(*state, &request, UNIX_STALE);
	close(ends[0]);
	close(ends[1]);
	listener = listening(&name);
	connected(listener, &name, NULL, ends);
	check(*state, &name, UNIX_LISTENING);
	close(listener);
	check(*state, &name, UNIX_FREE);
	close(ends[0]);
	close(ends[1]);
}

static void a_client_may_have_bound_itself(void **state)
{
	const struct unix_request server = abstract("server", 6, SOCK_STREAM);
	const struct unix_request client = abstract("client", 6, SOCK_STREAM);
	int listener, ends[2];

	if (!*state)
		skip();
	listener = listening(&server);
	connected(listener, &server, &client, ends);
	check(*state, &client, UNIX_CONNECTION);
	check(*state, &server, UNIX_LISTENING);
	close(ends[0]);
	close(ends[1]);
	check(*state, &client, UNIX_FREE);
	close(listener);
}

static void an_abstract_name_is_one_of_its_type(void **state)
{
	const struct unix_request name = abstract("unix look", 9, SOCK_STREAM);
	const struct unix_request datagram = abstract("unix look", 9, SOCK_DGRAM);
	struct holder holder;
	int fd;

	if (!*state)
		skip();
	check(*state, &name, UNIX_FREE);
	fd = listening(&name);
	check(*state, &name, UNIX_LISTENING);
	check(*state, &datagram, UNIX_FREE);
	close(fd);
	holder = holder_start(listen_elsewhere, &name);
	check(*state, &name, UNIX_FREE);
	holder_end(&holder);
}

static void the_bytes_of_an_abstract_name_count(void **state)
{
	const struct unix_request name = abstract("a\0b", 3, SOCK_STREAM);
	const struct unix_request longer = abstract("a\0b\0", 4, SOCK_STREAM);
	const struct unix_request shorter = abstract("a", 1, SOCK_STREAM);
	const struct unix_request other = abstract("a@b", 3, SOCK_STREAM);
	int fd;

	if (!*state)
		skip();
	fd = listening(&name);
	check(*state, &name, UNIX_LISTENING);
	check(*state, &longer, UNIX_FREE);
	check(*state, &shorter, UNIX_FREE);
	check(*state, &other, UNIX_FREE);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_connection_that_is_left_holds_nothing),
		IN_PLACE(a_client_may_have_bound_itself),
		IN_PLACE(an_abstract_name_is_one_of_its_type),
		IN_PLACE(the_bytes_of_an_abstract_name_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
