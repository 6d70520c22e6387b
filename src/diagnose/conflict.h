/* SPDX-License-Identifier: MIT */
/* What one socket that is there has to do with the one that is wanted. */
#ifndef DIAGNOSE_CONFLICT_H
#define DIAGNOSE_CONFLICT_H

#include "diagnose/diagnose.h"

/* How the kernel sees an address: IPv4 and v4-mapped are one kind. */
enum kind { KIND_IPV4, KIND_ANY6, KIND_IPV6 };

/* One of two sockets whose addresses are compared. */
struct side {
	const struct address *address;
	enum kind kind;
	bool inet;			/* AF_INET, not AF_INET6 */
	uint32_t ipv4;			/* as it lies in memory; 0 any */
	uint8_t v6only;			/* enum truth */
};

/* The two, with all that decides between them. */
struct meeting {
	const struct bind_request *wanted;
	const struct socket *holder;
	struct bind_options options;	/* the holder's */
	struct side left, right;	/* addresses of the wanted socket, and of the holder */
	bool listening;			/* the holder is */
	bool time_wait;			/* it is what is left of a closed connection: no user */
	bool any_port;			/* the kernel chooses the port */
	bool autobind_reuse;		/* net.ipv4.ip_autobind_reuse */
	bool by_old_kernel;		/* TCP of a kernel before 6.8 */
	enum truth domain;		/* the port is looked for in one l3 domain (VRF) */
};

static inline enum truth truth_and(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

static inline enum truth truth_or(enum truth a, enum truth b)
{
	return a > b ? a : b;
}

static inline enum truth truth_not(enum truth a)
{
	return (enum truth)(TRUTH_YES - a);
}

static inline enum truth truth_of(bool a)
{
	return a ? TRUTH_YES : TRUTH_NO;
}

/* side.c: an address as the kernel compares it; `v6only` is enum truth. */
struct side side_of(const struct address *address, uint8_t v6only);

/* side.c: is it a wildcard? */
bool side_is_any(const struct side *side);

/* side.c: would the kernel's comparison of these protocols find that they overlap? */
enum truth sides_overlap(enum protocol protocol, const struct side *wanted,
			 const struct side *holder);

/* side.c: the relation of two that overlap. */
enum rule sides_rule(const struct side *wanted, const struct side *holder);

/* meeting.c: is it what is left of a connection, without an owner? */
bool socket_is_time_wait(const struct socket *sk);

/*
 * meeting.c: the wanted socket and that of the snapshot.  False: it can't be in
 * the way, whatever its address is: another port, protocol, namespace, or it
 * is the wanted socket itself.
 */
bool meeting_init(struct meeting *meeting, const struct bind_request *request,
	       const struct bind_facts *facts, uint32_t socket);

/* The part of the wanted socket that overlaps with the holder. */
enum truth meeting_overlaps(const struct meeting *meeting);

/* By SO_REUSEADDR, by SO_REUSEPORT. */
enum truth meeting_shares_address(const struct meeting *meeting);
enum truth meeting_shares_port(const struct meeting *meeting);

/* Is the holder in the way? */
enum truth meeting_blocks(const struct meeting *meeting);

/* Why it can't be shared. */
enum sharing meeting_sharing(const struct meeting *meeting);

/*
 * Might the kernel never look at this holder?  The bucket of the port remembers
 * what those had set that were bound: the last SO_REUSEPORT socket
 * (sk_reuseport_match()), and whether all had SO_REUSEADDR (fastreuse).  They may
 * be gone, and the holder may have changed its options meanwhile.
 */
bool meeting_may_be_skipped(const struct meeting *meeting);

/*
 * port.c: the next range of a list like that of ports which are left to
 * explicit bind(), "8080,9000-9010"; false at its end.
 */
bool port_list_next(const char **list, unsigned long *first, unsigned long *last);

/* port.c: how many of a range are reserved (net.ipv4.ip_local_reserved_ports)? */
unsigned ports_reserved(const struct bind_facts *facts, unsigned from, unsigned to);

/* check.c: does the port take a right to bind it?  MAYBE: from which on it does not is unknown. */
enum truth port_is_privileged(const struct bind_request *request,
			      const struct bind_facts *facts);

/* check.c: what fails before the kernel looks for conflicts. */
struct check_outcome {
	enum verdict verdict;		/* VERDICT_FREE: nothing fails */
	int error;
	bool unsure;			/* a check before, or all of them, could not be made */
	bool rights_unknown;
};

struct check_outcome checks_run(const struct bind_request *request,
				const struct bind_facts *facts);

#endif
