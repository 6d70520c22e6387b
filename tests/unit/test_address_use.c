/* SPDX-License-Identifier: MIT */
/* What is said of addresses, against a real bind() to each in a namespace made for it. */
#include "own_netns.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collect/facts.h"

static bool run(const char *command)
{
	return system(command) == 0;
}

static uint32_t device_of(const char *name)
{
	return name ? if_nametoindex(name) : 0;
}

/* "fe80::1%eth0" on the device: what is asked, and what bind() is given. */
static struct bind_request wish(const char *text, const char *device)
{
	char address[64];
	const char *scope = strchr(text, '%');

	snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "%"), text);
	return (struct bind_request){
		.protocol = PROTOCOL_UDP,
		.local = { .address = address_of(address) },
		.interface = device_of(device),
		.scope = device_of(scope ? scope + 1 : NULL),
	};
}

/* The errno of bind(), 0: it worked. */
static int try_bind(const struct bind_request *request)
{
	const struct address *address = &request->local.address;
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_scope_id = request->scope };
	bool is_ipv4 = address->family == AF_INET;
	int fd = socket(address->family, SOCK_DGRAM, 0), index = (int)request->interface;
	int result;

	assert_true(fd >= 0);
	if (index)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index,
					    sizeof(index)), 0);
	memcpy(&in.sin_addr, address->bytes, sizeof(in.sin_addr));
	memcpy(&in6.sin6_addr, address->bytes, sizeof(in6.sin6_addr));
	result = is_ipv4 ? bind(fd, (struct sockaddr *)&in, sizeof(in))
			 : bind(fd, (struct sockaddr *)&in6, sizeof(in6));
	result = result < 0 ? errno : 0;
	close(fd);
	return result;
}

static const char *const use_names[ADDRESS_USE_COUNT] = {
	"unknown", "local", "broadcast", "multicast", "absent", "tentative",
	"duplicate", "link down", "no carrier", "other VRF", "IPv6 off", "no device",
};

static void check_on(struct source *source, const char *text, const char *device,
		     enum address_use expected)
{
	const struct bind_request request = wish(text, device);
	uint32_t owner;
	enum address_use use = facts_address(source, &request, &owner);
	bool usable = use == ADDRESS_LOCAL || use == ADDRESS_BROADCAST || use == ADDRESS_MULTICAST;
	int err = try_bind(&request);

	if (use != expected)
		fail_msg("%s on %s is %s, not %s", text, device ? device : "any device",
			 use_names[use], use_names[expected]);
	if (err != (usable ? 0 : EADDRNOTAVAIL))
		fail_msg("%s on %s is %s, but bind() says %s", text, device ? device : "any device",
			 use_names[use], strerror(err));
}

static void check(struct source *source, const char *text, enum address_use expected)
{
	check_on(source, text, NULL, expected);
}

/* fib_get_table() finds none, and __inet_dev_addr_type() then says RTN_BROADCAST. */
static void a_namespace_without_addresses_takes_all_of_ipv4(void **state)
{
	if (!*state)
		skip();
	check(*state, "0.0.0.0", ADDRESS_LOCAL);
	check(*state, "::", ADDRESS_LOCAL);
	check(*state, "::1", ADDRESS_ABSENT);
	check(*state, "127.0.0.1", ADDRESS_BROADCAST);
	check(*state, "10.1.2.3", ADDRESS_BROADCAST);
	check(*state, "224.0.0.1", ADDRESS_MULTICAST);
}

static void loopback_is_there_when_it_is_up(void **state)
{
	if (!*state)
		skip();
	assert_true(run("ip link set lo up"));
	check(*state, "127.0.0.1", ADDRESS_LOCAL);
	check(*state, "127.0.0.2", ADDRESS_LOCAL);
	check(*state, "127.255.255.254", ADDRESS_LOCAL);
	check(*state, "127.255.255.255", ADDRESS_BROADCAST);
	check(*state, "::1", ADDRESS_LOCAL);
	check(*state, "::ffff:127.0.0.1", ADDRESS_LOCAL);
	check(*state, "::ffff:0.0.0.0", ADDRESS_LOCAL);
	check(*state, "::ffff:10.1.2.3", ADDRESS_ABSENT);
	check(*state, "::127.0.0.1", ADDRESS_ABSENT);
	check(*state, "10.1.2.3", ADDRESS_ABSENT);
	check(*state, "2001:db8::1", ADDRESS_ABSENT);
	assert_true(run("ip link set lo down"));
	check(*state, "127.0.0.1", ADDRESS_LOCAL);
	check(*state, "::1", ADDRESS_ABSENT);
}

