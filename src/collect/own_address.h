/* SPDX-License-Identifier: MIT */
/* Private to what is known of addresses: those that devices of the namespace have. */
#ifndef COLLECT_OWN_ADDRESS_H
#define COLLECT_OWN_ADDRESS_H

#include <stdint.h>

#include "model/address.h"

struct own_address {
	struct address address;
	uint32_t device;
	uint32_t flags;			/* IFA_F_... */
	uint8_t scope;			/* RT_SCOPE_... */
	uint8_t prefix;			/* bits */
};

typedef void own_address_take(const struct own_address *own, void *context);

/* Hand each of a family to `take`, in the calling thread's namespace.  0 or -errno. */
int own_addresses_read(int family, own_address_take *take, void *context);

#endif
