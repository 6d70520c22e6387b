/* SPDX-License-Identifier: MIT */
/*
 * The walk over the descriptors of all processes in /proc: per descriptor one
 * readlinkat() and nothing else.  It knows where descriptors are listed; what
 * a socket is wanted for, only its visitor knows.
 */
#include "owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"

enum { NAME_DIGITS = 20, OPEN_DIR = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

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

int fdinfo_open(const struct owner_walk *w, const char *fd)
{
	char path[3 * NAME_DIGITS];
	int file;

	if (w->tid)
		snprintf(path, sizeof(path), "task/%u/fdinfo/%.*s", w->tid, NAME_DIGITS, fd);
	else
		snprintf(path, sizeof(path), "fdinfo/%.*s", NAME_DIGITS, fd);
	file = openat(w->dir, path, O_RDONLY | O_CLOEXEC);
	return file < 0 ? -errno : file;
}

static bool is_denial(int err)
{
	return err == -EACCES || err == -EPERM;
}

/*
 * stat() would tell a socket as well, but it hangs on a file of a network
 * filesystem whose server is gone; the link is always at hand.
 */
static int link_visit(struct owner_walk *w, int table, const char *fd)
{
	static const char socket[] = "socket:[", ring[] = "anon_inode:[io_uring]";
	char target[64];
	ssize_t length = readlinkat(table, fd, target, sizeof(target) - 1);

	if (length < 0)
		return is_denial(-errno) ? -errno : 0;
	target[length] = 0;
	if (length >= (ssize_t)sizeof(socket) && !memcmp(target, socket, sizeof(socket) - 1))
		return w->visit(w, number_of(target + sizeof(socket) - 1), fd);
	if (length == sizeof(ring) - 1 && !memcmp(target, ring, sizeof(ring)))
		return ring_walk(w, fd);
	return 0;
}

int table_walk(struct owner_walk *w, const char *path)
{
	int table = openat(w->dir, path, OPEN_DIR);
	struct entries entries;
	const char *fd;
	int err = 0;

	w->listed = 0;
	if (table < 0)
		return -errno;
	entries_start(&entries, table, w->descriptors, sizeof(w->descriptors));
	while (!err && (fd = entries_next(&entries))) {
		w->listed++;
		err = link_visit(w, table, fd);
	}
	close(table);
	return err;
}

static int process_deny(struct owner_walk *w)
{
	uint32_t *denied = array_reserve(w->denied, &w->denied_capacity, w->denied_count + 1,
					 sizeof(*denied));

	if (!denied)
		return -ENOMEM;
	w->denied = denied;
	denied[w->denied_count++] = w->pid;
	return 0;
}

/* What became of a process: one that ended meanwhile is nothing to talk about. */
static int process_settle(struct owner_walk *w, int err)
{
	if (err == -ENOENT || err == -ESRCH)
		return 0;
	return is_denial(err) ? process_deny(w) : err;
}

/*
 * All is opened below one descriptor of /proc/PID: when the process ends it
 * leads nowhere, and never to another process with the same pid.
 */
static int process_walk(struct owner_walk *w, int proc, const char *pid)
{
	int err;

	w->pid = number_of(pid);
	w->tid = 0;
	w->process = 0;
	w->leader_gone = false;
	w->dir = openat(proc, pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w->dir < 0)
		return process_settle(w, -errno);
	err = table_walk(w, "fd");
	if (!err)
		err = threads_walk(w);
	close(w->dir);
	return process_settle(w, err);
}

int processes_walk(struct owner_walk *w)
{
	int proc = open("/proc", OPEN_DIR);
	struct entries entries;
	const char *pid;
	int err = 0;

	if (proc < 0)
		return -errno;
	entries_start(&entries, proc, w->processes, sizeof(w->processes));
	while (!err && (pid = entries_next(&entries)))
		err = process_walk(w, proc, pid);
	close(proc);
	return err;
}
