/* SPDX-License-Identifier: MIT */
/* conntab list: collect, arrange, show. */
#include <errno.h>
#include <string.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "count.h"
#include "near_miss.h"
#include "summary.h"
#include "unseen.h"
#include "collect/source.h"
#include "model/listing.h"
#include "model/query.h"

enum { WIDTH_USUAL = 80, STATES_SHOWN = STATES_ALL & ~STATES_QUIET };

uint32_t states_to_show(const struct settings *settings, const struct filter *filter)
{
	if (settings->all || (settings->summary && !settings->listening))
		return STATES_ALL;
	if (filter_decides_states(filter) && !settings->listening)
		return STATES_ALL;
	return settings->listening ? STATES_LISTENING : STATES_SHOWN;
}

size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return WIDTH_USUAL;
	return size.ws_col;
}

static bool want_color(enum color color, size_t width)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return width && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

struct view_options view_options_of(const struct settings *settings)
{
	size_t width = terminal_width();

	return (struct view_options){
		.extras = settings->extras,
		.width = width,
		.color = want_color(settings->color, width),
		.header = !settings->no_header,
		.columns = settings->columns_chosen ? &settings->columns : NULL,
	};
}

/* What will be shown needs it; the answer alone, as for --quiet, nothing. */
static uint32_t needs_of(const struct settings *settings)
{
	struct view_options options = view_options_of(settings);

	if (settings->quiet)
		return 0;
	if (settings->summary)
		return summary_needs(settings->extras);
	if (settings->count_by.count)
		return counting_needs(settings);
	return views[settings->view].needs(&options) |
	       view_limit_needs(settings->extras, order_needs(&settings->order));
}

/*
 * The default list counts what it does not show; under a filter less the bound
 * sockets, for which the kernel would walk another table as long as the rest.
 */
static uint32_t states_to_ask(const struct settings *settings, uint32_t shown)
{
	if (shown != STATES_SHOWN)
		return shown;
	return settings->words[0] ? STATES_ALL & ~STATE_BIT(STATE_BOUND) : STATES_ALL;
}

static struct query make_query(const struct settings *settings, const struct filter *filter)
{
	struct query query = selected_query(settings);

	query.shown = states_to_show(settings, filter);
	query.states = states_to_ask(settings, query.shown);
	query.needs = needs_of(settings);
	if (settings->words[0])
		filter_narrow(filter, &query);
	return query;
}

static int show_rows(const struct settings *settings, struct listing *listing, struct buf *out)
{
	struct view_options options = view_options_of(settings);

	if (settings->count_by.count)
		return show_counts(settings, listing, out);
	return views[settings->view].show(listing, &options, out);
}

static enum status show(const struct settings *settings, const struct snapshot *snap,
			uint32_t states)
{
	struct listing listing;
	struct buf out;
	enum status status;

	if (buf_init(&out, STDOUT_FILENO) < 0)
		return finish(&out, STATUS_INCOMPLETE);
	listing_init(&listing, snap, states);
	listing.order = &settings->order;
	status = listing.sockets ? STATUS_FOUND : STATUS_NOTHING;
	if (!settings->quiet && show_rows(settings, &listing, &out) < 0)
		out.error = ENOMEM;
	status = finish(&out, status);
	listing_free(&listing);
	return status;
}

/* Blanks select nothing: they are no filter of the user's. */
static const char *base_of(const struct filter *filter)
{
	const char *text = filter_text(filter);

	return text + strspn(text, " \t\n\r");
}

static enum status summarize(const struct settings *settings, const struct snapshot *snap,
			     const char *base)
{
	struct summary summary;
	enum status status;
	struct buf out;
	int err;

	if (buf_init(&out, STDOUT_FILENO) < 0)
		return finish(&out, STATUS_INCOMPLETE);
	err = summary_make(&summary, snap);
	if (err < 0)
		out.error = -err;
	else if (settings->view == VIEW_JSON)
		summary_show_json(&summary, settings, base, &out);
	else
		summary_show(&summary, settings, base, &out);
	status = finish(&out, summary.sockets ? STATUS_FOUND : STATUS_NOTHING);
	summary_free(&summary);
	return status;
}

