/* SPDX-License-Identifier: MIT */
/* Files in the place of the kernel, shown for tests and fuzzing. */
#ifndef COLLECT_REPLAY_H
#define COLLECT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect.h"
#include "collect/source.h"

/* A file as it was read: a snapshot without listeners and pairs, and what it was asked for. */
struct recorded {
	struct snapshot *snap;		/* with its `asked` and `states` */
	uint32_t protocols, versions;
};

/* An open file. */
struct replay;

/* See source_open_file(). */
int replay_open(struct replay **replay, const char *path, char why[SOURCE_WHY_MAX]);

/* The same of bytes in memory (taken by malloc()), which are the replay's from now on. */
int replay_open_bytes(struct replay **replay, uint8_t *data, size_t size, double time,
		      char why[SOURCE_WHY_MAX]);

/* See source_narrow(); before anything was collected. */
void replay_narrow(const struct replay *replay, struct query *query);

/* See source_collect(); 0 or -ENOMEM. */
int replay_collect(struct replay *replay, const struct query *query, struct snapshot **snap);
void replay_close(struct replay *replay);

/* See source_interface(); UINT32_MAX where the file does not tell of interfaces. */
uint32_t replay_interface(const struct replay *replay, const char *name);

/*
 * record_read.c and ss_dump.c: do the bytes begin like such a file?  Then read
 * them: 0 and a snapshot, -EBADMSG and a sentence, or -ENOMEM.
 */
bool record_is(const uint8_t *data, size_t size);
int record_read(struct recorded *recorded, const uint8_t *data, size_t size,
		char why[SOURCE_WHY_MAX]);
bool ss_dump_is(const uint8_t *data, size_t size);
int ss_dump_read(struct recorded *recorded, const uint8_t *data, size_t size,
		 char why[SOURCE_WHY_MAX]);

#endif
