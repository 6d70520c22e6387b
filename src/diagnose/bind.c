/* SPDX-License-Identifier: MIT */
/*
 * The verdict: checks in the kernel's order, then the sockets that are in the
 * way.  How two sockets meet is in meeting.c and side.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/array.h"
#include "conflict.h"
#include "diagnose/connect.h"

const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_FREE] = "free",
	[VERDICT_BLOCKED] = "blocked",
	[VERDICT_DENIED] = "denied",
	[VERDICT_UNAVAILABLE] = "unavailable",
	[VERDICT_INVALID] = "invalid",
	[VERDICT_UNKNOWN] = "unknown",
};

const char *const stage_names[STAGE_COUNT] = {
	[STAGE_NONE] = NULL,
	[STAGE_BIND] = "bind",
	[STAGE_LISTEN] = "listen",
};

/*
 * With SO_REUSEPORT, UDP asks only the first that it finds in its table
 * (udp_lib_lport_inuse()).  The kernel dumps that table in its order, but for
 * each IP version alone.
 */
enum first { FIRST_NONE, FIRST_BLOCKS, FIRST_SHARES, FIRST_UNKNOWN };

enum { MOST_IN_ORDER = 10 };		/* of more it asks another table (udp_lib_get_port()) */

/* What the sockets of the port come to, before it is a verdict. */
struct conflict {
	enum truth blocked;
	bool certain;			/* when blocked: the kernel can't have passed it by */
	enum truth shared;		/* UDP: a socket may share by SO_REUSEPORT, and decide so */
	enum first first[2];		/* UDP: of IPv4, of IPv6 */
	size_t met;			/* sockets on the port */
	size_t capacity;
};

/* ---- conflicts ------------------------------------------------------- */

/* Would UDP ask the holder, if it were the first it finds? */
static enum truth is_asked(const struct meeting *meeting)
{
	if (meeting->wanted->protocol == PROTOCOL_TCP || meeting->any_port)
		return TRUTH_NO;
	return truth_and(meeting_overlaps(meeting), truth_not(meeting_shares_address(meeting)));
}

static enum truth decides_for_sharing(const struct meeting *meeting)
{
	return truth_and(is_asked(meeting), meeting_shares_port(meeting));
}

static enum first answer_of(const struct meeting *meeting)
{
	enum truth asked = is_asked(meeting), shares = meeting_shares_port(meeting);

	if (asked == TRUTH_NO)
		return FIRST_NONE;
	if (asked == TRUTH_MAYBE || shares == TRUTH_MAYBE)
		return FIRST_UNKNOWN;
	return shares == TRUTH_YES ? FIRST_SHARES : FIRST_BLOCKS;
}

static void note_order(struct conflict *conflict, const struct meeting *meeting)
{
	enum first *first = &conflict->first[meeting->holder->local.address.family == AF_INET6];

	conflict->met++;
	if (*first == FIRST_NONE)
		*first = answer_of(meeting);
	conflict->shared = truth_or(conflict->shared, decides_for_sharing(meeting));
}

static int add_blocker(struct diagnosis *diagnosis, struct conflict *conflict, uint32_t socket,
		       const struct meeting *meeting)
{
	enum truth blocks = meeting_blocks(meeting);
	struct blocker *blockers;

	note_order(conflict, meeting);
	if (blocks == TRUTH_NO)
		return 0;
	blockers = array_reserve(diagnosis->blockers, &conflict->capacity, diagnosis->count + 1,
				 sizeof(*blockers));
	if (!blockers)
		return -ENOMEM;
	diagnosis->blockers = blockers;
	blockers[diagnosis->count++] = (struct blocker){
		.socket = socket,
		.rule = sides_rule(&meeting->left, &meeting->right),
		.sharing = meeting_sharing(meeting),
		.blocks = blocks,
	};
	conflict->blocked = truth_or(conflict->blocked, blocks);
	conflict->certain |= blocks == TRUTH_YES && !meeting_may_be_skipped(meeting);
	return 0;
}

