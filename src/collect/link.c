/* SPDX-License-Identifier: MIT */
/* A device: its state, and its VRF (l3mdev_master_ifindex_rcu(), l3mdev_fib_table_rcu()). */
#include "link.h"

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "diag.h"

struct reading {
	uint32_t master, table, flags;
	bool is_vrf;
};

static uint32_t number(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 : mnl_attr_get_u32(attr);
}

static uint32_t table_in(const struct nlattr *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == IFLA_VRF_TABLE)
			return number(attr);
	return 0;
}

static bool is_kind(const struct nlattr *attr, const char *kind)
{
	return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 &&
	       !strcmp(mnl_attr_get_str(attr), kind);
}

static void take_info(struct reading *reading, const struct nlattr *info)
{
	const struct nlattr *attr;

	/* The kind comes before its data (rtnl_link_fill()). */
	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			reading->is_vrf = is_kind(attr, "vrf");
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA && reading->is_vrf)
			reading->table = table_in(attr);
	}
}

static int link_take(const struct nlmsghdr *nlh, void *context)
{
	struct reading *reading = context;
	const struct nlattr *attr;

	struct ifinfomsg ifi;

	if (nlh->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(nlh) < sizeof(ifi))
		return 0;
	memcpy(&ifi, mnl_nlmsg_get_payload(nlh), sizeof(ifi));
	reading->flags = ifi.ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(ifi)) {
		if (mnl_attr_get_type(attr) == IFLA_MASTER)
			reading->master = number(attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			take_info(reading, attr);
	}
	return 0;
}

static int ask(uint32_t index, struct reading *reading)
{
	const struct ifinfomsg body = { .ifi_index = (int)index };
	const struct diag_request request = {
		.type = RTM_GETLINK, .single = true, .body = &body, .size = sizeof(body),
		.row = link_take, .context = reading,
	};

	*reading = (struct reading){ 0 };
	return route_dump(&request);
}

int link_read(uint32_t index, struct link *link)
{
	struct reading reading;
	int err = ask(index, &reading);

	*link = (struct link){
		.up = reading.flags & IFF_UP,
		.carrier = reading.flags & IFF_LOWER_UP,
	};
	if (!err && !reading.is_vrf && reading.master) {
		index = reading.master;
		err = ask(index, &reading);
	}
	if (!err && reading.is_vrf) {
		link->vrf = index;
		link->table = reading.table;
	}
	return err;
}
