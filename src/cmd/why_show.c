/* SPDX-License-Identifier: MIT */
/* An answer for people: the verdict, who is in the way, by which rule, and what to do. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "view/cell.h"
#include "why_show.h"

enum {
	BLOCKERS_SHOWN = 3,
	ELSEWHERE_SHOWN = 2,
};

/* ---- blockers -------------------------------------------------------- */

/* "In the way: 0.0.0.0:8080 LISTEN" */
static void add_heading(struct buf *out, const struct inquiry *inquiry,
			const struct blocker *blocker)
{
	const struct snapshot *snap = inquiry->facts.snap;
	const struct socket *sk = &snap->sockets[blocker->socket];
	const struct row row = { .snap = snap, .sk = sk };

	buf_add_text(out, blocker->blocks == TRUTH_YES ? "\nIn the way: " : "\nMaybe in the way: ");
	buf_add_text(out, state_names[sk->state]);
	buf_add_char(out, ' ');
	cell_add_endpoint(out, &row, &sk->local);
	if (sk->have & HAVE_PEER) {
		buf_add_literal(out, ", connected to ");
		cell_add_endpoint(out, &row, &sk->peer);
	}
	buf_add_char(out, '\n');
}

static void add_blocker(struct buf *out, const struct inquiry *inquiry,
			const struct blocker *blocker, struct buf *text)
{
	const struct account account = account_of(inquiry);
	const struct snapshot *snap = inquiry->facts.snap;
	const struct socket *sk = &snap->sockets[blocker->socket];

	add_heading(out, inquiry, blocker);
	why_add_processes(out, snap, sk, text);
	explain_holder(&account, blocker, text);
	why_add_paragraph(out, text, WHY_INDENT);
	buf_add_literal(text, "Rule: ");
	explain_blocker(&account, blocker, text);
	why_add_paragraph(out, text, WHY_INDENT);
}

/*
 * How many are shown: of listeners, which come first, some; their connections
 * are in the way too, but go with them.
 */
static size_t blockers_shown(const struct inquiry *inquiry)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;
	const struct socket *sockets = inquiry->facts.snap->sockets;
	size_t listeners = 0, most;

	while (listeners < diagnosis->count &&
	       socket_is_listener(&sockets[diagnosis->blockers[listeners].socket]))
		listeners++;
	most = listeners ? listeners : diagnosis->count;
	return most < BLOCKERS_SHOWN ? most : BLOCKERS_SHOWN;
}

static void add_blockers(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;
	size_t shown = blockers_shown(inquiry), more = diagnosis->count - shown;

	for (size_t i = 0; i < shown; i++)
		add_blocker(out, inquiry, &diagnosis->blockers[i], text);
	if (!more)
		return;
	buf_add_literal(out, "\nAnd ");
	buf_add_unsigned(out, more);
	buf_add_text(out, more > 1 ? " more sockets" : " more socket");
	buf_add_literal(out, " on the port: conntab -a ");
	buf_add_text(out, protocols[inquiry->request.protocol].name);
	buf_add_char(out, ':');
	buf_add_unsigned(out, inquiry->request.local.port);
	buf_add_char(out, '\n');
}

/* ---- remedies -------------------------------------------------------- */

/* Where the wanted socket is blocked: what would not be.  Options have lines of their own. */
static void add_alternatives(struct remedies *remedies, const struct inquiry *inquiry)
{
	if (inquiry->diagnosis.error != EADDRINUSE)
		return;
	for (enum alternative i = ALTERNATIVE_IPV4; i < ALTERNATIVE_COUNT; i++) {
		struct bind_request request = inquiry->request;

		if (!alternatives[i].make(&request) ||
		    inquiry->alternatives[i].verdict != VERDICT_FREE)
			continue;
		buf_add_text(&remedies->text, alternatives[i].text);
		buf_add_literal(&remedies->text, ": that would work");
		remedies_add(remedies);
	}
}

static void take_remedy(void *context, struct buf *text, struct buf *command)
{
	struct remedies *remedies = context;

	buf_add(&remedies->text, text->data, text->length);
	buf_add(&remedies->command, command->data, command->length);
	remedies_add(remedies);
}

static void add_all_remedies(struct remedies *remedies, const struct inquiry *inquiry)
{
	const struct account account = account_of(inquiry);

	explain_remedies(&account, take_remedy, remedies);
	add_alternatives(remedies, inquiry);
	if (!inquiry->free_port)
		return;
	buf_add_literal(&remedies->text, "use another port: ");
	buf_add_unsigned(&remedies->text, inquiry->free_port);
	buf_add_literal(&remedies->text, " is free");
	remedies_add(remedies);
}

