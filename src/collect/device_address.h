/* SPDX-License-Identifier: MIT */
/* Private to what is known of addresses: those that devices of the namespace have. */
#ifndef COLLECT_DEVICE_ADDRESS_H
#define COLLECT_DEVICE_ADDRESS_H

#include <stdint.h>

#include "model/address.h"

struct device_address {
	struct address address;
	uint32_t device;		/* index */
	uint32_t flags;			/* IFA_F_... */
	uint8_t scope;			/* RT_SCOPE_... */
	uint8_t prefix;			/* bits */
};

typedef void device_address_take(const struct device_address *own, void *context);

/*
 * Hand each of a family (AF_INET or AF_INET6) to `take`, in the calling thread's
 * namespace.  0 or -errno.
 */
int device_addresses_read(int family, device_address_take *take, void *context);

#endif
