/* SPDX-License-Identifier: MIT */
/* The addresses that a socket in the namespace may be bound to one by one. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "collect/facts.h"
#include "diag.h"
#include "link.h"
#include "source_inside.h"

struct list {
	struct address *addresses;
	size_t count, most;
};

static bool copy_address(struct address *address, uint8_t family, const struct nlattr *attr)
{
	size_t size = family == AF_INET ? 4 : sizeof(address->bytes);

	if (!attr || mnl_attr_get_payload_len(attr) != size)
		return false;
	*address = (struct address){ .family = family };
	memcpy(address->bytes, mnl_attr_get_payload(attr), size);
	return true;
}

static bool address_parse(const struct nlmsghdr *nlh, struct address *address, uint32_t *device)
{
	const uint32_t unusable = IFA_F_TENTATIVE | IFA_F_DADFAILED;
	const struct nlattr *attr, *local = NULL, *any = NULL;
	struct ifaddrmsg ifa;
	uint32_t flags;

	if (nlh->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(ifa))
		return false;
	memcpy(&ifa, mnl_nlmsg_get_payload(nlh), sizeof(ifa));
	flags = ifa.ifa_flags;
	mnl_attr_for_each(attr, nlh, sizeof(ifa)) {
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
		else if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			any = attr;
		else if (mnl_attr_get_type(attr) == IFA_FLAGS &&
			 mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			flags = mnl_attr_get_u32(attr);
	}
	*device = ifa.ifa_index;
	/* Where there is a peer, IFA_ADDRESS is the peer's. */
	return (ifa.ifa_family == AF_INET || ifa.ifa_family == AF_INET6) && !(flags & unusable) &&
	       copy_address(address, ifa.ifa_family, local ? local : any);
}

/* One of a link means nothing without it, and one in a VRF takes a socket that is bound to that. */
static int address_take(const struct nlmsghdr *nlh, void *context)
{
	struct list *list = context;
	struct address address;
	struct link link;
	uint32_t device;

	if (list->count < list->most && address_parse(nlh, &address, &device) &&
	    !address_is_link_local(&address) && link_read(device, &link) == 0 && !link.vrf)
		list->addresses[list->count++] = address;
	return 0;
}

static int dump_inside(void *list)
{
	const struct ifaddrmsg body = { .ifa_family = AF_UNSPEC };

	return route_dump(&(struct diag_request){
		.type = RTM_GETADDR, .body = &body, .size = sizeof(body),
		.row = address_take, .context = list,
	});
}

size_t facts_own_addresses(struct source *source, struct address *addresses, size_t most)
{
	struct list list = { .addresses = addresses, .most = most };

	return source_inside(source, dump_inside, &list) == 0 ? list.count : 0;
}
