/* SPDX-License-Identifier: MIT */
/* An answer for people: the verdict, who is in the way, by which rule, and what to do. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "view/cell.h"
#include "why.h"

enum {
	COMMAND_AT = 7,
	BLOCKERS_SHOWN = 3,
	REMEDIES_MAX = 12,
	NUMBER_COLUMNS = 3,
};

/* ---- blockers -------------------------------------------------------- */

/* "In the way: 0.0.0.0:8080 LISTEN" */
static void add_heading(struct buf *out, const struct inquiry *inquiry,
			const struct blocker *blocker)
{
	const struct snapshot *snap = inquiry->facts.snap;
	const struct socket *sk = &snap->sockets[blocker->socket];
	const struct row row = { .snap = snap, .sk = sk };

	buf_add_text(out, blocker->blocks == TRUTH_YES ? "\nIn the way: " :
		     "\nPerhaps in the way: ");
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

struct remedies {
	struct buf *out;
	struct buf text, command;
	struct buf seen;		/* texts and commands, each ended by NUL */
	size_t count;
};

/* The same advice for ten sockets is given once; so is one of ten ways to wait. */
static void add_remedy(struct remedies *remedies)
{
	struct buf *text = &remedies->text, *command = &remedies->command;
	size_t start = remedies->seen.length;

	buf_add_char(&remedies->seen, '\n');
	buf_add(&remedies->seen, text->data, text->length);
	buf_add_char(&remedies->seen, '\n');
	buf_add(&remedies->seen, command->data, command->length);
	buf_add_char(&remedies->seen, '\n');
	if (remedies->count == REMEDIES_MAX ||
	    memmem(remedies->seen.data, start, remedies->seen.data + start,
		   remedies->seen.length - start)) {
		remedies->seen.length = start;
		text->length = command->length = 0;
		return;
	}
	if (!remedies->count++)
		buf_add_literal(remedies->out, "\nWhat to do:\n");
	buf_add_blanks(remedies->out, remedies->count < 10 ? WHY_INDENT : WHY_INDENT - 1);
	buf_add_unsigned(remedies->out, remedies->count);
	buf_add_literal(remedies->out, ". ");
	buf_add_char(text, '\0');
	text_add_wrapped(remedies->out, text->data, WHY_INDENT + NUMBER_COLUMNS,
			 WHY_WIDTH - WHY_INDENT - NUMBER_COLUMNS);
	if (command->length) {
		buf_add_blanks(remedies->out, COMMAND_AT);
		buf_add(remedies->out, command->data, command->length);
		buf_add_char(remedies->out, '\n');
	}
	text->length = command->length = 0;
}

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
		add_remedy(remedies);
	}
}

static void add_all_remedies(struct remedies *remedies, const struct inquiry *inquiry)
{
	const struct account account = account_of(inquiry);
	const struct diagnosis *diagnosis = &inquiry->diagnosis;
	size_t shown = blockers_shown(inquiry);

	for (size_t i = 0; explain_remedy(&account, NULL, i, &remedies->text, &remedies->command);
	     i++)
		add_remedy(remedies);
	for (size_t b = 0; b < shown; b++)
		for (size_t i = 0; explain_remedy(&account, &diagnosis->blockers[b], i,
						  &remedies->text, &remedies->command); i++)
			add_remedy(remedies);
	add_alternatives(remedies, inquiry);
	if (!inquiry->free_port)
		return;
	buf_add_literal(&remedies->text, "use another port: ");
	buf_add_unsigned(&remedies->text, inquiry->free_port);
	buf_add_literal(&remedies->text, " is free");
	add_remedy(remedies);
}

static void show_remedies(struct buf *out, const struct inquiry *inquiry)
{
	struct remedies remedies = { .out = out };

	if (buf_init(&remedies.text, -1) == 0 && buf_init(&remedies.command, -1) == 0 &&
	    buf_init(&remedies.seen, -1) == 0)
		add_all_remedies(&remedies, inquiry);
	buf_free(&remedies.text);
	buf_free(&remedies.command);
	buf_free(&remedies.seen);
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

/* "No conflict: it is inside container X." */
static void add_elsewhere(struct buf *out, const struct inquiries *all,
			  const struct inquiry *inquiry, struct buf *text)
{
	for (size_t i = 0; i < all->elsewhere.count; i++) {
		const struct snapshot *snap = all->elsewhere.snaps[i];
		const struct socket *sk = snap->sockets, *end = sk + snap->count;

		while (sk < end && !why_is_elsewhere(inquiry, sk))
			sk++;
		if (sk == end)
			continue;
		buf_add_literal(text, "There is a listener on that port in ");
		add_namespace(text, &snap->netns[sk->netns]);
		buf_add_literal(text, ". It is not in the way: each namespace has ports of its "
				      "own.");
		why_add_paragraph(out, text, 0);
		why_add_processes(out, snap, sk, text);
	}
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
		add_elsewhere(out, all, inquiry, &text);
	add_blockers(out, inquiry, &text);
	show_remedies(out, inquiry);
	buf_free(&text);
}
