/* SPDX-License-Identifier: MIT */
/* Where each socket is wanted: its namespace, address, devices, and the rights there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/facts.h"
#include "why.h"

enum {
	PIDS_MOST = 1 << 22,		/* PID_MAX_LIMIT */
	DEVICES_OF_REQUEST = 3,		/* its own, that of its scope, that of its address */
};

/* Before 6.8 the kernel tells nobody of sockets that are only bound. */
static bool tells_bound(const struct snapshot *snap)
{
	unsigned major = 0, minor = 0;

	if (!snap->kernel || sscanf(snap->kernel, "%u.%u", &major, &minor) != 2)
		return false;
	return (major > 6 || (major == 6 && minor >= 8)) &&
	       (snap->states & STATE_BIT(STATE_BOUND));
}

static bool is_same_place(const struct bind_request *a, const struct bind_request *b)
{
	return address_equal(&a->local.address, &b->local.address) && a->scope == b->scope &&
	       a->interface == b->interface && a->uid == b->uid;
}

/* A namespace without a name was given by a pid, or by its inode, which is greater than any. */
static void state_namespace(const struct settings *settings, struct inquiry *inquiry)
{
	unsigned long number = settings->netns ? strtoul(settings->netns, NULL, 10) : 0;

	inquiry->entered = settings->netns;
	inquiry->netns_pid = number <= PIDS_MOST ? (uint32_t)number : 0;
}

/* net.ipv6.bindv6only is what a new socket has. */
static void take_usual_v6only(const struct inquiries *all, struct inquiry *inquiry)
{
	const char *usual = snapshot_sysctl(all->snap, inquiry->facts.netns,
					    "net.ipv6.bindv6only");

	if (inquiry->usual_v6only && inquiry->request.local.address.family == AF_INET6)
		inquiry->request.v6only = usual && strcmp(usual, "1") == 0;
}

/* The ports of a range have address and user in common: they are asked for once. */
static void state_place(struct inquiries *all, struct inquiry *inquiry)
{
	const struct inquiry *before = inquiry > all->items ? inquiry - 1 : NULL;
	struct bind_facts *facts = &inquiry->facts;

	if (before && is_same_place(&before->request, &inquiry->request)) {
		facts->address = before->facts.address;
		facts->address_device = before->facts.address_device;
		facts->privileged = before->facts.privileged;
		return;
	}
	facts->address = (uint8_t)facts_address(all->source, &inquiry->request,
						&facts->address_device);
	facts->privileged = (uint8_t)facts_privileged(all->source, inquiry->request.uid);
}

static void state_facts(struct inquiries *all, struct inquiry *inquiry)
{
	bool fell_back = all->snap->fell_back & PROTOCOL_BIT(inquiry->request.protocol);

	inquiry->facts = (struct bind_facts){
		.snap = all->snap,
		.options = all->options,
		.whole = snapshot_is_complete(all->snap) && !fell_back,
		.hides_bound = inquiry->request.protocol == PROTOCOL_TCP && !tells_bound(all->snap),
		.no_devices = fell_back,
		.sandboxed = all->sandboxed,
	};
	state_place(all, inquiry);
	why_take_port(all, inquiry);
	state_namespace(all->settings, inquiry);
}

/* A new socket has the device that `ip vrf exec` gives it, and no other is asked for. */
static void take_usual_device(struct inquiries *all)
{
	uint32_t device = all->settings->replay ? 0 : facts_usual_device(all->source);

	for (size_t i = 0; i < all->count; i++)
		if (!all->items[i].request.interface && !all->items[i].happened)
			all->items[i].request.interface = device;
}

static int find_devices(struct inquiries *all)
{
	const struct snapshot *snap = all->snap;
	struct device *devices = calloc(snap->count + all->count * DEVICES_OF_REQUEST + 1,
					sizeof(*devices));
	size_t count = 0;

	if (!devices)
		return -ENOMEM;
	for (size_t i = 0; i < snap->count; i++)
		count = facts_add_device(all->source, snap->sockets[i].interface, devices, count);
	for (size_t i = 0; i < all->count; i++) {
		const struct inquiry *inquiry = &all->items[i];
		const uint32_t more[DEVICES_OF_REQUEST] = {
			inquiry->request.interface, inquiry->request.scope,
			inquiry->facts.address_device,
		};

		for (size_t d = 0; d < DEVICES_OF_REQUEST; d++)
			count = facts_add_device(all->source, more[d], devices, count);
	}
	all->devices = devices;
	for (size_t i = 0; i < all->count; i++) {
		all->items[i].facts.devices = devices;
		all->items[i].facts.device_count = count;
	}
	return 0;
}

int why_state_places(struct inquiries *all)
{
	all->sandboxed = !all->settings->replay && facts_sandboxed();
	take_usual_device(all);
	for (size_t i = 0; i < all->count; i++)
		state_facts(all, &all->items[i]);
	for (size_t i = 0; i < all->count; i++) {
		take_usual_v6only(all, &all->items[i]);
		all->items[i].forbids_probe = all->settings->why & WHY_NO_PROBE;
	}
	return find_devices(all);
}
