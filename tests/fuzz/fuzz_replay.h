/* SPDX-License-Identifier: MIT */
/* A file in memory, opened as --replay does it, asked for everything, and shown in every view. */
#ifndef TESTS_FUZZ_REPLAY_H
#define TESTS_FUZZ_REPLAY_H

#include <errno.h>

#include "collect/replay.h"
#include "fuzz.h"

/* `data` is by malloc(), and ends here. */
static inline void fuzz_replay(uint8_t *data, size_t size)
{
	const struct query query = {
		.protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL, .states = STATES_ALL,
		.needs = ~(uint32_t)(NEED_HOST | NEED_BEFORE),
	};
	char why[SOURCE_WHY_MAX] = "";
	struct replay *replay;
	struct snapshot *snap;
	int err = replay_open_bytes(&replay, data, size, 1, why);

	if (err < 0) {
		/* Each failure has its sentence, and memory is never short here. */
		if (!*why || err == -ENOMEM)
			abort();
		return;
	}
	if (replay_collect(replay, &query, &snap) < 0)
		abort();
	replay_close(replay);
	fuzz_show_all(snap);
	snapshot_free(snap);
}

#endif
