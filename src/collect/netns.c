/* SPDX-License-Identifier: MIT */
/*
 * Network namespaces: finding one by name, process or inode, and what has to
 * be read inside.  Never changes the namespace of the calling thread.
 */
#include "collect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"

/*
 * PID_MAX_LIMIT of the kernel: a bigger number is an inode.  Those of nsfs
 * start at 0xF0000000, the initial namespaces' (since 6.18) a little below.
 */
enum { PID_LIMIT = 4 * 1024 * 1024 };

static const char named_dir[] = "/run/netns";

/* Open a file that must be a network namespace: -ENOENT when it is something else. */
static int open_namespace(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ESRCH ? -ENOENT : -errno;
	/* `ip netns` mounts on an empty file, which a reboot or umount leaves behind. */
	if (ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET)
		return fd;
	close(fd);
	return -ENOENT;
}

static int open_named(const char *name)
{
	int dir, fd;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return -ENOENT;
	dir = open(named_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	fd = open_namespace(dir, name);
	close(dir);
	return fd;
}

/* A namespace with this inode at `path`; -ENOENT when there is another or none. */
static int open_matching(int dir, const char *path, uint64_t inode)
{
	struct stat st;
	int fd;

	if (fstatat(dir, path, &st, 0) < 0)
		return errno == ESRCH || errno == ENOTDIR ? -ENOENT : -errno;
	if (st.st_ino != inode)
		return -ENOENT;
	fd = open_namespace(dir, path);
	/* It may have changed in between. */
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_ino != inode)) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

/* Tries one directory entry; a descriptor, -ENOENT to go on, another error to remember. */
typedef int entry_function(int dir, const char *name, uint64_t inode);

/* Try all entries below `path`; the first descriptor, the last error other than ENOENT, or that. */
static int search_directory(int at, const char *path, entry_function *try, uint64_t inode)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int found = -ENOENT, result;
	const struct dirent *entry;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -ENOENT;
	}
	while (found < 0 && (entry = readdir(dir))) {
		result = try(dirfd(dir), entry->d_name, inode);
		if (result != -ENOENT)
			found = result;
	}
	closedir(dir);
	return found;
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static int try_process(int proc, const char *name, uint64_t inode)
{
	char path[NAME_MAX + sizeof("/ns/net")];

	if (!is_number(name))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/ns/net", name);
	return open_matching(proc, path, inode);
}

static int try_threads(int proc, const char *name, uint64_t inode)
{
	char path[NAME_MAX + sizeof("/task")];

	if (!is_number(name))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/task", name);
	return search_directory(proc, path, try_process, inode);
}

static int open_by_inode(uint64_t inode)
{
	static const struct {
		const char *dir;
		entry_function *try;
	} places[] = {
		{ named_dir, open_matching },
		{ "/proc", try_process },
		{ "/proc", try_threads },	/* slow, and rarely needed */
	};
	int found = -ENOENT;

	for (size_t i = 0; found < 0 && i < ARRAY_SIZE(places); i++) {
		int result = search_directory(AT_FDCWD, places[i].dir, places[i].try, inode);

		if (result != -ENOENT)
			found = result;
	}
	return found;
}

int netns_open(const char *text, uint32_t *pid)
{
	int fd = open_named(text);
	char path[64];
	uint64_t number;

	*pid = 0;
	if (fd != -ENOENT || !is_number(text))
		return fd;
	errno = 0;
	number = strtoull(text, NULL, 10);
	if (errno)
		return -ENOENT;
	if (number > PID_LIMIT)
		return open_by_inode(number);
	*pid = (uint32_t)number;
	snprintf(path, sizeof(path), "/proc/%u/ns/net", *pid);
	return open_namespace(AT_FDCWD, path);
}

/* The name below /run/netns, the first in order if there are several. */
static const char *find_name(struct arena *arena, const struct stat *wanted)
{
	DIR *dir = opendir(named_dir);
	const struct dirent *entry;
	char name[NAME_MAX + 1] = "";
	struct stat st;

	if (!dir)
		return NULL;
	while ((entry = readdir(dir)))
		if ((!*name || strcmp(entry->d_name, name) < 0) &&
		    fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
		    st.st_ino == wanted->st_ino && st.st_dev == wanted->st_dev)
			snprintf(name, sizeof(name), "%s", entry->d_name);
	closedir(dir);
	return *name ? arena_copy_text(arena, name) : NULL;
}

int netns_identify(struct snapshot *snap, int fd, struct netns *netns)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	netns->inode = st.st_ino;
	netns->name = find_name(&snap->arena, &st);
	return 0;
}

static void interface_add(struct snapshot *snap, struct netns *netns, uint32_t index,
			  const char *name)
{
	const char *copy = arena_copy_text(&snap->arena, name);

	if (copy)
		netns->interfaces[netns->interface_count++] =
			(struct interface){ .index = index, .name = copy };
}

static bool is_bound_in(const struct snapshot *snap, const struct netns *netns,
			const struct socket *sk)
{
	return sk->interface && &snap->netns[sk->netns] == netns;
}

/* A device that was deleted is still a number in the sockets that were bound to it. */
static void name_by_number(struct snapshot *snap, struct netns *netns)
{
	char name[16];

	for (size_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (!is_bound_in(snap, netns, sk) ||
		    snapshot_interface(snap, sk->netns, sk->interface))
			continue;
		snprintf(name, sizeof(name), "if%u", sk->interface);
		interface_add(snap, netns, sk->interface, name);
	}
}

void netns_read_interfaces(struct snapshot *snap, struct netns *netns)
{
	struct if_nameindex *list = if_nameindex();
	size_t count = 0, bound = 0;

	while (list && list[count].if_index)
		count++;
	for (size_t i = 0; i < snap->count; i++)
		bound += is_bound_in(snap, netns, &snap->sockets[i]);
	netns->interface_count = 0;
	netns->interfaces =
		arena_alloc(&snap->arena, (count + bound) * sizeof(*netns->interfaces));
	for (size_t i = 0; netns->interfaces && i < count; i++)
		interface_add(snap, netns, list[i].if_index, list[i].if_name);
	if (netns->interfaces)
		name_by_number(snap, netns);
	if (list)
		if_freenameindex(list);
}

void netns_read_ports(struct netns *netns)
{
	unsigned long first, last;
	char text[64], *end;

	netns->ephemeral_first = netns->ephemeral_last = 0;
	/* Unlike /proc/net, /proc/sys/net is that of the calling thread. */
	if (file_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text)) < 0)
		return;
	first = strtoul(text, &end, 10);
	last = strtoul(end, NULL, 10);
	if (!first || first > last || last > UINT16_MAX)
		return;
	netns->ephemeral_first = (uint16_t)first;
	netns->ephemeral_last = (uint16_t)last;
}
