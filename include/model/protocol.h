/* SPDX-License-Identifier: MIT */
/* The protocols that have sockets, and what differs between them. */
#ifndef MODEL_PROTOCOL_H
#define MODEL_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include <stddef.h>

#include "model/state.h"

enum protocol {
	PROTOCOL_TCP,
	PROTOCOL_UDP,
	PROTOCOL_UDPLITE,
	PROTOCOL_RAW,
	PROTOCOL_ICMP,			/* sockets of ping: SOCK_DGRAM, IPPROTO_ICMP or ICMPV6 */
	PROTOCOL_COUNT
};

struct protocol_info {
	const char *name;
	uint8_t number;			/* IPPROTO_*, also inet_diag's sdiag_protocol */
	bool has_ports;			/* raw: the "port" is an IP protocol; icmp: ident */
	enum state idle;		/* what kernel state 7 (TCP_CLOSE) means here */
	uint32_t listening;		/* states of a socket that takes anybody's packets */
	const char *proc_file[2];	/* below /proc/net: IPv4, IPv6 */
};

extern const struct protocol_info protocols[PROTOCOL_COUNT];

/* By its name, of any case, in the first `length` bytes of `text`; PROTOCOL_COUNT: it is none. */
enum protocol protocol_find(const char *text, size_t length);

/* The same, also as netstat has it: "tcp6" sets `*version` to '6', "tcp" to NUL. */
enum protocol protocol_find_versioned(const char *text, size_t length, char *version);

#define PROTOCOL_BIT(protocol) (1u << (protocol))
enum { PROTOCOLS_ALL = (1u << PROTOCOL_COUNT) - 1 };

#endif
