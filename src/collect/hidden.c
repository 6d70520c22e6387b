/* SPDX-License-Identifier: MIT */
/*
 * Who holds a port by a TCP socket that is bound and does not listen?  Before 6.8
 * no table of the kernel has such a socket: the descriptors of all processes are
 * looked through, and each socket is asked by a descriptor of our own.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect.h"
#include "collect/facts.h"
#include "source_inside.h"
#include "uapi.h"

struct search {
	uint16_t port;
	uint64_t netns;			/* SO_NETNS_COOKIE of sockets there */
};

static uint64_t netns_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, UAPI_SO_NETNS_COOKIE, &cookie, &size) < 0 ? 0 : cookie;
}

static int read_netns(void *context)
{
	struct search *s = context;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	s->netns = netns_of(fd);
	close(fd);
	return s->netns ? 0 : -1;
}

static int option_of(int fd, int name)
{
	socklen_t size = sizeof(int);
	int value = 0;

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

static bool is_it(int fd, const struct search *s)
{
	struct sockaddr_in6 name = { 0 }, peer;
	socklen_t size = sizeof(name), peer_size = sizeof(peer);

	/* The port is at the same place in both families. */
	return option_of(fd, SO_PROTOCOL) == IPPROTO_TCP && !option_of(fd, SO_ACCEPTCONN) &&
	       getsockname(fd, (struct sockaddr *)&name, &size) == 0 &&
	       ntohs(name.sin6_port) == s->port && netns_of(fd) == s->netns &&
	       getpeername(fd, (struct sockaddr *)&peer, &peer_size) < 0;
}

static bool is_held_by(int pidfd, int number, const struct search *s)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	bool found = fd >= 0 && is_it(fd, s);

	if (fd >= 0)
		close(fd);
	return found;
}

static bool is_socket(int dir, const char *name)
{
	static const char socket[] = "socket:[";
	char target[sizeof(socket)];

	return readlinkat(dir, name, target, sizeof(socket) - 1) == sizeof(socket) - 1 &&
	       memcmp(target, socket, sizeof(socket) - 1) == 0;
}

static bool look_at_process(const struct search *s, uint32_t pid)
{
	char path[32];
	const struct dirent *entry;
	bool found = false;
	int pidfd;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	while (pidfd >= 0 && !found && (entry = readdir(dir)))
		found = isdigit((unsigned char)*entry->d_name) &&
			is_socket(dirfd(dir), entry->d_name) &&
			is_held_by(pidfd, (int)strtol(entry->d_name, NULL, 10), s);
	if (pidfd >= 0)
		close(pidfd);
	closedir(dir);
	return found;
}

static void name_holder(struct hidden_holder *holder, uint32_t pid)
{
	char path[32];

	holder->pid = pid;
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (file_read(AT_FDCWD, path, holder->command, sizeof(holder->command)) < 0)
		*holder->command = '\0';
	holder->command[strcspn(holder->command, "\n")] = '\0';
}

void facts_find_hidden(struct source *source, const struct bind_request *request,
		       struct hidden_holder *holder)
{
	struct search s = { .port = request->local.port };
	const struct dirent *entry;
	DIR *proc;

	*holder = (struct hidden_holder){ 0 };
	if (request->protocol != PROTOCOL_TCP || source_inside(source, read_netns, &s) < 0)
		return;
	proc = opendir("/proc");
	while (proc && !holder->pid && (entry = readdir(proc))) {
		uint32_t pid = (uint32_t)strtoul(entry->d_name, NULL, 10);

		if (pid && look_at_process(&s, pid))
			name_holder(holder, pid);
	}
	if (proc)
		closedir(proc);
}
