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
	[RED4] = "10.1.1.1",
	[RED6] = "2001:db8:1::1",
	[MAPPED_RED] = "::ffff:10.1.1.1",
	[BLUE4] = "10.2.2.1",
	[BLUE6] = "2001:db8:2::1",
	[MAPPED_BLUE] = "::ffff:10.2.2.1",
	[PLAIN4] = "10.3.3.1",
	[PLAIN6] = "2001:db8:3::1",
	[MAPPED_PLAIN] = "::ffff:10.3.3.1",
};

/* A VRF, what is in it, and addresses by which a socket there reaches itself. */
static const struct {
	enum place ipv4, ipv6, mapped;
} own[DEVICES] = {
	[TO_NONE] = { LOOPBACK4, LOOPBACK6, MAPPED_LOOPBACK },
	[TO_LOOPBACK] = { LOOPBACK4, LOOPBACK6, MAPPED_LOOPBACK },
	[TO_RED] = { RED4, RED6, MAPPED_RED },
	[TO_RED_PORT] = { RED4, RED6, MAPPED_RED },
	[TO_BLUE] = { BLUE4, BLUE6, MAPPED_BLUE },
	[TO_BLUE_PORT] = { BLUE4, BLUE6, MAPPED_BLUE },
	[TO_PLAIN] = { PLAIN4, PLAIN6, MAPPED_PLAIN },
};

bool place_suits(enum place place, enum bound_to device)
{
	bool in_red = device == TO_RED || device == TO_RED_PORT;
	bool in_blue = device == TO_BLUE || device == TO_BLUE_PORT;

	switch (place) {
	case RED4:
	case RED6:
	case MAPPED_RED:
		return in_red;
	case BLUE4:
	case BLUE6:
	case MAPPED_BLUE:
		return in_blue;
	case ANY4:
	case ANY6:
	case MAPPED_ANY:
		return true;
	default:
		return !in_red && !in_blue;
	}
}

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
static enum place peer_of(const struct recipe *recipe)
{
	bool ipv4 = !recipe->v6only && random_chance(50);

	switch (recipe->place) {
	case ANY4:
		return own[recipe->device].ipv4;
	case ANY6:
		return ipv4 ? own[recipe->device].mapped : own[recipe->device].ipv6;
	case MAPPED_ANY:
		return own[recipe->device].mapped;
	default:
		return recipe->place;
	}
}

socklen_t place_peer(const struct recipe *recipe, uint16_t port, struct sockaddr_storage *to)
{
	enum place peer = peer_of(recipe);

	return fill(place_family(peer), place_names[peer], port, to);
}
