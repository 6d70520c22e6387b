/* SPDX-License-Identifier: MIT */
/*
 * Who leads the processes that hold one socket: the master of a server, whose
 * workers end with it.  Judged by who descends from whom and by what they run;
 * no I/O.
 */
#ifndef DIAGNOSE_MASTER_H
#define DIAGNOSE_MASTER_H

#include <stddef.h>

#include "model/snapshot.h"

/*
 * The pid of the master: a holder that all other holders descend from, or that
 * leads their process group; or, of a socket that waits for what
 * comes in, a process of the same program that does not hold it itself but is
 * the ancestor of all that do, and would start another.  0: there is none, or
 * only one process in all.
 */
uint32_t socket_master(const struct snapshot *snap, const struct socket *sk);

/* Is this holder a worker of that master: does it end with it, for it runs the same program? */
bool is_worker(const struct snapshot *snap, const struct process *process, uint32_t master);

/*
 * Is it held by several processes none of which led the others, given to init
 * when the process that opened it ended?
 */
bool socket_is_left_behind(const struct snapshot *snap, const struct socket *sk);

/* How many processes hold it. */
size_t socket_holders(const struct snapshot *snap, const struct socket *sk);

#endif
