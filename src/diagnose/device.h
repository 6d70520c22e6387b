/* SPDX-License-Identifier: MIT */
/* Devices that sockets are bound to, and their VRFs. */
#ifndef DIAGNOSE_DEVICE_H
#define DIAGNOSE_DEVICE_H

#include "model/bind.h"

/*
 * Do two sockets with these devices look for a port in one l3 domain?
 * 0: it has no device.  MAYBE: the VRF of one is not known.
 */
enum truth devices_share_ports(const struct bind_facts *facts, uint32_t a, uint32_t b);

/* Was this device deleted?  False also of one that is not known. */
bool device_is_gone(const struct bind_facts *facts, uint32_t index);

/* Its VRF; 0: none is known. */
uint32_t device_vrf(const struct bind_facts *facts, uint32_t index);

#endif
