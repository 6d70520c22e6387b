/* SPDX-License-Identifier: MIT */
/* The sockets of the wanted ports: in the namespace of the question, and in all others. */
#include <errno.h>

#include "collect/facts.h"
#include "why.h"

/* "sport in 80,443,8000-8010"; port 0 is any of them. */
static void add_filter(struct buf *text, const struct inquiries *all)
{
	buf_add_literal(text, "sport in ");
	for (size_t i = 0; i < all->count; i++) {
		buf_add_text(text, i ? "," : "");
		if (all->items[i].request.local.port)
			buf_add_unsigned(text, all->items[i].request.local.port);
		else
			buf_add_literal(text, "0-65535");
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

int why_collect(struct source *source, const char *text, uint32_t mask, uint32_t needs,
		struct snapshot **snap)
{
	struct query query = {
		.protocols = mask, .versions = IP_VERSIONS_ALL, .states = STATES_ALL,
		.needs = needs,
	};
	struct filter_error error;
	const struct filter_names names = { .context = NULL };
	struct filter *filter = filter_parse(text, &names, &error);
	int err;

	if (!filter)
		return -ENOMEM;
	filter_narrow(filter, &query);
	source_narrow(source, &query);
	err = source_collect(source, &query, snap);
	filter_free(filter);
	return err;
}

static int collect_wanted(struct inquiries *all, struct source *source, uint32_t needs,
			  struct snapshot **snap)
{
	struct buf text;
	int err;

	if (buf_init(&text, -1) < 0)
		return -ENOMEM;
	add_filter(&text, all);
	err = text.error ? -ENOMEM :
	      why_collect(source, text.data, protocols_wanted(all),
			  view_limit_needs(all->settings->extras, needs), snap);
	buf_free(&text);
	return err;
}

int why_read_table(struct inquiries *all)
{
	return collect_wanted(all, all->source,
			      NEED_OWNER | NEED_PROCESS | NEED_LISTENER | NEED_USER |
			      NEED_SERVICE | NEED_CGROUP | NEED_PORT_CLASS | NEED_INTERFACE |
			      NEED_INTERFACES | NEED_NETNS | NEED_SYSCTLS, &all->snap);
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

	if (collect_wanted(all, source, NEED_OWNER | NEED_PROCESS | NEED_USER | NEED_NETNS |
			   NEED_LISTENER, &snap) < 0)
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
