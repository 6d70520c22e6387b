/* SPDX-License-Identifier: MIT */
/* Asking inet_diag again for one socket that it has told of before. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "collect.h"
#include "diag.h"
#include "uapi.h"

struct again {
	const struct socket *sk;
	bool is_there;
};

static int again_row(const struct nlmsghdr *nlh, void *context)
{
	struct again *again = context;
	struct inet_diag_msg msg;
	uint64_t cookie;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(msg))
		return 0;
	memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
	cookie = (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0];
	if (cookie == again->sk->cookie && msg.idiag_inode == again->sk->inode)
		again->is_there = true;
	return 0;
}

static void copy_endpoint(const struct endpoint *ep, __be16 *port, __be32 address[4])
{
	*port = htons(ep->port);
	memcpy(address, ep->address.bytes, sizeof(ep->address.bytes));
}

/*
 * A connection of TCP is found by its four-tuple.  All others are sought in
 * their table by their port, which the header of a dump takes: of several on
 * one port an exact request finds any.
 */
bool inet_is_there(const struct socket *sk)
{
	const bool single = sk->protocol == PROTOCOL_TCP && (sk->have & HAVE_PEER);
	struct inet_diag_req_v2 body = {
		.sdiag_family = sk->local.address.family,
		.sdiag_protocol = protocols[sk->protocol].number,
		.idiag_states = STATE_BIT(sk->state),
		.id.idiag_sport = htons(sk->local.port),
		.id.idiag_cookie = { (uint32_t)sk->cookie, (uint32_t)(sk->cookie >> 32) },
	};
	struct again again = { .sk = sk };

	if (single) {
		copy_endpoint(&sk->local, &body.id.idiag_sport, body.id.idiag_src);
		copy_endpoint(&sk->peer, &body.id.idiag_dport, body.id.idiag_dst);
		body.id.idiag_if = sk->interface;
	}
	diag_dump(&(struct diag_request){ .type = SOCK_DIAG_BY_FAMILY, .single = single,
					  .body = &body, .size = sizeof(body), .row = again_row,
					  .context = &again });
	return again.is_there;
}
