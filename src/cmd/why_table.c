/* SPDX-License-Identifier: MIT */
/* The sockets of the wanted ports: in the namespace of the question, and in all others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/facts.h"
#include "why.h"

enum {
	PORTS_NEAR = 64,		/* how far a free port is looked for */
	WELL_KNOWN = 1024,
	AWAY = 8000,			/* who leaves 80 goes to 8080, who leaves 443 to 8443 */
	PORTS = UINT16_MAX + 1,
};

/* ---- ports near by --------------------------------------------------- */

/*
 * The rows of ports near by pass the selection, which takes note of them and
 * lets them go: what is free there costs no look of its own.
 */
struct passing {
	struct inquiries *all;
	struct selection ports;		/* the wanted ones and those near by */
	bool near;
	uint8_t wanted[PORTS];		/* bool */
};

static unsigned first_near(const struct inquiry *inquiry)
{
	uint16_t port = inquiry->request.local.port;

	return port + (port < WELL_KNOWN ? (unsigned)AWAY : 1U);
}

static unsigned last_near(const struct inquiry *inquiry)
{
	unsigned last = first_near(inquiry) + PORTS_NEAR - 1;

	return last < UINT16_MAX ? last : UINT16_MAX;
}

static void note_near(struct inquiry *inquiry, const struct socket *sk)
{
	unsigned first = first_near(inquiry);

	if (sk->protocol == inquiry->request.protocol && sk->local.port >= first &&
	    sk->local.port <= last_near(inquiry))
		inquiry->near_used |= UINT64_C(1) << (sk->local.port - first);
}

static enum match pass(const void *filter, const struct row *row, uint32_t known)
{
	const struct passing *passing = filter;

	(void)known;
	for (size_t i = 0; passing->near && i < passing->all->count; i++)
		note_near(&passing->all->items[i], row->sk);
	return passing->wanted[row->sk->local.port] ? MATCH_YES : MATCH_NO;
}

/* Port 0 is any of them. */
static void want_ports(struct passing *passing)
{
	for (size_t i = 0; i < passing->all->count; i++) {
		uint16_t port = passing->all->items[i].request.local.port;

		memset(&passing->wanted[port], true, port ? 1 : PORTS);
	}
}

static int lower_ports(const void *filter, const struct kernel_scope *scope, uint8_t *program)
{
	const struct passing *passing = filter;

	return passing->ports.lower(passing->ports.filter, scope, program);
}

uint16_t why_free_port(const struct inquiry *inquiry)
{
	unsigned first = first_near(inquiry);

	for (unsigned port = first; port <= last_near(inquiry); port++)
		if (!(inquiry->near_used >> (port - first) & 1))
			return (uint16_t)port;
	return 0;
}

/* ---- the table ------------------------------------------------------- */

static void add_range(struct buf *text, unsigned first, unsigned last)
{
	if (first > last)
		return;
	buf_add_char(text, ',');
	buf_add_unsigned(text, first);
	buf_add_char(text, '-');
	buf_add_unsigned(text, last);
}

/* "sport in 80,443,8000-8010"; port 0 is any of them. */
static void add_filter(struct buf *text, const struct inquiries *all, bool near)
{
	buf_add_literal(text, "sport in ");
	for (size_t i = 0; i < all->count; i++) {
		const struct inquiry *inquiry = &all->items[i];

		buf_add_text(text, i ? "," : "");
		if (!inquiry->request.local.port)
			buf_add_literal(text, "0-65535");
		else
			buf_add_unsigned(text, inquiry->request.local.port);
		if (near)
			add_range(text, first_near(inquiry), last_near(inquiry));
	}
	buf_add_char(text, '\0');
}

static uint32_t protocols_wanted(const struct inquiries *all)
{
	uint32_t mask = PROTOCOL_BIT(PROTOCOL_TCP) | PROTOCOL_BIT(PROTOCOL_UDP);

	for (size_t i = 0; i < all->count; i++)
		mask |= PROTOCOL_BIT(all->items[i].request.protocol);
	return mask;
}

