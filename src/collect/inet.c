/* SPDX-License-Identifier: MIT */
/*
 * TCP, UDP, UDP-Lite and raw sockets by inet_diag: what to ask for, and what
 * a row says.  Attributes are read in inet_attr.c.
 */
#include "inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"
#include "inet_attr.h"
#include "uapi.h"

enum {
	/* inet_diag's numbers for idiag_timer follow enum timer. */
	MINI_SOCKET_TIMER = TIMER_TIME_WAIT,
};

static void copy_address(struct address *address, uint8_t family, const __be32 words[4])
{
	address->family = family;
	memcpy(address->bytes, words, family == AF_INET ? 4 : sizeof(address->bytes));
}

static enum state state_of(const struct inet_diag_msg *msg, enum protocol protocol)
{
	if (msg->idiag_state == STATE_UNCONN)
		return protocols[protocol].idle;
	if (msg->idiag_state == STATE_NEW_SYN_RECV)
		return STATE_SYN_RECV;
	return msg->idiag_state < STATE_COUNT ? msg->idiag_state : STATE_NONE;
}

/*
 * The kernel sends uid 0 where there is no user: for mini sockets (TIME-WAIT,
 * half of FIN-WAIT-2), SYN-RECV, and before 6.13 all that have no inode.
 */
static bool has_uid(const struct inet_diag_msg *msg)
{
	return msg->idiag_inode || (msg->idiag_uid && msg->idiag_timer != MINI_SOCKET_TIMER);
}

static void copy_queues(struct socket *sk, const struct inet_diag_msg *msg)
{
	if (sk->state == STATE_LISTEN) {
		sk->accept_queue = msg->idiag_rqueue;
		sk->backlog = msg->idiag_wqueue;
		sk->have |= HAVE_ACCEPT_QUEUE | HAVE_BACKLOG;
		return;
	}
	/* Sequence numbers that were left, no bytes (tcp_diag_get_info()). */
	if (sk->state == STATE_BOUND)
		return;
	sk->recv_queue = msg->idiag_rqueue;
	sk->send_queue = msg->idiag_wqueue;
	sk->have |= HAVE_QUEUES;
	/* A FIN is a byte to rcv_nxt, from which tcp_diag_get_info() counts; it is no data. */
	if ((STATE_BIT(sk->state) & STATES_PEER_FIN) && sk->recv_queue)
		sk->recv_queue--;
}

static void copy_header(struct socket *sk, const struct inet_diag_msg *msg)
{
	copy_address(&sk->local.address, msg->idiag_family, msg->id.idiag_src);
	sk->local.port = ntohs(msg->id.idiag_sport);
	if (STATE_BIT(sk->state) & STATES_CONNECTED) {
		copy_address(&sk->peer.address, msg->idiag_family, msg->id.idiag_dst);
		sk->peer.port = ntohs(msg->id.idiag_dport);
		sk->have |= HAVE_PEER;
	}
	sk->interface = msg->id.idiag_if;
	sk->cookie = (uint64_t)msg->id.idiag_cookie[1] << 32 | msg->id.idiag_cookie[0];
	sk->inode = msg->idiag_inode;
	sk->have |= HAVE_COOKIE | HAVE_INODE;
	if (has_uid(msg)) {
		sk->uid = msg->idiag_uid;
		sk->have |= HAVE_UID;
	}
	if (msg->idiag_timer && msg->idiag_timer < TIMER_COUNT) {
		sk->timer = msg->idiag_timer;
		sk->timer_tries = msg->idiag_retrans;
		sk->timer_ms = msg->idiag_expires;
	}
}

int inet_row(const struct nlmsghdr *nlh, void *context)
{
	const struct inet_dump *dump = context;
	struct inet_diag_msg msg;
	struct socket sk = { .protocol = (uint8_t)dump->protocol, .netns = dump->c->netns };

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(msg))
		return 0;
	memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return 0;
	sk.state = (uint8_t)state_of(&msg, dump->protocol);
	copy_header(&sk, &msg);
	copy_queues(&sk, &msg);
	if (inet_attrs_copy(dump->c, &sk, nlh) < 0)
		return -ENOMEM;
	return collection_add(dump->c, &sk);
}

