/* SPDX-License-Identifier: MIT */
/* Private to what is known of addresses: the VRF that a device belongs to. */
#ifndef COLLECT_LINK_H
#define COLLECT_LINK_H

#include <stdint.h>

struct link {
	uint32_t vrf;			/* ifindex of its VRF, which may be itself; 0 none */
	uint32_t table;			/* its routes, local ones too */
};

/* Read it of a device of the calling thread's namespace.  0 or -errno. */
int link_read(uint32_t index, struct link *link);

#endif
