/* SPDX-License-Identifier: MIT */
/* Questions about what could not be looked at. */
#ifndef CMD_UNSEEN_H
#define CMD_UNSEEN_H

#include "cmd.h"

/*
 * Say of how many sockets it is not known whether they match the filter.  They
 * are not shown, and the snapshot is unsure.
 */
void note_unseen_matches(const struct settings *settings, struct snapshot *snap);

/*
 * Of the sockets in `states` that are shown: say how many have no known value of
 * what the command line asks for by name, as a column, to sort or to count by.  Then the
 * snapshot is unsure.
 */
void note_unseen_values(const struct settings *settings, struct snapshot *snap, uint32_t states);

#endif
