/* SPDX-License-Identifier: MIT */
/* conntab --count-by: how many sockets are alike in some fields. */
#include "count.h"

#include "view/count.h"

uint32_t counting_needs(const struct settings *settings)
{
	struct view_options options = view_options_of(settings);
	uint32_t needs = count_needs(&settings->count_by) | names_needs(options.extras);

	return view_limit_needs(options.extras, needs);
}

/* Without processes each socket would be one that nobody holds. */
static bool wants_hidden_processes(const struct settings *settings)
{
	bool wants = false;

	for (size_t i = 0; i < settings->count_by.count; i++)
		wants |= count_is_of_process(settings->count_by.fields[i]) ||
			 settings->count_by.fields[i] == FIELD_OWNER_MISSING;
	return wants && !(settings->extras & EXTRA_OWNERS);
}

enum status check_counting(const struct settings *settings)
{
	if (!settings->count_by.count)
		return STATUS_FOUND;
	if (settings->summary)
		complain("--count-by", NULL, "not with --summary, which counts by itself");
	else if (settings->columns_chosen)
		complain("--columns", NULL,
			 "not with --count-by, which has a column for each field that it names");
	else if (settings->order.count)
		complain("--sort", NULL,
			 "not with --count-by, where the largest group comes first");
	else if (wants_hidden_processes(settings))
		complain("--no-processes", NULL,
			 "not with --count-by and a field that tells of processes");
	else
		return STATUS_FOUND;
	return STATUS_USAGE;
}

int show_counts(const struct settings *settings, struct listing *listing, struct buf *out)
{
	struct view_options options = view_options_of(settings);
	struct count count;
	int err = count_make(&count, listing, &settings->count_by);

	if (!err)
		err = count_show(&count, listing, settings->view, &options, out);
	count_free(&count);
	return err;
}
