/* SPDX-License-Identifier: MIT */
/* Abstract names, and connections that have the address of a listener. */
#include "unix_scene.h"
#include "holder.h"

/* accept() gives the listener's address to what it returns, but nothing holds it. */
static void a_connection_that_is_left_holds_nothing(void **state)
{
	const struct unix_request request = path_request("socket");
	const struct unix_request name = name_request("unix look", 9, SOCK_STREAM);
	int listener, ends[2];

	if (!*state)
		skip();
	listener = socket_listening(&request);
	sockets_connected(listener, &request, NULL, ends);
	check_found(*state, &request, UNIX_LISTENING);
	close(listener);
	check_found(*state, &request, UNIX_STALE);
	close(ends[0]);
	close(ends[1]);
	listener = socket_listening(&name);
	sockets_connected(listener, &name, NULL, ends);
	check_found(*state, &name, UNIX_LISTENING);
	close(listener);
	check_found(*state, &name, UNIX_FREE);
	close(ends[0]);
	close(ends[1]);
}

static void a_client_may_have_bound_itself(void **state)
{
	const struct unix_request server = name_request("server", 6, SOCK_STREAM);
	const struct unix_request client = name_request("client", 6, SOCK_STREAM);
	int listener, ends[2];

	if (!*state)
		skip();
	listener = socket_listening(&server);
	sockets_connected(listener, &server, &client, ends);
	check_found(*state, &client, UNIX_CONNECTION);
	check_found(*state, &server, UNIX_LISTENING);
	close(ends[0]);
	close(ends[1]);
	check_found(*state, &client, UNIX_FREE);
	close(listener);
}

static void an_abstract_name_is_one_of_its_type(void **state)
{
	const struct unix_request name = name_request("unix look", 9, SOCK_STREAM);
	const struct unix_request datagram = name_request("unix look", 9, SOCK_DGRAM);
	struct holder holder;
	int fd;

	if (!*state)
		skip();
	check_found(*state, &name, UNIX_FREE);
	fd = socket_listening(&name);
	check_found(*state, &name, UNIX_LISTENING);
	check_found(*state, &datagram, UNIX_FREE);
	close(fd);
	holder = holder_start(listen_elsewhere, &name);
	check_found(*state, &name, UNIX_FREE);
	holder_end(&holder);
}

static void the_bytes_of_an_abstract_name_count(void **state)
{
	const struct unix_request name = name_request("a\0b", 3, SOCK_STREAM);
	const struct unix_request longer = name_request("a\0b\0", 4, SOCK_STREAM);
	const struct unix_request shorter = name_request("a", 1, SOCK_STREAM);
	const struct unix_request other = name_request("a@b", 3, SOCK_STREAM);
	int fd;

	if (!*state)
		skip();
	fd = socket_listening(&name);
	check_found(*state, &name, UNIX_LISTENING);
	check_found(*state, &longer, UNIX_FREE);
	check_found(*state, &shorter, UNIX_FREE);
	check_found(*state, &other, UNIX_FREE);
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