static int find_blockers(const struct bind_request *request, const struct bind_facts *facts,
			 struct diagnosis *diagnosis, struct conflict *conflict)
{
	struct meeting meeting;
	int err = 0;

	for (int listening = 1; listening >= 0; listening--) {
		for (size_t i = 0; !err && i < bind_facts_count(facts); i++) {
			uint32_t socket = bind_facts_socket(facts, i);

			if (meeting_init(&meeting, request, facts, socket) &&
			    meeting.listening == listening)
				err = add_blocker(diagnosis, conflict, socket, &meeting);
		}
	}
	return err;
}

/* Of IPv4 and IPv6 it is not known who comes first: both have to say the same. */
static enum first first_of(const struct conflict *conflict, const struct bind_facts *facts)
{
	enum first ipv4 = conflict->first[0], ipv6 = conflict->first[1];

	if (!facts->whole || conflict->met > MOST_IN_ORDER)
		return FIRST_UNKNOWN;
	if (ipv4 == FIRST_NONE || ipv4 == ipv6)
		return ipv6;
	return ipv6 == FIRST_NONE ? ipv4 : FIRST_UNKNOWN;
}

static void judge_order(const struct bind_request *request, const struct bind_facts *facts,
			struct diagnosis *diagnosis, struct conflict *conflict)
{
	bool may_share = conflict->shared != TRUTH_NO || !facts->whole;
	enum first first = first_of(conflict, facts);

	if (request->protocol == PROTOCOL_TCP || !request->reuseport || !may_share ||
	    conflict->blocked == TRUTH_NO)
		return;
	if (first == FIRST_SHARES) {
		conflict->blocked = TRUTH_NO;
		diagnosis->count = 0;
	} else if (first == FIRST_BLOCKS) {
		conflict->blocked = TRUTH_YES;
		conflict->certain = true;
	} else {
		conflict->blocked = TRUTH_MAYBE;
		for (size_t i = 0; i < diagnosis->count; i++)
			diagnosis->blockers[i].blocks = TRUTH_MAYBE;
	}
}

static int find_conflict(const struct bind_request *request, const struct bind_facts *facts,
			 struct diagnosis *diagnosis, struct conflict *conflict)
{
	int err;

	*conflict = (struct conflict){ .blocked = TRUTH_NO };
	if (!protocols[request->protocol].has_ports)
		return 0;
	if (!request->local.port) {
		conflict->certain = true;
		return ports_exhausted(request, facts, &conflict->blocked);
	}
	err = find_blockers(request, facts, diagnosis, conflict);
	if (!err)
		judge_order(request, facts, diagnosis, conflict);
	return err;
}

/* ---- verdict --------------------------------------------------------- */

static void decide(struct diagnosis *diagnosis, const struct bind_request *request,
		   enum verdict verdict, int error)
{
	diagnosis->verdict = verdict;
	diagnosis->error = error;
	diagnosis->stage = STAGE_NONE;
	if (error)
		diagnosis->stage = request->listen ? STAGE_LISTEN : STAGE_BIND;
}

static bool hides_sockets(const struct bind_facts *facts)
{
	return !facts->whole || facts->hides_bound;
}

static void decide_conflict(struct diagnosis *diagnosis, const struct bind_request *request,
			    const struct bind_facts *facts, const struct conflict *conflict)
{
	if (conflict->blocked == TRUTH_YES) {
		decide(diagnosis, request, VERDICT_BLOCKED, EADDRINUSE);
		diagnosis->open |= !conflict->certain || facts->no_devices;
	} else if (conflict->blocked == TRUTH_MAYBE) {
		decide(diagnosis, request, VERDICT_UNKNOWN, 0);
		diagnosis->open = true;
	} else {
		decide(diagnosis, request, VERDICT_FREE, 0);
		diagnosis->open |= facts->sandboxed ||
				   (hides_sockets(facts) && protocols[request->protocol].has_ports);
	}
}

int bind_judge(const struct bind_request *request, const struct bind_facts *facts,
	       struct diagnosis *diagnosis)
{
	struct check_outcome checks = checks_run(request, facts);
	struct conflict conflict;
	int err;

