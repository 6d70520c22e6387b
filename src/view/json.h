/* SPDX-License-Identifier: MIT */
/* The JSON view: schema conntab/1. */
#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include "view/view.h"

uint32_t json_needs(uint32_t extras);
int json_show(struct listing *listing, const struct view_options *options, struct buf *out);

#endif
