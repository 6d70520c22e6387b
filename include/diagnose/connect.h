/* SPDX-License-Identifier: MIT */
/*
 * The other question, "connection refused": who would take a connection (or a
 * datagram) to this address, and if nobody does, who nearly would?  Like
 * bind_judge(): no I/O.  What a firewall does is not considered.
 */
#ifndef DIAGNOSE_CONNECT_H
#define DIAGNOSE_CONNECT_H

#include <stddef.h>

#include "model/bind.h"

/* The most telling first: of all that hold, this is the finding. */
enum connect_finding {
	CONNECT_GROUP,			/* the address is multicast or broadcast: no one host's */
	CONNECT_NO_PORT,		/* no local port is left for a connection there */
	CONNECT_NOT_HERE,		/* the address is not of this host: not to be judged here */
	CONNECT_NOT_FROM_HERE,		/* its interface or VRF is another than the client's */
	CONNECT_QUEUE_FULL,		/* it listens, but its accept queue is full */
	CONNECT_LISTENS,		/* it would be accepted */
	CONNECT_OTHER_DEVICE,		/* it listens, but on a device only */
	CONNECT_IPV6_ONLY,		/* asked by IPv4 */
	CONNECT_IPV4_ONLY,		/* asked by IPv6 */
	CONNECT_LOOPBACK_ONLY,
	CONNECT_OTHER_ADDRESS,
	CONNECT_BOUND_NOT_LISTENING,	/* TCP: did not call listen(); UDP: has another peer */
	CONNECT_OTHER_PROTOCOL,		/* UDP has the port, TCP was asked for, or the like */
	CONNECT_NOBODY,
	CONNECT_COUNT
};

extern const char *const connect_names[CONNECT_COUNT];

struct connect_request {
	enum protocol protocol;
	struct endpoint peer;		/* 0.0.0.0 and :: are loopback, as for the kernel */
	bool group;			/* it is multicast or broadcast */
	bool nonlocal;			/* it is no address of this host */
	uint32_t interface;		/* the device that it comes in by: index; 0 unknown */
	uint8_t exhausted;		/* enum truth: no local port is left for it */
	bool other_vrf;			/* the address is in another VRF than the client */
	uint32_t from;			/* the device that the client is bound to; 0 none */
};

/* What decides whether a local port is left. */
struct client_request {
	struct address from;		/* as the route there has it */
	struct endpoint peer;
	uint32_t interface;		/* SO_BINDTODEVICE: index, 0 none */
};

/*
 * Of TCP: is no local port left for a connection from `from` to `peer`?  Judged
 * by all sockets of the kernel's own port range.  0 or -ENOMEM.
 */
int client_ports_exhausted(const struct client_request *request, const struct bind_facts *facts,
			   enum truth *exhausted);

/* For port 0 of a bind() as well: the same of a wanted socket.  0 or -ENOMEM. */
int ports_exhausted(const struct bind_request *request, const struct bind_facts *facts,
		    enum truth *exhausted);

/* How many ports of that range are not reserved; 0: none, or it is not known. */
unsigned client_ports_usable(const struct bind_facts *facts);

struct connect_diagnosis {
	enum connect_finding finding;
	bool certain;
	uint32_t *sockets;		/* those it is about, as in the snapshot */
	size_t count;
};

/*
 * Judge by the sockets of the port in facts->netns; for OTHER_PROTOCOL those
 * of other protocols have to be in the snapshot, too.  Fills `diagnosis`, whose
 * sockets the caller frees by connect_diagnosis_done().  0 or -ENOMEM.
 */
int connect_judge(const struct connect_request *request, const struct bind_facts *facts,
		  struct connect_diagnosis *diagnosis);

void connect_diagnosis_done(struct connect_diagnosis *diagnosis);

#endif