static void show_remedies(struct buf *out, const struct inquiry *inquiry)
{
	struct remedies remedies;

	if (remedies_init(&remedies, out) == 0)
		add_all_remedies(&remedies, inquiry);
	remedies_done(&remedies);
}

/* ---- all of it ------------------------------------------------------- */

static void add_remarks(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct account account = account_of(inquiry);

	for (size_t i = 0; explain_remark(&account, i, text); i++)
		why_add_paragraph(out, text, 0);
}

/* With and without SO_REUSEADDR are told apart. */
static void add_reuseaddr(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	static const char *const sentences[VERDICT_COUNT] = {
		[VERDICT_FREE] = "With SO_REUSEADDR, which most servers set, it would work.",
		[VERDICT_BLOCKED] = "SO_REUSEADDR would not help.",
		[VERDICT_UNKNOWN] = "With SO_REUSEADDR, which most servers set, it may work.",
	};
	static const char datagrams[] = "With SO_REUSEADDR it would work, but what comes to one "
					"address goes to the last to bind alone.";
	enum verdict verdict = inquiry->alternatives[ALTERNATIVE_REUSEADDR].verdict;
	bool udp = inquiry->request.protocol != PROTOCOL_TCP && verdict == VERDICT_FREE;
	const char *sentence = udp ? datagrams : sentences[verdict];

	if (inquiry->diagnosis.error != EADDRINUSE || inquiry->request.reuseaddr || !sentence)
		return;
	buf_add_text(text, sentence);
	why_add_paragraph(out, text, 0);
}

static void add_namespace(struct buf *text, const struct netns *netns)
{
	buf_add_literal(text, "the network namespace ");
	if (netns->name)
		text_add_safe(text, netns->name, strlen(netns->name), SIZE_MAX);
	else
		buf_add_unsigned(text, netns->inode);
}

static const struct socket *find_elsewhere(const struct inquiry *inquiry,
					   const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++)
		if (why_is_elsewhere(inquiry, &snap->sockets[i]))
			return &snap->sockets[i];
	return NULL;
}

/* "No conflict: it is inside container X." */
void why_add_elsewhere(struct buf *out, const struct inquiries *all,
		       const struct inquiry *inquiry, const char *meaning, struct buf *text)
{
	size_t count = 0;

	for (size_t i = 0; i < all->elsewhere.count; i++) {
		const struct snapshot *snap = all->elsewhere.snaps[i];
		const struct socket *sk = find_elsewhere(inquiry, snap);

		if (!sk || count++ >= ELSEWHERE_SHOWN)
			continue;
		buf_add_literal(text, "There is a listener on that port in ");
		add_namespace(text, &snap->netns[sk->netns]);
		buf_add_literal(text, ". ");
		buf_add_text(text, meaning);
		why_add_paragraph(out, text, 0);
		why_add_processes(out, snap, sk, text);
	}
	if (count <= ELSEWHERE_SHOWN)
		return;
	buf_add_literal(text, "Others are in ");
	buf_add_unsigned(text, count - ELSEWHERE_SHOWN);
	buf_add_text(text, count - ELSEWHERE_SHOWN > 1 ? " more namespaces." : " more namespace.");
	why_add_paragraph(out, text, 0);
}

void why_show(const struct inquiries *all, const struct inquiry *inquiry, struct buf *out)
{
	const struct account account = account_of(inquiry);
	struct buf text;

	if (buf_init(&text, -1) < 0) {
		out->error = ENOMEM;
		return;
	}
	explain_verdict(&account, &text);
	if (!inquiry->diagnosis.certain && inquiry->diagnosis.verdict != VERDICT_UNKNOWN)
		buf_add_literal(&text, " (Not certain.)");
	why_add_paragraph(out, &text, 0);
	add_reuseaddr(out, inquiry, &text);
	why_add_probe(inquiry, &text);
	why_add_paragraph(out, &text, 0);
	add_remarks(out, inquiry, &text);
	if (inquiry->diagnosis.verdict == VERDICT_FREE)
		why_add_elsewhere(out, all, inquiry, "It is not in the way: each "
				  "namespace has ports of its own.", &text);
	add_blockers(out, inquiry, &text);
	show_remedies(out, inquiry);
	buf_free(&text);
}
