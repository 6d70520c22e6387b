/* SPDX-License-Identifier: MIT */
/*
 * Devices and their VRFs.  While tcp_l3mdev_accept is 0 each VRF has TCP ports of
 * its own, and so have the sockets without one (inet_sk_bound_l3mdev()).
 */
#include <string.h>

#include "device.h"

static const struct device *find(const struct bind_facts *facts, uint32_t index)
{
	for (size_t i = 0; i < facts->device_count; i++)
		if (facts->devices[i].index == index)
			return &facts->devices[i];
	return NULL;
}

/* A kernel without VRFs has no such setting. */
static bool has_domains(const struct bind_facts *facts, enum protocol protocol)
{
	const char *accepts = snapshot_sysctl(facts->snap, facts->netns,
					      protocol == PROTOCOL_TCP
					      ? "net.ipv4.tcp_l3mdev_accept"
					      : "net.ipv4.udp_l3mdev_accept");

	return accepts && strcmp(accepts, "0") == 0;
}

/* False: it is not known. */
static bool read_domain(const struct bind_facts *facts, uint32_t index, uint32_t *domain)
{
	const struct device *device = index ? find(facts, index) : NULL;

	*domain = device ? device->vrf : 0;
	return !index || (device && !device->gone);
}

enum truth devices_share_ports(const struct bind_facts *facts, uint32_t a, uint32_t b)
{
	uint32_t one, other;

	if (a == b || !has_domains(facts, PROTOCOL_TCP))
		return TRUTH_YES;
	if (!read_domain(facts, a, &one) || !read_domain(facts, b, &other))
		return TRUTH_MAYBE;
	return one == other ? TRUTH_YES : TRUTH_NO;
}

bool device_takes(const struct bind_facts *facts, enum protocol protocol, uint32_t bound,
		  uint32_t by)
{
	uint32_t vrf = device_vrf(facts, by);

	if (!bound)
		return !vrf || !has_domains(facts, protocol);
	return bound == by || bound == vrf;
}

bool device_leads_to(const struct bind_facts *facts, uint32_t from, uint32_t to)
{
	uint32_t vrf = device_vrf(facts, to);

	return !from || !to || from == to || (vrf && vrf == device_vrf(facts, from));
}

bool device_is_gone(const struct bind_facts *facts, uint32_t index)
{
	const struct device *device = find(facts, index);

	return device && device->gone;
}

uint32_t device_vrf(const struct bind_facts *facts, uint32_t index)
{
	const struct device *device = find(facts, index);

	return device ? device->vrf : 0;
}
