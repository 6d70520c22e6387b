/* SPDX-License-Identifier: MIT */
/* Counts in the place of a list. */
#ifndef CMD_COUNT_H
#define CMD_COUNT_H

#include "cmd.h"

/* What must be collected to count: enum need. */
uint32_t counting_needs(const struct settings *settings);

/* Do the options go with --count-by, where it is given?  Says what does not. */
enum status check_counting(const struct settings *settings);

/* Append the counts of what would be listed; 0 or -ENOMEM. */
int show_counts(const struct settings *settings, struct listing *listing, struct buf *out);

#endif
