/* SPDX-License-Identifier: MIT */
/*
 * Recorded files, from the first section on: the head and the sum at the end
 * are put around it here, for no change would get past the sum.
 */
#include <string.h>

#include "collect/record_format.h"
#include "fuzz_replay.h"

enum { ROOM = 1 << 20, HEAD = RECORD_MAGIC_SIZE + 1, END = 2 + RECORD_SUM_SIZE };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file = malloc(HEAD + size + END), *at;
	uint64_t sum;

	if (!file)
		abort();
	if (size > ROOM) {
		free(file);
		return 0;
	}
	memcpy(file, record_magic, RECORD_MAGIC_SIZE);
	file[RECORD_MAGIC_SIZE] = RECORD_VERSION;
	if (size)
		memcpy(file + HEAD, data, size);
	at = varint_write(varint_write(file + HEAD + size, SECTION_END), RECORD_SUM_SIZE);
	sum = record_sum(RECORD_SUM_START, file, (size_t)(at - file));
	for (size_t i = 0; i < RECORD_SUM_SIZE; i++)
		at[i] = (uint8_t)(sum >> 8 * i);
	fuzz_replay(file, HEAD + size + END);
	return 0;
}
