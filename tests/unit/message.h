/* SPDX-License-Identifier: MIT */
/* inet_diag answers made by hand, and a collection that takes them. */
#ifndef TESTS_MESSAGE_H
#define TESTS_MESSAGE_H

#include "unit.h"

#include <linux/netlink.h>

#include "collect/inet.h"
#include "collect/uapi.h"

/* One message: header, inet_diag_msg, attributes. */
struct message {
	_Alignas(8) char bytes[4096];
};

struct inbox {
	struct query query;
	struct collection collection;
	struct inet_dump dump;
};

static inline struct nlmsghdr *message_header(struct message *message)
{
	return (struct nlmsghdr *)(void *)message->bytes;
}

static inline struct inet_diag_msg *message_body(struct message *message)
{
	return (struct inet_diag_msg *)(void *)(message->bytes + NLMSG_HDRLEN);
}

/* A row with a cookie, 10.0.0.1:80 to 10.0.0.2:40000 of this family. */
static inline void message_start(struct message *message, int family, int kernel_state)
{
	struct inet_diag_msg *body;

	memset(message, 0, sizeof(*message));
	body = message_body(message);
	message_header(message)->nlmsg_len = NLMSG_LENGTH(sizeof(*body));
	body->idiag_family = (uint8_t)family;
	body->idiag_state = (uint8_t)kernel_state;
	body->id.idiag_sport = htons(80);
	body->id.idiag_dport = htons(40000);
	body->id.idiag_src[0] = htonl(0x0a000001);
	body->id.idiag_dst[0] = htonl(0x0a000002);
	body->id.idiag_cookie[0] = 7;
	body->id.idiag_cookie[1] = 1;
	body->idiag_inode = 4242;
	body->idiag_uid = 1000;
}

static inline struct nlattr *message_add(struct message *message, unsigned type,
					 const void *payload, size_t length)
{
	struct nlmsghdr *nlh = message_header(message);
	char *end = message->bytes + NLMSG_ALIGN(nlh->nlmsg_len);
	struct nlattr *attr = (struct nlattr *)(void *)end;

	attr->nla_type = (uint16_t)type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy(attr + 1, payload, length);
	nlh->nlmsg_len = NLMSG_ALIGN(nlh->nlmsg_len) + (uint32_t)NLA_ALIGN(attr->nla_len);
	return attr;
}

/* Asks for everything of one protocol, on Linux 6.18. */
static inline void inbox_start(struct inbox *inbox, struct snapshot *snap, enum protocol protocol)
{
	*inbox = (struct inbox){
		.query = { .protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL,
			   .states = STATES_ALL, .needs = UINT32_MAX },
		.collection = { .snap = snap, .query = &inbox->query, .kernel = 6 << 8 | 18 },
		.dump = { &inbox->collection, protocol },
	};
}

/* Hand the message over; the snapshot must have `count` sockets then.  The last of them. */
static inline const struct socket *inbox_take(struct inbox *inbox, struct message *message,
					      size_t count)
{
	struct snapshot *snap = inbox->collection.snap;

	assert_int_equal(inet_row(message_header(message), &inbox->dump), 0);
	assert_int_equal(snapshot_drop_duplicates(snap), 0);
	assert_int_equal(snap->count, count);
	return count ? &snap->sockets[count - 1] : NULL;
}

#endif