static void addresses_that_are_nobodys(void **state)
{
	if (!*state)
		skip();
	assert_true(run("ip link set lo up"));
	check(*state, "0.1.2.3", ADDRESS_ABSENT);
	check(*state, "255.255.255.255", ADDRESS_BROADCAST);
	check(*state, "224.0.0.251", ADDRESS_MULTICAST);
	check(*state, "239.255.255.250", ADDRESS_MULTICAST);
	check(*state, "240.0.0.1", ADDRESS_ABSENT);
	check(*state, "::ffff:224.0.0.1", ADDRESS_MULTICAST);
	check(*state, "ff05::1", ADDRESS_MULTICAST);
	check(*state, "ff02::1%lo", ADDRESS_MULTICAST);
}

static void addresses_of_a_device_come_and_go(void **state)
{
	if (!*state)
		skip();
	if (!run("ip link set lo up; ip link add red type veth peer name blue"))
		skip();
	assert_true(run("ip addr add 10.1.2.3/24 brd + dev red;"
			"ip link set red up; ip link set blue up;"
			"ip addr add 2001:db8::1/64 nodad dev red;"
			"ip addr add 10.9.9.1 peer 10.9.9.2/32 dev red"));
	check(*state, "10.1.2.3", ADDRESS_LOCAL);
	check(*state, "10.1.2.255", ADDRESS_BROADCAST);
	check(*state, "10.1.2.4", ADDRESS_ABSENT);
	check(*state, "10.9.9.1", ADDRESS_LOCAL);
	check(*state, "10.9.9.2", ADDRESS_ABSENT);
	check(*state, "2001:db8::1", ADDRESS_LOCAL);
	check(*state, "::ffff:10.1.2.3", ADDRESS_LOCAL);
	assert_true(run("ip link set red down"));
	check(*state, "10.1.2.3", ADDRESS_LOCAL);
	check(*state, "2001:db8::1", ADDRESS_ABSENT);
	assert_true(run("ip link set red up; ip addr del 10.1.2.3/24 dev red"));
	check(*state, "10.1.2.3", ADDRESS_ABSENT);
	assert_true(run("ip route add local 10.5.0.0/16 dev lo table local"));
	check(*state, "10.5.6.7", ADDRESS_LOCAL);
	assert_true(run("ip route add unreachable 10.5.6.0/24 table local"));
	check(*state, "10.5.6.7", ADDRESS_ABSENT);
	check(*state, "10.5.7.7", ADDRESS_LOCAL);
}

static void what_means_nothing_elsewhere_must_be_on_the_device(void **state)
{
	if (!*state)
		skip();
	if (!run("ip link set lo up; ip link add red type veth peer name blue"))
		skip();
	assert_true(run("ip link set red up; ip link set blue up;"
			"ip addr add 10.1.2.3/24 dev red;"
			"ip addr add 2001:db8::1/64 nodad dev red;"
			"ip addr add fe80::1/64 nodad dev red"));
	check_on(*state, "fe80::1%red", NULL, ADDRESS_LOCAL);
	check_on(*state, "fe80::1%blue", NULL, ADDRESS_ABSENT);
	check_on(*state, "fe80::1", "red", ADDRESS_LOCAL);
	check_on(*state, "fe80::1", "blue", ADDRESS_ABSENT);
	check_on(*state, "fe80::1%blue", "blue", ADDRESS_ABSENT);
	check_on(*state, "2001:db8::1", "blue", ADDRESS_LOCAL);
	check_on(*state, "::1", "blue", ADDRESS_ABSENT);
	check_on(*state, "::1", "lo", ADDRESS_LOCAL);
	check_on(*state, "10.1.2.3", "blue", ADDRESS_LOCAL);
	check_on(*state, "::ffff:10.1.2.3", "blue", ADDRESS_LOCAL);
	check_on(*state, "::ffff:10.1.2.3", "red", ADDRESS_LOCAL);
}

