/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share: a collection that asks for everything, and every view of it. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdlib.h>

#include "collect/collect.h"
#include "view/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_show(const struct snapshot *snap, enum view_id view, size_t width)
{
	struct view_options options = { .extras = UINT32_MAX, .width = width, .color = width > 0,
					.header = true };
	struct listing listing;
	struct buf out;

	if (buf_init(&out, -1) < 0)
		abort();
	listing_init(&listing, snap, STATES_ALL);
	if (views[view].show(&listing, &options, &out) < 0)
		abort();
	buf_free(&out);
	listing_free(&listing);
}

static inline void fuzz_show_all(const struct snapshot *snap)
{
	fuzz_show(snap, VIEW_TABLE, 0);
	fuzz_show(snap, VIEW_TABLE, 80);
	fuzz_show(snap, VIEW_JSON, 0);
}

/* What follows on a dump, without /proc. */
static inline void fuzz_arrange_and_show(struct snapshot *snap)
{
	if (snapshot_drop_duplicates(snap) < 0 || listeners_find(snap) < 0 || pairs_find(snap) < 0)
		abort();
	listeners_compare_owners(snap);
	fuzz_show_all(snap);
}

/* An empty snapshot with one namespace; never NULL. */
static inline struct snapshot *fuzz_snapshot(void)
{
	static struct interface interfaces[] = { { 1, "lo" } };
	struct snapshot *snap = snapshot_new();

	if (!snap)
		abort();
	snap->asked = UINT32_MAX;
	snap->netns = arena_alloc(&snap->arena, sizeof(*snap->netns));
	if (!snap->netns)
		abort();
	*snap->netns = (struct netns){ .interfaces = interfaces, .interface_count = 1 };
	snap->netns_count = 1;
	return snap;
}

#endif