/* What the columns need beyond the base message. */
static uint8_t extensions(const struct query *query)
{
	uint8_t ask = 0;

	if (query->needs & NEED_TCP)
		ask |= UAPI_DIAG_ASK(UAPI_DIAG_INFO) | UAPI_DIAG_ASK(UAPI_DIAG_CONG);
	if (query->needs & NEED_MEMORY)
		ask |= UAPI_DIAG_ASK(UAPI_DIAG_SKMEMINFO);
	return ask;
}

/* What to do without when a kernel refuses a program: the youngest test first. */
static bool give_up_test(struct collection *c, int err)
{
	if (err == -EPERM && (c->tests & KERNEL_TESTS_MARK)) {
		c->tests &= ~(uint32_t)KERNEL_TESTS_MARK;
		return true;
	}
	if ((err != -EINVAL && err != -EPERM) || c->tests == KERNEL_TESTS_NOTHING)
		return false;
	if (c->tests)
		c->tests &= ~(1u << (31 - __builtin_clz(c->tests)));
	else
		c->tests = KERNEL_TESTS_NOTHING;
	return true;
}

static int write_program(const struct collection *c, enum protocol protocol, uint32_t states,
			 uint8_t *program)
{
	const struct selection *select = &c->query->select;
	struct kernel_scope scope = query_scope(c->query, protocol, states);
	int length;

	scope.tests = c->tests;
	if (!select->lower || select->whole || !scope.states)
		return scope.states ? 0 : PROGRAM_NONE_MATCH;
	length = select->lower(select->filter, &scope, program);
	return length > 0 && c->tests == KERNEL_TESTS_NOTHING ? 0 : length;
}

/* One dump of `states` by `request`, less what the selection can tell the kernel. */
static int dump(struct collection *c, enum protocol protocol, uint32_t states,
		struct diag_request request)
{
	struct inet_dump rows = { c, protocol };
	uint8_t program[PROGRAM_MAX];
	int err;

	request.row = inet_row;
	request.context = &rows;
	request.program = program;
	do {
		int length = write_program(c, protocol, states, program);

		if (length == PROGRAM_NONE_MATCH)
			return 0;
		request.program_size = (size_t)length;
		err = diag_dump(&request);
	} while (err && request.program_size && give_up_test(c, err));
	return err;
}

static int dump_family(struct collection *c, enum protocol protocol, uint8_t family,
		       uint32_t states, uint8_t ask)
{
	struct inet_diag_req_v2 body = {
		.sdiag_family = family,
		.sdiag_protocol = protocols[protocol].number,
		.idiag_ext = ask,
		.idiag_states = states & query_states(c->query),
	};

	return dump(c, protocol, states,
		    (struct diag_request){ .type = SOCK_DIAG_BY_FAMILY, .body = &body,
					   .size = sizeof(body) });
}

static int dump_families(struct collection *c, enum protocol protocol, uint32_t states, uint8_t ask)
{
	int err = 0;

	/* An IPv4 list needs the IPv6 table too: dual-stack sockets are in it. */
	if (c->query->versions & IP_VERSION_4)
		err = dump_family(c, protocol, AF_INET, states, ask);
	return err ? err : dump_family(c, protocol, AF_INET6, states, ask);
}

/* The older request walks the table once for both IP versions: a tenth less time. */
static int dump_tcp(struct collection *c, uint32_t states, uint8_t ask)
{
	struct inet_diag_req body = {
		.idiag_family = AF_INET,
		.idiag_ext = ask,
		.idiag_states = states & query_states(c->query),
	};
	int err = dump(c, PROTOCOL_TCP, states,
		       (struct diag_request){ .type = UAPI_TCPDIAG_GETSOCK, .body = &body,
					      .size = sizeof(body) });

	return err && err != -ENOMEM ? dump_families(c, PROTOCOL_TCP, states, ask) : err;
}

/*
 * With tcp_info a listener with many MD5 keys can outgrow a message, which
 * silently ends the dump there; so listeners are first asked without.
 */
static int collect_tcp(struct collection *c, uint8_t ask)
{
	const uint32_t *states = query_dumps(PROTOCOL_TCP);
	int err = ask ? dump_tcp(c, STATE_BIT(STATE_LISTEN), 0) : 0;

	for (; !err && *states; states++)
		err = dump_tcp(c, *states, ask);
	return err;
}

int inet_collect(struct collection *c, enum protocol protocol)
{
	uint8_t ask = extensions(c->query);

	if (protocol == PROTOCOL_TCP)
		return collect_tcp(c, ask);
	return dump_families(c, protocol, *query_dumps(protocol), ask);
}
