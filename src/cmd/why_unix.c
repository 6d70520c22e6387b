/* SPDX-License-Identifier: MIT */
/* conntab why /run/app.sock: who has a unix address, and what to do. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "collect/unix_look.h"
#include "why_show.h"
#include "why_unix.h"

enum { HOLDERS_SHOWN = 4 };

/* All that is known of one address. */
struct answer {
	const struct unix_request *request;
	struct unix_facts facts;
	struct unix_diagnosis diagnosis;
	int happened;
};

enum status why_read_unix(const char *word, uint32_t uid, struct unix_request *request)
{
	*request = (struct unix_request){
		.name = word, .length = strlen(word), .type = SOCK_STREAM, .uid = uid,
	};
	if (*word != '@')
		return STATUS_FOUND;
	request->abstract = true;
	request->name++;
	request->length--;
	if (request->length)
		return STATUS_FOUND;
	complain("target", word, "expected a name behind the @");
	return STATUS_USAGE;
}

static bool is_shown(const struct answer *answer, size_t index)
{
	return unix_is_holder(answer->request, &answer->facts, index);
}

/* ---- for people ------------------------------------------------------ */

static void add_holders(struct buf *out, const struct answer *answer, struct buf *text)
{
	const struct snapshot *snap = answer->facts.snap;
	size_t shown = 0;

	for (size_t i = 0; i < snap->count && shown < HOLDERS_SHOWN; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (!is_shown(answer, i))
			continue;
		if (!shown++)
			buf_add_literal(out, "\nIn the way:\n");
		if (owner_first(snap, sk))
			why_add_processes(out, snap, sk, text);
		else
			buf_add_literal(out, "  a socket whose process can't be seen from here\n");
	}
}

static void show(const struct answer *answer, struct buf *out, struct buf *text)
{
	const struct unix_diagnosis *diagnosis = &answer->diagnosis;
	struct remedies remedies;

	buf_add_literal(text, "unix ");
	unix_explain(answer->request, diagnosis, text);
	if (diagnosis->error) {
		int error = answer->happened ? answer->happened : diagnosis->error;

		buf_add_text(text, answer->happened ? " The call failed" : " bind() would fail");
		buf_add_literal(text, " with ");
		buf_add_text(text, strerrorname_np(error));
		buf_add_char(text, '.');
	}
	why_add_paragraph(out, text, 0);
	unix_remark(answer->request, &answer->facts, diagnosis, text);
	why_add_paragraph(out, text, 0);
	add_holders(out, answer, text);
	if (remedies_init(&remedies, out) == 0)
		unix_remedies(answer->request, &answer->facts, diagnosis, geteuid() == 0,
			      remedies_take, &remedies);
	remedies_done(&remedies);
}

/* ---- JSON ------------------------------------------------------------ */

static const char *type_name(int type)
{
	return type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "dgram" : "seqpacket";
}

static void add_wanted(struct buf *out, const struct answer *answer, struct buf *text)
{
	const struct unix_request *request = answer->request;
	const struct snapshot *snap = answer->facts.snap;

	unix_add_address(request, text);
	buf_add_literal(out, "{\"schema\":\"conntab-why/1\",\"wanted\":{\"protocol\":\"unix\",");
	why_json_text(out, "\"address\":", text);
	json_add_member(",\"port\":null,\"reuseaddr\":null,\"reuseport\":null,\"v6only\":null,"
			"\"device\":null,\"type\":", type_name(request->type), out);
	buf_add_literal(out, ",\"uid\":");
	buf_add_unsigned(out, request->uid);
	buf_add_literal(out, ",\"netns\":");
	json_add_netns(&snap->netns[0], out);
	buf_add_char(out, '}');
}

static void add_remedies(struct buf *out, const struct answer *answer)
{
	struct remedy_list list = { out, 0 };

	buf_add_literal(out, ",\"remedies\":[");
	unix_remedies(answer->request, &answer->facts, &answer->diagnosis, geteuid() == 0,
		      why_json_take_remedy, &list);
	buf_add_char(out, ']');
}