	*diagnosis = (struct diagnosis){ .rights_unknown = checks.rights_unknown };
	err = find_conflict(request, facts, diagnosis, &conflict);
	if (err < 0) {
		diagnosis_done(diagnosis);
		return err;
	}
	if (checks.verdict != VERDICT_FREE) {
		decide(diagnosis, request, checks.verdict, checks.error);
		diagnosis->certain = !checks.unsure;
		return 0;
	}
	/* A probe would tell of the address, too, but not of rights. */
	diagnosis->open = checks.unsure && !checks.rights_unknown;
	decide_conflict(diagnosis, request, facts, &conflict);
	diagnosis->certain = !diagnosis->open && !checks.unsure;
	return 0;
}

bool bind_needs_options(const struct bind_request *request, const struct bind_facts *facts,
			uint32_t socket)
{
	struct meeting meeting;
	bool unknown;

	if (!meeting_init(&meeting, request, facts, socket))
		return false;
	unknown = (request->reuseaddr && meeting.options.reuseaddr == TRUTH_MAYBE) ||
		  (request->reuseport && meeting.options.reuseport == TRUTH_MAYBE) ||
		  meeting.options.v6only == TRUTH_MAYBE;
	return unknown && (meeting_blocks(&meeting) == TRUTH_MAYBE ||
			   answer_of(&meeting) == FIRST_UNKNOWN);
}

/* What each errno of bind() makes of it; the last for all that is not here. */
static const struct {
	int error;
	enum verdict verdict;
} verdicts[] = {
	{ 0, VERDICT_FREE },
	{ EADDRINUSE, VERDICT_BLOCKED },
	{ EACCES, VERDICT_DENIED },
	{ EPERM, VERDICT_DENIED },
	{ EADDRNOTAVAIL, VERDICT_UNAVAILABLE },
	{ ENODEV, VERDICT_UNAVAILABLE },
	{ EINVAL, VERDICT_INVALID },
	{ -1, VERDICT_UNKNOWN },
};

/* If only one can be in the way, it is. */
static void settle_blockers(struct diagnosis *diagnosis)
{
	if (diagnosis->verdict == VERDICT_FREE)
		diagnosis->count = 0;
	else if (diagnosis->verdict == VERDICT_BLOCKED && diagnosis->count == 1)
		diagnosis->blockers[0].blocks = TRUTH_YES;
}

void diagnosis_settle(struct diagnosis *diagnosis, const struct bind_request *request, int error)
{
	size_t i = 0;

	while (verdicts[i].error >= 0 && verdicts[i].error != error)
		i++;
	decide(diagnosis, request, verdicts[i].verdict, error);
	diagnosis->open = false;
	diagnosis->certain = !diagnosis->rights_unknown && verdicts[i].verdict != VERDICT_UNKNOWN;
	settle_blockers(diagnosis);
}

/* Nobody has it any more who could have changed its options since it was shared. */
static bool is_remains(const struct socket *sk)
{
	return socket_is_time_wait(sk) || ((sk->have & HAVE_INODE) && !sk->inode);
}

static bool are_only_remains(const struct bind_facts *facts, const struct diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->count; i++)
		if (!is_remains(&facts->snap->sockets[diagnosis->blockers[i].socket]))
			return false;
	return true;
}

int listen_judge(const struct bind_request *request, const struct bind_facts *facts,
		 struct diagnosis *diagnosis)
{
	struct bind_request listens = *request;
	int err;

	listens.listen = true;
	err = bind_judge(&listens, facts, diagnosis);
	/* By SO_REUSEPORT a socket that is bound is what the kernel remembers. */
	if (err || (diagnosis->verdict == VERDICT_BLOCKED && !request->reuseport))
		return err;
	diagnosis->certain = request->reuseport || diagnosis->verdict == VERDICT_FREE ||
			     are_only_remains(facts, diagnosis);
	decide(diagnosis, &listens, VERDICT_FREE, 0);
	diagnosis->count = 0;
	return 0;
}

void diagnosis_done(struct diagnosis *diagnosis)
{
	free(diagnosis->blockers);
	*diagnosis = (struct diagnosis){ 0 };
}
