/* SPDX-License-Identifier: MIT */
/* The table of a snapshot made by hand. */
#ifndef TESTS_SHOWN_H
#define TESTS_SHOWN_H

#include "unit.h"

#include <stdlib.h>

#include "view/view.h"

enum { SHOWN = STATES_ALL & ~STATES_QUIET };

/* The table as text; the caller frees it. */
static inline char *show(struct snapshot *snap, const struct view_options *options)
{
	struct listing listing;
	struct buf buf;

	if (!snap->listeners)
		assert_int_equal(listeners_find(snap), 0);
	listing_init(&listing, snap, SHOWN);
	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(views[VIEW_TABLE].show(&listing, options, &buf), 0);
	buf_add_char(&buf, '\0');
	listing_free(&listing);
	return buf.data;
}

#endif
