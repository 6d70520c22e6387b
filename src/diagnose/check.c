/* SPDX-License-Identifier: MIT */
/*
 * What can fail before the kernel looks for conflicts, in the order of
 * __inet_bind() and __inet6_bind(): the first that fails gives the errno.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conflict.h"

struct check {
	enum truth (*fails)(const struct bind_request *request, const struct bind_facts *facts);
	enum verdict verdict;
	int error;
};

static bool is_set(const struct bind_facts *facts, const char *name)
{
	const char *value = snapshot_sysctl(facts->snap, facts->netns, name);

	return value && strcmp(value, "0") != 0;
}

static bool is_multicast6(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xff;
}

/* inet_can_nonlocal_bind(), ipv6_can_nonlocal_bind(). */
static bool may_be_absent(const struct bind_request *request, const struct bind_facts *facts)
{
	struct address plain = address_unmapped(&request->local.address);

	return request->freebind || is_set(facts, plain.family == AF_INET
					   ? "net.ipv4.ip_nonlocal_bind"
					   : "net.ipv6.ip_nonlocal_bind");
}

static enum truth is_not_here(const struct bind_request *request, const struct bind_facts *facts)
{
	static const uint8_t absent[ADDRESS_USE_COUNT] = {
		[ADDRESS_UNKNOWN] = TRUTH_MAYBE,
		[ADDRESS_ABSENT] = TRUTH_YES,
		[ADDRESS_TENTATIVE] = TRUTH_YES,
		[ADDRESS_DUPLICATE] = TRUTH_YES,
		[ADDRESS_LINK_DOWN] = TRUTH_YES,
		[ADDRESS_NO_CARRIER] = TRUTH_YES,
		[ADDRESS_OTHER_VRF] = TRUTH_YES,
		[ADDRESS_IPV6_OFF] = TRUTH_YES,
		[ADDRESS_NO_DEVICE] = TRUTH_YES,
	};
	struct address plain = address_unmapped(&request->local.address);

	if (address_is_any(&plain) || is_multicast6(&plain) || may_be_absent(request, facts))
		return TRUTH_NO;
	return absent[facts->address];
}

static enum truth has_no_device(const struct bind_request *request, const struct bind_facts *facts)
{
	(void)request;
	return truth_of(facts->address == ADDRESS_NO_DEVICE);
}

enum truth port_is_privileged(const struct bind_request *request, const struct bind_facts *facts)
{
	const char *start = snapshot_sysctl(facts->snap, facts->netns,
					    "net.ipv4.ip_unprivileged_port_start");

	if (!request->local.port || (start && request->local.port >= strtoul(start, NULL, 10)))
		return TRUTH_NO;
	return start ? TRUTH_YES : TRUTH_MAYBE;
}

static enum truth lacks_rights(const struct bind_request *request, const struct bind_facts *facts)
{
	return truth_and(truth_not(facts->privileged), port_is_privileged(request, facts));
}

static enum truth is_bound(const struct bind_request *request, const struct bind_facts *facts)
{
	(void)facts;
	return truth_of(request->bound);
}

static enum truth is_tcp_multicast(const struct bind_request *request,
				   const struct bind_facts *facts)
{
	(void)facts;
	return truth_of(request->protocol == PROTOCOL_TCP &&
			is_multicast6(&request->local.address));
}

static enum truth lacks_scope(const struct bind_request *request, const struct bind_facts *facts)
{
	(void)facts;
	return truth_of(address_needs_scope(&request->local.address) && !request->scope &&
			!request->interface);
}

static enum truth is_mapped_and_ipv6_only(const struct bind_request *request,
					  const struct bind_facts *facts)
{
	(void)facts;
	return truth_of(address_is_mapped(&request->local.address) && request->v6only);
}

static const struct check ipv4_checks[] = {
	{ is_not_here, VERDICT_UNAVAILABLE, EADDRNOTAVAIL },
	{ lacks_rights, VERDICT_DENIED, EACCES },
	{ is_bound, VERDICT_INVALID, EINVAL },
	{ NULL, VERDICT_FREE, 0 },
};

static const struct check ipv6_checks[] = {
	{ is_tcp_multicast, VERDICT_INVALID, EINVAL },
	{ lacks_rights, VERDICT_DENIED, EACCES },
	{ is_bound, VERDICT_INVALID, EINVAL },
	{ is_mapped_and_ipv6_only, VERDICT_INVALID, EINVAL },
	{ lacks_scope, VERDICT_INVALID, EINVAL },
	{ has_no_device, VERDICT_UNAVAILABLE, ENODEV },
	{ is_not_here, VERDICT_UNAVAILABLE, EADDRNOTAVAIL },
	{ NULL, VERDICT_FREE, 0 },
};

/* listen() of a socket that has its port asks for nothing but conflicts. */
static const struct check listen_checks[] = {
	{ NULL, VERDICT_FREE, 0 },
};

static const struct check *checks_of(const struct bind_request *request)
{
	if (request->listen)
		return listen_checks;
	return request->local.address.family == AF_INET ? ipv4_checks : ipv6_checks;
}

struct check_outcome checks_run(const struct bind_request *request,
				const struct bind_facts *facts)
{
	struct check_outcome outcome = { .verdict = VERDICT_FREE };

	for (const struct check *check = checks_of(request); check->fails; check++) {
		enum truth fails = check->fails(request, facts);

		if (fails == TRUTH_YES) {
			outcome.verdict = check->verdict;
			outcome.error = check->error;
			break;
		}
		outcome.unsure |= fails == TRUTH_MAYBE;
		outcome.rights_unknown |= fails == TRUTH_MAYBE && check->fails == lacks_rights;
	}
	return outcome;
}
