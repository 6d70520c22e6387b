/* SPDX-License-Identifier: MIT */
/* conntab list: collect, arrange, show. */
#include <errno.h>
#include <string.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "collect/source.h"
#include "model/listing.h"
#include "model/query.h"

enum { WIDTH_USUAL = 80, STATES_SHOWN = STATES_ALL & ~STATES_QUIET };

static uint32_t states_to_show(const struct settings *settings)
{
	if (settings->all)
		return STATES_ALL;
	return settings->listening ? STATES_LISTENING : STATES_SHOWN;
}

static struct view_options view_options_of(const struct settings *settings)
{
	return (struct view_options){
		.extras = settings->extras,
		.header = !settings->no_header,
		.columns = settings->columns_chosen ? &settings->columns : NULL,
	};
}

static uint32_t needs_of(const struct settings *settings)
{
	struct view_options options = view_options_of(settings);

	return views[settings->view].needs(&options) |
	       view_limit_needs(settings->extras, order_needs(&settings->order));
}

static struct query make_query(const struct settings *settings)
{
	uint32_t shown = states_to_show(settings);

	return (struct query){
		.protocols = settings->protocols ? settings->protocols : PROTOCOLS_ALL,
		.versions = settings->versions ? settings->versions : IP_VERSIONS_ALL,
		/* The default list counts what it does not show. */
		.states = shown == STATES_SHOWN ? STATES_ALL : shown,
		.needs = needs_of(settings),
	};
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

static enum status show(const struct settings *settings, const struct snapshot *snap)
{
	struct view_options options = view_options_of(settings);
	struct listing listing;
	struct buf out;
	enum status status;

	options.width = terminal_width();
	options.color = want_color(settings->color, options.width);
	if (buf_init(&out, STDOUT_FILENO) < 0) {
		complain("out of memory", NULL, "the list could not be made");
		return STATUS_INCOMPLETE;
	}
	listing_init(&listing, snap, states_to_show(settings));
	listing.order = settings->order.count ? &settings->order : NULL;
	status = listing.sockets ? STATUS_FOUND : STATUS_NOTHING;
	if (views[settings->view].show(&listing, &options, &out) < 0)
		out.error = ENOMEM;
	status = finish(&out, status);
	listing_free(&listing);
	return status;
}

static void show_notes(const struct settings *settings, const struct snapshot *snap)
{
	struct buf out;

	if (views[settings->view].has_notes || buf_init(&out, STDERR_FILENO) < 0)
		return;
	notes_show(snap, settings->protocols != 0, "conntab: ", &out);
	buf_flush(&out);
	buf_free(&out);
}

static enum status open_source(const struct settings *settings, struct source **source)
{
	int err = source_open(source, settings->netns);

	if (!err)
		return STATUS_FOUND;
	if (err == -ENOENT || err == -ENAMETOOLONG) {
		complain("--netns", settings->netns,
			 "no network namespace has this name, pid or inode");
		return STATUS_USAGE;
	}
	if (err != -EPERM && err != -EACCES)
		complain("--netns", settings->netns, strerror(-err));
	else if (geteuid())
		complain("--netns", settings->netns,
			 "you may not enter this network namespace: run as root");
	else
		complain("--netns", settings->netns,
			 "not found, or of a process that even root may not look into here");
	return STATUS_INCOMPLETE;
}

static enum status run_list(const struct settings *settings)
{
	struct query query = make_query(settings);
	struct source *source = NULL;
	struct snapshot *snap = NULL;
	enum status status = open_source(settings, &source);
	int err;

	if (status != STATUS_FOUND)
		return status;
	err = source_collect(source, &query, &snap);
	source_close(source);
	if (err < 0) {
		complain("the sockets could not be read", NULL, strerror(-err));
		return STATUS_INCOMPLETE;
	}
	status = show(settings, snap);
	show_notes(settings, snap);
	if (!snapshot_is_complete(snap))
		status = STATUS_INCOMPLETE;
	snapshot_free(snap);
	return status;
}

const struct command list_command = {
	.name = "list",
	.help = "list sockets (the default)",
	.run = run_list,
};
