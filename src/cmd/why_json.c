/* SPDX-License-Identifier: MIT */
/* An answer for programs: schema conntab-why/1. */
#include <string.h>

#include "base/text.h"
#include "why_show.h"

enum { REPEATED_MOST = 16 };

static void add_bool(struct buf *out, const char *key, bool value)
{
	buf_add_text(out, key);
	buf_add_text(out, value ? "true" : "false");
}

static void add_truth(struct buf *out, const char *key, uint8_t truth)
{
	static const char *const texts[] = {
		[TRUTH_NO] = "false", [TRUTH_MAYBE] = "null", [TRUTH_YES] = "true",
	};

	buf_add_text(out, key);
	buf_add_text(out, texts[truth]);
}

static void add_errno(struct buf *out, const char *key, int error)
{
	json_add_member(key, error ? strerrorname_np(error) : NULL, out);
}

static void add_number(struct buf *out, const char *key, uint64_t number)
{
	buf_add_text(out, key);
	if (number)
		buf_add_unsigned(out, number);
	else
		buf_add_literal(out, "null");
}

void why_json_text(struct buf *out, const char *key, struct buf *text)
{
	buf_add_text(out, key);
	if (text->length)
		text_add_json(out, text->data, text->length);
	else
		buf_add_literal(out, "null");
	text->length = 0;
}

void why_json_remedy(struct buf *out, struct buf *text, struct buf *command)
{
	why_json_text(out, "{\"text\":", text);
	why_json_text(out, ",\"command\":", command);
	buf_add_char(out, '}');
}

void why_json_wanted(struct buf *out, const struct inquiry *inquiry)
{
	const struct bind_request *request = &inquiry->request;
	const struct snapshot *snap = inquiry->facts.snap;
	char address[ADDRESS_TEXT_MAX];

	*address_print(address, &request->local.address) = '\0';
	json_add_member("{\"protocol\":", protocols[request->protocol].name, out);
	json_add_member(",\"address\":", address, out);
	buf_add_literal(out, ",\"port\":");
	buf_add_unsigned(out, request->local.port);
	add_bool(out, ",\"reuseaddr\":", request->reuseaddr);
	add_bool(out, ",\"reuseport\":", request->reuseport);
	add_bool(out, ",\"v6only\":", request->v6only);
	json_add_member(",\"device\":",
			request->interface ? snapshot_interface(snap, inquiry->facts.netns,
								request->interface) : NULL, out);
	buf_add_literal(out, ",\"uid\":");
	buf_add_unsigned(out, request->uid);
	buf_add_literal(out, ",\"netns\":");
	json_add_netns(&snap->netns[inquiry->facts.netns], out);
	buf_add_char(out, '}');
}

/* ---- blockers -------------------------------------------------------- */

void why_json_take_remedy(void *context, struct buf *text, struct buf *command)
{
	struct remedy_list *list = context;

	buf_add_text(list->out, list->count++ ? "," : "");
	why_json_remedy(list->out, text, command);
}

static void add_remedies(struct buf *out, const struct inquiry *inquiry)
{
	const struct account account = account_of(inquiry);
	struct remedy_list list = { out, 0 };

	buf_add_char(out, '[');
	explain_remedies(&account, why_json_take_remedy, &list);
	buf_add_char(out, ']');
}

void why_json_socket(struct buf *out, const struct inquiry *inquiry, uint32_t socket)
{
	const struct bind_options *options = &inquiry->facts.options[socket];
	struct buf more;

	if (buf_init(&more, -1) < 0)
		return;
	add_truth(&more, ",\"reuseaddr\":", options->reuseaddr);
	add_truth(&more, ",\"reuseport\":", options->reuseport);
	buf_add_char(&more, '\0');
	json_add_socket(inquiry->facts.snap, &inquiry->facts.snap->sockets[socket], more.data, out);
	buf_free(&more);
}

static void add_blocker(struct buf *out, const struct inquiry *inquiry,
			const struct blocker *blocker, const struct buf *remedies,
			struct buf *text)
{
	const struct account account = account_of(inquiry);

	json_add_member("{\"rule\":", rule_names[blocker->rule], out);
	explain_blocker(&account, blocker, text);
	why_json_text(out, ",\"sentence\":", text);
	explain_holder(&account, blocker, text);
	why_json_text(out, ",\"holder\":", text);
	add_truth(out, ",\"blocks\":", (uint8_t)blocker->blocks);
	buf_add_literal(out, ",\n   \"socket\":");
	why_json_socket(out, inquiry, blocker->socket);
	buf_add_literal(out, ",\n   \"remedies\":");
	buf_add(out, remedies->data, remedies->length);
	buf_add_char(out, '}');
}

/* A remedy removes all blockers, and so stands at each of the first, and at last alone. */
static void add_blockers(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;
	struct buf remedies;

	if (buf_init(&remedies, -1) < 0)
		return;
	add_remedies(&remedies, inquiry);
	buf_add_literal(out, ",\n \"blockers\":[");
	for (size_t i = 0; i < diagnosis->count; i++) {
		buf_add_text(out, i ? ",\n  " : "\n  ");
		if (i == REPEATED_MOST) {
			remedies.length = 0;
			buf_add_literal(&remedies, "[]");
		}
		add_blocker(out, inquiry, &diagnosis->blockers[i], &remedies, text);
	}
	buf_add_char(out, ']');
	buf_free(&remedies);
}