static int collect(struct inquiries *all, struct source *source, const char *text, bool near,
		   const struct query *asked, struct snapshot **snap)
{
	struct passing *passing = calloc(1, sizeof(*passing));	/* much for a small stack */
	struct query query = *asked;
	struct filter_error error;
	const struct filter_names names = { .context = NULL };
	struct filter *filter = passing ? filter_parse(text, &names, &error) : NULL;
	int err = -ENOMEM;

	if (filter) {
		filter_narrow(filter, &query);
		passing->all = all;
		passing->near = near;
		want_ports(passing);
		passing->ports = query.select;
		query.select = (struct selection){
			.filter = passing, .by_local_port = true, .match = pass,
			.lower = lower_ports,
		};
		source_narrow(source, &query);
		err = source_collect(source, &query, snap);
	}
	filter_free(filter);
	free(passing);
	return err;
}

static int collect_wanted(struct inquiries *all, struct source *source, bool near,
			  uint32_t states, uint32_t needs, struct snapshot **snap)
{
	const struct query query = {
		.protocols = protocols_wanted(all), .versions = IP_VERSIONS_ALL,
		.states = states, .needs = view_limit_needs(all->settings->extras, needs),
	};
	struct buf text;
	int err;

	if (buf_init(&text, -1) < 0)
		return -ENOMEM;
	add_filter(&text, all, near);
	err = text.error ? -ENOMEM : collect(all, source, text.data, near, &query, snap);
	buf_free(&text);
	return err;
}

int why_read_table(struct inquiries *all)
{
	return collect_wanted(all, all->source, all->count <= ADVISED_MOST && !all->settings->quiet,
			      STATES_ALL,
			      NEED_OWNER | NEED_PROCESS | NEED_LISTENER | NEED_USER |
			      NEED_SERVICE | NEED_CGROUP | NEED_PORT_CLASS | NEED_INTERFACE |
			      NEED_INTERFACES | NEED_NETNS | NEED_SYSCTLS | NEED_ANCESTOR,
			      &all->snap);
}

/* ---- elsewhere ------------------------------------------------------- */

static bool is_any_free(const struct inquiries *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].diagnosis.verdict == VERDICT_FREE &&
		    all->items[i].request.local.port)
			return true;
	return false;
}

bool why_is_elsewhere(const struct inquiry *inquiry, const struct socket *sk)
{
	return sk->protocol == inquiry->request.protocol && socket_is_listener(sk) &&
	       sk->local.port == inquiry->request.local.port && sk->local.port;
}

static bool is_wanted_there(const struct inquiries *all, const struct snapshot *snap)
{
	for (size_t i = 0; i < all->count; i++)
		for (size_t s = 0; s < snap->count; s++)
			if (why_is_elsewhere(&all->items[i], &snap->sockets[s]))
				return true;
	return false;
}

static void look_into(struct inquiries *all, struct source *source)
{
	struct elsewhere *elsewhere = &all->elsewhere;
	struct snapshot *snap;

	if (collect_wanted(all, source, false, STATES_LISTENING, NEED_OWNER | NEED_PROCESS |
			   NEED_USER | NEED_NETNS | NEED_LISTENER | NEED_INTERFACE, &snap) < 0)
		return;
	if (elsewhere->count < ELSEWHERE_MOST && is_wanted_there(all, snap))
		elsewhere->snaps[elsewhere->count++] = snap;
	else
		snapshot_free(snap);
}

void why_look_elsewhere(struct inquiries *all)
{
	struct source *others[NAMESPACES_MOST];
	size_t count;

	if (all->settings->quiet || all->count > ADVISED_MOST || !is_any_free(all))
		return;
	count = facts_other_namespaces(all->source, others, NAMESPACES_MOST,
				       &all->elsewhere.refused);
	for (size_t i = 0; i < count; i++) {
		look_into(all, others[i]);
		source_close(others[i]);
	}
}
