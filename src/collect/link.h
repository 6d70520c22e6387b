/* SPDX-License-Identifier: MIT */
/* Private to what is known of addresses: the state of a device, and the VRF it belongs to. */
#ifndef COLLECT_LINK_H
#define COLLECT_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct link {
	uint32_t vrf;			/* ifindex of its VRF, which may be itself; 0 none */
	uint32_t table;			/* its routes, local ones too */
	bool up, carrier;		/* the device is; something is at its other end */
};

/* Read it of a device of the calling thread's namespace.  0 or -errno. */
int link_read(uint32_t index, struct link *link);

#endif
