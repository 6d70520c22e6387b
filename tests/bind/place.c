/* SPDX-License-Identifier: MIT */
/* Addresses, and where one can connect to from them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "bindcheck.h"

const char *const place_names[PLACES_ALL] = {
	[ANY4] = "0.0.0.0",
	[LOOPBACK4] = "127.0.0.1",
	[OTHER4] = "10.9.8.7",
	[ANY6] = "::",
	[LOOPBACK6] = "::1",
	[OTHER6] = "2001:db8::7",
	[MAPPED_ANY] = "::ffff:0.0.0.0",
	[MAPPED_LOOPBACK] = "::ffff:127.0.0.1",
	[LOOPBACK4_6] = "127.0.0.6",
	[BROADCAST4] = "127.255.255.255",
	[MULTICAST4] = "224.0.0.251",
	[MULTICAST6] = "ff02::fb",
	[ABSENT4] = "9.9.9.9",
	[ABSENT6] = "2001:db8::9",
	[ABSENT_MAPPED] = "::ffff:9.9.9.9",
	[LINK_LOCAL] = "fe80::9",
};

int place_family(enum place place)
{
	return strchr(place_names[place], ':') ? AF_INET6 : AF_INET;
}

struct address place_address(enum place place)
{
	struct address address = { .family = (uint8_t)place_family(place) };

	inet_pton(address.family, place_names[place], address.bytes);
	return address;
}

static socklen_t fill(int family, const char *text, uint16_t port, struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		in->sin_port = htons(port);
		inet_pton(family, text, &in->sin_addr);
		return sizeof(*in);
	}
	in6->sin6_port = htons(port);
	inet_pton(family, text, &in6->sin6_addr);
	return sizeof(*in6);
}

socklen_t place_bind(enum place place, uint16_t port, bool scoped, struct sockaddr_storage *to)
{
	socklen_t length = fill(place_family(place), place_names[place], port, to);

	if (scoped && to->ss_family == AF_INET6)
		((struct sockaddr_in6 *)to)->sin6_scope_id = 1;
	return length;
}

/* Of the family of the socket there; a dual-stack one is reached by both. */
socklen_t place_peer(enum place place, bool v6only, uint16_t port, struct sockaddr_storage *to)
{
	bool ipv4 = !v6only && random_chance(50);

	switch (place) {
	case ANY4:
	case LOOPBACK4:
		return fill(AF_INET, "127.0.0.1", port, to);
	case ANY6:
		return fill(AF_INET6, ipv4 ? "::ffff:127.0.0.1" : "::1", port, to);
	case MAPPED_ANY:
		return fill(AF_INET6, "::ffff:127.0.0.1", port, to);
	default:
		return fill(place_family(place), place_names[place], port, to);
	}
}
