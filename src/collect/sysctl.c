/* SPDX-License-Identifier: MIT */
/*
 * The settings that explain ports and queues.  Unlike /proc/net, /proc/sys/net
 * is that of the calling thread's namespace.
 */
#include "sysctl.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "collect.h"

/*
 * The second size holds every list of reserved ports: such a file is read in
 * one go or cut (proc_do_large_bitmap()), and the kernel clears as much memory
 * as it is asked for.
 */
enum { USUAL_SIZE = 1024, LARGEST_SIZE = 256 * 1024, PATH_SIZE = 128 };

static const char *const names[] = {
	"net.core.netdev_max_backlog",
	"net.core.rmem_default",
	"net.core.rmem_max",
	"net.core.somaxconn",
	"net.core.wmem_default",
	"net.core.wmem_max",
	"net.ipv4.ip_autobind_reuse",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_nonlocal_bind",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.raw_l3mdev_accept",
	"net.ipv4.tcp_abort_on_overflow",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_l3mdev_accept",
	"net.ipv4.tcp_max_orphans",
	"net.ipv4.tcp_max_syn_backlog",
	"net.ipv4.tcp_max_tw_buckets",
	"net.ipv4.tcp_mem",
	"net.ipv4.tcp_migrate_req",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_synack_retries",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_tw_reuse",
	"net.ipv4.tcp_wmem",
	"net.ipv4.udp_l3mdev_accept",
	"net.ipv4.udp_mem",
	"net.ipv6.bindv6only",
	"net.ipv6.ip_nonlocal_bind",
};

enum { NAME_COUNT = ARRAY_SIZE(names) };

void sysctl_normalise(char *text)
{
	static const char blanks[] = " \t\n";
	char *out = text, *rest;

	for (char *word = strtok_r(text, blanks, &rest); word;
	     word = strtok_r(NULL, blanks, &rest)) {
		size_t length = strlen(word);

		/* Where the separator of the word before was, or before it. */
		if (out != text)
			*out++ = ' ';
		memmove(out, word, length);
		out += length;
	}
	*out = '\0';
}

static const char *read_value(struct arena *arena, const char *name, size_t size)
{
	char path[PATH_SIZE], *text = malloc(size);
	const char *value = NULL;
	long length;

	if (!text)
		return NULL;
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	for (char *dot = strchr(path, '.'); dot; dot = strchr(dot, '.'))
		*dot = '/';
	length = file_read(AT_FDCWD, path, text, size);
	if (length >= 0 && (size_t)length + 1 < size) {
		sysctl_normalise(text);
		value = arena_copy_text(arena, text);
	} else if (length >= 0 && size < LARGEST_SIZE) {
		value = read_value(arena, name, LARGEST_SIZE);
	}
	free(text);
	return value;
}

void sysctls_read(struct snapshot *snap, struct netns *netns)
{
	netns->sysctl_count = 0;
	netns->sysctls = arena_alloc(&snap->arena, sizeof(*netns->sysctls) * NAME_COUNT);
	for (size_t i = 0; netns->sysctls && i < NAME_COUNT; i++) {
		const char *value = read_value(&snap->arena, names[i], USUAL_SIZE);

		if (value)
			netns->sysctls[netns->sysctl_count++] =
				(struct sysctl){ names[i], value };
	}
}
