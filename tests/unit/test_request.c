/* SPDX-License-Identifier: MIT */
/* What a socket of our own wants, and addresses as bind() is given them. */
#include "unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "collect/facts.h"

static bool set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0 ? 0 : cookie;
}

static void a_socket_tells_what_it_wants(void **state)
{
	struct bind_request request = { .scope = 7, .local.port = 80, .listen = true };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };

	(void)state;
	assert_true(fd >= 0);
	assert_true(set(fd, SOL_SOCKET, SO_REUSEPORT, 1));
	assert_true(set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	assert_int_equal(facts_request_of(fd, &request), 0);
	assert_int_equal(request.protocol, PROTOCOL_TCP);
	assert_false(request.reuseaddr);
	assert_true(request.reuseport);
	assert_true(request.v6only);
	assert_false(request.freebind);
	assert_false(request.bound);
	assert_false(request.listen);
	assert_int_equal(request.uid, geteuid());
	assert_int_equal(request.cookie, cookie_of(fd));
	assert_int_equal(request.interface, 0);
	assert_int_equal(request.local.port, 80);
	assert_int_equal(request.scope, 7);
	assert_true(set(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1));
	assert_true(set(fd, SOL_SOCKET, SO_REUSEADDR, 1));
	assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(facts_request_of(fd, &request), 0);
	assert_true(request.freebind);
	assert_true(request.reuseaddr);
	assert_true(request.bound);
	close(fd);
}

static void the_protocol_is_the_sockets(void **state)
{
	static const struct {
		int family, type, protocol, result;
		enum protocol expected;
	} cases[] = {
		{ AF_INET, SOCK_STREAM, 0, 0, PROTOCOL_TCP },
		{ AF_INET, SOCK_DGRAM, 0, 0, PROTOCOL_UDP },
		{ AF_INET6, SOCK_DGRAM, 0, 0, PROTOCOL_UDP },
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP, 0, PROTOCOL_TCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, 0, PROTOCOL_UDPLITE },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP, -EPROTONOSUPPORT, PROTOCOL_RAW },
		{ AF_UNIX, SOCK_STREAM, 0, -EAFNOSUPPORT, PROTOCOL_TCP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bind_request request = { 0 };
		int fd = socket(cases[i].family, cases[i].type, cases[i].protocol);

		/* Not every kernel has each, nor every user raw sockets. */
		if (fd < 0)
			continue;
		assert_int_equal(facts_request_of(fd, &request), cases[i].result);
		if (!cases[i].result)
			assert_int_equal(request.protocol, cases[i].expected);
		close(fd);
	}
}

/* It decides with whom SO_REUSEPORT shares: who made it, unless it was given away. */
static void the_user_is_the_sockets(void **state)
{
	struct bind_request request = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(fchown(fd, 4711, (gid_t)-1), 0);
	assert_int_equal(facts_request_of(fd, &request), 0);
	assert_int_equal(request.uid, 4711);
	close(fd);
}

static void what_is_no_socket_is_refused(void **state)
{
	struct bind_request request = { 0 };

	(void)state;
	assert_int_equal(facts_request_of(-1, &request), -EBADF);
	assert_int_equal(facts_request_of(STDIN_FILENO, &request), -EAFNOSUPPORT);
}

static void an_ipv4_address_is_taken(void **state)
{
	const struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(8080),
		.sin_addr.s_addr = htonl(0x7f000002),
	};
	struct bind_request request = { .scope = 3 };
	struct address expected = address_of("127.0.0.2");

	(void)state;
	assert_int_equal(facts_request_address((const void *)&in, sizeof(in), &request), 0);
	assert_int_equal(request.local.port, 8080);
	assert_true(address_equal(&request.local.address, &expected));
	assert_int_equal(request.scope, 0);
	assert_int_equal(facts_request_address((const void *)&in, sizeof(in) - 1, &request),
			 -EINVAL);
	assert_int_equal(facts_request_address((const void *)&in, 1, &request), -EINVAL);
}

static void a_scope_is_of_narrow_addresses(void **state)
{
	static const struct {
		const char *text;
		uint32_t scope;
	} cases[] = {
		{ "fe80::1", 2 }, { "ff02::1", 2 }, { "ff01::1", 2 }, { "ff05::1", 0 },
		{ "2001:db8::1", 0 }, { "::1", 0 }, { "::", 0 }, { "::ffff:10.0.0.1", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address expected = address_of(cases[i].text);
		struct sockaddr_in6 in6 = {
			.sin6_family = AF_INET6, .sin6_port = htons(53), .sin6_scope_id = 2,
		};
		struct bind_request request = { 0 };

		memcpy(&in6.sin6_addr, expected.bytes, sizeof(in6.sin6_addr));
		assert_int_equal(facts_request_address((void *)&in6, sizeof(in6), &request), 0);
		assert_true(address_equal(&request.local.address, &expected));
		assert_int_equal(request.scope, cases[i].scope);
		/* As it was before there were scopes. */
		assert_int_equal(facts_request_address((void *)&in6, 24, &request), 0);
		assert_int_equal(request.scope, 0);
		assert_int_equal(facts_request_address((void *)&in6, 23, &request), -EINVAL);
	}
}

static void another_family_is_refused(void **state)
{
	const struct sockaddr_storage other = { .ss_family = AF_UNIX };
	struct bind_request request = { 0 };

	(void)state;
	assert_int_equal(facts_request_address((const void *)&other, sizeof(other), &request),
			 -EAFNOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_tells_what_it_wants),
		cmocka_unit_test(the_protocol_is_the_sockets),
		cmocka_unit_test(the_user_is_the_sockets),
		cmocka_unit_test(what_is_no_socket_is_refused),
		cmocka_unit_test(an_ipv4_address_is_taken),
		cmocka_unit_test(a_scope_is_of_narrow_addresses),
		cmocka_unit_test(another_family_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
