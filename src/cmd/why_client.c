/* SPDX-License-Identifier: MIT */
/* conntab why --connect: has the kernel a local port left for such a connection? */
#include <errno.h>
#include <stdio.h>

#include "collect/facts.h"
#include "why_show.h"

/* All sockets of the range from which the kernel chooses. */
static int read_range(struct inquiries *all, const struct inquiry *inquiry,
		      struct snapshot **snap)
{
	const struct netns *netns = &all->snap->netns[inquiry->facts.netns];
	struct query query = {
		.protocols = PROTOCOL_BIT(inquiry->request.protocol),
		.versions = IP_VERSIONS_ALL, .states = STATES_ALL,
		.needs = NEED_INTERFACE | NEED_PORT_CLASS | NEED_SYSCTLS,
	};
	const struct filter_names names = { .context = NULL };
	struct filter_error error;
	struct filter *filter;
	char text[64];
	int err;

	snprintf(text, sizeof(text), "sport in %u-%u", netns->ephemeral_first,
		 netns->ephemeral_last);
	filter = filter_parse(text, &names, &error);
	if (!filter)
		return -ENOMEM;
	filter_narrow(filter, &query);
	source_narrow(all->source, &query);
	err = source_collect(all->source, &query, snap);
	filter_free(filter);
	return err;
}

/* A datagram socket gets its port before it has an address: one that no socket has. */
static int judge_datagrams(const struct inquiry *inquiry, const struct bind_facts *facts,
			   enum truth *exhausted)
{
	const struct bind_request any = {
		.protocol = inquiry->request.protocol,
		.local.address.family = inquiry->request.local.address.family,
		.interface = inquiry->request.interface,
	};

	return ports_exhausted(&any, facts, exhausted);
}

static int judge(struct inquiries *all, const struct inquiry *inquiry,
		 const struct bind_facts *facts, enum truth *exhausted)
{
	struct client_request request = {
		.peer = inquiry->request.local, .interface = inquiry->request.interface,
	};

	if (inquiry->request.protocol != PROTOCOL_TCP)
		return judge_datagrams(inquiry, facts, exhausted);
	/* Where no route leads no port is looked for. */
	if (facts_source_address(all->source, &inquiry->request, &request.from) < 0)
		return 0;
	return client_ports_exhausted(&request, facts, exhausted);
}

static bool has_range(const struct inquiry *inquiry)
{
	return inquiry->facts.snap->netns[inquiry->facts.netns].ephemeral_last;
}

enum truth why_lacks_client_port(struct inquiries *all, const struct inquiry *inquiry)
{
	const unsigned usable = client_ports_usable(&inquiry->facts);
	struct bind_facts facts = inquiry->facts;
	enum truth exhausted = TRUTH_MAYBE;
	struct snapshot *snap;

	if (!usable && has_range(inquiry))
		return TRUTH_YES;
	if (all->settings->replay ||
	    facts_ports_held_most(all->source, inquiry->request.protocol) < usable)
		return TRUTH_NO;
	if (read_range(all, inquiry, &snap) < 0)
		return TRUTH_MAYBE;
	facts.snap = snap;
	facts.options = NULL;
	facts.on_port = NULL;
	facts.netns = 0;
	facts.whole &= snapshot_is_complete(snap);
	if (judge(all, inquiry, &facts, &exhausted) < 0)
		exhausted = TRUTH_MAYBE;
	snapshot_free(snap);
	return exhausted;
}
