/* SPDX-License-Identifier: MIT */
/*
 * What the path of a cgroup says about who manages what runs there: systemd, a
 * user's own systemd, an engine of containers.  Knows their naming; opens
 * nothing.  Below a unit that is not theirs names prove nothing, for whoever
 * runs there may have made them.
 */
#ifndef MODEL_CGROUP_H
#define MODEL_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Who may be told to stop a container. */
enum engine {
	ENGINE_NONE,			/* none is known for sure */
	ENGINE_DOCKER,
	ENGINE_PODMAN,
	ENGINE_NERDCTL,
	ENGINE_CRI,			/* of Kubernetes */
	ENGINE_LXC,
	ENGINE_MACHINED,
	ENGINE_COUNT
};

/* A part of the path. */
struct component {
	const char *start;
	size_t length;			/* 0: there is none */
};

enum { CGROUP_NO_USER = UINT32_MAX };

struct cgroup_place {
	struct component unit;		/* the one that its manager can stop; never init.scope */
	struct component container;	/* id or name */
	enum engine engine;
	uint32_t user;			/* whose manager, engine; CGROUP_NO_USER: the system's */
	bool is_manager;		/* it is the cgroup of that manager itself */
};

void cgroup_place(const char *path, struct cgroup_place *place);

/* The innermost unit, be it of whom it may, and the container, shortened; NULL: none. */
const char *unit_of_cgroup(struct arena *arena, const char *path);
const char *container_of_cgroup(struct arena *arena, const char *path);

/* Is that a name that systemd would give a unit? */
bool is_unit_name(const char *name, size_t length);

/* Does it end so? */
bool component_ends(struct component part, const char *suffix);

#endif
