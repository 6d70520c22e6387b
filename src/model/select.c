/* SPDX-License-Identifier: MIT */
/* Which sockets of a snapshot are the answer. */
#include "model/select.h"

#include <errno.h>
#include <stdlib.h>

#include "model/field.h"

static bool has_version(const struct query *query, const struct socket *sk)
{
	if (query->versions == IP_VERSIONS_ALL)
		return true;
	return ((query->versions & IP_VERSION_4) && socket_speaks(sk, 4)) ||
	       ((query->versions & IP_VERSION_6) && socket_speaks(sk, 6));
}

static enum match match_of(const struct snapshot *snap, const struct query *query,
			   const struct socket *sk, uint32_t known)
{
	struct row row = { snap, sk, NULL };

	if (!(query->states & STATE_BIT(sk->state)) || !has_version(query, sk))
		return MATCH_NO;
	return query->select.match ?
		query->select.match(query->select.filter, &row, known) : MATCH_YES;
}

/* Whether `sk` matches can't be known. */
static void count_unseen(struct snapshot *snap, const struct query *query,
			 const struct socket *sk)
{
	struct row row = { snap, sk, NULL };
	uint32_t unseen = query->select.unseen(query->select.filter, &row);

	for (enum unseen one = 0; one < UNSEEN_COUNT; one++)
		snap->unseen[one] += (unseen & UNSEEN_BIT(one)) != 0;
}

/* Returns how many are not hidden. */
static size_t hide(struct snapshot *snap, const struct query *query, uint32_t known)
{
	size_t shown = 0;

	for (size_t i = 0; i < snap->count; i++) {
		struct socket *sk = &snap->sockets[i];

		sk->hidden = sk->hidden || match_of(snap, query, sk, known) == MATCH_NO;
		shown += !sk->hidden;
	}
	return shown;
}

/* Mark the hidden other ends of what is shown. */
static int keep_other_ends(struct snapshot *snap, bool *keep)
{
	int err = pairs_find(snap);

	for (size_t i = 0; !err && i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i], *other = NULL;

		if (!sk->hidden)
			other = pair_of(snap, sk);
		if (other)
			keep[other - snap->sockets] = true;
	}
	/* Indices are about to change; who wants pairs looks for them again. */
	hash_free(&snap->pairs);
	return err;
}

static void drop(struct snapshot *snap, const bool *keep, bool listeners)
{
	size_t count = 0;

	for (size_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (!sk->hidden || keep[i] || (listeners && socket_is_listener(sk)))
			snap->sockets[count++] = *sk;
	}
	snap->count = count;
}

/* Has nothing come but the answer? */
static bool is_all_wanted(const struct query *query)
{
	return !query->select.match && query->versions == IP_VERSIONS_ALL &&
	       query_states(query) == query->states;
}

int snapshot_select(struct snapshot *snap, const struct query *query, uint32_t known)
{
	size_t shown;
	bool *keep;
	int err = 0;

	if (is_all_wanted(query))
		return 0;
	shown = hide(snap, query, known & ~(uint32_t)NEED_CONNECTIONS);
	snap->partial = !query->select.whole &&
			(query->versions != IP_VERSIONS_ALL ||
			 (query->select.match && !query->select.by_local_port));
	if (shown == snap->count || query->select.whole)
		return 0;
	keep = calloc(snap->count + 1, sizeof(*keep));
	if (!keep)
		return -ENOMEM;
	if (shown && (query->needs & NEED_PAIR))
		err = keep_other_ends(snap, keep);
	if (!err)
		drop(snap, keep, shown && (query->needs & NEED_LISTENER));
	free(keep);
	return err;
}

/* Members of the answer first; the others are no longer counted. */
static void show_members(struct snapshot *snap, struct listener *listener)
{
	uint32_t *members = snap->members + listener->first, shown = 0;

	for (uint32_t i = 0; i < listener->count; i++) {
		uint32_t member = members[i];

		if (snap->sockets[member].hidden)
			continue;
		members[i] = members[shown];
		members[shown++] = member;
	}
	listener->count = shown;
}

void snapshot_show_members(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->listener_count; i++)
		show_members(snap, &snap->listeners[i]);
}

/* What may match or not is no answer, but counted where it would be shown. */
static void hide_finally(struct snapshot *snap, const struct query *query)
{
	for (size_t i = 0; i < snap->count; i++) {
		struct socket *sk = &snap->sockets[i];
		enum match match = sk->hidden ? MATCH_NO : match_of(snap, query, sk, UINT32_MAX);

		sk->hidden = match != MATCH_YES;
		if (match == MATCH_MAYBE && (query->shown & STATE_BIT(sk->state)))
			count_unseen(snap, query, sk);
	}
}

void snapshot_select_finally(struct snapshot *snap, const struct query *query)
{
	if (query->select.match)
		hide_finally(snap, query);
	snapshot_show_members(snap);
}
