/* SPDX-License-Identifier: MIT */
/* What is near where a question found nothing. */
#ifndef CMD_NEAR_MISS_H
#define CMD_NEAR_MISS_H

#include "cmd.h"

/*
 * Where standard error is a terminal: look for what is near to what `filter`
 * asks for, and say the first thing that is there in one line.
 */
void say_near_miss(const struct settings *settings, struct source *source,
		   const struct filter *filter);

#endif
