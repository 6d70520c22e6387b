/* SPDX-License-Identifier: MIT */
/*
 * The last resort: a bind() of a socket as it is wanted.  It never listens, so
 * no connection can come to it, and of UDP a socket without options takes no
 * datagram from anybody: either nobody has the port or bind() fails.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/facts.h"
#include "source_inside.h"

struct probe {
	const struct bind_request *request;
	int error;			/* of bind() */
};

static bool is_harmless(const struct bind_request *request)
{
	if (request->listen || request->bound || !protocols[request->protocol].has_ports)
		return false;
	return request->protocol == PROTOCOL_TCP || (!request->reuseaddr && !request->reuseport);
}

/* Options that are off are so in a new socket, but for IPV6_V6ONLY (net.ipv6.bindv6only). */
static int set_options(int fd, const struct bind_request *request)
{
	bool is_ipv6 = request->local.address.family == AF_INET6;
	const struct {
		bool wanted;
		int level, name, value;
	} options[] = {
		{ request->reuseaddr, SOL_SOCKET, SO_REUSEADDR, 1 },
		{ request->reuseport, SOL_SOCKET, SO_REUSEPORT, 1 },
		{ is_ipv6, IPPROTO_IPV6, IPV6_V6ONLY, request->v6only },
		{ request->freebind, IPPROTO_IP, IP_FREEBIND, 1 },
		{ request->interface, SOL_SOCKET, SO_BINDTOIFINDEX, (int)request->interface },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].wanted &&
		    setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			       sizeof(options[i].value)) < 0)
			return -errno;
	return 0;
}

/* The user counts with SO_REUSEPORT only; the socket's is its file's (sockfs_setattr()). */
static int set_user(int fd, const struct bind_request *request)
{
	struct stat st;

	if (!request->reuseport)
		return 0;
	if (fstat(fd, &st) < 0)
		return -errno;
	return st.st_uid != request->uid && fchown(fd, request->uid, (gid_t)-1) < 0 ? -errno : 0;
}

static int bind_as_wanted(int fd, const struct bind_request *request)
{
	const struct endpoint *local = &request->local;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(local->port) };
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(local->port),
		.sin6_scope_id = request->scope,
	};
	bool is_ipv4 = local->address.family == AF_INET;
	int result;

	memcpy(&in.sin_addr, local->address.bytes, sizeof(in.sin_addr));
	memcpy(&in6.sin6_addr, local->address.bytes, sizeof(in6.sin6_addr));
	result = is_ipv4 ? bind(fd, (struct sockaddr *)&in, sizeof(in))
			 : bind(fd, (struct sockaddr *)&in6, sizeof(in6));
	return result < 0 ? errno : 0;
}

static int try(void *context)
{
	struct probe *probe = context;
	const struct bind_request *request = probe->request;
	bool is_tcp = request->protocol == PROTOCOL_TCP;
	int fd = socket(request->local.address.family,
			(is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC,
			protocols[request->protocol].number);
	int err;

	if (fd < 0)
		return -errno;
	err = set_options(fd, request);
	if (!err)
		err = set_user(fd, request);
	if (!err)
		probe->error = bind_as_wanted(fd, request);
	close(fd);
	return err;
}

/* What we may not do, another user may. */
static bool is_forbidden_to_us(const struct probe *probe)
{
	return (probe->error == EACCES || probe->error == EPERM) &&
	       probe->request->uid != geteuid();
}

int facts_probe(struct source *source, const struct bind_request *request, int *error)
{
	struct probe probe = { .request = request };
	int err = is_harmless(request) ? source_inside(source, try, &probe) : -EOPNOTSUPP;

	*error = probe.error;
	return !err && is_forbidden_to_us(&probe) ? -probe.error : err;
}
