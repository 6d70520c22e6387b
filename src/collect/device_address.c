/* SPDX-License-Identifier: MIT */
/* Addresses of devices, as rtnetlink lists them (inet_fill_ifaddr(), inet6_fill_ifaddr()). */
#include "device_address.h"

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"

struct reading {
	int family;
	device_address_take *take;
	void *context;
};

static bool copy(struct address *address, const struct nlattr *attr)
{
	size_t size = address->family == AF_INET ? 4 : sizeof(address->bytes);

	if (!attr || mnl_attr_get_payload_len(attr) != size)
		return false;
	memcpy(address->bytes, mnl_attr_get_payload(attr), size);
	return true;
}

static bool parse(const struct nlmsghdr *nlh, struct device_address *own)
{
	const struct nlattr *attr, *local = NULL, *any = NULL;
	struct ifaddrmsg ifa;

	if (nlh->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(ifa))
		return false;
	memcpy(&ifa, mnl_nlmsg_get_payload(nlh), sizeof(ifa));
	*own = (struct device_address){
		.address.family = ifa.ifa_family,
		.device = ifa.ifa_index,
		.flags = ifa.ifa_flags,
		.scope = ifa.ifa_scope,
		.prefix = ifa.ifa_prefixlen,
	};
	mnl_attr_for_each(attr, nlh, sizeof(ifa)) {
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
		else if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			any = attr;
		else if (mnl_attr_get_type(attr) == IFA_FLAGS &&
			 mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			own->flags = mnl_attr_get_u32(attr);
	}
	/* Where there is a peer, IFA_ADDRESS is the peer's. */
	return copy(&own->address, local ? local : any);
}

static int hand_on(const struct nlmsghdr *nlh, void *context)
{
	const struct reading *reading = context;
	struct device_address own;

	if (parse(nlh, &own) && own.address.family == reading->family)
		reading->take(&own, reading->context);
	return 0;
}

int device_addresses_read(int family, device_address_take *take, void *context)
{
	struct reading reading = { family, take, context };
	const struct ifaddrmsg body = { .ifa_family = (uint8_t)family };
	const struct diag_request request = {
		.type = RTM_GETADDR, .body = &body, .size = sizeof(body),
		.row = hand_on, .context = &reading,
	};

	return route_dump(&request);
}
