/* SPDX-License-Identifier: MIT */
/* The one dump loop: a netlink request, and a row for each answer. */
#ifndef COLLECT_DIAG_H
#define COLLECT_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;

/* Takes one message; 0, or -errno to give up. */
typedef int diag_row(const struct nlmsghdr *nlh, void *context);

struct diag_request {
	uint16_t type;			/* SOCK_DIAG_BY_FAMILY, TCPDIAG_GETSOCK, RTM_GET... */
	bool single;			/* no dump: one answer is wanted */
	const void *body;
	size_t size;
	const void *program;		/* bytecode; rows it rejects do not come */
	size_t program_size;		/* 0: none */
	diag_row *row;
	void *context;
};

/*
 * Dump by `request`, on a socket of its own, and hand each message to `row`.
 * After a passing fault of the kernel (EBUSY, ENOBUFS, ENOMEM, EINTR) the dump
 * starts again, up to three times: `row` may see a socket twice.  0 or -errno;
 * -ENOENT when the kernel has no handler for what was asked, -EPROTONOSUPPORT
 * when it has no sock_diag at all.
 */
int diag_dump(const struct diag_request *request);

/*
 * The same of routes, addresses and links.  The kernel is asked to leave out
 * what `body` does not want (since 4.20): `row` has to look again.  0 or -errno.
 */
int route_dump(const struct diag_request *request);

/* The same of netfilter. */
int netfilter_dump(const struct diag_request *request);

/*
 * Bytes of whole netlink messages that `data`, aligned as a header is, begins
 * with.  Within them libmnl may walk: it compares lengths as int, and one of
 * 2^31 and more would pass.
 */
size_t diag_whole(const void *data, size_t size);

#endif
