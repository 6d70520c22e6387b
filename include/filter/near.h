/* SPDX-License-Identifier: MIT */
/* Questions that are near to one that found nothing. */
#ifndef FILTER_NEAR_H
#define FILTER_NEAR_H

#include "filter/filter.h"

enum filter_near {
	NEAR_PEER,			/* of the peer what was asked of the local end */
	NEAR_LOCAL,			/* and the other way round */
	NEAR_BRACKETS,			/* an IPv6 address and a port, as netstat prints them */
	NEAR_PART,			/* names that contain what was asked for */
	NEAR_PROCESS,			/* a service's name, taken for that of a process */
	NEAR_PROTOCOL,			/* a target without its protocol */
	NEAR_PORT,			/* a target without its address */
	NEAR_COUNT
};

/*
 * Append the text of a filter that asks for it; false: of this kind there is
 * none.  What is appended may be no filter.
 */
bool filter_near(const struct filter *filter, enum filter_near near, struct buf *out);

/* Does it name a local port?  Then it may listen in another namespace. */
bool filter_has_local_port(const struct filter *filter);

/* The name that `row` has and that NEAR_PART found, or NULL; `filter` is the one of NEAR_PART. */
const char *filter_near_name(const struct filter *filter, const struct row *row);

#endif
