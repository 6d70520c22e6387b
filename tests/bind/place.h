/* SPDX-License-Identifier: MIT */
/* Addresses and devices that sockets are bound to. */
#ifndef TESTS_BIND_PLACE_H
#define TESTS_BIND_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/address.h"

struct recipe;

/* Addresses: the first eight are those that holders have. */
enum place {
	ANY4, LOOPBACK4, OTHER4, ANY6, LOOPBACK6, OTHER6, MAPPED_ANY, MAPPED_LOOPBACK,
	PLACES,
	/* What only the wanted socket has. */
	LOOPBACK4_6 = PLACES, BROADCAST4, MULTICAST4, MULTICAST6, ABSENT4, ABSENT6, ABSENT_MAPPED,
	LINK_LOCAL,
	PLACES_WITHOUT_VRF,
	/* What is on a device of a VRF, or of none. */
	RED4 = PLACES_WITHOUT_VRF, RED6, MAPPED_RED, BLUE4, BLUE6, MAPPED_BLUE,
	PLAIN4, PLAIN6, MAPPED_PLAIN,
	PLACES_ALL
};

extern const char *const place_names[PLACES_ALL];

/* What a socket is bound to by SO_BINDTODEVICE. */
enum bound_to {
	TO_NONE, TO_LOOPBACK,
	DEVICES_WITHOUT_VRF,
	TO_RED = DEVICES_WITHOUT_VRF, TO_RED_PORT, TO_BLUE, TO_BLUE_PORT, TO_PLAIN,
	DEVICES
};

extern const char *const device_names[DEVICES];	/* NULL for none */

/* place.c: an address to bind() to, or to connect() to from there. */
int place_family(enum place place);
socklen_t place_bind(enum place place, uint16_t port, bool scoped, struct sockaddr_storage *to);
socklen_t place_peer(const struct recipe *recipe, uint16_t port, struct sockaddr_storage *to);
struct address place_address(enum place place);
/* Can a socket with this device have the address? */
bool place_suits(enum place place, enum bound_to device);

#endif
