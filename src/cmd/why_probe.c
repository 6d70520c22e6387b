/* SPDX-License-Identifier: MIT */
/* What was seen to happen, or is tried, has the last word about a verdict. */
#include <errno.h>
#include <unistd.h>

#include "collect/facts.h"
#include "why.h"

static bool may_try(const struct inquiries *all)
{
	return !(all->settings->why & WHY_NO_PROBE) && !all->settings->replay;
}

static bool may_settle(const struct inquiries *all, const struct diagnosis *diagnosis)
{
	return may_try(all) && !diagnosis->certain && diagnosis->open;
}

/* ---- the wanted socket ----------------------------------------------- */

/* Another user may be in a sandbox or not: of that ours tells nothing. */
static bool is_of_other(const struct inquiry *inquiry)
{
	return inquiry->request.uid != geteuid();
}

static void probe(struct inquiries *all, struct inquiry *inquiry)
{
	inquiry->no_probe = facts_probe(all->source, &inquiry->request, &inquiry->probe_error);
	inquiry->probed = !inquiry->no_probe;
	if (!inquiry->probed)
		return;
	diagnosis_settle(&inquiry->diagnosis, &inquiry->request, inquiry->probe_error);
	if (inquiry->diagnosis.verdict == VERDICT_FREE && all->sandboxed && is_of_other(inquiry))
		inquiry->diagnosis.certain = false;
}

/* What bind() was let do, listen() may not be: the kernel forgets by then what it remembered. */
static int judge_listen_again(struct inquiry *inquiry)
{
	struct diagnosis listening;
	int err = listen_judge(&inquiry->request, &inquiry->facts, &listening);

	if (err || listening.verdict == VERDICT_FREE) {
		inquiry->diagnosis.certain &= listening.certain;
		diagnosis_done(&listening);
		return err;
	}
	diagnosis_done(&inquiry->diagnosis);
	inquiry->diagnosis = listening;
	return 0;
}

static bool has_sockets(const struct inquiry *inquiry)
{
	const struct bind_facts *facts = &inquiry->facts;

	for (size_t i = 0; i < bind_facts_count(facts); i++)
		if (facts->snap->sockets[bind_facts_socket(facts, i)].protocol ==
		    inquiry->request.protocol)
			return true;
	return false;
}

/*
 * A program of the cgroup or a security module may refuse what is free.  That
 * is tried where nobody has the port, so that the kernel remembers nothing.
 */
static bool is_to_be_confirmed(const struct inquiries *all, const struct inquiry *inquiry)
{
	return may_try(all) && inquiry->diagnosis.verdict == VERDICT_FREE &&
	       inquiry->diagnosis.certain && inquiry->request.local.port &&
	       !is_of_other(inquiry) && !has_sockets(inquiry);
}

static int settle(struct inquiries *all, struct inquiry *inquiry)
{
	bool listens = all->settings->why & WHY_LISTEN;

	/* What leaves it open may be the sandbox alone. */
	bool free = inquiry->diagnosis.verdict == VERDICT_FREE && all->sandboxed &&
		    inquiry->facts.whole && !inquiry->facts.hides_bound;

	if (may_settle(all, &inquiry->diagnosis)) {
		probe(all, inquiry);
		inquiry->confirmed = free && inquiry->diagnosis.verdict == VERDICT_FREE;
	} else if (is_to_be_confirmed(all, inquiry)) {
		probe(all, inquiry);
		inquiry->confirmed = inquiry->diagnosis.verdict == VERDICT_FREE;
	}
	if (listens && inquiry->probed && inquiry->diagnosis.verdict == VERDICT_FREE)
		return judge_listen_again(inquiry);
	return 0;
}

/* Of connect() the address is the peer's: who has it is not in the way, but the aim. */
static void settle_happened(struct inquiry *inquiry)
{
	diagnosis_settle(&inquiry->diagnosis, &inquiry->request, inquiry->happened);
	if (inquiry->connecting)
		inquiry->diagnosis.count = 0;
}

/* ---- what else could be bound ---------------------------------------- */

/*
 * What is bound with SO_REUSEPORT the kernel remembers, also of a try: one that
 * works may let in another that would not have been.  Where a socket that has not
 * set it is in the way, a try can only fail, or find what is remembered already.
 */
static bool leaves_no_trace(const struct bind_request *request, const struct diagnosis *diagnosis)
{
	return !request->reuseport || diagnosis->verdict == VERDICT_BLOCKED;
}

/* Whether another option helps is what the reader wants to know next; told where it is news. */
static void settle_alternative(struct inquiries *all, struct inquiry *inquiry,
			       enum alternative which)
{
	struct diagnosis *diagnosis = &inquiry->alternatives[which];
	struct bind_request request = inquiry->request;
	int error = 0;

	if (!alternatives[which].make(&request))
		return;
	request.listen = false;
	if (inquiry->diagnosis.error == EADDRINUSE && may_settle(all, diagnosis) &&
	    leaves_no_trace(&request, diagnosis) &&
	    facts_probe(all->source, &request, &error) == 0) {
		const enum verdict before = diagnosis->verdict;

		diagnosis_settle(diagnosis, &request, error);
		if (which == ALTERNATIVE_REUSEADDR && diagnosis->verdict != before) {
			inquiry->probed_reuseaddr = true;
			inquiry->reuseaddr_error = error;
		}
	}
	if (!diagnosis->certain)
		diagnosis->verdict = VERDICT_UNKNOWN;
}

/* The kernel has told of no socket that is in the way: as root one may be found all the same. */
static void find_hidden(struct inquiries *all, struct inquiry *inquiry)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;

	if (inquiry->facts.hides_bound && diagnosis->error == EADDRINUSE && !diagnosis->count &&
	    inquiry->request.local.port && !inquiry->connecting && !all->settings->quiet &&
	    !all->settings->replay && all->count <= ADVISED_MOST)
		facts_find_hidden(all->source, &inquiry->request, &inquiry->facts.hidden);
}

int why_probe(struct inquiries *all)
{
	int err = 0;

	for (size_t i = 0; i < all->count && !err; i++) {
		struct inquiry *inquiry = &all->items[i];

		if (inquiry->happened)
			settle_happened(inquiry);
		else
			err = settle(all, inquiry);
		find_hidden(all, inquiry);
		for (enum alternative a = 0; a < ALTERNATIVE_COUNT && !inquiry->connecting; a++)
			settle_alternative(all, inquiry, a);
	}
	return err;
}
