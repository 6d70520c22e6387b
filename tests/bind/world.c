/* SPDX-License-Identifier: MIT */
/* The namespace: loopback, two addresses more, a server that takes all and one that takes none. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bindcheck.h"

enum { HELPERS = 5 };

static uint64_t random_state;
static int helpers[HELPERS] = { -1, -1, -1, -1, -1 };

void die(const char *what)
{
	printf("not ok - %s: %s\n", what, strerror(errno));
	exit(1);
}

void random_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

/* splitmix64 */
uint32_t random_below(uint32_t limit)
{
	uint64_t x = random_state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (uint32_t)((x ^ (x >> 31)) >> 32) % limit;
}

bool random_chance(unsigned percent)
{
	return random_below(100) < percent;
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		die("loopback can be brought up");
	close(fd);
}

static void add_addresses(void)
{
	struct ifreq request = { .ifr_name = "lo:1" };
	struct in6_ifreq request6 = { .ifr6_prefixlen = 128, .ifr6_ifindex = 1 };
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fd6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "10.9.8.7", &address.sin_addr);
	memcpy(&request.ifr_addr, &address, sizeof(address));
	inet_pton(AF_INET6, "2001:db8::7", &request6.ifr6_addr);
	if (ioctl(fd, SIOCSIFADDR, &request) < 0 || ioctl(fd6, SIOCSIFADDR, &request6) < 0)
		die("addresses can be added");
	close(fd);
	close(fd6);
}

/* The kernel makes an IPv6 address usable some time later, in another thread. */
static void wait_for_address(enum place place, enum bound_to device)
{
	struct sockaddr_storage to;
	socklen_t length = place_bind(place, 0, false, &to);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), tries = 0;

	bind_to_device(fd, device);
	while (bind(fd, (struct sockaddr *)&to, length) < 0) {
		if (++tries > 2000)
			die("an address can be used");
		usleep(1000);
	}
	close(fd);
}

static int server(uint16_t port, int backlog, enum bound_to device)
{
	struct sockaddr_storage to;
	int on = 1;
	socklen_t length = place_bind(ANY6, port, false, &to);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	bind_to_device(fd, device);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&to, length) < 0 || listen(fd, backlog) < 0)
		die("a server can be made");
	return fd;
}

static void add_vrfs(void)
{
	if (!vrfs_make()) {
		printf("ok - # SKIP this kernel has no VRF\n");
		exit(0);
	}
	wait_for_address(RED6, TO_RED);
	wait_for_address(BLUE6, TO_BLUE);
	wait_for_address(PLAIN6, TO_NONE);
	helpers[3] = server(SINK_PORT, 4096, TO_RED);
	helpers[4] = server(SINK_PORT, 4096, TO_BLUE);
}

void world_make(bool vrfs)
{
	const struct recipe local = { .place = LOOPBACK4 };
	struct sockaddr_storage to;
	socklen_t length;

	for (size_t i = 0; i < HELPERS; i++)
		if (helpers[i] >= 0)
			close(helpers[i]);
	if (unshare(CLONE_NEWNET) < 0)
		die("a network namespace can be made");
	loopback_up();
	add_addresses();
	wait_for_address(LOOPBACK6, TO_NONE);
	wait_for_address(OTHER6, TO_NONE);
	helpers[0] = server(SINK_PORT, 4096, TO_NONE);
	helpers[1] = server(FULL_PORT, 0, TO_NONE);
	/* The one connection that it has room for. */
	helpers[2] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	length = place_peer(&local, FULL_PORT, &to);
	if (connect(helpers[2], (struct sockaddr *)&to, length) < 0)
		die("a server can be filled");
	if (vrfs)
		add_vrfs();
}
