/* SPDX-License-Identifier: MIT */
/*
 * What the test is told: one line per socket, `name key=value ...`.  A face is taken while the
 * socket has a descriptor, so that sockets which outlive theirs can be told of as well.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mksock.h"

static const char *protocol_name(int fd)
{
	int type = 0, protocol = 0;
	socklen_t length = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) ||
	    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length))
		die("SO_TYPE, SO_PROTOCOL");
	if (type == SOCK_RAW)
		return "raw";
	if (type == SOCK_STREAM)
		return "tcp";
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return "icmp";
	return protocol == IPPROTO_UDPLITE ? "udplite" : "udp";
}

void face_of(struct face *face, int fd)
{
	struct where where = { .length = sizeof(where.storage) };
	socklen_t length = sizeof(face->cookie);
	struct stat status;

	memset(face, 0, sizeof(*face));
	snprintf(face->protocol, sizeof(face->protocol), "%s", protocol_name(fd));
	if (!getpeername(fd, (struct sockaddr *)&where.storage, &where.length))
		where_text(&where, face->peer);
	where_of(&where, fd);
	where_text(&where, face->local);
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &face->cookie, &length) || fstat(fd, &status))
		die("SO_COOKIE, fstat");
	face->fd = fd;
	face->inode = status.st_ino;
	face->pid = getpid();
}

void face_closed(struct face *face)
{
	face->fd = -1;
	face->inode = 0;
}

void face_turn(struct face *face)
{
	char local[TEXT_MAX];

	memcpy(local, face->local, sizeof(local));
	memcpy(face->local, face->peer, sizeof(face->local));
	memcpy(face->peer, local, sizeof(face->peer));
	face->cookie = 0;
	face_closed(face);
}

void face_print(const struct face *face, const char *name, const char *state)
{
	printf("%s proto=%s local=%s peer=%s fd=%d ino=%" PRIu64 " cookie=%" PRIu64
	       " pid=%d state=%s\n", name, face->protocol, face->local, face->peer, face->fd,
	       face->inode, face->cookie, face->pid, state);
}

void report(int fd, const char *name, const char *state)
{
	struct face face;

	face_of(&face, fd);
	face_print(&face, name, state);
}
