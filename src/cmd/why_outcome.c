/* SPDX-License-Identifier: MIT */
/* conntab why -- COMMAND: what became of the calls that failed. */
#include "diagnose/outcome.h"

#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "collect/facts.h"
#include "why_run.h"
#include "why_show.h"

/* ---- calls ----------------------------------------------------------- */

int64_t why_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool take_unix(const struct trace_result *result, struct attempt *attempt)
{
	const struct sockaddr_un *address = (const struct sockaddr_un *)result->address;
	size_t begin = offsetof(struct sockaddr_un, sun_path);

	/* Without a name the kernel chooses one. */
	if (result->length <= begin || result->length - begin > sizeof(attempt->unix_name))
		return false;
	attempt->unix_length = result->length - begin;
	memcpy(attempt->unix_name, address->sun_path, attempt->unix_length);
	if (*attempt->unix_name)
		attempt->unix_length = strnlen(attempt->unix_name, attempt->unix_length);
	return true;
}

/* The kernel has chosen, if it was to: the socket knows. */
static bool take_port(const struct trace_result *result, struct attempt *attempt)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);

	if (attempt->request.local.port || attempt->error)
		return true;
	attempt->chosen = true;
	return getsockname(result->socket, (struct sockaddr *)&name, &length) == 0 &&
	       facts_request_address((struct sockaddr *)&name, length, &attempt->request) == 0;
}

static bool is_mptcp(int fd)
{
	socklen_t size = sizeof(int);
	int protocol;

	return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
	       protocol == IPPROTO_MPTCP;
}

bool why_attempt_of(const struct trace_result *result, struct attempt *attempt)
{
	*attempt = (struct attempt){
		.call = result->call, .error = result->error, .when_ms = why_now_ms(),
		/* Most programs bind in their first thread, which has the same number. */
		.pid = result->pid ? result->pid : result->tid,
	};
	if (!result->address)
		return false;
	if (result->address->sa_family == AF_UNIX)
		return take_unix(result, attempt);
	if (result->socket < 0 || facts_request_of(result->socket, &attempt->request) < 0 ||
	    facts_request_address(result->address, result->length, &attempt->request) < 0)
		return false;
	if (is_mptcp(result->socket))
		attempt->request.cookie = 0;
	return take_port(result, attempt);
}

/* An MPTCP socket has another cookie than its subflow in the table: then its place must do. */
static bool is_in_table(const struct snapshot *snap, const struct attempt *success)
{
	const struct bind_request *request = &success->request;

	for (size_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];
		bool has_cookie = request->cookie && sk->have & HAVE_COOKIE;

		if (has_cookie ? sk->cookie == request->cookie
			       : endpoint_same(&sk->local, &request->local))
			return true;
	}
	return false;
}

/* Programs that look for a free port bind sockets which they close at once. */
bool why_is_there(void *context, const struct attempt *success)
{
	const struct query query = {
		.protocols = PROTOCOL_BIT(success->request.protocol),
		.versions = IP_VERSIONS_ALL,
		.states = STATES_LISTENING | STATE_BIT(STATE_BOUND),
	};
	struct source *source;
	struct snapshot *snap;
	bool is_there = true;

	(void)context;
	if (success->unix_length ||
	    why_open_namespace(&source, success->pid) < 0)
		return true;
	if (source_collect(source, &query, &snap) == 0) {
		is_there = is_in_table(snap, success);
		snapshot_free(snap);
	}
	source_close(source);
	return is_there;
}

/* ---- JSON ------------------------------------------------------------ */

static void add_bool(struct buf *out, const char *key, bool value)
{
	buf_add_text(out, key);
	buf_add_text(out, value ? "true" : "false");
}

static void add_unix_place(struct buf *out, const struct attempt *attempt)
{
	bool abstract = !*attempt->unix_name;
	struct buf name;

	if (buf_init(&name, -1) < 0)
		return;
	buf_add_text(&name, abstract ? "@" : "");
	buf_add(&name, attempt->unix_name + abstract, attempt->unix_length - abstract);
	why_json_text(out, "{\"protocol\":\"unix\",\"address\":", &name);
	buf_add_literal(out, ",\"port\":null,\"reuseaddr\":null,\"reuseport\":null,"
			"\"v6only\":null}");
	buf_free(&name);
}

