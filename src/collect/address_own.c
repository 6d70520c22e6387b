/* SPDX-License-Identifier: MIT */
/* Has this machine an address in a prefix?  On any device, whatever its state and its VRF. */
#include <string.h>
#include <sys/socket.h>

#include "collect/facts.h"
#include "own_address.h"
#include "source_inside.h"

struct search {
	struct address address;
	uint8_t bits;
	bool found;
};

static bool is_within(const uint8_t *address, const struct search *s)
{
	unsigned whole = s->bits / 8, rest = s->bits % 8;

	return memcmp(address, s->address.bytes, whole) == 0 &&
	       (!rest || !((address[whole] ^ s->address.bytes[whole]) >> (8 - rest)));
}

static void take(const struct own_address *own, void *context)
{
	struct search *s = context;

	s->found |= is_within(own->address.bytes, s);
}

static int ask(void *search)
{
	struct search *s = search;

	return own_addresses_read(s->address.family, take, s);
}

/* A route of type local makes addresses this machine's that no device has. */
static bool is_routed_here(struct source *source, const struct address *address)
{
	const struct bind_request request = { .local.address = *address };
	uint32_t device;
	enum address_use use = facts_address(source, &request, &device);

	return use != ADDRESS_ABSENT && use != ADDRESS_NO_DEVICE && use != ADDRESS_IPV6_OFF;
}

enum truth facts_has_address(struct source *source, const struct address *address, uint8_t bits)
{
	enum { IPV4_BITS = 32, IPV6_BITS = 128, MAPPED_BITS = 96 };
	struct search s = { .address = address_unmapped(address), .bits = bits };
	int err;

	if (s.address.family != address->family)
		s.bits = bits > MAPPED_BITS ? (uint8_t)(bits - MAPPED_BITS) : 0;
	err = source_inside(source, ask, &s);
	if (err < 0)
		return TRUTH_MAYBE;
	if (!s.found && s.bits == (s.address.family == AF_INET ? IPV4_BITS : IPV6_BITS))
		s.found = is_routed_here(source, &s.address);
	return s.found ? TRUTH_YES : TRUTH_NO;
}
