/* SPDX-License-Identifier: MIT */
/*
 * Addresses and endpoints: compare, classify, print.  Pure values, no owner.
 */
#ifndef MODEL_ADDRESS_H
#define MODEL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

enum { ADDRESS_TEXT_MAX = 48 };	/* bytes address_print() needs */

struct address {
	uint8_t family;		/* AF_INET, AF_INET6, or AF_UNSPEC: none */
	uint8_t bytes[16];	/* network order; IPv4 in the first four, rest 0 */
};

struct endpoint {
	struct address address;
	uint16_t port;		/* host order; for raw sockets the IP protocol */
};

bool address_is_any(const struct address *address);		/* 0.0.0.0, :: */
bool address_is_loopback(const struct address *address);	/* 127/8, ::1, mapped 127/8 */
bool address_is_mapped(const struct address *address);		/* ::ffff:a.b.c.d */
bool address_is_link_local(const struct address *address);	/* fe80::/10 */
bool address_is_multicast(const struct address *address);	/* 224.0.0.0/4, ff00::/8 */

/* Does it mean nothing without a device?  Of others the kernel takes no scope. */
bool address_needs_scope(const struct address *address);

bool address_equal(const struct address *a, const struct address *b);

/* Order by family, then bytes: <0, 0, >0. */
int address_compare(const struct address *a, const struct address *b);

/* The IPv4 address inside a v4-mapped one; any other address unchanged. */
struct address address_unmapped(const struct address *address);

/*
 * Where connect() to it goes: of a wildcard that is the host itself
 * (ip_route_output_key(), ip6_datagram_connect()).  Unmapped.
 */
struct address address_reached(const struct address *address);

/* Write as RFC 5952 has it (no NUL); returns the end of what was written. */
char *address_print(char *out, const struct address *address);

/* The same to a buffer. */
void address_add(struct buf *buf, const struct address *address);

/* Length of what address_print() writes. */
size_t address_length(const struct address *address);

/* Its bytes as a number to make a hash of. */
static inline uint64_t address_word(const struct address *address)
{
	uint64_t words[2];

	memcpy(words, address->bytes, sizeof(words));
	return words[0] * 31 ^ words[1];
}

/* Equal when both carry the same packets: v4-mapped and IPv4 are one. */
bool endpoint_same(const struct endpoint *a, const struct endpoint *b);

#endif
