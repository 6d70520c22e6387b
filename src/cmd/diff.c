/* SPDX-License-Identifier: MIT */
/* conntab diff A [B]: what listens or is connected in one of two tables and not in the other. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd.h"
#include "unseen.h"
#include "collect/source.h"
#include "model/delta.h"
#include "model/listing.h"
#include "model/query.h"

enum { THEN, NOW, ENDS };

#define TIME_LATEST 253402300799.0	/* the end of the year 9999 */

/* One of the two tables. */
struct end {
	const char *file;		/* NULL: the live one */
	struct settings settings;	/* as if it were to be listed */
	struct source *source;
	struct filter *filter;
	struct snapshot *snap;
	/* These are still there when `now` has taken what `then` held. */
	const char *host, *kernel;
	double time;
};

/* ---- what is compared ------------------------------------------------ */

/* NULL: none was given. */
static const char *option_of_a_list(const struct settings *settings)
{
	if (settings->summary)
		return "--summary";
	if (settings->explain)
		return "--explain";
	return settings->count_by.count ? "--count-by" : NULL;
}

static bool are_options_fit(const struct settings *settings, const struct end *ends)
{
	const char *place = settings->netns ? settings->netns : settings->replay;

	const char *of_a_list = option_of_a_list(settings);

	if (of_a_list) {
		complain("diff", of_a_list, "only a list has this");
		return false;
	}
	if (!ends[THEN].file && !ends[NOW].file) {
		complain("diff", settings->words[0],
			 "expected a recorded file, and a second one or the word now");
		return false;
	}
	if (place && ends[THEN].file && ends[NOW].file) {
		complain(settings->netns ? "--netns" : "--replay", place,
			 "this would be now, but two recorded files are compared");
		return false;
	}
	return true;
}

/* A B FILTER...; B may be left out, where no filter follows. */
static void read_words(const struct settings *settings, struct end ends[ENDS])
{
	char **word = settings->words;

	for (size_t i = 0; i < ENDS; i++) {
		const char *name = *word ? *word++ : NULL;

		ends[i] = (struct end){ .settings = *settings };
		if (!name || strcmp(name, "now") == 0)
			continue;
		ends[i].file = name;
		ends[i].settings.replay = name;
		ends[i].settings.netns = NULL;
	}
	for (size_t i = 0; i < ENDS; i++)
		ends[i].settings.words = word;
}

/* A filter behind one file looks like a second one, which is not there. */
static bool is_filter(const struct end *now)
{
	if (!now->file || strcmp(now->file, "-") == 0 || access(now->file, F_OK) == 0 ||
	    errno != ENOENT)
		return false;
	complain("diff", now->file,
		 "there is no such file; before a filter stands the word now, as in "
		 "conntab diff FILE now FILTER");
	return true;
}

static enum status open_end(struct end *end)
{
	if (!end->file)
		return open_input(&end->settings, &end->source);
	return open_record("diff", end->file, &end->source);
}

static enum status ask_end(struct end *end)
{
	enum status status = ask(&end->settings, end->source, &end->filter);

	if (status == STATUS_FOUND && (filter_needs(end->filter) & NEED_BEFORE)) {
		complain("filter", filter_text(end->filter),
			 "each table is asked alone, and one has no ages, rates or changes");
		return STATUS_USAGE;
	}
	return status;
}

static struct query make_query(const struct settings *settings, const struct filter *filter)
{
	struct view_options options = view_options_of(settings);
	struct query query = selected_query(settings);
	uint32_t needs = NEED_LISTENER | NEED_INTERFACE | NEED_OWNER;

	if (!settings->quiet)
		needs |= views[settings->view].needs(&options) | order_needs(&settings->order);
	query.states = query.shown = states_to_show(settings, filter);
	query.needs = view_limit_needs(settings->extras, needs) & ~(uint32_t)NEED_BEFORE;
	return query;
}

/* ---- notes ----------------------------------------------------------- */

/* Say of which table they are; what they say of single listeners is no difference. */
static void label_notes(struct snapshot *snap, const char *name)
{
	const struct note *note = snap->notes;

	snap->notes = NULL;
	snap->last_note = &snap->notes;
	for (; note; note = note->next)
		if (strcmp(note->subject, "listeners") != 0)
			snapshot_note(snap, note->severity, note->subject, "%s: %s", name,
				      note->text);
}

