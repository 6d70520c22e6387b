/* SPDX-License-Identifier: MIT */
/* Private to reading a recorded file: its rows, before they become a snapshot. */
#ifndef COLLECT_RECORD_READ_H
#define COLLECT_RECORD_READ_H

#include "record_rows.h"
#include "replay.h"

struct record_text {
	const char *text;		/* NUL-terminated, in the snapshot's arena */
	size_t length;
	bool has_nul;			/* within its length */
};

/* Rows of one kind, from all sections of that kind. */
struct record_table {
	char *rows;			/* by malloc(), or the snapshot's: see is_kept() */
	size_t count;			/* that the file announces */
	size_t filled;
};

struct record_reader {
	const uint8_t *data;
	size_t size;
	struct recorded *recorded;
	char *why;			/* SOURCE_WHY_MAX bytes */
	struct record_text *texts;
	size_t text_count;		/* that were read */
	struct record_table tables[SECTION_COUNT];
};

/* "damaged at byte N: WHAT" into `why`; `at` is within the data.  Returns -EBADMSG. */
int record_damaged(struct record_reader *reader, const uint8_t *at, const char *what);

/*
 * record_rows.c: the snapshot from the rows, whose indices are in range.
 * Takes the tables' memory where it can.  0, -EBADMSG or -ENOMEM.
 */
int record_assemble(struct record_reader *reader);

/* record_rows.c: are the rows of this kind the snapshot's as they are, in its arena? */
bool is_kept(enum record_section section);

#endif