static void add_place(struct buf *out, const struct attempt *attempt)
{
	const struct bind_request *request = &attempt->request;
	char address[ADDRESS_TEXT_MAX];

	if (attempt->unix_length) {
		add_unix_place(out, attempt);
		return;
	}
	*address_print(address, &request->local.address) = '\0';
	json_add_member("{\"protocol\":", protocols[request->protocol].name, out);
	json_add_member(",\"address\":", address, out);
	buf_add_literal(out, ",\"port\":");
	buf_add_unsigned(out, request->local.port);
	add_bool(out, ",\"reuseaddr\":", request->reuseaddr);
	add_bool(out, ",\"reuseport\":", request->reuseport);
	add_bool(out, ",\"v6only\":", request->v6only);
	buf_add_char(out, '}');
}

static void add_end(struct buf *out, const struct outcome_failure *failure)
{
	bool exited = failure->ended && WIFEXITED(failure->wait_status);
	bool killed = failure->ended && WIFSIGNALED(failure->wait_status);
	const char *signal = killed ? sigabbrev_np(WTERMSIG(failure->wait_status)) : NULL;

	buf_add_literal(out, ",\"exit_status\":");
	if (exited)
		buf_add_unsigned(out, (uint64_t)WEXITSTATUS(failure->wait_status));
	else
		buf_add_literal(out, "null");
	json_add_member(",\"signal\":", signal, out);
}

static void add_outcome(struct buf *out, const struct outcome_failure *failure,
			struct buf *text)
{
	const struct attempt *attempt = &failure->attempt;

	json_add_member("{\"schema\":\"conntab-why/1\",\"outcome\":{\"result\":",
			outcome_names[failure->outcome], out);
	why_json_text(out, ",\"sentence\":", text);
	json_add_member(",\n \"call\":", attempt->call == TRACE_LISTEN ? "listen" : "bind", out);
	json_add_member(",\"errno\":", strerrorname_np(attempt->error), out);
	buf_add_literal(out, ",\"pid\":");
	buf_add_unsigned(out, attempt->pid);
	json_add_member(",\"command\":", *failure->command ? failure->command : NULL, out);
	buf_add_literal(out, ",\"tries\":");
	buf_add_unsigned(out, failure->tries);
	add_end(out, failure);
	buf_add_literal(out, ",\n \"wanted\":");
	add_place(out, attempt);
	buf_add_literal(out, ",\n \"sockets\":[");
	for (size_t i = 0; i < failure->with_count; i++) {
		buf_add_text(out, i ? ",\n  " : "\n  ");
		add_place(out, &failure->with[i]);
	}
	buf_add_literal(out, "]}}\n");
}

/* ---- saying it ------------------------------------------------------- */

/* `text` begins with "conntab: ". */
static void add_line(struct buf *out, struct buf *text)
{
	buf_add_char(text, '\0');
	text_add_wrapped(out, text->data, 0, WHY_WIDTH);
}

void why_say_outcome(void *context, const struct outcome_failure *failure)
{
	const struct settings *settings = *(const struct settings **)context;
	struct buf out, text;

	if (buf_init(&out, STDERR_FILENO) < 0)
		return;
	if (buf_init(&text, -1) == 0) {
		if (settings->view != VIEW_JSON)
			buf_add_literal(&text, "conntab: ");
		outcome_explain(failure, &text);
		if (settings->view == VIEW_JSON)
			add_outcome(&out, failure, &text);
		else
			add_line(&out, &text);
		buf_free(&text);
	}
	buf_flush(&out);
	buf_free(&out);
}

void why_say_released(const struct settings *settings)
{
	static const char words[] =
		"processes of the command run on in the background. What fails in them from now "
		"on is not shown, unless they have kept this standard error: it is a pipe, whose "
		"reader would wait for us. 2>FILE shows it.";
	bool json = settings->view == VIEW_JSON;
	struct buf out, text;

	if (settings->quiet || buf_init(&out, STDERR_FILENO) < 0)
		return;
	if (buf_init(&text, -1) == 0) {
		buf_add_text(&text, json ? "" : "conntab: ");
		buf_add_text(&text, words);
		if (json) {
			buf_add_literal(&out, "{\"schema\":\"conntab-why/1\",\"notes\":["
					"{\"severity\":\"warning\","
					"\"subject\":\"standard error\"");
			why_json_text(&out, ",\"text\":", &text);
			buf_add_literal(&out, "}]}\n");
		} else {
			add_line(&out, &text);
		}
		buf_free(&text);
	}
	buf_flush(&out);
	buf_free(&out);
}