static void add_item(struct buf *list, const char *item, const char *more)
{
	buf_add_text(list, list->length ? ", " : "");
	buf_add_text(list, item);
	buf_add_text(list, more);
}

/* What was asked for and is not in both files: else all of it would be a difference. */
static void note_left_out(struct snapshot *snap, const struct query *asked,
			  const struct query *query)
{
	uint32_t left_out = asked->protocols & ~query->protocols;
	struct buf list;

	if (buf_init(&list, -1) < 0)
		return;
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (left_out & PROTOCOL_BIT(protocol))
			add_item(&list, protocols[protocol].name, " sockets");
	if (asked->versions != query->versions)
		add_item(&list, query->versions & IP_VERSION_4 ? "IPv6" : "IPv4", " sockets");
	if (asked->states & ~query->states)
		add_item(&list, "connections", "");
	buf_add_char(&list, '\0');
	if (list.length > 1 && !list.error)
		snapshot_note(snap, SEVERITY_WARNING, "diff",
			      "not compared, for not both sides have them: %s", list.data);
	buf_free(&list);
}

/* ---- showing --------------------------------------------------------- */

static void add_moment(struct buf *out, const struct end *end)
{
	char text[32] = "";
	struct tm tm;
	time_t when;

	if (!(end->time > 0 && end->time <= TIME_LATEST)) {
		buf_add_char(out, '-');
	} else {
		when = (time_t)end->time;
		buf_add(out, text, localtime_r(&when, &tm) ?
			strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) : 0);
	}
	if (end->host && *end->host) {
		buf_add_char(out, ' ');
		text_add_safe(out, end->host, strlen(end->host), SIZE_MAX);
	}
}

/* "2026-11-20 10:00:01 web1 -> 2026-11-21 09:58:12 web1" */
static void add_moments(struct buf *out, const struct end *ends)
{
	add_moment(out, &ends[THEN]);
	buf_add_literal(out, " -> ");
	add_moment(out, &ends[NOW]);
	buf_add_literal(out, "\n\n");
}

/* Chosen columns, and in front of them what the rows are about. */
static struct columns columns_of(const struct settings *settings)
{
	struct columns columns = settings->columns;

	if (columns.usual)
		return columns;
	columns.count = 0;
	columns_add(&columns, settings->view == VIEW_CSV ? FIELD_CHANGE : FIELD_SIGN);
	for (size_t i = 0; i < settings->columns.count; i++)
		columns_add(&columns, settings->columns.fields[i]);
	return columns;
}

static int show_rows(const struct settings *settings, const struct end *ends,
		     struct listing *listing, struct buf *out)
{
	struct view_options options = view_options_of(settings);
	struct columns columns = columns_of(settings);

	if (options.columns)
		options.columns = &columns;
	if (settings->view == VIEW_TABLE && options.header && listing->sockets)
		add_moments(out, ends);
	return views[settings->view].show(listing, &options, out);
}

static void add_json_end(struct buf *out, const struct end *end)
{
	json_add_member("{\"file\":", end->file, out);
	json_add_member(",\"host\":", end->host, out);
	json_add_member(",\"kernel\":", end->kernel, out);
	buf_add_literal(out, ",\"time\":");
	json_add_time(end->time, out);
	buf_add_char(out, '}');
}

static int add_json_changes(const struct settings *settings, struct snapshot *snap,
			    enum change change, struct buf *out)
{
	struct listing listing;
	int err;

	delta_show_only(snap, change);
	listing_init(&listing, snap, STATES_ALL);
	listing.order = &settings->order;
	err = json_add_sockets(&listing, out);
	listing_free(&listing);
	return err;
}

