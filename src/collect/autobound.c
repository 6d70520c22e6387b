/* SPDX-License-Identifier: MIT */
/*
 * Which sockets got their port without a bind() of their own (SOCK_BINDPORT_LOCK):
 * no attribute tells it, but a test of inet_diag's bytecode does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/sort.h"
#include "collect/facts.h"
#include "diag.h"
#include "source_inside.h"

struct dump {
	enum protocol protocol;
	uint16_t port;
	struct sort_record *cookies;	/* of those that passed: the keys */
	size_t count, capacity;
};

static int row_take(const struct nlmsghdr *nlh, void *context)
{
	struct dump *dump = context;
	struct inet_diag_msg msg;
	struct sort_record *cookies;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(msg))
		return 0;
	memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
	cookies = array_reserve(dump->cookies, &dump->capacity, dump->count + 1, sizeof(*cookies));
	if (!cookies)
		return -ENOMEM;
	dump->cookies = cookies;
	cookies[dump->count++].key = (uint64_t)msg.id.idiag_cookie[1] << 32 |
				     msg.id.idiag_cookie[0];
	return 0;
}

/* A program of one test: a socket that passes goes to its end, others go behind it. */
static int dump_family(struct dump *dump, uint8_t family)
{
	const struct inet_diag_bc_op program = {
		.code = INET_DIAG_BC_AUTO, .yes = sizeof(program), .no = sizeof(program) + 4,
	};
	const struct inet_diag_req_v2 body = {
		.sdiag_family = family,
		.sdiag_protocol = protocols[dump->protocol].number,
		.idiag_states = UINT32_MAX,
		.id.idiag_sport = htons(dump->port),
	};

	return diag_dump(&(struct diag_request){
		.type = SOCK_DIAG_BY_FAMILY, .body = &body, .size = sizeof(body),
		.program = &program, .program_size = sizeof(program),
		.row = row_take, .context = dump,
	});
}

static int dump_inside(void *context)
{
	int err = dump_family(context, AF_INET);

	return err ? err : dump_family(context, AF_INET6);
}

static bool has_cookie(const struct dump *dump, uint64_t cookie)
{
	size_t low = 0, high = dump->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dump->cookies[middle].key < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return low < dump->count && dump->cookies[low].key == cookie;
}

void facts_autobound(struct source *source, const struct snapshot *snap, enum protocol protocol,
		     uint16_t port, uint8_t *autobound)
{
	struct dump dump = { .protocol = protocol, .port = port };
	int err = source_inside(source, dump_inside, &dump);

	if (!err)
		sort_records(dump.cookies, dump.count);
	for (size_t i = 0; !err && i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (sk->protocol == protocol && sk->local.port == port && (sk->have & HAVE_COOKIE))
			autobound[i] = has_cookie(&dump, sk->cookie) ? TRUTH_YES : TRUTH_NO;
	}
	free(dump.cookies);
}