static enum status explain(const struct settings *settings, const struct filter *filter,
			   const struct query *query)
{
	struct buf out;

	if (settings->quiet)
		return STATUS_FOUND;
	if (buf_init(&out, STDOUT_FILENO) < 0)
		return finish(&out, STATUS_INCOMPLETE);
	filter_explain(filter, query, &out);
	return finish(&out, STATUS_FOUND);
}

/* Nothing is there, and nothing may be: all of it was looked at. */
static bool is_empty(const struct snapshot *snap)
{
	if (!snapshot_is_complete(snap))
		return false;
	for (enum unseen one = 0; one < UNSEEN_COUNT; one++)
		if (snap->unseen[one])
			return false;
	for (size_t i = 0; i < snap->count; i++)
		if (!snap->sockets[i].hidden)
			return false;
	return true;
}

/* Might there be bound sockets to be counted, which were not asked for? */
static bool may_be_bound(const struct settings *settings, const struct query *query)
{
	return !settings->quiet && settings->view == VIEW_TABLE &&
	       query->shown == STATES_SHOWN && !(query->states & STATE_BIT(STATE_BOUND)) &&
	       (query->protocols & PROTOCOL_BIT(PROTOCOL_TCP));
}

/* Where nothing is found the bound sockets are looked at after all: "not shown: 1 BOUND". */
static int collect(const struct settings *settings, struct source *source,
		   const struct query *query, struct snapshot **snap)
{
	struct query bound = *query;
	int err = source_collect(source, query, snap);

	if (!err && may_be_bound(settings, query) && is_empty(*snap)) {
		snapshot_free(*snap);
		bound.states = STATE_BIT(STATE_BOUND);
		err = source_collect(source, &bound, snap);
	}
	if (!err && (query->needs & NEED_BEFORE))
		snapshot_note(*snap, SEVERITY_WARNING, "rates",
			      "ages, rates and changes are known only to who looks twice: in a "
			      "list no socket has any");
	return err;
}

static enum status collect_and_show(const struct settings *settings, struct source *source,
				    const struct filter *filter)
{
	struct query query = make_query(settings, filter);
	struct snapshot *snap = NULL;
	enum status status;
	bool nothing;
	int err;

	if (settings->explain)
		return explain(settings, filter, settings->replay ? NULL : &query);
	err = collect(settings, source, &query, &snap);
	if (err < 0) {
		complain("the sockets could not be read", NULL, strerror(-err));
		return STATUS_INCOMPLETE;
	}
	note_unseen_matches(settings, snap);
	if (!settings->quiet)
		note_unseen_values(settings, snap, query.shown);
	if (settings->summary && !settings->quiet)
		status = summarize(settings, snap, base_of(filter));
	else
		status = show(settings, snap, query.shown);
	say_notes(settings, snap, settings->protocols != 0);
	nothing = status == STATUS_NOTHING;
	/* That one was found is certain, whatever others may match. */
	if (settings->quiet && status == STATUS_FOUND)
		snap->unsure = false;
	if (!snapshot_is_complete(snap))
		status = STATUS_INCOMPLETE;
	snapshot_free(snap);
	if (nothing)
		say_near_miss(settings, source, filter);
	return status;
}

/* A summary is no list of sockets: what shapes one is refused. */
static enum status check_summary(const struct settings *settings)
{
	if (!settings->summary)
		return STATUS_FOUND;
	if (settings->view != VIEW_TABLE && settings->view != VIEW_JSON)
		complain("conntab --summary --format", views[settings->view].name,
			 "expected table or json");
	else if (settings->columns_chosen)
		complain("--columns", NULL, "not with --summary, which lists no sockets");
	else if (settings->order.count)
		complain("--sort", NULL, "not with --summary, which lists no sockets");
	else
		return STATUS_FOUND;
	return STATUS_USAGE;
}

static enum status run_list(const struct settings *settings)
{
	struct filter *filter = NULL;
	struct source *source = NULL;
	enum status status = check_summary(settings);

	if (status == STATUS_FOUND)
		status = check_counting(settings);
	if (status == STATUS_FOUND)
		status = open_input(settings, &source);
	if (status == STATUS_FOUND)
		status = ask(settings, source, &filter);
	if (status == STATUS_FOUND)
		status = collect_and_show(settings, source, filter);
	filter_free(filter);
	source_close(source);
	return status;
}

const struct command list_command = {
	.name = "list",
	.help = "list sockets (the default)",
	.words = "[TARGET...] [FILTER]",
	.most = ANY_WORDS,
	.run = run_list,
};
