/* SPDX-License-Identifier: MIT */
/* Fitting measured columns to each other and to a terminal. */
#ifndef VIEW_LAYOUT_FIT_H
#define VIEW_LAYOUT_FIT_H

#include "layout.h"

/* Usual columns that tell nothing in any row are left out. */
void layout_remove_silent(struct layout *layout);

/* What a terminal of `width` has no room for is left out, or gives way. */
void layout_fit(struct layout *layout, size_t width);

/* Columns of one heading have one width in all groups; `terminal` 0: there is none. */
void layouts_make_equal(struct layout layouts[LISTING_GROUPS], size_t terminal);

#endif
