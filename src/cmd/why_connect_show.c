/* SPDX-License-Identifier: MIT */
/* Answers to --connect, for people and for programs. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "view/cell.h"
#include "why_show.h"

enum { SOCKETS_SHOWN = 3 };

/* ---- for people ------------------------------------------------------ */

static void add_socket(struct buf *out, const struct inquiry *inquiry, uint32_t index,
		       struct buf *text)
{
	const struct snapshot *snap = inquiry->facts.snap;
	const struct socket *sk = &snap->sockets[index];
	const struct row row = { .snap = snap, .sk = sk };

	buf_add_char(out, '\n');
	buf_add_text(out, state_names[sk->state]);
	buf_add_char(out, ' ');
	cell_add_endpoint(out, &row, &sk->local);
	buf_add_char(out, '\n');
	why_add_processes(out, snap, sk, text);
}

static void add_remedies(struct buf *out, const struct inquiry *inquiry)
{
	const struct account account = account_of(inquiry);
	struct remedies list;

	if (remedies_init(&list, out) == 0) {
		size_t i = 0;

		while (connect_remedy(&account, &inquiry->connect, i++, &list.text, &list.command))
			remedies_add(&list);
	}
	remedies_done(&list);
}

void why_show_connect(const struct inquiries *all, const struct inquiry *inquiry,
		      struct buf *out)
{
	const struct account account = account_of(inquiry);
	const struct connect_diagnosis *connect = &inquiry->connect;
	struct buf text;

	if (buf_init(&text, -1) < 0) {
		out->error = ENOMEM;
		return;
	}
	connect_explain(&account, connect, &text);
	why_add_paragraph(out, &text, 0);
	if (connect->finding == CONNECT_NOBODY)
		why_add_elsewhere(out, all, inquiry, "It is reached by an address of that "
				  "namespace, not by this one.", &text);
	for (size_t i = 0; i < connect->count && i < SOCKETS_SHOWN; i++)
		add_socket(out, inquiry, connect->sockets[i], &text);
	add_remedies(out, inquiry);
	buf_free(&text);
}

/* ---- for programs ---------------------------------------------------- */

static void add_verdict(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct account account = account_of(inquiry);
	const struct connect_diagnosis *connect = &inquiry->connect;
	const struct connect_outcome outcome = why_connect_outcome(inquiry);

	json_add_member(",\n \"verdict\":", outcome.verdict, out);
	json_add_member(",\"errno\":", outcome.error, out);
	json_add_member(",\"stage\":", "connect", out);
	buf_add_literal(out, ",\"certain\":");
	buf_add_text(out, connect->certain ? "true" : "false");
	json_add_member(",\"finding\":", connect_names[connect->finding], out);
	connect_explain(&account, connect, text);
	why_json_text(out, ",\"sentence\":", text);
}

static void add_json_remedies(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct account account = account_of(inquiry);
	struct buf command;

	buf_add_literal(out, "],\n \"remedies\":[");
	if (buf_init(&command, -1) == 0) {
		for (size_t i = 0; connect_remedy(&account, &inquiry->connect, i, text, &command);
		     i++) {
			buf_add_text(out, i ? "," : "");
			why_json_remedy(out, text, &command);
		}
	}
	buf_free(&command);
	buf_add_char(out, ']');
}

void why_show_connect_json(const struct inquiries *all, const struct inquiry *inquiry,
			   struct buf *out)
{
	struct buf text;

	if (buf_init(&text, -1) < 0)
		return;
	buf_add_literal(out, "{\"schema\":\"conntab-why/1\",\"wanted\":");
	why_json_wanted(out, inquiry);
	add_verdict(out, inquiry, &text);
	buf_add_literal(out, ",\n \"sockets\":[");
	for (size_t i = 0; i < inquiry->connect.count; i++) {
		buf_add_text(out, i ? ",\n  " : "\n  ");
		why_json_socket(out, inquiry, inquiry->connect.sockets[i]);
	}
	add_json_remedies(out, inquiry, &text);
	buf_add_literal(out, ",\n \"elsewhere\":");
	why_json_elsewhere(out, all, inquiry);
	buf_add_literal(out, ",\n \"notes\":");
	why_json_notes(out, inquiry, &text);
	buf_add_literal(out, "}\n");
	buf_free(&text);
}
