/* SPDX-License-Identifier: MIT */
/*
 * What a kernel, or one that pretends to be, may answer: the first byte is
 * the protocol, the rest is netlink messages, walked as mnl_cb_run() does.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "collect/diag.h"
#include "collect/inet.h"
#include "fuzz.h"

enum { ROOM = 1 << 16 };

static void take_messages(struct inet_dump *dump, const char *data, size_t size)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)(const void *)data;
	int left = (int)diag_whole(data, size);

	while (mnl_nlmsg_ok(nlh, left)) {
		if (inet_row(nlh, dump) < 0)
			abort();
		nlh = mnl_nlmsg_next(nlh, &left);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct query query = {
		.protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL, .states = STATES_ALL,
		.needs = UINT32_MAX,
	};
	struct collection c = { .query = &query, .kernel = 6 << 8 | 18 };
	struct inet_dump dump = { .c = &c };
	char *copy;

	if (size < 2 || size > ROOM)
		return 0;
	/* As much as there is and no byte more, aligned as a receive buffer is. */
	copy = malloc(size - 1);
	c.snap = fuzz_snapshot();
	if (!copy)
		abort();
	memcpy(copy, data + 1, size - 1);
	dump.protocol = data[0] % PROTOCOL_COUNT;
	take_messages(&dump, copy, size - 1);
	fuzz_arrange_and_show(c.snap);
	snapshot_free(c.snap);
	free(copy);
	return 0;
}
