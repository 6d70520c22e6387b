/* SPDX-License-Identifier: MIT */
/* Two snapshots in one. */
#ifndef MODEL_JOIN_H
#define MODEL_JOIN_H

#include "model/snapshot.h"

/*
 * Move all that `other` holds behind what `snap` has, but notes in front;
 * `other` is empty then.  Names that both have are those of `snap`.  Listeners
 * are put in the order of protocol and port.  0 or -ENOMEM; then both are
 * spoilt, and can only be freed.
 */
int snapshot_join(struct snapshot *snap, struct snapshot *other);

#endif
