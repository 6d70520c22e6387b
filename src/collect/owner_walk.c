/* SPDX-License-Identifier: MIT */
/*
 * The walk over the descriptors of one process in /proc: per descriptor one
 * readlinkat() and nothing else.  It knows where descriptors are listed; what
 * a socket is wanted for, only its visitor knows.
 */
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_DIGITS = 20 };

int fdinfo_open(const struct owner_walk *w, const char *fd)
{
	char path[3 * NAME_DIGITS];

	if (w->tid)
		snprintf(path, sizeof(path), "task/%u/fdinfo/%.*s", w->tid, NAME_DIGITS, fd);
	else
		snprintf(path, sizeof(path), "fdinfo/%.*s", NAME_DIGITS, fd);
	return proc_dir_open(w->dir, path, O_RDONLY);
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

	/* Closed since: ENOENT. */
	if (length < 0)
		return errno == ENOENT ? 0 : -errno;
	target[length] = 0;
	if (length >= (ssize_t)sizeof(socket) && !memcmp(target, socket, sizeof(socket) - 1))
		return w->visit(w, number_of(target + sizeof(socket) - 1), fd);
	if (length == sizeof(ring) - 1 && !memcmp(target, ring, sizeof(ring)))
		return ring_walk(w, fd);
	return 0;
}

int table_walk(struct owner_walk *w, const char *path)
{
	int table = proc_dir_open(w->dir, path, O_RDONLY | O_DIRECTORY);
	struct entries entries;
	const char *fd;
	int err = 0;

	w->listed = 0;
	if (table < 0)
		return table;
	entries_start(&entries, table, w->descriptors, sizeof(w->descriptors));
	while (!err && (fd = entries_next(&entries))) {
		w->listed++;
		err = link_visit(w, table, fd);
	}
	if (!err && entries.length < 0)
		err = (int)entries.length;
	close(table);
	return err;
}

void walk_fail(struct owner_walk *w, int err)
{
	if (w->failed_count && w->failed == w->pid)
		return;
	w->failed = w->pid;
	w->failure = err;
	w->failed_count++;
}

/* What became of a process: one that ended meanwhile is nothing to talk about. */
static int process_settle(struct owner_walk *w, int err)
{
	if (is_denial(err))
		return pids_add(&w->denied, w->pid);
	if (err == -ENOMEM)
		return err;
	if (err < 0 && err != -ENOENT && err != -ESRCH)
		walk_fail(w, err);
	return 0;
}

/*
 * All is opened below one descriptor of /proc/PID: when the process ends it
 * leads nowhere, and never to another process with the same pid.
 */
int process_walk(struct owner_walk *w, uint32_t pid)
{
	char name[NAME_DIGITS];
	int err;

	snprintf(name, sizeof(name), "%u", pid);
	w->pid = pid;
	w->tid = 0;
	w->process = 0;
	w->leader_gone = false;
	w->dir = proc_dir_open(w->proc, name, O_PATH | O_DIRECTORY);
	if (w->dir < 0)
		return process_settle(w, w->dir);
	err = table_walk(w, "fd");
	if (!err)
		err = threads_walk(w);
	close(w->dir);
	return process_settle(w, err);
}
