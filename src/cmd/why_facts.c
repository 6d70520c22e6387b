/* SPDX-License-Identifier: MIT */
/*
 * From questions to answers: one look at the table for all of them, at the
 * options of the sockets that matter, and, where that does not settle it, one
 * try.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "collect/facts.h"
#include "collect/lookup.h"
#include "why.h"

enum {
	OPTIONS_MOST = 4096,		/* sockets whose descriptors are looked at */
	SHOWN_MOST = 16,		/* of these for the sake of the reader */
};

/* ---- options --------------------------------------------------------- */

/* What the table itself tells. */
static struct bind_options *options_of(const struct snapshot *snap)
{
	struct bind_options *options = calloc(snap->count + 1, sizeof(*options));

	for (size_t i = 0; options && i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];
		uint8_t v6only = TRUTH_MAYBE;

		if (sk->local.address.family != AF_INET6)
			v6only = TRUTH_NO;
		else if (sk->have & HAVE_V6ONLY)
			v6only = sk->v6only ? TRUTH_YES : TRUTH_NO;
		options[i] = (struct bind_options){ TRUTH_MAYBE, TRUTH_MAYBE, v6only };
	}
	return options;
}

/* The options of those that are shown are worth a look in any case. */
static bool is_shown(const struct diagnosis *diagnosis, uint32_t socket)
{
	for (size_t i = 0; i < diagnosis->count && i < SHOWN_MOST; i++)
		if (diagnosis->blockers[i].socket == socket)
			return true;
	return false;
}

/* Whether SO_REUSEADDR helps is worth the same. */
static bool is_open_for(const struct inquiry *inquiry, uint32_t socket)
{
	const struct diagnosis *reusing = &inquiry->alternatives[ALTERNATIVE_REUSEADDR];
	struct bind_request request = inquiry->request;

	if (is_shown(&inquiry->diagnosis, socket))
		return true;
	if (!inquiry->diagnosis.certain &&
	    bind_needs_options(&inquiry->request, &inquiry->facts, socket))
		return true;
	return reusing->verdict == VERDICT_UNKNOWN &&
	       alternatives[ALTERNATIVE_REUSEADDR].make(&request) &&
	       bind_needs_options(&request, &inquiry->facts, socket);
}

/* Those on the port whose options are worth a look, as long as there is room; each once. */
static size_t add_open(const struct inquiry *inquiry, bool *taken, uint32_t *sockets, size_t count)
{
	for (size_t i = 0; i < bind_facts_count(&inquiry->facts) && count < OPTIONS_MOST; i++) {
		uint32_t socket = bind_facts_socket(&inquiry->facts, i);

		if (taken[socket] || !is_open_for(inquiry, socket))
			continue;
		taken[socket] = true;
		sockets[count++] = socket;
	}
	return count;
}

/* A socket whose IPV6_V6ONLY we have read is shown with it. */
static void keep_v6only(struct inquiries *all, const uint32_t *sockets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct socket *sk = &all->snap->sockets[sockets[i]];
		uint8_t v6only = all->options[sockets[i]].v6only;

		if (sk->local.address.family != AF_INET6 || v6only == TRUTH_MAYBE)
			continue;
		sk->have |= HAVE_V6ONLY;
		sk->v6only = v6only == TRUTH_YES;
	}
}

static void read_options(struct inquiries *all)
{
	uint32_t *sockets = calloc(OPTIONS_MOST, sizeof(*sockets));
	bool *taken = calloc(all->snap->count + 1, sizeof(*taken));
	size_t count = 0;

	for (size_t i = 0; sockets && taken && i < all->count; i++)
		count = add_open(&all->items[i], taken, sockets, count);
	if (count)
		facts_read_options(all->source, all->snap, sockets, count, all->options);
	all->asked = count;
	keep_v6only(all, sockets, count);
	free(taken);
	free(sockets);
}

/* ---- verdicts -------------------------------------------------------- */

struct account account_of(const struct inquiry *inquiry)
{
	return (struct account){
		.request = &inquiry->request,
		.facts = &inquiry->facts,
		.diagnosis = &inquiry->diagnosis,
		.socket_unit = *inquiry->socket_unit ? inquiry->socket_unit : NULL,
		.is_root = geteuid() == 0,
		.asker = geteuid(),
		.caller = inquiry->caller,
		.entered = inquiry->entered,
		.netns_name = inquiry->facts.snap->netns[inquiry->facts.netns].name,
		.netns_pid = inquiry->netns_pid,
		.forbids_probe = inquiry->forbids_probe,
		.happened = inquiry->happened,
		.connecting = inquiry->connecting,
		.redirected = inquiry->redirected,
		.with_reuseaddr = inquiry->alternatives[ALTERNATIVE_REUSEADDR].verdict,
	};
}

