/* SPDX-License-Identifier: MIT */
/* What tests of the diagnosis share: holders, requests and facts, made in a line. */
#ifndef TESTS_BIND_CASE_H
#define TESTS_BIND_CASE_H

#include <errno.h>

#include "sysctl.h"

#include "diagnose/diagnose.h"

enum { PORT = 8080, UID = 0, OTHER_UID = 33, ETH0 = 2 };

enum {
	RA = 1 << 0,			/* SO_REUSEADDR */
	RP = 1 << 1,			/* SO_REUSEPORT */
	V6 = 1 << 2,			/* IPV6_V6ONLY */
	DEV = 1 << 3,			/* on eth0 */
	OTHER = 1 << 4,			/* of another user */
	RA_ = 1 << 5,			/* not known: SO_REUSEADDR, */
	RP_ = 1 << 6,			/* SO_REUSEPORT, */
	V6_ = 1 << 7,			/* IPV6_V6ONLY, */
	UID_ = 1 << 8,			/* the user */
	ORPHAN = 1 << 9,		/* a FIN-WAIT-2 that is only a timer */
	NO_INODE = 1 << 10,
	LO = 1 << 11,
};

struct holder {
	enum state state;
	const char *address;
	unsigned flags;
};

struct facts {
	struct snapshot *snap;
	struct bind_options options[16];
	struct bind_facts facts;
};

static inline enum truth bit_of(unsigned flags, unsigned set, unsigned unknown)
{
	if (flags & unknown)
		return TRUTH_MAYBE;
	return flags & set ? TRUTH_YES : TRUTH_NO;
}

static inline void init_facts(struct facts *f, struct snapshot *snap)
{
	*f = (struct facts){ .snap = snap };
	f->facts = (struct bind_facts){
		.snap = snap, .options = f->options, .address = ADDRESS_LOCAL,
		.privileged = TRUTH_YES, .whole = true,
	};
	snap->count = 0;
}

static inline struct socket *add_holder(struct facts *f, enum protocol protocol,
					struct holder holder)
{
	struct socket *sk = add_socket(f->snap, protocol, holder.state, holder.address, PORT);
	struct bind_options *options = &f->options[f->snap->count - 1];

	options->reuseaddr = (uint8_t)bit_of(holder.flags, RA, RA_);
	options->reuseport = (uint8_t)bit_of(holder.flags, RP, RP_);
	options->v6only = (uint8_t)bit_of(holder.flags, V6, V6_);
	sk->uid = holder.flags & OTHER ? OTHER_UID : UID;
	if (holder.flags & (UID_ | ORPHAN) || holder.state == STATE_TIME_WAIT)
		sk->have &= (uint16_t)~HAVE_UID;
	if (holder.flags & (ORPHAN | NO_INODE) || holder.state == STATE_TIME_WAIT)
		sk->inode = 0;
	if (holder.flags & ORPHAN)
		sk->timer = TIMER_TIME_WAIT;
	if (holder.flags & (DEV | LO))
		sk->interface = holder.flags & DEV ? ETH0 : 1;
	return sk;
}

static inline struct bind_request request_of(enum protocol protocol, const char *address,
					     unsigned flags)
{
	return (struct bind_request){
		.protocol = protocol,
		.local = { address_of(address), PORT },
		.reuseaddr = flags & RA,
		.reuseport = flags & RP,
		.v6only = flags & V6,
		.interface = flags & DEV ? ETH0 : flags & LO ? 1 : 0,
		.uid = flags & OTHER ? OTHER_UID : UID,
	};
}

static inline struct snapshot *usual(void **state)
{
	struct snapshot *snap = *state;

	snap->netns->sysctl_count = 0;
	add_sysctl(snap, "net.ipv4.ip_unprivileged_port_start", "1024");
	add_sysctl(snap, "net.ipv4.ip_local_reserved_ports", "");
	return snap;
}

static inline struct diagnosis judge(struct facts *f, const struct bind_request *request)
{
	struct diagnosis d;

	assert_int_equal(bind_judge(request, &f->facts, &d), 0);
	return d;
}

#define TCP PROTOCOL_TCP
#define UDP PROTOCOL_UDP

#endif
