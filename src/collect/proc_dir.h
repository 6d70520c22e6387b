/* SPDX-License-Identifier: MIT */
/*
 * Private to those who walk through /proc: the numbers in its directories,
 * and how to open what is below them.
 */
#ifndef COLLECT_PROC_DIR_H
#define COLLECT_PROC_DIR_H

#include <stddef.h>
#include <stdint.h>

/* The entries of a directory whose names begin with a digit. */
struct entries {
	int fd;
	char *buffer;
	size_t size;
	long at, length;		/* at the end a length below 0 is -errno */
};

/* Start on an open directory; the buffer stays the caller's. */
void entries_start(struct entries *entries, int fd, char *buffer, size_t size);

/* The name of the next one; NULL at the end. */
const char *entries_next(struct entries *entries);

/* The decimal number that `text` begins with. */
uint32_t number_of(const char *text);

struct pids {
	uint32_t *at;			/* ascending */
	size_t count, capacity;
};

/* Add one behind the others; 0 or -ENOMEM. */
int pids_add(struct pids *pids, uint32_t pid);

/*
 * Open what is below an open directory of /proc, and nothing that was mounted
 * over it: then -EXDEV.  A descriptor or -errno.
 */
int proc_dir_open(int dir, const char *path, int flags);

#endif
