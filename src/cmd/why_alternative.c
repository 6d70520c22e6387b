/* SPDX-License-Identifier: MIT */
/* What else the asker could bind: "with SO_REUSEADDR it would work". */
#include <sys/socket.h>

#include "why_alternative.h"

static bool set_reuseaddr(struct bind_request *request)
{
	bool other = !request->reuseaddr;

	request->reuseaddr = true;
	return other;
}

static bool set_reuseport(struct bind_request *request)
{
	bool other = !request->reuseport;

	request->reuseport = true;
	return other;
}

static bool is_dual_stack(const struct bind_request *request)
{
	return request->local.address.family == AF_INET6 && !request->v6only &&
	       address_is_any(&request->local.address);
}

static bool make_ipv4(struct bind_request *request)
{
	bool other = is_dual_stack(request);

	request->local.address.family = AF_INET;
	return other;
}

static bool make_ipv6(struct bind_request *request)
{
	bool other = is_dual_stack(request);

	request->v6only = true;
	return other;
}

const struct alternative_row alternatives[ALTERNATIVE_COUNT] = {
	[ALTERNATIVE_REUSEADDR] = {
		"reuseaddr", "set SO_REUSEADDR before bind(), as most servers do", set_reuseaddr,
	},
	[ALTERNATIVE_REUSEPORT] = {
		"reuseport", "set SO_REUSEPORT, and share what comes in with the holder",
		set_reuseport,
	},
	[ALTERNATIVE_IPV4] = { "ipv4", "bind 0.0.0.0, for IPv4 alone", make_ipv4 },
	[ALTERNATIVE_IPV6] = {
		"ipv6", "set IPV6_V6ONLY and bind [::], for IPv6 alone", make_ipv6,
	},
};