static void a_tentative_address_is_told(void **state)
{
	if (!*state)
		skip();
	/* Duplicates are looked for while nobody can answer: for ten minutes. */
	if (!run("ip link set lo up; ip link add red type veth peer name blue"))
		skip();
	assert_true(run("ip link set blue up; ip link set red up;"
			"echo 600 >/proc/sys/net/ipv6/conf/red/dad_transmits;"
			"ip addr add 2001:db8::1/64 dev red"));
	check(*state, "2001:db8::1", ADDRESS_TENTATIVE);
	assert_true(run("ip addr add 2001:db8::2/64 dev red nodad"));
	check(*state, "2001:db8::2", ADDRESS_LOCAL);
}

static void without_ipv6_only_the_wildcard_is_there(void **state)
{
	if (!*state)
		skip();
	assert_true(run("ip link set lo up;"
			"echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"));
	check(*state, "::1", ADDRESS_IPV6_OFF);
	check(*state, "2001:db8::1", ADDRESS_IPV6_OFF);
	check(*state, "::", ADDRESS_LOCAL);
	check(*state, "::ffff:127.0.0.1", ADDRESS_LOCAL);
}

/* Waiting helps in none of these. */
static void an_address_may_not_come_by_itself(void **state)
{
	if (!*state)
		skip();
	if (!run("ip link set lo up; ip link add red type veth peer name blue"))
		skip();
	assert_true(run("ip addr add 10.1.2.3/24 dev red; ip addr add 2001:db8::1/64 dev red"));
	check(*state, "2001:db8::1", ADDRESS_LINK_DOWN);
	assert_true(run("ip link set red up"));
	check(*state, "2001:db8::1", ADDRESS_NO_CARRIER);
	check(*state, "10.1.2.3", ADDRESS_LOCAL);
}

/* It has tables of its own (l3mdev_fib_table_by_index()). */
static void a_vrf_has_addresses_of_its_own(void **state)
{
	if (!*state)
		skip();
	if (!run("ip link add red type vrf table 300 2>/dev/null"))
		skip();
	assert_true(run("ip link set lo up; ip link set red up;"
			"ip link add port type veth peer name other;"
			"ip link set port master red up;"
			"ip link set other up;"
			"ip addr add 10.1.2.3/24 dev port;"
			"ip addr add 2001:db8::1/64 nodad dev port"));
	check(*state, "10.1.2.3", ADDRESS_OTHER_VRF);
	check_on(*state, "10.1.2.3", "red", ADDRESS_LOCAL);
	check_on(*state, "10.1.2.3", "port", ADDRESS_LOCAL);
	check_on(*state, "127.0.0.1", "red", ADDRESS_OTHER_VRF);
	check(*state, "2001:db8::1", ADDRESS_OTHER_VRF);
	check_on(*state, "2001:db8::1", "red", ADDRESS_LOCAL);
	check_on(*state, "2001:db8::1", "port", ADDRESS_LOCAL);
}

static void a_device_that_is_not_there_has_no_address(void **state)
{
	struct bind_request request = wish("fe80::1%lo", NULL);
	uint32_t device;

	if (!*state)
		skip();
	assert_true(run("ip link set lo up"));
	request.scope = 4711;
	assert_int_equal(try_bind(&request), ENODEV);
	assert_int_equal(facts_address(*state, &request, &device), ADDRESS_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NETNS(a_namespace_without_addresses_takes_all_of_ipv4),
		IN_NETNS(loopback_is_there_when_it_is_up),
		IN_NETNS(addresses_that_are_nobodys),
		IN_NETNS(addresses_of_a_device_come_and_go),
		IN_NETNS(what_means_nothing_elsewhere_must_be_on_the_device),
		IN_NETNS(a_tentative_address_is_told),
		IN_NETNS(without_ipv6_only_the_wildcard_is_there),
		IN_NETNS(an_address_may_not_come_by_itself),
		IN_NETNS(a_vrf_has_addresses_of_its_own),
		IN_NETNS(a_device_that_is_not_there_has_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