/* ---- notes ----------------------------------------------------------- */

static void add_note(struct buf *out, bool *any, enum severity severity, const char *subject,
		     struct buf *text)
{
	buf_add_text(out, *any ? "," : "");
	json_add_member("{\"severity\":", severity_names[severity], out);
	json_add_member(",\"subject\":", subject, out);
	why_json_text(out, ",\"text\":", text);
	buf_add_char(out, '}');
	*any = true;
}

/* What the table of another protocol does not tell is no matter of this question. */
static bool is_of_other_protocol(const struct note *note, const struct inquiry *inquiry)
{
	if (note->severity != SEVERITY_INFO)
		return false;
	for (enum protocol i = 0; i < PROTOCOL_COUNT; i++)
		if (strcmp(note->subject, protocols[i].name) == 0)
			return i != inquiry->request.protocol;
	return false;
}

void why_json_notes(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct account account = account_of(inquiry);
	bool any = false;

	buf_add_char(out, '[');
	for (const struct note *note = inquiry->facts.snap->notes; note; note = note->next) {
		if (is_of_other_protocol(note, inquiry))
			continue;
		buf_add_text(text, note->text);
		add_note(out, &any, note->severity, note->subject, text);
	}
	for (size_t i = 0; explain_remark(&account, i, text); i++)
		add_note(out, &any, SEVERITY_INFO, "bind", text);
	why_add_probe(inquiry, text);
	if (text->length)
		add_note(out, &any, SEVERITY_INFO, "probe", text);
	buf_add_char(out, ']');
}

/* Listeners on the port in other namespaces. */
void why_json_elsewhere(struct buf *out, const struct inquiries *all,
			const struct inquiry *inquiry)
{
	const char *before = "[\n  ";

	for (size_t i = 0; i < all->elsewhere.count; i++) {
		const struct snapshot *snap = all->elsewhere.snaps[i];

		for (size_t s = 0; s < snap->count; s++) {
			if (!why_is_elsewhere(inquiry, &snap->sockets[s]))
				continue;
			buf_add_text(out, before);
			json_add_socket(snap, &snap->sockets[s], "", out);
			before = ",\n  ";
		}
	}
	buf_add_text(out, *before == '[' ? "[]" : "]");
}

/* ---- the document ---------------------------------------------------- */

/* What would become of sockets that differ in one thing; null: they would not differ. */
static void add_alternatives(struct buf *out, const struct inquiry *inquiry)
{
	for (enum alternative i = 0; i < ALTERNATIVE_COUNT; i++) {
		struct bind_request request = inquiry->request;
		enum verdict verdict = inquiry->alternatives[i].verdict;

		buf_add_text(out, i ? ",\"" : ",\"alternatives\":{\"");
		buf_add_text(out, alternatives[i].name);
		json_add_member("\":", alternatives[i].make(&request) ?
				verdict_names[verdict] : NULL, out);
	}
	buf_add_char(out, '}');
}

static void add_addresses(struct buf *out, const struct inquiry *inquiry)
{
	char address[ADDRESS_TEXT_MAX];

	buf_add_literal(out, ",\"free_addresses\":[");
	for (size_t i = 0; i < inquiry->address_count; i++) {
		*address_print(address, &inquiry->addresses[i]) = '\0';
		json_add_member(i ? "," : "", address, out);
	}
	buf_add_char(out, ']');
}

static void add_verdict(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct account account = account_of(inquiry);
	const struct diagnosis *diagnosis = &inquiry->diagnosis;
	const char *stage = stage_names[diagnosis->stage];

	json_add_member(",\n \"verdict\":", verdict_names[diagnosis->verdict], out);
	add_errno(out, ",\"errno\":", diagnosis->error);
	json_add_member(",\"stage\":", inquiry->connecting ? "connect" : stage, out);
	add_bool(out, ",\"certain\":", diagnosis->certain);
	explain_verdict(&account, text);
	why_json_text(out, ",\"sentence\":", text);
	add_alternatives(out, inquiry);
	add_number(out, ",\"free_port\":", inquiry->free_port);
	add_addresses(out, inquiry);
}

void why_show_json(const struct inquiries *all, const struct inquiry *inquiry, struct buf *out)
{
	struct buf text;

	if (buf_init(&text, -1) < 0)
		return;
	buf_add_literal(out, "{\"schema\":\"conntab-why/1\",\"wanted\":");
	why_json_wanted(out, inquiry);
	add_verdict(out, inquiry, &text);
	add_blockers(out, inquiry, &text);
	buf_add_literal(out, ",\n \"elsewhere\":");
	why_json_elsewhere(out, all, inquiry);
	buf_add_literal(out, ",\n \"remedies\":");
	add_remedies(out, inquiry);
	buf_add_literal(out, ",\"probe\":");
	if (inquiry->probed) {
		add_errno(out, "{\"errno\":", inquiry->probe_error);
		buf_add_char(out, '}');
	} else {
		buf_add_literal(out, "null");
	}
	buf_add_literal(out, ",\n \"notes\":");
	why_json_notes(out, inquiry, &text);
	buf_add_literal(out, "}\n");
	buf_free(&text);
}
