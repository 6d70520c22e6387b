/* SPDX-License-Identifier: MIT */
/* Views: a listing in, text out. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/columns.h"
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
	EXTRA_CHANGE = 1 << 6,		/* of two snapshots that were compared: which has it */
};

struct view_options {
	uint32_t extras;		/* enum extra */
	size_t width;			/* columns of the terminal; 0: not a terminal */
	bool color;
	bool header;
	const struct columns *columns;	/* chosen; NULL: the usual ones */
};

struct view {
	const char *name;
	const char *help;
	bool has_notes;			/* it shows the notes of the snapshot itself */
	/* What must be collected for it with these extras and columns: enum need. */
	uint32_t (*needs)(const struct view_options *options);
	/* Append everything to `out`; errors stick there.  0 or -ENOMEM. */
	int (*show)(struct listing *listing, const struct view_options *options,
		    struct buf *out);
};

enum view_id { VIEW_TABLE, VIEW_JSON, VIEW_JSONL, VIEW_CSV, VIEW_COUNT };

extern const struct view views[VIEW_COUNT];

/* What -r needs in any view: enum need. */
uint32_t names_needs(uint32_t extras);
/* Of what is needed, that which is looked for with these extras: owners, hosts perhaps not. */
static inline uint32_t view_limit_needs(uint32_t extras, uint32_t needs)
{
	uint32_t without = extras & EXTRA_NAMES ? 0 : NEED_HOST;

	if (!(extras & EXTRA_OWNERS))
		without |= NEED_OWNER | NEED_PROCESS;
	return needs & ~without;
}

/*
 * Append an array of the sockets of a listing, as they are in conntab/1; the
 * notes of a snapshot; seconds since 1970; what stands in front of a text
 * (",\"host\":") as it is, and the text, null where that is NULL.
 */
int json_add_sockets(struct listing *listing, struct buf *out);	/* 0 or -ENOMEM */
/* The owners of a socket as they are there. */
void json_add_owners(const struct snapshot *snap, const struct socket *sk, struct buf *out);

/* A namespace as it is there. */
void json_add_netns(const struct netns *netns, struct buf *out);

/* One socket as it is there, with `more` members behind it: ",\"a\":1". */
void json_add_socket(const struct snapshot *snap, const struct socket *sk, const char *more,
		     struct buf *out);
void json_add_notes(const struct snapshot *snap, struct buf *out);
void json_add_time(double seconds, struct buf *out);
void json_add_member(const char *front, const char *text, struct buf *out);

/* Append the JSON Schema of what VIEW_JSON writes. */
void schema_show(struct buf *out);

/*
 * The notes of a snapshot, a line each, for a person: "warning: ...".  Those
 * that only inform are left out unless `all`.
 */
void notes_show(const struct snapshot *snap, bool all, const char *prefix, struct buf *out);

#endif
