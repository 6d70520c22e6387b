/* SPDX-License-Identifier: MIT */
/* conntab why /run/app.sock: who has a unix address, and what to do. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

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

/* "811 815": who holds it. */
static void add_pids(struct buf *out, const struct answer *answer)
{
	const struct snapshot *snap = answer->facts.snap;

	for (size_t i = 0; i < snap->count; i++) {
		const struct owner *owner = is_shown(answer, i) ?
					    owner_first(snap, &snap->sockets[i]) : NULL;

		for (uint32_t last = 0; owner; owner = owner_next(snap, owner)) {
			uint32_t pid = owner_process(snap, owner)->pid;

			if (pid == last)
				continue;
			buf_add_text(out, out->length ? " " : "");
			buf_add_unsigned(out, pid);
			last = pid;
		}
	}
	buf_add_char(out, '\0');
}

static bool add_remedy(const struct answer *answer, struct buf *text, struct buf *command)
{
	struct buf pids;
	bool any;

	if (buf_init(&pids, -1) < 0)
		return false;
	add_pids(&pids, answer);
	any = unix_remedy(answer->request, &answer->diagnosis, pids.data, text, command);
	buf_free(&pids);
	return any;
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
	add_holders(out, answer, text);
	if (remedies_init(&remedies, out) == 0 &&
	    add_remedy(answer, &remedies.text, &remedies.command))
		remedies_add(&remedies);
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

static void add_remedies(struct buf *out, const struct answer *answer, struct buf *text,
			 struct buf *command)
{
	buf_add_literal(out, ",\"remedies\":[");
	if (add_remedy(answer, text, command))
		why_json_remedy(out, text, command);
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

static void add_blockers(struct buf *out, const struct answer *answer, struct buf *text,
			 struct buf *command)
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
		add_remedies(out, answer, text, command);
		buf_add_char(out, '}');
		before = ",\n  ";
	}
	buf_add_char(out, ']');
}

static void show_json(const struct answer *answer, struct buf *out, struct buf *text,
		      struct buf *command)
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
	add_blockers(out, answer, text, command);
	add_remedies(out, answer, text, command);
	buf_add_literal(out, ",\"probe\":null,\"notes\":[]}\n");
}

/* ---- both ------------------------------------------------------------ */

enum status why_show_unix(const struct settings *settings, struct source *source,
			  const struct unix_request *request, int error, struct buf *out)
{
	struct answer answer = { .request = request, .happened = error };
	struct buf text, command = { .fd = -1 };
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
	else if (!settings->quiet && buf_init(&command, -1) == 0)
		show_json(&answer, out, &text, &command);
	buf_free(&command);
	buf_free(&text);
	snapshot_free(answer.facts.snap);
	return why_status(answer.diagnosis.verdict);
}
