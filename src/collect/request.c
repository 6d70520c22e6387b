/* SPDX-License-Identifier: MIT */
/* What a socket that we hold a descriptor of wants, and an address as it is given to bind(). */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "collect/facts.h"
#include "uapi.h"

static int number(int fd, int level, int name)
{
	socklen_t size = sizeof(int);
	int value;

	return getsockopt(fd, level, name, &value, &size) < 0 ? 0 : value;
}

static bool is_set(int fd, int level, int name)
{
	return number(fd, level, name) != 0;
}

/* A connection of MPTCP is one of TCP to whoever has the port. */
static int protocol_of(int fd, enum protocol *protocol)
{
	int wanted = number(fd, SOL_SOCKET, SO_PROTOCOL);

	if (wanted == IPPROTO_MPTCP)
		wanted = IPPROTO_TCP;
	for (size_t i = 0; i < PROTOCOL_COUNT; i++)
		if (protocols[i].has_ports && protocols[i].number == wanted) {
			*protocol = (enum protocol)i;
			return 0;
		}
	return -EPROTONOSUPPORT;
}

static void take_ip_options(int fd, int family, struct bind_request *request)
{
	request->v6only = family == AF_INET6 && is_set(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	request->freebind = is_set(fd, IPPROTO_IP, IP_FREEBIND) ||
			    is_set(fd, IPPROTO_IP, IP_TRANSPARENT) ||
			    (family == AF_INET6 && (is_set(fd, IPPROTO_IPV6, IPV6_FREEBIND) ||
						    is_set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT)));
}

/* 0: it has none. */
static uint16_t port_of(int fd)
{
	struct sockaddr_in6 name = { 0 };
	socklen_t size = sizeof(name);

	/* The port is at the same place in both families. */
	return getsockname(fd, (struct sockaddr *)&name, &size) < 0 ? 0 : ntohs(name.sin6_port);
}

int facts_request_of(int fd, struct bind_request *request)
{
	int family = number(fd, SOL_SOCKET, SO_DOMAIN), err;
	socklen_t size = sizeof(request->cookie);
	enum protocol protocol;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	err = protocol_of(fd, &protocol);
	if (err < 0)
		return err;
	*request = (struct bind_request){
		.protocol = protocol,
		.local = request->local,
		.scope = request->scope,
		.reuseaddr = is_set(fd, SOL_SOCKET, SO_REUSEADDR),
		.reuseport = is_set(fd, SOL_SOCKET, SO_REUSEPORT),
		.interface = (uint32_t)number(fd, SOL_SOCKET, SO_BINDTOIFINDEX),
		.bound = port_of(fd),
		.own_port = port_of(fd),
		/* sockfs gives its file to the socket's user (sockfs_setattr()). */
		.uid = st.st_uid,
	};
	take_ip_options(fd, family, request);
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &request->cookie, &size) < 0)
		request->cookie = 0;
	return 0;
}

static int take_ipv4(const struct sockaddr *address, socklen_t length, struct bind_request *request)
{
	struct sockaddr_in in;

	if (length < sizeof(in))
		return -EINVAL;
	memcpy(&in, address, sizeof(in));
	request->local = (struct endpoint){
		.address.family = AF_INET, .port = ntohs(in.sin_port),
	};
	memcpy(request->local.address.bytes, &in.sin_addr, sizeof(in.sin_addr));
	request->scope = 0;
	return 0;
}

static int take_ipv6(const struct sockaddr *address, socklen_t length, struct bind_request *request)
{
	/* RFC 2133 had no scope (SIN6_LEN_RFC2133): such an address is still taken. */
	const size_t shortest = offsetof(struct sockaddr_in6, sin6_scope_id);
	struct sockaddr_in6 in6 = { 0 };

	if (length < shortest)
		return -EINVAL;
	memcpy(&in6, address, length < sizeof(in6) ? shortest : sizeof(in6));
	request->local = (struct endpoint){
		.address.family = AF_INET6, .port = ntohs(in6.sin6_port),
	};
	memcpy(request->local.address.bytes, &in6.sin6_addr, sizeof(in6.sin6_addr));
	request->scope = address_needs_scope(&request->local.address) ? in6.sin6_scope_id : 0;
	return 0;
}

int facts_request_address(const struct sockaddr *address, socklen_t length,
			  struct bind_request *request)
{
	sa_family_t family;

	if (length < sizeof(family))
		return -EINVAL;
	memcpy(&family, address, sizeof(family));
	if (family == AF_INET)
		return take_ipv4(address, length, request);
	return family == AF_INET6 ? take_ipv6(address, length, request) : -EAFNOSUPPORT;
}
