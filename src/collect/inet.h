/* SPDX-License-Identifier: MIT */
/* The parser of sock_diag answers, shown for tests and fuzzing. */
#ifndef COLLECT_INET_H
#define COLLECT_INET_H

#include "collect.h"

struct nlmsghdr;

/* Rows of one protocol on their way into a collection. */
struct inet_dump {
	struct collection *c;
	enum protocol protocol;
};

/*
 * One message (its length checked by the caller against its buffer) into the
 * collection of `context`, a struct inet_dump.  A message that is too short or
 * of another family is passed over.  0 or -ENOMEM.
 */
int inet_row(const struct nlmsghdr *nlh, void *context);

#endif
