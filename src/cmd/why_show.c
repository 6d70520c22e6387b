/* SPDX-License-Identifier: MIT */
/* An answer for people: the verdict, who is in the way, by which rule, and what to do. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "view/cell.h"
#include "why_show.h"

enum { ELSEWHERE_SHOWN = 2 };

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

/* One address in place of all: of those of this machine some that nothing is in the way of. */
static void add_addresses(struct remedies *remedies, const struct inquiry *inquiry)
{
	if (!inquiry->address_count)
		return;
	buf_add_literal(&remedies->text, "bind one address in place of all: ");
	for (size_t i = 0; i < inquiry->address_count; i++) {
		bool brackets = inquiry->addresses[i].family == AF_INET6;

		buf_add_text(&remedies->text, i ? " or " : "");
		buf_add_text(&remedies->text, brackets ? "[" : "");
		buf_used(&remedies->text,
			 address_print(buf_room(&remedies->text, ADDRESS_TEXT_MAX),
				       &inquiry->addresses[i]));
		buf_add_text(&remedies->text, brackets ? "]" : "");
	}
	buf_add_literal(&remedies->text, " would work");
	remedies_add(remedies);
}

static void add_all_remedies(struct remedies *remedies, const struct inquiry *inquiry)
{
	const struct account account = account_of(inquiry);

	explain_remedies(&account, remedies_take, remedies);
	add_alternatives(remedies, inquiry);
	add_addresses(remedies, inquiry);
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
	enum verdict verdict = inquiry->alternatives[ALTERNATIVE_REUSEADDR].verdict;
	const struct account account = account_of(inquiry);
	const char *sentence = sentences[verdict];

	if (inquiry->diagnosis.error != EADDRINUSE || inquiry->request.reuseaddr || !sentence)
		return;
	buf_add_text(text, sentence);
	if (inquiry->request.protocol != PROTOCOL_TCP && verdict == VERDICT_FREE) {
		buf_add_literal(text, " Then ");
		explain_delivery(&account, text);
		buf_add_char(text, '.');
	}
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
	why_add_blockers(out, inquiry, &text);
	show_remedies(out, inquiry);
	buf_free(&text);
}
