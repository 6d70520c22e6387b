/* SPDX-License-Identifier: MIT */
/*
 * What a bind() is judged by: the socket that is wanted, and what the table of
 * sockets does not tell: options of those that are there, the address, rights.
 * Collectors fill it in, diagnose judges.
 */
#ifndef MODEL_BIND_H
#define MODEL_BIND_H

#include <stdbool.h>
#include <stdint.h>

#include "model/address.h"
#include "model/protocol.h"
#include "model/snapshot.h"

/* In this order, so that "and" is the least, "or" the greatest, "not" the distance to YES. */
enum truth { TRUTH_NO, TRUTH_MAYBE, TRUTH_YES };

/* Options of a socket that decide with whom it shares its port: enum truth, MAYBE is unknown. */
struct bind_options {
	uint8_t reuseaddr;		/* SO_REUSEADDR */
	uint8_t reuseport;		/* SO_REUSEPORT */
	uint8_t v6only;			/* IPV6_V6ONLY; of an IPv4 socket NO */
};

/* The socket that somebody wants to bind. */
struct bind_request {
	enum protocol protocol;
	struct endpoint local;		/* port 0: the kernel is to choose one */
	bool reuseaddr, reuseport;
	bool v6only;
	bool freebind;			/* IP_FREEBIND, IPV6_FREEBIND or IP_TRANSPARENT */
	bool bound;			/* it has an address already: a second bind() */
	uint16_t own_port;		/* of connect(): the port it was bound to before; 0 none */
	bool listen;			/* the address is bound, it is listen() that is judged */
	uint32_t interface;		/* SO_BINDTODEVICE: index, 0 none */
	uint32_t scope;			/* of a link-local address: index, 0 none */
	uint32_t uid;			/* of the socket: the file system uid of who made it */
	uint64_t cookie;		/* of the wanted socket, if it exists: no holder; 0 none */
};

/* What the namespace knows of the wanted address (inet_addr_type(), ipv6_chk_addr()). */
enum address_use {
	ADDRESS_UNKNOWN,		/* it could not be asked */
	ADDRESS_LOCAL,			/* one of its own; wildcards too */
	ADDRESS_BROADCAST,		/* of one of its subnets */
	ADDRESS_MULTICAST,
	ADDRESS_ABSENT,			/* not here, or not on the wanted device */
	ADDRESS_TENTATIVE,		/* IPv6: still asking whether another host has it */
	ADDRESS_DUPLICATE,		/* IPv6: another host has it, and that does not pass */
	ADDRESS_LINK_DOWN,		/* its device is down */
	ADDRESS_NO_CARRIER,		/* IPv6: nothing is at the other end of its device */
	ADDRESS_OTHER_VRF,		/* its device is in another VRF than the wanted socket */
	ADDRESS_IPV6_OFF,		/* IPv6 is switched off (disable_ipv6) */
	ADDRESS_NO_DEVICE,		/* there is no such device, or none of the scope */
	ADDRESS_USE_COUNT
};

/* A device that a socket is bound to. */
struct device {
	uint32_t index;
	uint32_t vrf;			/* index of its VRF, which may be itself; 0 none */
	bool gone;			/* it was deleted: its VRF is not known any more */
};

/* A process whose socket no table of the kernel has. */
struct hidden_holder {
	uint32_t pid;			/* 0: none was found */
	char command[16];		/* TASK_COMM_LEN */
};

struct bind_facts {
	const struct snapshot *snap;	/* all sockets of the port, in every state, or more */
	const struct bind_options *options;	/* of each socket in it, by index */
	/* Indices of those on the wanted port, ascending; NULL: all have to be looked at. */
	const uint32_t *on_port;
	size_t on_port_count;
	const struct device *devices;	/* of the wanted socket, and of all in the snapshot */
	size_t device_count;
	uint16_t netns;			/* index into snap->netns: where the socket is wanted */
	uint8_t address;		/* enum address_use */
	uint32_t address_device;	/* the device that has the wanted address; 0 none */
	uint8_t privileged;		/* enum truth: CAP_NET_BIND_SERVICE there */
	bool whole;			/* no table was cut, no state left out */
	bool hides_bound;		/* the kernel tells of no TCP socket that is only bound */
	bool no_devices;		/* the tables don't tell who is bound to a device */
	struct hidden_holder hidden;	/* then who has the port, where that was looked for */
	bool sandboxed;			/* something may refuse what the kernel's rules allow */
	/*
	 * Enum truth of each socket: it has its port from the kernel or a
	 * listener, not from a bind(), so that the port goes with its connection.
	 * NULL: not asked.
	 */
	const uint8_t *autobound;
};

static inline uint8_t bind_facts_autobound(const struct bind_facts *facts, uint32_t socket)
{
	return facts->autobound ? facts->autobound[socket] : TRUTH_MAYBE;
}

/* How many sockets are worth a look, and the index of the one at `place`. */
static inline size_t bind_facts_count(const struct bind_facts *facts)
{
	return facts->on_port ? facts->on_port_count : facts->snap->count;
}

static inline uint32_t bind_facts_socket(const struct bind_facts *facts, size_t place)
{
	return facts->on_port ? facts->on_port[place] : (uint32_t)place;
}

#endif
