/* SPDX-License-Identifier: MIT */
/* Any text as a filter: parse it, ask it about sockets, write its programs, explain it. */
#include <stdlib.h>
#include <string.h>

#include "filter/near.h"
#include "fuzz.h"

static size_t no_ports(void *context, const char *name, uint16_t *ports, size_t most)
{
	(void)context;
	for (size_t i = 0; i < most && i < 2; i++)
		ports[i] = (uint16_t)(*name * (i + 1));
	return *name & 1 ? 2 : 0;
}

static size_t no_hosts(void *context, const char *name, bool ask_resolver,
		       struct address *addresses, size_t most)
{
	(void)context;
	(void)ask_resolver;
	if (*name & 2 || most < 2)
		return 0;
	addresses[0] = (struct address){ .family = 2, .bytes = { 127, 0, 0, 1 } };
	addresses[1] = (struct address){ .family = 10, .bytes = { [15] = 1 } };
	return 2;
}

static void add_socket(struct snapshot *snap, enum state state, uint8_t family, uint32_t have,
		       enum missing missing)
{
	struct socket sk = {
		.state = (uint8_t)state, .have = (uint16_t)have, .interface = state % 3,
		.missing = (uint8_t)missing,
		.local = { { .family = family, .bytes = { 127, 0, 0, 1 } }, 80 },
		.peer = { { .family = family, .bytes = { 10, 0, 0, 1 } }, 443 },
	};

	if (snapshot_add(snap, &sk) < 0)
		abort();
}

/* Whatever is near to it is text, and what is no filter is refused. */
static void look_near(const struct filter *filter, enum filter_near near)
{
	struct filter_error error;
	struct buf out;

	if (buf_init(&out, -1) < 0)
		return;
	filter_near(filter, near, &out);
	buf_add_char(&out, '\0');
	filter_free(filter_parse(out.data, NULL, &error));
	buf_free(&out);
}

/* What is known of less may only be less sure; and what was seen as a whole is sure. */
static void ask(const struct filter *filter, const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++) {
		struct row row = { snap, &snap->sockets[i], NULL };
		enum match all = filter_match(filter, &row, UINT32_MAX);
		enum match some = filter_match(filter, &row, 0);
		bool seen = row.sk->have & HAVE_COOKIE;

		if ((all == MATCH_MAYBE && seen) || (some != MATCH_MAYBE && some != all))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct filter_names names = { .service = no_ports, .host = no_hosts };
	static struct snapshot *snap;
	struct query query = {
		.protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL, .states = STATES_ALL,
		.needs = size & 1 ? NEED_LISTENER | NEED_PAIR : 0,
	};
	struct filter_error error;
	struct filter *filter;
	struct buf out;
	char *text = malloc(size + 1);

	if (!text || (!snap && !(snap = fuzz_snapshot())))
		abort();
	if (!snap->count) {
		add_socket(snap, STATE_LISTEN, 2, HAVE_COOKIE | HAVE_MARK | HAVE_UID, MISSING_NONE);
		add_socket(snap, STATE_ESTAB, 10,
			   HAVE_COOKIE | HAVE_MARK | HAVE_PEER | HAVE_QUEUES, MISSING_NONE);
		/* As /proc/net tells of another user's socket. */
		add_socket(snap, STATE_ESTAB, 10, HAVE_PEER | HAVE_INODE, MISSING_PERMISSION);
	}
	memcpy(text, data, size);
	text[size] = '\0';
	filter = filter_parse(text, &names, &error);
	if (!filter && (!error.text[0] || error.start + error.length > strlen(text)))
		abort();
	if (filter && buf_init(&out, -1) == 0) {
		ask(filter, snap);
		look_near(filter, (enum filter_near)(size % NEAR_COUNT));
		filter_narrow(filter, &query);
		filter_explain(filter, &query, &out);
		buf_free(&out);
	}
	filter_free(filter);
	free(text);
	return 0;
}
