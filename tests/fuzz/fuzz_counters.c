/* SPDX-License-Identifier: MIT */
/* Files of counters, each text read in all three forms. */
#include <string.h>

#include "collect/counters.h"
#include "collect/sysctl.h"
#include "fuzz.h"

static void parse(struct snapshot *snap, counters_function *read, const char *text)
{
	struct counter_list list = { .arena = &snap->arena };
	char *copy = strdup(text);

	if (!copy)
		abort();
	read(&list, copy);
	for (size_t i = 0; i < list.count; i++)
		if (!strchr(list.items[i].name, '.'))
			abort();
	free(list.items);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *snap = fuzz_snapshot();
	char *text = strndup((const char *)data, size);

	if (!text)
		abort();
	parse(snap, counters_parse_columns, text);
	parse(snap, counters_parse_names, text);
	parse(snap, counters_parse_pairs, text);
	sysctl_normalise(text);
	if (strpbrk(text, "\t\n") || strstr(text, "  ") || *text == ' ')
		abort();
	free(text);
	snapshot_free(snap);
	return 0;
}
