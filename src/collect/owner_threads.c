/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables that /proc/PID/fd does not show: those of threads that
 * did unshare(CLONE_FILES), and the whole process's when its first thread has
 * exited.  Knows threads and kcmp(); knows nothing of sockets.
 */
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* More tables than these in one process are read once for each of their threads. */
enum { TABLES = 32 };

/* A thread of each table that has been read. */
struct tables {
	uint32_t tids[TABLES];
	unsigned count;
};

/*
 * Where kcmp() is refused or unknown, threads are taken to share, as nearly all
 * do; a thorough walk reads them all.  A thread that has ended is no answer.
 */
static bool is_read(struct owner_walk *w, const struct tables *tables, uint32_t tid)
{
	for (unsigned i = 0; !w->thorough && i < tables->count; i++) {
		long order = syscall(SYS_kcmp, tables->tids[i], tid, KCMP_FILES, 0, 0);

		if (order < 0 && errno != ESRCH)
			w->unsure = true;
		if (order == 0 || (order < 0 && errno != ESRCH))
			return true;
	}
	return false;
}

static void tables_add(struct tables *tables, uint32_t tid)
{
	if (tables->count < TABLES)
		tables->tids[tables->count++] = tid;
}

static int thread_walk(struct owner_walk *w, struct tables *tables, uint32_t tid)
{
	char path[32];
	int err;

	if (tid == w->pid || is_read(w, tables, tid))
		return 0;
	snprintf(path, sizeof(path), "task/%u/fd", tid);
	w->tid = tid;
	err = table_walk(w, path);
	if (err == -ENOENT || err == -ESRCH)
		return 0;
	tables_add(tables, tid);
	return err;
}

/* Has it more than one thread?  1, 0 or -errno. */
static int has_threads(const struct owner_walk *w)
{
	struct stat task;

	if (fstatat(w->dir, "task", &task, 0) < 0)
		return -errno;
	if (task.st_dev != w->device)
		return -EXDEV;
	/* proc_task_getattr() adds the threads to the two links of a directory. */
	return task.st_nlink > 2 + 1;
}

/* Where the first thread lists nothing it has exited, and another one stands for the process. */
int threads_walk(struct owner_walk *w)
{
	struct tables tables = { .count = 0 };
	struct entries entries;
	const char *tid;
	int task, err = has_threads(w);

	if (err <= 0)
		return err;
	err = 0;
	w->leader_gone = !w->listed;
	if (!w->leader_gone)
		tables_add(&tables, w->pid);
	task = proc_dir_open(w->dir, "task", O_RDONLY | O_DIRECTORY);
	if (task < 0)
		return task;
	entries_start(&entries, task, w->threads, sizeof(w->threads));
	while (!err && (tid = entries_next(&entries)))
		err = thread_walk(w, &tables, number_of(tid));
	if (!err && entries.length < 0)
		err = (int)entries.length;
	close(task);
	return err;
}
