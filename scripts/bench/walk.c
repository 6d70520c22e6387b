/* SPDX-License-Identifier: MIT */
/*
 * walk - the bare walk of all descriptors: the floor below every search for owners in /proc.
 *
 * It opens /proc/PID/fd of each process once, reads it with getdents64 into one 64 KiB buffer, asks
 * readlinkat for each entry and counts the sockets.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_SIZE = 64 * 1024 };

struct tally {
	unsigned long processes;
	unsigned long descriptors;
	unsigned long sockets;
};

static void count_link(int dir, const char *name, struct tally *tally)
{
	static const char prefix[] = "socket:[";
	char target[64];
	ssize_t n = readlinkat(dir, name, target, sizeof(target));

	if (n < 0)
		return;
	tally->descriptors++;
	if ((size_t)n >= sizeof(prefix) && !memcmp(target, prefix, sizeof(prefix) - 1))
		tally->sockets++;
}

static void walk_process(int proc, const char *pid, struct tally *tally)
{
	static char buffer[BUFFER_SIZE] __attribute__((aligned(8)));
	char path[64];
	ssize_t n;
	int dir;

	snprintf(path, sizeof(path), "%.40s/fd", pid);
	dir = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	tally->processes++;
	while ((n = getdents64(dir, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *entry = (const void *)(buffer + at);

			if (isdigit((unsigned char)entry->d_name[0]))
				count_link(dir, entry->d_name, tally);
			at += entry->d_reclen;
		}
	}
	close(dir);
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };
	const struct dirent64 *entry;
	DIR *proc;

	if (argc > 1) {
		fprintf(stderr, "walk: unexpected argument '%s'; it takes none\n", argv[1]);
		return 2;
	}
	proc = opendir("/proc");
	if (!proc) {
		fprintf(stderr, "walk: cannot read /proc: %s\n", strerror(errno));
		return 1;
	}
	while ((entry = readdir64(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			walk_process(dirfd(proc), entry->d_name, &tally);
	closedir(proc);
	printf("%lu sockets among %lu descriptors of %lu processes\n",
	       tally.sockets, tally.descriptors, tally.processes);
	return 0;
}
