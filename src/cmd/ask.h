/* SPDX-License-Identifier: MIT */
/* Filters of texts that are not those of the command line. */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include "cmd.h"

/* Make a filter of a text, with the names that this machine knows; NULL: `error` says why. */
struct filter *filter_of_text(const struct settings *settings, struct source *source,
			      const char *text, struct filter_error *error);

#endif
