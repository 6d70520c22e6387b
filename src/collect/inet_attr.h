/* SPDX-License-Identifier: MIT */
/* What the attributes behind an inet_diag_msg mean. */
#ifndef COLLECT_INET_ATTR_H
#define COLLECT_INET_ATTR_H

#include "collect.h"

struct nlmsghdr;

/*
 * Copy the attributes of `nlh` that are known into `sk`, its detail into the
 * snapshot's arena.  Short, long, unknown and absent attributes are all fine.
 * 0 or -ENOMEM.
 */
int inet_attrs_copy(struct collection *c, struct socket *sk, const struct nlmsghdr *nlh);

#endif
