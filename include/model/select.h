/* SPDX-License-Identifier: MIT */
/*
 * The answer within a snapshot: sockets that the query's states or selection
 * leave out are hidden, and dropped where nothing shown needs them.
 */
#ifndef MODEL_SELECT_H
#define MODEL_SELECT_H

#include "model/query.h"
#include "model/snapshot.h"

/*
 * Once the tables have been read: hide what does not belong to the answer as
 * far as `known` (enum need) tells, and drop what is hidden unless it is a
 * listener that tells roles or the other end of a socket that stays.  Moves
 * sockets; call it before anything holds an index.  0 or -ENOMEM.
 */
int snapshot_select(struct snapshot *snap, const struct query *query, uint32_t known);

/*
 * With everything known: hide the rest, and count sockets of which nobody can tell
 * (snapshot.unseen).  Listeners show only members of the answer.
 */
void snapshot_select_finally(struct snapshot *snap, const struct query *query);

/* After sockets were hidden in another way: listeners show only those that are not. */
void snapshot_show_members(struct snapshot *snap);

#endif
