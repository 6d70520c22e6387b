/* SPDX-License-Identifier: MIT */
/* Directories of /proc: the numbers in them, and opening what is below. */
#include "proc_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/array.h"

void entries_start(struct entries *entries, int fd, char *buffer, size_t size)
{
	*entries = (struct entries){ .fd = fd, .buffer = buffer, .size = size };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

const char *entries_next(struct entries *entries)
{
	const struct dirent64 *entry;

	do {
		if (entries->at >= entries->length) {
			entries->at = 0;
			entries->length = getdents64(entries->fd, entries->buffer, entries->size);
			if (entries->length < 0)
				entries->length = -errno;
			if (entries->length <= 0)
				return NULL;
		}
		entry = (const void *)(entries->buffer + entries->at);
		entries->at += entry->d_reclen;
	} while (!is_digit(entry->d_name[0]));
	return entry->d_name;
}

uint32_t number_of(const char *text)
{
	uint32_t number = 0;

	while (is_digit(*text))
		number = number * 10 + (uint32_t)(*text++ - '0');
	return number;
}

int pids_add(struct pids *pids, uint32_t pid)
{
	uint32_t *at = array_reserve(pids->at, &pids->capacity, pids->count + 1, sizeof(*at));

	if (!at)
		return -ENOMEM;
	pids->at = at;
	at[pids->count++] = pid;
	return 0;
}

/* Without openat2(): is it on the same filesystem? */
static int open_and_compare(int dir, const char *path, int flags)
{
	int fd = openat(dir, path, flags);
	struct stat outer, inner;

	if (fd < 0)
		return -errno;
	if (fstat(dir, &outer) == 0 && fstat(fd, &inner) == 0 && outer.st_dev == inner.st_dev)
		return fd;
	close(fd);
	return -EXDEV;
}

/*
 * It is unknown before 5.6, and a sandbox may refuse it with any error: of
 * one that never worked no error tells of the file.
 */
int proc_dir_open(int dir, const char *path, int flags)
{
	static atomic_bool works;
	const struct open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC, .resolve = RESOLVE_NO_XDEV,
	};
	long fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

	if (fd >= 0 || errno == EXDEV)
		atomic_store_explicit(&works, true, memory_order_relaxed);
	if (fd >= 0)
		return (int)fd;
	return atomic_load_explicit(&works, memory_order_relaxed)
		       ? -errno
		       : open_and_compare(dir, path, flags | O_CLOEXEC);
}
