/* SPDX-License-Identifier: MIT */
/* Private to what is read of processes: the fields of /proc/PID/stat. */
#ifndef COLLECT_PROCESS_H
#define COLLECT_PROCESS_H

#include <stddef.h>
#include <stdint.h>

struct stat_fields {
	const char *command;		/* raw bytes within the text that was parsed */
	uint32_t parent, group;
	unsigned long long start;	/* clock ticks since boot */
};

/* Parse such a text, which is cut into pieces; 0 or -EINVAL. */
int stat_parse(char *text, struct stat_fields *fields);

/* Read the file `name` below `dir` into `text` and parse it; 0 or -errno. */
int stat_read(int dir, const char *name, char *text, size_t size, struct stat_fields *fields);

#endif
