/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share: a collection that asks for everything, and every view of it. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdlib.h>

#include "collect/collect.h"
#include "view/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_show(const struct snapshot *snap, enum view_id view, size_t width,
			     const struct columns *columns, const struct order *order)
{
	struct view_options options = { .extras = UINT32_MAX, .width = width, .color = width > 0,
					.header = true, .columns = columns };
	struct listing listing;
	struct buf out;

	if (buf_init(&out, -1) < 0)
		abort();
	listing_init(&listing, snap, STATES_ALL);
	listing.order = order;
	if (views[view].show(&listing, &options, &out) < 0)
		abort();
	buf_free(&out);
	listing_free(&listing);
}

/* All columns, in the order of all of them; which is the first key depends on the snapshot. */
static inline void fuzz_show_columns(const struct snapshot *snap)
{
	struct columns columns = { .count = 0 };
	struct order order = { .count = 0 };

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		enum field_id field = (enum field_id)((i + snap->count * 7) % FIELD_COUNT);

		columns_add(&columns, field);
		if (!field_is_group(&fields[field]))
			order_add(&order, field, i % 2);
	}
	fuzz_show(snap, VIEW_TABLE, 80, &columns, &order);
	fuzz_show(snap, VIEW_CSV, 0, &columns, &order);
}

/* Two views of each snapshot, and now and then all columns, which take long. */
static inline void fuzz_show_all(const struct snapshot *snap)
{
	static const struct {
		enum view_id view;
		size_t width;
	} shows[] = { { VIEW_TABLE, 0 }, { VIEW_JSON, 0 }, { VIEW_TABLE, 80 }, { VIEW_CSV, 0 } };
	size_t chosen = snap->count ? snap->sockets[0].local.port : 0;

	fuzz_show(snap, shows[chosen % 2].view, shows[chosen % 2].width, NULL, NULL);
	fuzz_show(snap, shows[2 + chosen % 2].view, shows[2 + chosen % 2].width, NULL, NULL);
	if (chosen % 64 == 5)
		fuzz_show_columns(snap);
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
