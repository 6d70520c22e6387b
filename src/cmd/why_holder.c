/* SPDX-License-Identifier: MIT */
/* Who holds a socket, for people: processes, since when, as what. */
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "diagnose/master.h"
#include "why_show.h"

enum { PROCESSES_SHOWN = 4 };

/* ---- paragraphs ------------------------------------------------------ */

/* The whole of `text`, from column `at` on. */
void why_add_paragraph(struct buf *out, struct buf *text, size_t at)
{
	if (!text->length)
		return;
	buf_add_char(text, '\0');
	buf_add_blanks(out, at);
	text_add_wrapped(out, text->data, at, WHY_WIDTH - at);
	text->length = 0;
}

/* ---- holders --------------------------------------------------------- */

/* "2 days", "3 h", "12 min" */
static void add_age(struct buf *out, double seconds)
{
	static const struct {
		double seconds;
		const char *one, *many;
	} units[] = {
		{ 86400, "day", "days" }, { 3600, "hour", "hours" }, { 60, "minute", "minutes" },
		{ 1, "second", "seconds" },
	};
	size_t i = 0;
	uint64_t count;

	while (i + 1 < sizeof(units) / sizeof(units[0]) && seconds < units[i].seconds)
		i++;
	count = seconds > 0 ? (uint64_t)(seconds / units[i].seconds) : 0;
	buf_add_unsigned(out, count);
	buf_add_char(out, ' ');
	buf_add_text(out, count == 1 ? units[i].one : units[i].many);
}

static void add_since(struct buf *out, const struct snapshot *snap, const struct process *process)
{
	time_t when = (time_t)process->start_time;
	struct tm tm;
	char text[32];

	if (!when || !localtime_r(&when, &tm))
		return;
	buf_add(out, text, strftime(text, sizeof(text), ", since %Y-%m-%d %H:%M (", &tm));
	add_age(out, snap->time - process->start_time);
	buf_add_char(out, ')');
}

static void add_safe(struct buf *out, const char *text)
{
	text_add_safe(out, text, strlen(text), SIZE_MAX);
}

static void add_pair(struct buf *out, const char *label, const char *text)
{
	if (!text)
		return;
	buf_add_text(out, label);
	add_safe(out, text);
}

/* Arguments with blanks between them, as much as a line holds. */
static void add_command_line(struct buf *out, const struct process *process)
{
	struct buf joined;
	size_t length = process_arguments_length(process);

	if (!length || buf_init(&joined, -1) < 0)
		return;
	for (size_t i = 0; i < length; i++)
		buf_add_char(&joined, process->command_line[i] ? process->command_line[i] : ' ');
	buf_add_blanks(out, 2 * WHY_INDENT);
	if (text_width(joined.data, length) > WHY_WIDTH - 2 * WHY_INDENT) {
		text_add_safe(out, joined.data, length, WHY_WIDTH - 2 * WHY_INDENT - 1);
		buf_add_literal(out, "…");
	} else {
		text_add_safe(out, joined.data, length, SIZE_MAX);
	}
	buf_add_char(out, '\n');
	buf_free(&joined);
}

/* "nginx, pid 811 (master), user root, unit nginx.service, since 2026-11-20 10:11 (2 days)" */
static void add_process(struct buf *out, const struct snapshot *snap,
			const struct process *process, uint32_t master, struct buf *text)
{
	const char *user = process->uid == UINT32_MAX ? NULL : snapshot_user(snap, process->uid);

	add_safe(text, process->command ? process->command : "?");
	buf_add_literal(text, ", pid ");
	buf_add_unsigned(text, process->pid);
	if (is_worker(snap, process, master)) {
		buf_add_literal(text, ", worker of ");
		buf_add_unsigned(text, master);
	} else if (process->pid == master) {
		buf_add_literal(text, " (master)");
	}
	add_pair(text, ", user ", user);
	add_pair(text, ", unit ", process->unit);
	add_pair(text, ", container ", process->container);
	add_since(text, snap, process);
	why_add_paragraph(out, text, WHY_INDENT);
	add_command_line(out, process);
}

void why_add_processes(struct buf *out, const struct snapshot *snap, const struct socket *sk,
		       struct buf *text)
{
	const uint32_t master = socket_master(snap, sk);
	const struct process *last = NULL;
	size_t count = 0;

	for (const struct owner *owner = owner_first(snap, sk); owner;
	     owner = owner_next(snap, owner)) {
		const struct process *process = owner_process(snap, owner);

		if (process == last)
			continue;
		last = process;
		if (count++ < PROCESSES_SHOWN)
			add_process(out, snap, process, master, text);
	}
	if (count <= PROCESSES_SHOWN)
		return;
	buf_add_literal(text, "and ");
	buf_add_unsigned(text, count - PROCESSES_SHOWN);
	buf_add_text(text, count == PROCESSES_SHOWN + 1 ? " more process" : " more processes");
	why_add_paragraph(out, text, WHY_INDENT);
}
