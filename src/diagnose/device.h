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

/*
 * Does a TCP or UDP socket bound to device `bound` (0: to none) take what comes
 * in by device `by` (inet_bound_dev_eq())?
 */
bool device_takes(const struct bind_facts *facts, enum protocol protocol, uint32_t bound,
		  uint32_t by);

/* Does what a socket sends that is bound to device `from` (0: to none) go by device `to`? */
bool device_leads_to(const struct bind_facts *facts, uint32_t from, uint32_t to);

/* Was this device deleted?  False also of one that is not known. */
bool device_is_gone(const struct bind_facts *facts, uint32_t index);

/* Its VRF; 0: none is known. */
uint32_t device_vrf(const struct bind_facts *facts, uint32_t index);

#endif
