/* SPDX-License-Identifier: MIT */
/* Has this machine an address in a prefix?  On any device, whatever its state and its VRF. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "collect/facts.h"
#include "diag.h"
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

static int address_take(const struct nlmsghdr *nlh, void *context)
{
	struct search *s = context;
	const size_t length = s->address.family == AF_INET ? 4 : sizeof(s->address.bytes);
	const struct nlattr *attr, *local = NULL, *any = NULL;
	struct ifaddrmsg ifa;

	if (nlh->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(ifa))
		return 0;
	memcpy(&ifa, mnl_nlmsg_get_payload(nlh), sizeof(ifa));
	mnl_attr_for_each(attr, nlh, sizeof(ifa)) {
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
		else if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			any = attr;
	}
	/* Where there is a peer, IFA_ADDRESS is the peer's. */
	if (!local)
		local = any;
	s->found |= ifa.ifa_family == s->address.family && local &&
		    mnl_attr_get_payload_len(local) == length &&
		    is_within(mnl_attr_get_payload(local), s);
	return 0;
}

static int ask(void *search)
{
	struct search *s = search;
	const struct ifaddrmsg body = { .ifa_family = s->address.family };
	const struct diag_request request = {
		.type = RTM_GETADDR, .body = &body, .size = sizeof(body),
		.row = address_take, .context = s,
	};

	return route_dump(&request);
}

/* A route of type local makes addresses this machine's that no device has. */
static bool is_routed_here(struct source *source, const struct address *address)
{
	const struct bind_request request = { .local.address = *address };
	enum address_use use = facts_address(source, &request);

	return use != ADDRESS_ABSENT && use != ADDRESS_NO_DEVICE;
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
