/* SPDX-License-Identifier: MIT */
/*
 * A question about what could not be looked at: the answer is unsure, and a note
 * says of how many sockets, why, and what to do.
 */
#include "unseen.h"

#include <string.h>
#include <unistd.h>

#include "model/delta.h"

/* NULL in the place of a way out: there is none, or another note has it. */
static const struct hidden {
	const char *subject, *what;
	const char *why, *user, *root;	/* here and now; the way out of a plain user, of root */
	const char *why_then, *then;	/* in a record */
} hidden[UNSEEN_COUNT] = {
	[UNSEEN_OWNER] = {
		"owners", "processes",
		"may not be looked into", "run as root to see them", NULL,
		"could not be looked into when this was recorded", "record as root",
	},
	[UNSEEN_OWNER_UNKNOWN] = {
		"owners", "processes",
		"were not found", "try again", "try again",
		"were not found when this was recorded", "record again",
	},
	[UNSEEN_OWNER_ELSEWHERE] = {
		"owners", "processes",
		"are in another pid namespace", "look from there or from the host",
		"look from there or from the host",
		"were in another pid namespace when this was recorded", "record on the host",
	},
	[UNSEEN_MARK] = {
		"marks", "marks",
		"are told with CAP_NET_ADMIN only", "run as root to see them", NULL,
		"were not told when this was recorded", "record as root",
	},
	[UNSEEN_CGROUP] = {
		"cgroups", "cgroups",
		"can't be told here", NULL, NULL,
		"could not be told when this was recorded", NULL,
	},
	[UNSEEN_DETAIL] = {
		"sock_diag", "details",
		"are told by sock_diag, not by /proc/net", NULL, NULL,
		"are told by sock_diag, not by /proc/net", NULL,
	},
	[UNSEEN_UNASKED] = {
		"values", "values", "are not known here", NULL, NULL, "were not recorded", NULL,
	},
};

/* How a note about one socket and about several begins, and what stands in front of why. */
struct form {
	const char *one, *several, *before_why;
};

static const struct form match_form = { "may match or not, for its", "may match or not, for their",
					"" };
static const struct form value_form = { "is shown without its", "are shown without their",
					", which" };
static const struct form count_form = { "is counted without its", "are counted without their",
					", which" };

static void note_hidden(const struct settings *settings, struct snapshot *snap,
			const struct form *form, const struct hidden *one, size_t count)
{
	const char *why = settings->replay ? one->why_then : one->why;
	const char *way_out = geteuid() ? one->user : one->root;

	if (settings->replay)
		way_out = one->then;
	snapshot_note(snap, SEVERITY_WARNING, one->subject, "%zu %s %s %s%s %s%s%s", count,
		      count == 1 ? "socket" : "sockets", count == 1 ? form->one : form->several,
		      one->what, form->before_why, why, way_out ? ": " : "",
		      way_out ? way_out : "");
	snap->unsure = true;
}

/* What was said of the owners of all sockets, when they were looked for. */
static void drop_owners_note(struct snapshot *snap)
{
	struct note *note = snap->notes;

	snap->notes = NULL;
	snap->last_note = &snap->notes;
	for (; note; note = note->next) {
		if (note->severity == SEVERITY_WARNING && strcmp(note->subject, "owners") == 0)
			continue;
		*snap->last_note = note;
		snap->last_note = &note->next;
	}
	*snap->last_note = NULL;
}

/* Does a socket that is shown have an owner who can't be named? */
static bool is_owner_missed(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++) {
		struct row row = { snap, &snap->sockets[i], NULL };

		if (!row.sk->hidden && field_unseen(&row, FIELD_OWNERS))
			return true;
	}
	return false;
}

static bool any(const size_t counts[UNSEEN_COUNT])
{
	for (enum unseen one = 0; one < UNSEEN_COUNT; one++)
		if (counts[one])
			return true;
	return false;
}

static void note_counts(const struct settings *settings, struct snapshot *snap,
			const struct form *form, const size_t counts[UNSEEN_COUNT])
{
	if (!any(counts))
		return;
	/* It is said of fewer sockets now; but only that note knows what root lacks. */
	if (counts[UNSEEN_OWNER] ? settings->replay || geteuid() : !is_owner_missed(snap))
		drop_owners_note(snap);
	for (enum unseen one = 0; one < UNSEEN_COUNT; one++)
		if (counts[one])
			note_hidden(settings, snap, form, &hidden[one], counts[one]);
}

void note_unseen_matches(const struct settings *settings, struct snapshot *snap)
{
	note_counts(settings, snap, &match_form, snap->unseen);
}

/* ---- values ---------------------------------------------------------- */

/* Is the field named on the command line, as something to be shown, sorted or counted by? */
static bool is_named(const struct settings *settings, enum field_id field)
{
	for (size_t i = 0; settings->columns_chosen && i < settings->columns.count; i++)
		if (settings->columns.fields[i] == field)
			return true;
	for (size_t i = 0; i < settings->order.count; i++)
		if (settings->order.keys[i].field == field)
			return true;
	for (size_t i = 0; i < settings->count_by.count; i++)
		if (settings->count_by.fields[i] == field)
			return true;
	return false;
}

static size_t find_named(const struct settings *settings, enum field_id named[FIELD_COUNT])
{
	size_t count = 0;

	for (enum field_id field = 0; field < FIELD_COUNT; field++)
		if (fields[field].unseen && is_named(settings, field))
			named[count++] = field;
	return count;
}

/* What the options switch off is not missed. */
static uint32_t unseen_value(const struct settings *settings, const struct row *row,
			     enum field_id field)
{
	uint32_t needs = view_limit_needs(settings->extras, fields[field].needs);

	if (needs != fields[field].needs)
		return 0;
	if (needs & ~delta_asked(row->snap, row->sk))
		return UNSEEN_BIT(UNSEEN_UNASKED);
	return field_unseen(row, field);
}

void note_unseen_values(const struct settings *settings, struct snapshot *snap, uint32_t states)
{
	size_t counts[UNSEEN_COUNT] = { 0 };
	enum field_id named[FIELD_COUNT];
	size_t count = find_named(settings, named);

	for (size_t i = 0; count && i < snap->count; i++) {
		struct row row = { snap, &snap->sockets[i], NULL };
		uint32_t unseen = 0;

		if (row.sk->hidden || !(states & STATE_BIT(row.sk->state)))
			continue;
		for (size_t j = 0; j < count; j++)
			unseen |= unseen_value(settings, &row, named[j]);
		for (enum unseen one = 0; one < UNSEEN_COUNT; one++)
			counts[one] += (unseen & UNSEEN_BIT(one)) != 0;
	}
	note_counts(settings, snap, settings->count_by.count ? &count_form : &value_form, counts);
}