static void add_sentence(struct buf *out, const struct answer *answer, struct buf *text)
{
	unix_explain(answer->request, &answer->diagnosis, text);
	why_json_text(out, ",\"sentence\":", text);
}

static void add_socket(struct buf *out, const struct answer *answer, size_t index)
{
	const struct snapshot *snap = answer->facts.snap;
	const struct socket *sk = &snap->sockets[index];

	json_add_member(",\"socket\":{\"protocol\":\"unix\",\"type\":",
			type_name(answer->facts.holders[index].type), out);
	json_add_member(",\"state\":", state_names[sk->state], out);
	buf_add_literal(out, ",\"inode\":");
	buf_add_unsigned(out, sk->inode);
	buf_add_literal(out, ",\"netns\":");
	json_add_netns(&snap->netns[sk->netns], out);
	buf_add_literal(out, ",\"owners\":");
	json_add_owners(snap, sk, out);
	json_add_member(",\"owner_missing\":", missing_names[sk->missing], out);
	buf_add_char(out, '}');
}

static void add_blockers(struct buf *out, const struct answer *answer, struct buf *text)
{
	const char *before = "";

	buf_add_literal(out, ",\n \"blockers\":[");
	for (size_t i = 0; i < answer->facts.snap->count; i++) {
		if (!is_shown(answer, i))
			continue;
		buf_add_text(out, before);
		json_add_member("{\"rule\":", unix_finding_names[answer->diagnosis.finding], out);
		add_sentence(out, answer, text);
		add_socket(out, answer, i);
		add_remedies(out, answer);
		buf_add_char(out, '}');
		before = ",\n  ";
	}
	buf_add_char(out, ']');
}

/* In the form of those about ports. */
static void add_notes(struct buf *out, const struct answer *answer, struct buf *text)
{
	unix_remark(answer->request, &answer->facts, &answer->diagnosis, text);
	if (text->length) {
		json_add_member("{\"severity\":", severity_names[SEVERITY_INFO], out);
		why_json_text(out, ",\"subject\":\"bind\",\"text\":", text);
		buf_add_char(out, '}');
	}
}

static void show_json(const struct answer *answer, struct buf *out, struct buf *text)
{
	const struct unix_diagnosis *diagnosis = &answer->diagnosis;

	add_wanted(out, answer, text);
	json_add_member(",\n \"verdict\":", verdict_names[diagnosis->verdict], out);
	json_add_member(",\"errno\":", diagnosis->error ? strerrorname_np(diagnosis->error) : NULL,
			out);
	json_add_member(",\"stage\":", diagnosis->error ? stage_names[STAGE_BIND] : NULL, out);
	buf_add_literal(out, ",\"certain\":");
	buf_add_text(out, diagnosis->verdict == VERDICT_UNKNOWN ? "false" : "true");
	json_add_member(",\"finding\":", unix_finding_names[diagnosis->finding], out);
	add_sentence(out, answer, text);
	add_blockers(out, answer, text);
	add_remedies(out, answer);
	buf_add_literal(out, ",\"probe\":null,\"notes\":[");
	add_notes(out, answer, text);
	buf_add_literal(out, "]}\n");
}

/* ---- both ------------------------------------------------------------ */

enum status why_show_unix(const struct settings *settings, struct source *source,
			  const struct unix_request *request, int error, struct buf *out)
{
	struct answer answer = { .request = request, .happened = error };
	struct buf text;
	int err = unix_look(source, request, &answer.facts);

	if (err == -EOPNOTSUPP) {
		complain("target", request->name, "a recorded file has no unix sockets");
		return STATUS_USAGE;
	}
	if (!err && buf_init(&text, -1) < 0) {
		snapshot_free(answer.facts.snap);
		err = -ENOMEM;
	}
	if (err) {
		complain("the sockets could not be read", NULL, strerror(-err));
		return STATUS_INCOMPLETE;
	}
	answer.diagnosis = unix_judge(request, &answer.facts);
	if (settings->view != VIEW_JSON && !settings->quiet)
		show(&answer, out, &text);
	else if (!settings->quiet)
		show_json(&answer, out, &text);
	buf_free(&text);
	snapshot_free(answer.facts.snap);
	return why_status(answer.diagnosis.verdict);
}
