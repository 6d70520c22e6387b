/* SPDX-License-Identifier: MIT */
/* Where a packet goes, and from which address: what connect() asks before it looks for a port. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "collect/facts.h"
#include "diag.h"
#include "source_inside.h"

struct question {
	struct address to;
	uint32_t device;		/* 0: any */
	struct address *from;
	bool found;
};

static size_t length_of(const struct address *address)
{
	return address->family == AF_INET ? 4 : sizeof(address->bytes);
}

static int take(const struct nlmsghdr *nlh, void *context)
{
	struct question *q = context;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct rtmsg))
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg)) {
		if (mnl_attr_get_type(attr) != RTA_PREFSRC ||
		    mnl_attr_get_payload_len(attr) != length_of(&q->to))
			continue;
		*q->from = (struct address){ .family = q->to.family };
		memcpy(q->from->bytes, mnl_attr_get_payload(attr), length_of(&q->to));
		q->found = true;
	}
	return 0;
}

static int ask(void *question)
{
	struct question *q = question;
	const uint16_t length = (uint16_t)length_of(&q->to);
	struct {
		struct rtmsg rtm;
		uint8_t attrs[sizeof(struct nlattr) * 2 + sizeof(q->to.bytes) + sizeof(q->device)];
	} body = { .rtm = { .rtm_family = q->to.family, .rtm_dst_len = (uint8_t)(length * 8) } };
	struct nlattr destination = { sizeof(destination) + length, RTA_DST };
	struct nlattr device = { sizeof(device) + sizeof(q->device), RTA_OIF };
	struct diag_request request = {
		.type = RTM_GETROUTE, .single = true, .body = &body,
		.row = take, .context = q,
	};
	uint8_t *at = body.attrs;

	at = mempcpy(at, &destination, sizeof(destination));
	at = mempcpy(at, q->to.bytes, length);
	if (q->device) {
		at = mempcpy(at, &device, sizeof(device));
		at = mempcpy(at, &q->device, sizeof(q->device));
	}
	request.size = (size_t)(at - (uint8_t *)&body);
	return route_dump(&request);
}

int facts_source_address(struct source *source, const struct bind_request *request,
			 struct address *address)
{
	struct question q = {
		.to = address_reached(&request->local.address), .from = address,
		.device = request->scope ? request->scope : request->interface,
	};
	int err = source_inside(source, ask, &q);

	return err || q.found ? err : -ENETUNREACH;
}
