/* SPDX-License-Identifier: MIT */
/* Lines of /proc/net, each read as one of every protocol. */
#include <string.h>

#include "collect/proc_net.h"
#include "fuzz.h"

enum { TICK = 10 };

static void take_line(struct snapshot *snap, const char *line)
{
	for (int protocol = 0; protocol < PROTOCOL_COUNT; protocol++) {
		struct socket sk = { .protocol = (uint8_t)protocol };

		if (proc_net_parse(line, TICK, &sk) < 0)
			continue;
		if (sk.state == STATE_NONE || sk.state >= STATE_COUNT || sk.timer >= TIMER_COUNT)
			abort();
		if (snapshot_add(snap, &sk) < 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *snap = fuzz_snapshot();
	const char *at = (const char *)data, *end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);
		/* Each in memory of its own, so that reading beyond its end is noticed. */
		char *line = strndup(at, length);

		if (!line)
			abort();
		take_line(snap, line);
		free(line);
		at += length + 1;
	}
	fuzz_arrange_and_show(snap);
	snapshot_free(snap);
	return 0;
}