static int show_json(const struct settings *settings, const struct end *ends, struct buf *out)
{
	struct snapshot *snap = ends[NOW].snap;
	int err;

	buf_add_literal(out, "{\"schema\":\"conntab-diff/1\",\n \"from\":");
	add_json_end(out, &ends[THEN]);
	buf_add_literal(out, ",\n \"to\":");
	add_json_end(out, &ends[NOW]);
	buf_add_literal(out, ",\n \"complete\":");
	buf_add_text(out, snapshot_is_complete(snap) ? "true" : "false");
	buf_add_literal(out, ",\n \"notes\":");
	json_add_notes(snap, out);
	buf_add_literal(out, ",\n \"added\":");
	err = add_json_changes(settings, snap, CHANGE_ADDED, out);
	buf_add_literal(out, ",\n \"removed\":");
	if (!err)
		err = add_json_changes(settings, snap, CHANGE_REMOVED, out);
	buf_add_literal(out, "}\n");
	return err;
}

static enum status show(const struct settings *settings, const struct end *ends)
{
	struct listing listing;
	enum status status;
	struct buf out;
	int err = 0;

	if (buf_init(&out, STDOUT_FILENO) < 0)
		return finish(&out, STATUS_INCOMPLETE);
	listing_init(&listing, ends[NOW].snap, STATES_ALL);
	listing.order = &settings->order;
	status = listing.sockets ? STATUS_DIFFERENT : STATUS_SAME;
	if (!settings->quiet && settings->view == VIEW_JSON)
		err = show_json(settings, ends, &out);
	else if (!settings->quiet)
		err = show_rows(settings, ends, &listing, &out);
	if (err < 0)
		out.error = -err;
	listing_free(&listing);
	return finish(&out, status);
}

/* ---- the command ----------------------------------------------------- */

static int collect(struct end *end, const char *name, const struct query *common)
{
	struct query query = *common;
	int err;

	if (end->settings.words[0])
		filter_narrow(end->filter, &query);
	err = source_collect(end->source, &query, &end->snap);
	if (err < 0)
		return err;
	note_unseen_matches(&end->settings, end->snap);
	label_notes(end->snap, name);
	end->host = end->snap->host;
	end->kernel = end->snap->kernel;
	end->time = end->snap->time;
	return 0;
}

static enum status compare(const struct settings *settings, struct end ends[ENDS])
{
	struct query asked = make_query(settings, ends[NOW].filter), query = asked;
	enum status status;
	int err;

	source_narrow(ends[THEN].source, &query);
	source_narrow(ends[NOW].source, &query);
	if (!query.protocols || !query.versions || !query.states) {
		complain("diff", settings->words[0], "the two have no kind of sockets in common");
		return STATUS_USAGE;
	}
	err = collect(&ends[THEN], "then", &query);
	if (!err)
		err = collect(&ends[NOW], "now", &query);
	if (!err)
		err = delta_make(ends[NOW].snap, ends[THEN].snap);
	if (err < 0) {
		complain("the sockets could not be compared", NULL, strerror(-err));
		return STATUS_INCOMPLETE;
	}
	note_left_out(ends[NOW].snap, &asked, &query);
	if (!settings->quiet)
		note_unseen_values(&ends[NOW].settings, ends[NOW].snap, STATES_ALL);
	status = show(settings, ends);
	say_notes(settings, ends[NOW].snap, false);
	return snapshot_is_complete(ends[NOW].snap) ? status : STATUS_INCOMPLETE;
}

static void close_end(struct end *end)
{
	snapshot_free(end->snap);
	filter_free(end->filter);
	source_close(end->source);
}

static enum status run_diff(const struct settings *given)
{
	struct settings settings = *given;
	enum status status = STATUS_USAGE;
	struct end ends[ENDS];

	settings.extras |= EXTRA_CHANGE;
	read_words(&settings, ends);
	if (are_options_fit(&settings, ends) && !is_filter(&ends[NOW]))
		status = open_end(&ends[THEN]);
	if (status == STATUS_FOUND)
		status = open_end(&ends[NOW]);
	for (size_t i = 0; i < ENDS && status == STATUS_FOUND; i++)
		status = ask_end(&ends[i]);
	if (status == STATUS_FOUND)
		status = compare(&settings, ends);
	close_end(&ends[NOW]);
	close_end(&ends[THEN]);
	return status;
}

const struct command diff_command = {
	.name = "diff",
	.help = "what came and went since a record",
	.words = "FILE [FILE|now]",
	.most = ANY_WORDS,
	.run = run_diff,
};
