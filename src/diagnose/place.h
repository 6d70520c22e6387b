/* SPDX-License-Identifier: MIT */
/* Who manages the processes of a socket, and the socket itself. */
#ifndef DIAGNOSE_PLACE_H
#define DIAGNOSE_PLACE_H

#include "model/cgroup.h"
#include "model/snapshot.h"

/* False: its cgroup is not known. */
bool process_place(const struct process *process, struct cgroup_place *place);
bool socket_place(const struct snapshot *snap, const struct socket *sk,
		  struct cgroup_place *place);

/* Is it systemd, the system's or a user's, which listens for its socket units? */
bool process_is_manager(const struct process *process);

/* The manager that holds the socket; NULL: none does. */
const struct process *socket_manager(const struct snapshot *snap, const struct socket *sk);

#endif
