/* SPDX-License-Identifier: MIT */
/*
 * Whose address is it?  What bind() asks its namespace: IPv4 the table of
 * local routes (inet_addr_type_table()), IPv6 the list of addresses
 * (ipv6_chk_addr()).
 */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "collect.h"
#include "collect/facts.h"
#include "device_address.h"
#include "diag.h"
#include "link.h"
#include "source_inside.h"

enum { LOOPBACK_DEVICE = 1 };		/* LOOPBACK_IFINDEX of the kernel */

struct question {
	const struct bind_request *request;
	struct address address;		/* v4-mapped ones as IPv4 */
	uint32_t device;		/* the socket is bound to, 0 none */
	struct link link;		/* of that device */
	int prefix;			/* IPv4: length of the best route so far, -1 none */
	enum address_use use;
	uint32_t owner;			/* the device that has it, 0 unknown */
};

static uint32_t number(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 : mnl_attr_get_u32(attr);
}

/* ---- IPv4 ------------------------------------------------------------ */

struct route {
	uint32_t table, destination, device;
	uint8_t length;			/* of the prefix, bits */
	uint8_t type;
	bool dead;
};

static uint32_t ipv4_of(const struct address *address)
{
	uint32_t word;

	memcpy(&word, address->bytes, sizeof(word));
	return ntohl(word);
}

static bool route_parse(const struct nlmsghdr *nlh, struct route *route)
{
	const struct nlattr *attr;
	struct rtmsg rtm;

	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(rtm))
		return false;
	memcpy(&rtm, mnl_nlmsg_get_payload(nlh), sizeof(rtm));
	*route = (struct route){
		.table = rtm.rtm_table,
		.length = rtm.rtm_dst_len,
		.type = rtm.rtm_type,
		.dead = rtm.rtm_flags & RTNH_F_DEAD,
	};
	mnl_attr_for_each(attr, nlh, sizeof(rtm)) {
		if (mnl_attr_get_type(attr) == RTA_TABLE)
			route->table = number(attr);
		else if (mnl_attr_get_type(attr) == RTA_DST)
			route->destination = ntohl(number(attr));
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			route->device = number(attr);
	}
	return rtm.rtm_family == AF_INET && route->length <= 32;
}

static uint32_t table_of(const struct question *q)
{
	return q->link.table ? q->link.table : RT_TABLE_LOCAL;
}

static uint32_t mask_of(uint8_t prefix)
{
	return prefix ? UINT32_MAX << (32 - prefix) : 0;
}

static bool route_matches(const struct route *route, const struct question *q)
{
	return route->table == table_of(q) && !route->dead &&
	       (ipv4_of(&q->address) & mask_of(route->length)) == route->destination;
}

static enum address_use use_of_type(uint8_t type)
{
	static const struct {
		uint8_t type;
		enum address_use use;
	} uses[] = {
		{ RTN_LOCAL, ADDRESS_LOCAL },
		{ RTN_BROADCAST, ADDRESS_BROADCAST },
		{ RTN_MULTICAST, ADDRESS_MULTICAST },
	};

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
		if (uses[i].type == type)
			return uses[i].use;
	return ADDRESS_ABSENT;
}

/* The longest prefix wins, of equal ones the first. */
static int route_take(const struct nlmsghdr *nlh, void *context)
{
	struct question *q = context;
	struct route route;

	if (route_parse(nlh, &route) && route.length > q->prefix && route_matches(&route, q)) {
		q->prefix = route.length;
		q->use = use_of_type(route.type);
		q->owner = route.device;
	}
	return 0;
}

static int ask_routes(struct question *q)
{
	const struct {
		struct rtmsg rtm;
		struct nlattr attr;
		uint32_t table;
	} body = {
		.rtm.rtm_family = AF_INET,
		.attr.nla_len = sizeof(body.attr) + sizeof(body.table),
		.attr.nla_type = RTA_TABLE,
		.table = table_of(q),
	};
	const struct diag_request request = {
		.type = RTM_GETROUTE, .body = &body, .size = sizeof(body),
		.row = route_take, .context = q,
	};
	int err;

	q->prefix = -1;
	q->use = ADDRESS_ABSENT;
	err = route_dump(&request);
	/* A namespace without any address has no table, and then all is taken. */
	if (err == -ENOENT) {
		q->use = ADDRESS_BROADCAST;
		return 0;
	}
	return err;
}

/* What is decided before any table is asked (__inet_dev_addr_type()). */
static enum address_use use_of_ipv4(uint32_t address)
{
	if (address == INADDR_ANY)
		return ADDRESS_LOCAL;
	if (address == INADDR_BROADCAST)
		return ADDRESS_BROADCAST;
	return IN_MULTICAST(address) ? ADDRESS_MULTICAST : ADDRESS_UNKNOWN;
}

/* ---- IPv6 ------------------------------------------------------------ */

