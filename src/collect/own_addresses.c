/* SPDX-License-Identifier: MIT */
/* What addresses has this machine: those to bind to, one by one; and has it one in a prefix? */
#include <linux/if_addr.h>
#include <string.h>
#include <sys/socket.h>

#include "collect/facts.h"
#include "device_address.h"
#include "link.h"
#include "source_inside.h"

/* ---- addresses to bind to -------------------------------------------- */

struct list {
	struct address *addresses;
	size_t count, most;
};

/* One of a link means nothing without it, and one in a VRF takes a socket that is bound to that. */
static void add_bindable(const struct device_address *own, void *context)
{
	const uint32_t unusable = IFA_F_TENTATIVE | IFA_F_DADFAILED;
	struct list *list = context;
	struct link link;

	if (list->count < list->most && !(own->flags & unusable) &&
	    !address_is_link_local(&own->address) && link_read(own->device, &link) == 0 &&
	    !link.vrf)
		list->addresses[list->count++] = own->address;
}

static int list_bindable(void *list)
{
	int err = device_addresses_read(AF_INET, add_bindable, list);

	return err ? err : device_addresses_read(AF_INET6, add_bindable, list);
}

size_t facts_own_addresses(struct source *source, struct address *addresses, size_t most)
{
	struct list list = { .addresses = addresses, .most = most };

	return source_inside(source, list_bindable, &list) == 0 ? list.count : 0;
}

/* ---- an address in a prefix ------------------------------------------ */

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

static void compare(const struct device_address *own, void *context)
{
	struct search *s = context;

	s->found |= is_within(own->address.bytes, s);
}

static int search_devices(void *search)
{
	struct search *s = search;

	return device_addresses_read(s->address.family, compare, s);
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
	err = source_inside(source, search_devices, &s);
	if (err < 0)
		return TRUTH_MAYBE;
	if (!s.found && s.bits == (s.address.family == AF_INET ? IPV4_BITS : IPV6_BITS))
		s.found = is_routed_here(source, &s.address);
	return s.found ? TRUTH_YES : TRUTH_NO;
}
