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

static struct query make_query(const struct settings *settings)
{
	uint32_t shown = states_to_show(settings);

	return (struct query){
		.protocols = settings->protocols ? settings->protocols : PROTOCOLS_ALL,
		.versions = settings->versions ? settings->versions : IP_VERSIONS_ALL,
		/* The default list counts what it does not show. */
		.states = shown == STATES_SHOWN ? STATES_ALL : shown,
		.needs = views[settings->view].needs(settings->extras),
	};
}

static size_t terminal_width(void)
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
	struct view_options options = {
		.extras = settings->extras,
		.width = terminal_width(),
		.header = !settings->no_header,
	};
	struct listing listing;
	struct buf out;
	enum status status;

	options.color = want_color(settings->color, options.width);
	if (buf_init(&out, STDOUT_FILENO) < 0) {
		complain("out of memory", NULL, "the list could not be made");
		return STATUS_INCOMPLETE;
	}
	listing_init(&listing, snap, states_to_show(settings));
	status = listing.sockets ? STATUS_FOUND : STATUS_NOTHING;
	if (views[settings->view].show(&listing, &options, &out) < 0)
		out.error = ENOMEM;
	status = finish(&out, status);
	listing_free(&listing);
	return status;
}

/* JSON carries the notes itself. */
static void show_notes(const struct settings *settings, const struct snapshot *snap)
{
	struct buf out;

	if (settings->view == VIEW_JSON || buf_init(&out, STDERR_FILENO) < 0)
		return;
	notes_show(snap, settings->protocols != 0, "conntab: ", &out);
	buf_flush(&out);
	buf_free(&out);
}

static enum status run_list(const struct settings *settings)
{
	struct query query = make_query(settings);
	struct source *source = NULL;
	struct snapshot *snap = NULL;
	enum status status = open_input(settings, &source);
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
