/* SPDX-License-Identifier: MIT */
/*
 * Which processes there are, and which came and went while they were looked
 * into.  A process has its descriptors from its parent, so whoever holds a
 * socket at the end was there when its parent was visited, or is new.
 */
#include "owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* So often processes may go on to come; more is a storm. */
enum { ROUNDS = 8 };

/* The last number given to a process or thread in our namespace; 0 unknown. */
static uint32_t last_pid(const struct owner_walk *w)
{
	char text[128];
	const char *at;

	if (file_read(w->proc, "loadavg", text, sizeof(text)) < 0)
		return 0;
	at = strrchr(text, ' ');
	return at ? number_of(at + 1) : 0;
}

/* All processes of this moment, by their pids. */
static int pids_read(struct owner_walk *w, struct pids *pids)
{
	struct entries entries;
	const char *pid;
	int err = 0;

	pids->count = 0;
	if (lseek(w->proc, 0, SEEK_SET) < 0)
		return -errno;
	entries_start(&entries, w->proc, w->processes, sizeof(w->processes));
	while (!err && (pid = entries_next(&entries)))
		err = pids_add(pids, number_of(pid));
	return err || entries.length >= 0 ? err : (int)entries.length;
}

/* Without a list of processes nobody was looked into. */
static int pids_list(struct owner_walk *w, struct pids *pids)
{
	int err = pids_read(w, pids);

	if (!err || err == -ENOMEM)
		return err;
	w->pid = 0;
	walk_fail(w, err);
	return 0;
}

int processes_walk(struct owner_walk *w)
{
	int err;

	w->denied.count = w->failed_count = 0;
	w->quiet = w->closed = false;
	w->last_pid = last_pid(w);
	err = pids_list(w, &w->pids);
	for (size_t i = 0; !err && i < w->pids.count; i++)
		err = process_walk(w, w->pids.at[i]);
	return err;
}

/* Visit those that were not there before; `change` is set when some came or went. */
static int round_walk(struct owner_walk *w, bool *came, bool *change)
{
	struct pids before = w->pids;
	size_t at = 0;
	int err;

	w->pids = w->before;
	w->before = before;
	*came = false;
	err = pids_list(w, &w->pids);
	for (size_t i = 0; !err && i < w->pids.count; i++) {
		uint32_t pid = w->pids.at[i];

		while (at < before.count && before.at[at] < pid) {
			*change = true;
			at++;
		}
		if (at < before.count && before.at[at] == pid) {
			at++;
			continue;
		}
		*came = *change = true;
		err = process_walk(w, pid);
	}
	*change |= at < before.count;
	return err;
}

int newcomers_walk(struct owner_walk *w)
{
	bool came = true, change = false;
	int err = 0;

	for (int round = 0; !err && came && round < ROUNDS; round++)
		err = round_walk(w, &came, &change);
	w->closed = !came;
	w->quiet = !change && w->last_pid == last_pid(w);
	return err;
}
