/* SPDX-License-Identifier: MIT */
/* The view table, and notes for people. */
#include "view/view.h"

#include "base/text.h"
#include "csv.h"
#include "json.h"
#include "table.h"

const struct view views[VIEW_COUNT] = {
	[VIEW_TABLE] = { "table", "columns for people", false, table_needs, table_show },
	[VIEW_JSON] = { "json", "one JSON object, schema conntab/1", true, json_needs, json_show },
	[VIEW_JSONL] = { "jsonl", "a JSON object a line for each socket", false, json_needs,
			 jsonl_show },
	[VIEW_CSV] = { "csv", "comma-separated values, a line for each socket", false, csv_needs,
		       csv_show },
};

uint32_t names_needs(uint32_t extras)
{
	return extras & EXTRA_NAMES ? NEED_HOST | NEED_SERVICE | NEED_PORT_CLASS : 0;
}

void notes_show(const struct snapshot *snap, bool all, const char *prefix, struct buf *out)
{
	for (const struct note *note = snap->notes; note; note = note->next) {
		if (note->severity == SEVERITY_INFO && !all)
			continue;
		buf_add_text(out, prefix);
		buf_add_text(out, severity_names[note->severity]);
		buf_add_literal(out, ": ");
		text_add_safe(out, note->text, strlen(note->text), SIZE_MAX);
		buf_add_char(out, '\n');
	}
}