/* listen() asks once more: what was free for bind() may not be for it. */
static int judge_listen(struct inquiry *inquiry)
{
	struct bind_request request = inquiry->request;

	request.listen = true;
	diagnosis_done(&inquiry->diagnosis);
	return bind_judge(&request, &inquiry->facts, &inquiry->diagnosis);
}

static int judge(struct inquiry *inquiry, bool listens)
{
	int err;

	diagnosis_done(&inquiry->diagnosis);
	err = bind_judge(&inquiry->request, &inquiry->facts, &inquiry->diagnosis);
	if (!err && listens && inquiry->diagnosis.verdict == VERDICT_FREE)
		err = judge_listen(inquiry);
	for (enum alternative i = 0; i < ALTERNATIVE_COUNT && !err; i++) {
		struct bind_request request = inquiry->request;

		diagnosis_done(&inquiry->alternatives[i]);
		if (alternatives[i].make(&request))
			err = bind_judge(&request, &inquiry->facts, &inquiry->alternatives[i]);
	}
	return err;
}

static int judge_all(struct inquiries *all)
{
	int err = 0;

	for (size_t i = 0; i < all->count && !err; i++)
		err = judge(&all->items[i], all->settings->why & WHY_LISTEN);
	return err;
}

static bool is_held_by_init(const struct snapshot *snap, uint32_t socket)
{
	const struct owner *owner = owner_first(snap, &snap->sockets[socket]);

	for (; owner; owner = owner_next(snap, owner))
		if (owner_process(snap, owner)->pid == 1)
			return true;
	return false;
}

/* systemd listens for a unit, whose name only its files tell. */
static void name_socket_units(struct inquiries *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct inquiry *inquiry = &all->items[i];
		const struct diagnosis *diagnosis = &inquiry->diagnosis;
		bool init = false;

		for (size_t b = 0; b < diagnosis->count && b < SHOWN_MOST; b++)
			init |= is_held_by_init(all->snap, diagnosis->blockers[b].socket);
		if (init)
			lookup_socket_unit(inquiry->request.protocol, inquiry->request.local.port,
					   inquiry->socket_unit, sizeof(inquiry->socket_unit));
	}
}

/* ---- all of it ------------------------------------------------------- */

int why_find_facts(struct inquiries *all)
{
	int err = why_read_table(all);

	if (err)
		return err;
	all->options = options_of(all->snap);
	if (!all->options || why_sort_by_port(all) < 0)
		return -ENOMEM;
	return why_state_places(all);
}

static void find_redirections(struct inquiries *all)
{
	for (size_t i = 0; i < all->count; i++)
		all->items[i].redirected =
			all->items[i].diagnosis.verdict == VERDICT_FREE &&
			all->items[i].request.local.port &&
			facts_redirected(all->source, all->items[i].request.local.port) ==
			TRUTH_YES;
}

int why_answer(struct inquiries *all)
{
	int err = why_find_facts(all);

	if (!err)
		err = judge_all(all);
	if (err)
		return err;
	read_options(all);
	err = judge_all(all);
	if (!err)
		err = why_probe(all);
	if (err)
		return err;
	if (!all->settings->replay) {
		name_socket_units(all);
		why_look_elsewhere(all);
	}
	/* Who asks for a range sees himself what is free. */
	if (all->count <= ADVISED_MOST && !all->settings->quiet) {
		why_find_ways(all);
		find_redirections(all);
	}
	return 0;
}

void why_done(struct inquiries *all)
{
	for (size_t i = 0; i < all->count; i++) {
		connect_diagnosis_done(&all->items[i].connect);
		diagnosis_done(&all->items[i].diagnosis);
		for (enum alternative a = 0; a < ALTERNATIVE_COUNT; a++)
			diagnosis_done(&all->items[i].alternatives[a]);
	}
	for (size_t i = 0; i < all->elsewhere.count; i++)
		snapshot_free(all->elsewhere.snaps[i]);
	free(all->devices);
	free(all->items);
	free(all->begins);
	free(all->by_port);
	free(all->options);
	free(all->autobound);
	snapshot_free(all->snap);
	source_close(all->source);
}
