/* SPDX-License-Identifier: MIT */
/*
 * What `ss -D FILE` writes: the kernel's answers as they were received, host
 * order, no head.  A dump of IPv4 and one of IPv6 may follow on each other,
 * each ended by NLMSG_DONE.  Only TCP is ever in it, and only what the
 * options of ss asked the kernel for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "inet.h"
#include "replay.h"
#include "uapi.h"

enum {
	ROW_LEAST = NLMSG_LENGTH(sizeof(struct inet_diag_msg)),
	ROW_MOST = 1 << 20,		/* far more than the kernel can send at a time */
	END_MOST = 256,
};

/* A file on its way into a snapshot. */
struct dump {
	const uint8_t *data;
	size_t size, at;
	struct inet_dump rows;
	bool ended;			/* the last message said so */
	char *why;
};

static bool is_row(const struct nlmsghdr *head)
{
	return head->nlmsg_type == SOCK_DIAG_BY_FAMILY || head->nlmsg_type == UAPI_TCPDIAG_GETSOCK;
}

bool ss_dump_is(const uint8_t *data, size_t size)
{
	struct nlmsghdr head;

	if (size < sizeof(head))
		return false;
	memcpy(&head, data, sizeof(head));
	if (head.nlmsg_type == NLMSG_DONE)
		return head.nlmsg_len >= sizeof(head) && head.nlmsg_len <= END_MOST;
	if (!is_row(&head) || head.nlmsg_len < ROW_LEAST || head.nlmsg_len > ROW_MOST)
		return false;
	return size == sizeof(head) || data[sizeof(head)] == AF_INET ||
	       data[sizeof(head)] == AF_INET6;
}

static int damaged(struct dump *dump, const char *what)
{
	snprintf(dump->why, SOURCE_WHY_MAX, "damaged at byte %zu: %s", dump->at, what);
	return -EBADMSG;
}

/* The kernel's last word, which may be that it failed. */
static int take_end(struct dump *dump, const struct nlmsghdr *nlh)
{
	int status = 0;

	if (nlh->nlmsg_len >= NLMSG_LENGTH(sizeof(status)))
		memcpy(&status, (const char *)nlh + NLMSG_HDRLEN, sizeof(status));
	if (status < 0)
		return damaged(dump, "the kernel did not finish this dump");
	dump->ended = true;
	return 0;
}

static int take_message(struct dump *dump, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == NLMSG_DONE)
		return take_end(dump, nlh);
	dump->ended = false;
	if (!is_row(nlh))
		return damaged(dump, "a message that no dump of sockets has");
	if (nlh->nlmsg_len < ROW_LEAST)
		return damaged(dump, "a message that is too short");
	return inet_row(nlh, &dump->rows);
}

/* libmnl compares lengths as int, so 2^31 and more would pass: they are checked here. */
static int take_messages(struct dump *dump)
{
	int err = 0;

	while (!err && dump->at < dump->size) {
		const struct nlmsghdr *nlh = (const void *)(dump->data + dump->at);
		size_t left = dump->size - dump->at;

		if (left < sizeof(*nlh) || nlh->nlmsg_len > left)
			return damaged(dump, "a message is cut off");
		if (nlh->nlmsg_len < sizeof(*nlh))
			return damaged(dump, "a message that is too short");
		err = take_message(dump, nlh);
		dump->at += left < NLMSG_ALIGN(nlh->nlmsg_len) ? left
							       : NLMSG_ALIGN(nlh->nlmsg_len);
	}
	if (!err && !dump->ended)
		return damaged(dump, "the dump is cut off: its last message is missing");
	return err;
}

int ss_dump_read(struct recorded *recorded, const uint8_t *data, size_t size,
		 char why[SOURCE_WHY_MAX])
{
	const struct query query = {
		.protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL, .states = STATES_ALL,
		.needs = UINT32_MAX,
	};
	/* Of which kernel it is, is not told: what changed its meaning is not believed. */
	struct collection c = { .query = &query, .kernel = UINT32_MAX };
	struct dump dump = { .data = data, .size = size, .rows = { &c, PROTOCOL_TCP }, .why = why };
	int err = -ENOMEM;

	c.snap = snapshot_new();
	if (c.snap)
		c.snap->netns = arena_alloc(&c.snap->arena, sizeof(*c.snap->netns));
	if (c.snap && c.snap->netns) {
		c.snap->netns_count = 1;
		err = take_messages(&dump);
	}
	if (!err)
		err = snapshot_drop_duplicates(c.snap);
	if (err < 0) {
		snapshot_free(c.snap);
		return err;
	}
	c.snap->asked = NEED_TCP | NEED_MEMORY;
	c.snap->states = STATES_ALL;
	*recorded = (struct recorded){ c.snap, PROTOCOL_BIT(PROTOCOL_TCP), IP_VERSIONS_ALL };
	return 0;
}
