/* SPDX-License-Identifier: MIT */
/* What tests of two snapshots share: both of them, and their comparison. */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include "unit.h"

#include <stdlib.h>

#include "model/delta.h"

struct pair {
	struct snapshot *then, *now;
};

static inline int pair_setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	void *snap;

	assert_non_null(pair);
	snapshot_setup(&snap);
	pair->then = snap;
	snapshot_setup(&snap);
	pair->now = snap;
	pair->then->states = pair->now->states = STATES_ALL;
	*state = pair;
	return 0;
}

static inline int pair_teardown(void **state)
{
	struct pair *pair = *state;

	snapshot_free(pair->then);
	snapshot_free(pair->now);
	free(pair);
	return 0;
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, pair_setup, pair_teardown)

static inline void compare(struct pair *pair)
{
	assert_int_equal(listeners_find(pair->then), 0);
	assert_int_equal(listeners_find(pair->now), 0);
	assert_int_equal(delta_make(pair->now, pair->then), 0);
	assert_int_equal(pair->then->count, 0);
}

static inline size_t count_of(const struct snapshot *snap, enum change change)
{
	size_t count = 0;

	for (size_t i = 0; i < snap->count; i++) {
		assert_int_equal(snap->sockets[i].hidden, !snap->sockets[i].change);
		count += snap->sockets[i].change == change;
	}
	return count;
}

static inline void assert_changes(struct pair *pair, size_t removed, size_t added)
{
	compare(pair);
	assert_int_equal(count_of(pair->now, CHANGE_REMOVED), removed);
	assert_int_equal(count_of(pair->now, CHANGE_ADDED), added);
}

#endif
