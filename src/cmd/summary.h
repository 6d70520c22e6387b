/* SPDX-License-Identifier: MIT */
/* The summary: counted lines, and how they are shown. */
#ifndef CMD_SUMMARY_H
#define CMD_SUMMARY_H

#include "cmd.h"

enum { LINES_MAX = 128 };

struct line {
	const char *section;
	const char *label;		/* may come from outside */
	const char *filter;		/* shows its rows */
	size_t rows;
	unsigned indent;
};

struct summary {
	const struct snapshot *snap;
	struct arena arena;
	struct line lines[LINES_MAX];
	size_t count;
	size_t sockets;			/* in all */
	bool failed;			/* memory was short */
};

/* What must be collected for it. */
uint32_t summary_needs(uint32_t extras);

/* Count everything in a snapshot, which is borrowed; 0 or -ENOMEM.  summary_free() in any case. */
int summary_make(struct summary *summary, const struct snapshot *snap);
void summary_free(struct summary *summary);

/*
 * Append it as text or JSON.  `settings` are those of the command line; `base` is
 * the user's own filter, "" when there is none.
 */
void summary_show(const struct summary *summary, const struct settings *settings,
		  const char *base, struct buf *out);
void summary_show_json(const struct summary *summary, const struct settings *settings,
		       const char *base, struct buf *out);

#endif
