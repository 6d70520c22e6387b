/* SPDX-License-Identifier: MIT */
/* Views: a listing in, text out. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/listing.h"
#include "model/query.h"

/* What the user asked to see besides the usual columns. */
enum extra {
	EXTRA_OWNERS = 1 << 0,		/* processes; on unless switched off */
	EXTRA_TIMERS = 1 << 1,		/* -o */
	EXTRA_EXTENDED = 1 << 2,	/* -e */
	EXTRA_MEMORY = 1 << 3,		/* -m */
	EXTRA_INFO = 1 << 4,		/* -i */
	EXTRA_NAMES = 1 << 5,		/* -r */
};

struct view_options {
	uint32_t extras;		/* enum extra */
	size_t width;			/* columns of the terminal; 0: not a terminal */
	bool color;
	bool header;
};

struct view {
	const char *name;
	const char *help;
	/* What must be collected for it with these extras: enum need. */
	uint32_t (*needs)(uint32_t extras);
	/* Append everything to `out`; errors stick there.  0 or -ENOMEM. */
	int (*show)(struct listing *listing, const struct view_options *options,
		    struct buf *out);
};

enum view_id { VIEW_TABLE, VIEW_JSON, VIEW_COUNT };

extern const struct view views[VIEW_COUNT];

/* What -r needs in any view: enum need. */
uint32_t names_needs(uint32_t extras);

/*
 * The notes of a snapshot, a line each, for a person: "warning: ...".  Those
 * that only inform are left out unless `all`.
 */
void notes_show(const struct snapshot *snap, bool all, const char *prefix, struct buf *out);

#endif
