/* SPDX-License-Identifier: MIT */
/*
 * Whose address is it?  What bind() asks its namespace: IPv4 the table of
 * local routes (inet_addr_type_table()), IPv6 the list of addresses
 * (ipv6_chk_addr()).
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#include "collect/facts.h"
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

static bool route_matches(const struct route *route, const struct question *q)
{
	uint32_t mask = route->length ? UINT32_MAX << (32 - route->length) : 0;

	return route->table == table_of(q) && !route->dead &&
	       (ipv4_of(&q->address) & mask) == route->destination;
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

struct own_address {
	struct address address;
	uint32_t device, flags;
	uint8_t scope;
};

static void copy_ipv6(struct address *address, const struct nlattr *attr)
{
	if (mnl_attr_get_payload_len(attr) == sizeof(address->bytes))
		memcpy(address->bytes, mnl_attr_get_payload(attr), sizeof(address->bytes));
}

static bool own_address_parse(const struct nlmsghdr *nlh, struct own_address *own)
{
	const struct nlattr *attr, *local = NULL, *any = NULL;
	struct ifaddrmsg ifa;

	if (nlh->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(nlh) < sizeof(ifa))
		return false;
	memcpy(&ifa, mnl_nlmsg_get_payload(nlh), sizeof(ifa));
	*own = (struct own_address){
		.address.family = AF_INET6,
		.device = ifa.ifa_index,
		.flags = ifa.ifa_flags,
		.scope = ifa.ifa_scope,
	};
	mnl_attr_for_each(attr, nlh, sizeof(ifa)) {
		if (mnl_attr_get_type(attr) == IFA_LOCAL)
			local = attr;
		else if (mnl_attr_get_type(attr) == IFA_ADDRESS)
			any = attr;
		else if (mnl_attr_get_type(attr) == IFA_FLAGS)
			own->flags = number(attr);
	}
	/* Where there is a peer, IFA_ADDRESS is the peer's. */
	if (local || any)
		copy_ipv6(&own->address, local ? local : any);
	return ifa.ifa_family == AF_INET6;
}

/* A device counts only for addresses that mean nothing elsewhere; its VRF always. */
static bool is_in_reach(const struct own_address *own, const struct question *q)
{
	bool narrow = own->scope == RT_SCOPE_LINK || own->scope == RT_SCOPE_HOST;
	struct link link;

	if (q->device && own->device != q->device && narrow)
		return false;
	return link_read(own->device, &link) == 0 && link.vrf == q->link.vrf;
}

static int own_address_take(const struct nlmsghdr *nlh, void *context)
{
	const uint32_t undecided = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;
	struct question *q = context;
	struct own_address own;

	if (q->use == ADDRESS_LOCAL || !own_address_parse(nlh, &own) ||
	    !address_equal(&own.address, &q->address) || !is_in_reach(&own, q))
		return 0;
	q->owner = own.device;
	q->use = (own.flags & undecided) == IFA_F_TENTATIVE ? ADDRESS_TENTATIVE : ADDRESS_LOCAL;
	return 0;
}

static int ask_addresses(struct question *q)
{
	const struct ifaddrmsg body = { .ifa_family = AF_INET6 };
	const struct diag_request request = {
		.type = RTM_GETADDR, .body = &body, .size = sizeof(body),
		.row = own_address_take, .context = q,
	};

	q->use = ADDRESS_ABSENT;
	return route_dump(&request);
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
	return is_ipv4 ? ask_routes(q) : ask_addresses(q);
}

uint32_t facts_address_device(struct source *source, const struct bind_request *request)
{
	struct question q = {
		.request = request, .address = address_unmapped(&request->local.address),
	};

	/* connect() to a wildcard goes to loopback, which is the first device anywhere. */
	if (address_is_any(&q.address))
		return LOOPBACK_DEVICE;
	return source_inside(source, ask, &q) == 0 && q.use == ADDRESS_LOCAL ? q.owner : 0;
}

enum address_use facts_address(struct source *source, const struct bind_request *request)
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
	return use;
}