/* A device counts only for addresses that mean nothing elsewhere. */
static bool is_in_reach(const struct device_address *own, const struct question *q)
{
	bool narrow = own->scope == RT_SCOPE_LINK || own->scope == RT_SCOPE_HOST;

	return !q->device || own->device == q->device || !narrow;
}

/* Why an address that is there can't be used (ipv6_chk_addr_and_flags()). */
static enum address_use use_of_owned(const struct device_address *own, const struct link *link)
{
	if ((own->flags & (IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)) != IFA_F_TENTATIVE)
		return ADDRESS_LOCAL;
	if (own->flags & IFA_F_DADFAILED)
		return ADDRESS_DUPLICATE;
	if (!link->up)
		return ADDRESS_LINK_DOWN;
	return link->carrier ? ADDRESS_TENTATIVE : ADDRESS_NO_CARRIER;
}

static void take_ipv6(const struct device_address *own, void *context)
{
	struct question *q = context;
	struct link link;

	if (q->use == ADDRESS_LOCAL || !address_equal(&own->address, &q->address) ||
	    !is_in_reach(own, q) || link_read(own->device, &link) < 0)
		return;
	if (link.vrf == q->link.vrf)
		q->use = use_of_owned(own, &link);
	else if (q->use == ADDRESS_ABSENT)
		q->use = ADDRESS_OTHER_VRF;
	else
		return;
	q->owner = own->device;
}

/* Is this setting of a device, or of all, 1? */
static bool is_ipv6_off(const char *device)
{
	char path[64 + IF_NAMESIZE], text[4];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", device);
	return file_read(AT_FDCWD, path, text, sizeof(text)) > 0 && *text == '1';
}

/* An address is gone with the IPv6 of its device, which is known of few. */
static bool is_switched_off(const struct question *q)
{
	char name[IF_NAMESIZE];

	return is_ipv6_off("all") ||
	       (address_is_loopback(&q->address) && is_ipv6_off("lo")) ||
	       (q->device && if_indextoname(q->device, name) && is_ipv6_off(name));
}

static int ask_addresses(struct question *q)
{
	int err;

	q->use = ADDRESS_ABSENT;
	err = device_addresses_read(AF_INET6, take_ipv6, q);
	if (!err && q->use == ADDRESS_ABSENT && is_switched_off(q))
		q->use = ADDRESS_IPV6_OFF;
	return err;
}

/* ---- IPv4 that no route leads to ------------------------------------- */

/* All of 127.0.0.0/8 is loopback's; of others each address is one. */
static bool is_own_ipv4(const struct device_address *own, const struct question *q)
{
	if (own->device != LOOPBACK_DEVICE)
		return address_equal(&own->address, &q->address);
	return !((ipv4_of(&own->address) ^ ipv4_of(&q->address)) & mask_of(own->prefix));
}

static void take_ipv4(const struct device_address *own, void *context)
{
	struct question *q = context;
	struct link link;

	if (q->use != ADDRESS_ABSENT || !is_own_ipv4(own, q) || link_read(own->device, &link) < 0)
		return;
	if (link.vrf != q->link.vrf)
		q->use = ADDRESS_OTHER_VRF;
	else if (!link.up)
		q->use = ADDRESS_LINK_DOWN;
	q->owner = own->device;
}

static int ask_ipv4(struct question *q)
{
	int err = ask_routes(q);

	return err || q->use != ADDRESS_ABSENT ? err : device_addresses_read(AF_INET, take_ipv4, q);
}

/* ---- both ------------------------------------------------------------ */

static int ask(void *question)
{
	struct question *q = question;
	uint32_t bound = q->request->scope ? q->request->scope : q->request->interface;
	bool is_ipv4 = q->address.family == AF_INET;
	int err = bound ? link_read(bound, &q->link) : 0;

	if (err == -ENODEV) {
		q->use = ADDRESS_ABSENT;
		return 0;
	}
	q->device = bound;
	if (err < 0)
		return err;
	return is_ipv4 ? ask_ipv4(q) : ask_addresses(q);
}

enum address_use facts_address(struct source *source, const struct bind_request *request,
			       uint32_t *device)
{
	const struct address *address = &request->local.address;
	struct question q = { .request = request, .address = address_unmapped(address) };
	enum address_use use = ADDRESS_UNKNOWN;

	if (q.address.family == AF_INET)
		use = use_of_ipv4(ipv4_of(&q.address));
	else if (address_is_any(address))
		use = ADDRESS_LOCAL;
	else if (address->bytes[0] == 0xff)
		use = ADDRESS_MULTICAST;
	if (use == ADDRESS_UNKNOWN && source_inside(source, ask, &q) == 0)
		use = q.use;
	*device = address_is_any(&q.address) ? LOOPBACK_DEVICE : q.owner;
	return use;
}
