/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <string.h>

enum { PID_INIT = 1 };

bool process_place(const struct process *process, struct cgroup_place *place)
{
	if (!process || !process->cgroup)
		return false;
	cgroup_place(process->cgroup, place);
	return true;
}

bool socket_place(const struct snapshot *snap, const struct socket *sk, struct cgroup_place *place)
{
	const char *path = sk->have & HAVE_CGROUP ? snap->cgroups[sk->cgroup].path : NULL;

	if (!path)
		return false;
	cgroup_place(path, place);
	return true;
}

/* In a container the first process may be any server. */
bool process_is_manager(const struct process *process)
{
	const char *command = process->command;
	struct cgroup_place place;

	if (!command || (strcmp(command, "systemd") != 0 && strcmp(command, "init") != 0))
		return false;
	return process->pid == PID_INIT ||
	       (process_place(process, &place) && place.is_manager &&
		place.user != CGROUP_NO_USER);
}

const struct process *socket_manager(const struct snapshot *snap, const struct socket *sk)
{
	const struct owner *owner = owner_first(snap, sk);

	for (; owner; owner = owner_next(snap, owner))
		if (process_is_manager(owner_process(snap, owner)))
			return owner_process(snap, owner);
	return NULL;
}
