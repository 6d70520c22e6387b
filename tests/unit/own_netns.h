/* SPDX-License-Identifier: MIT */
/* Tests in a network namespace of their own, each in a new one. */
#ifndef TESTS_OWN_NETNS_H
#define TESTS_OWN_NETNS_H

#include <sched.h>
#include <unistd.h>

#include "unit.h"
#include "collect/source.h"

/* A source for it; NULL: that takes root, and the test has to be skipped. */
static inline int netns_setup(void **state)
{
	struct source *source = NULL;

	*state = NULL;
	if (geteuid())
		return 0;
	if (unshare(CLONE_NEWNET) < 0 || source_open(&source, NULL) < 0)
		return -1;
	*state = source;
	return 0;
}

static inline int netns_teardown(void **state)
{
	if (*state)
		source_close(*state);
	return 0;
}

#define IN_NETNS(test) cmocka_unit_test_setup_teardown(test, netns_setup, netns_teardown)

#endif
