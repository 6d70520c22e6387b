/* SPDX-License-Identifier: MIT */
/* Files of `ss -D`. */
#include <string.h>

#include "fuzz_replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* As much as there is and no byte more, so that reading beyond its end is noticed. */
	uint8_t *file = malloc(size ? size : 1);

	if (!file)
		abort();
	if (size)
		memcpy(file, data, size);
	fuzz_replay(file, size);
	return 0;
}
