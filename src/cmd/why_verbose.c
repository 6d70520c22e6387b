/* SPDX-License-Identifier: MIT */
/* conntab why --verbose: what was looked at, and what was tried. */
#include <string.h>
#include <unistd.h>

#include "why_show.h"

static void add_try(struct buf *out, const char *option, int error)
{
	buf_add_literal(out, "Tried: bind() of such a socket");
	buf_add_text(out, option);
	buf_add_literal(out, ", closed at once, ");
	if (error) {
		buf_add_literal(out, "failed with ");
		buf_add_text(out, strerrorname_np(error));
	} else {
		buf_add_literal(out, "worked");
	}
	buf_add_char(out, '.');
}

void why_add_probe(const struct inquiry *inquiry, struct buf *out)
{
	if (inquiry->probed && !inquiry->confirmed)
		add_try(out, "", inquiry->probe_error);
	if (!inquiry->probed_reuseaddr)
		return;
	buf_add_text(out, inquiry->probed ? " " : "");
	add_try(out, " with SO_REUSEADDR", inquiry->reuseaddr_error);
}

static void add_tried(struct buf *out, const struct inquiry *inquiry)
{
	const struct account account = account_of(inquiry);

	buf_add_literal(out, "conntab: ");
	explain_wanted(&account, out);
	buf_add_literal(out, ": ");
	why_add_probe(inquiry, out);
	if (inquiry->confirmed) {
		add_try(out, "", inquiry->probe_error);
	} else if (inquiry->no_probe) {
		buf_add_literal(out, "no bind() could be tried: ");
		buf_add_text(out, strerror(-inquiry->no_probe));
	} else if (!inquiry->probed && !inquiry->probed_reuseaddr) {
		buf_add_literal(out, "no bind() had to be tried");
	}
	buf_add_char(out, '\n');
}

void why_say_verbose(const struct inquiries *all)
{
	struct buf out;

	if (!(all->settings->why & WHY_VERBOSE) || buf_init(&out, STDERR_FILENO) < 0)
		return;
	buf_add_literal(&out, "conntab: sockets looked at: ");
	buf_add_unsigned(&out, all->snap->count);
	buf_add_literal(&out, "; descriptors of their owners looked at for options: ");
	buf_add_unsigned(&out, all->asked);
	buf_add_char(&out, '\n');
	if (all->elsewhere.refused) {
		buf_add_literal(&out, "conntab: network namespaces that may not be looked into: ");
		buf_add_unsigned(&out, all->elsewhere.refused);
		buf_add_char(&out, '\n');
	}
	for (size_t i = 0; i < all->count; i++)
		add_tried(&out, &all->items[i]);
	buf_flush(&out);
	buf_free(&out);
}
