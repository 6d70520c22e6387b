/* SPDX-License-Identifier: MIT */
/* Settings of the namespace of a snapshot. */
#ifndef TESTS_SYSCTL_H
#define TESTS_SYSCTL_H

#include "unit.h"

static inline void add_sysctl(struct snapshot *snap, const char *name, const char *value)
{
	struct netns *ns = snap->netns;
	struct sysctl *sysctls = arena_alloc(&snap->arena,
					     (ns->sysctl_count + 1) * sizeof(*sysctls));

	assert_non_null(sysctls);
	/* The first of a name is found. */
	if (ns->sysctl_count)
		memcpy(sysctls + 1, ns->sysctls, ns->sysctl_count * sizeof(*sysctls));
	sysctls[0] = (struct sysctl){ name, value };
	ns->sysctls = sysctls;
	ns->sysctl_count++;
}

#endif
