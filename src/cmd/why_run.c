/* SPDX-License-Identifier: MIT */
/* conntab why -- COMMAND: run it, and explain the calls of it that fail, each once. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "collect/facts.h"
#include "collect/rights.h"
#include "diagnose/trace.h"
#include "why_run.h"
#include "why_show.h"
#include "why_target.h"
#include "why_unix.h"

enum { SAID_MAX = 64 };

/* A failure that has been explained: a server that tries again does not want it again. */
struct said {
	enum trace_call call;
	int error;
	socklen_t length;
	uint8_t address[sizeof(struct sockaddr_un)];
};

struct watcher {
	const struct settings *settings;
	struct said said[SAID_MAX];
	size_t count;
	struct outcomes outcomes;
};

static bool is_same(const struct said *a, const struct said *b)
{
	return a->call == b->call && a->error == b->error && a->length == b->length &&
	       memcmp(a->address, b->address, a->length) == 0;
}

static bool is_said(struct watcher *watcher, const struct trace_result *failure)
{
	struct said said = { .call = failure->call, .error = failure->error };

	/* Of an address that could not be read its length is all there is. */
	if (failure->length <= sizeof(said.address))
		said.length = failure->length;
	if (failure->address)
		memcpy(said.address, failure->address, said.length);
	for (size_t i = 0; i < watcher->count && i < SAID_MAX; i++)
		if (is_same(&watcher->said[i], &said))
			return true;
	watcher->said[watcher->count++ % SAID_MAX] = said;
	return false;
}

/* ---- what was wanted ------------------------------------------------- */

/* The namespace of a process: ours where it is the same, so that we need no right to enter it. */
int why_open_namespace(struct source **source, uint32_t pid)
{
	struct stat own, other;
	char path[64], text[16];

	snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
	snprintf(text, sizeof(text), "%u", pid);
	if (stat("/proc/self/ns/net", &own) == 0 && stat(path, &other) == 0 &&
	    own.st_ino != other.st_ino)
		return source_open(source, text);
	return source_open(source, NULL);
}

static int request_of(const struct trace_result *failure, struct bind_request *request)
{
	int err = failure->socket >= 0 ? facts_request_of(failure->socket, request) : -EBADF;

	if (!err && failure->address)
		err = facts_request_address(failure->address, failure->length, request);
	request->listen = failure->call == TRACE_LISTEN;
	/* The call has failed: a first bind() leaves nothing bound. */
	if (failure->error != EINVAL)
		request->bound = false;
	return err;
}

/* ---- saying it ------------------------------------------------------- */

/* " of nginx (pid 7)"; nothing of a process that is gone. */
static void add_process(struct buf *text, const struct trace_result *failure)
{
	if (!failure->pid)
		return;
	buf_add_literal(text, " of ");
	text_add_safe(text, failure->command, strlen(failure->command), SIZE_MAX);
	buf_add_text(text, *failure->command ? " (pid " : "process ");
	buf_add_unsigned(text, failure->pid);
	buf_add_text(text, *failure->command ? ")" : "");
}

static void add_failure(struct buf *out, const struct trace_result *failure)
{
	static const char *const calls[] = {
		[TRACE_BIND] = "bind()", [TRACE_LISTEN] = "listen()", [TRACE_CONNECT] = "connect()",
	};
	struct buf text;

	if (buf_init(&text, -1) < 0)
		return;
	buf_add_literal(&text, "conntab: ");
	buf_add_text(&text, calls[failure->call]);
	add_process(&text, failure);
	buf_add_literal(&text, " failed: ");
	buf_add_text(&text, strerrorname_np(failure->error));
	buf_add_literal(&text, ", ");
	buf_add_text(&text, strerror(failure->error));
	buf_add_char(&text, '\0');
	text_add_wrapped(out, text.data, 0, WHY_WIDTH);
	buf_free(&text);
}

static void show_answer(struct inquiries *all, struct inquiry *inquiry, struct buf *out)
{
	bool json = all->settings->view == VIEW_JSON;

	if (inquiry->happened == ECONNREFUSED) {
		if (why_judge_connect(all) == 0)
			(json ? why_show_connect_json : why_show_connect)(all, inquiry, out);
	} else if (why_answer(all) == 0) {
		(json ? why_show_json : why_show)(all, inquiry, out);
	}
}

static void explain(const struct settings *settings, const struct trace_result *failure,
		    struct buf *out)
{
	struct inquiries all = { .settings = settings };
	struct inquiry *inquiry = why_add_inquiry(&all);

	if (inquiry && request_of(failure, &inquiry->request) == 0 &&
	    why_open_namespace(&all.source, failure->pid) == 0) {
		inquiry->happened = failure->error;
		inquiry->caller = failure->pid;
		inquiry->connecting = failure->call == TRACE_CONNECT;
		show_answer(&all, inquiry, out);
	}
	why_done(&all);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_ino == other.st_ino &&
	       one.st_dev == other.st_dev;
}

/*
 * A path is the program's: from its directory, by a name that outlives it and
 * so can be pasted, unless that means something else to us or is too long.
 */
static void read_path(uint32_t pid, const char *given, int length, char path[UNIX_PATH_MAX + 64])
{
	char link[32], name[UNIX_PATH_MAX] = "";
	const char *directory = link;
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/%u/cwd", pid);
	size = readlink(link, name, sizeof(name) - 1);
	if (size + 1 + length <= UNIX_PATH_MAX && is_same_file(link, name))
		directory = name;
	if (*given == '/')
		snprintf(path, UNIX_PATH_MAX + 64, "%.*s", length, given);
	else
		snprintf(path, UNIX_PATH_MAX + 64, "%s/%.*s", directory, length, given);
}

static bool read_unix(const struct trace_result *failure, struct unix_request *request,
		      char path[UNIX_PATH_MAX + 64])
{
	const struct sockaddr_un *address = (const struct sockaddr_un *)failure->address;
	size_t length = failure->length - offsetof(struct sockaddr_un, sun_path);
	socklen_t size = sizeof(request->type);
	struct stat st;

	if (failure->length <= offsetof(struct sockaddr_un, sun_path))
		return false;
	*request = (struct unix_request){
		.name = path, .abstract = !*address->sun_path, .type = SOCK_STREAM,
		.uid = fstat(failure->socket, &st) == 0 ? st.st_uid : geteuid(),
	};
	getsockopt(failure->socket, SOL_SOCKET, SO_TYPE, &request->type, &size);
	if (request->abstract) {
		request->length = length - 1;
		memcpy(path, address->sun_path + 1, request->length);
		return true;
	}
	read_path(failure->pid, address->sun_path, (int)strnlen(address->sun_path, length), path);
	request->length = strlen(path);
	return true;
}

static void explain_unix(const struct settings *settings, const struct trace_result *failure,
			 struct buf *out)
{
	char path[UNIX_PATH_MAX + 64];
	struct unix_request request;
	struct source *source;

	if (!read_unix(failure, &request, path) || why_open_namespace(&source, failure->pid) < 0)
		return;
	why_show_unix(settings, source, &request, failure->error, out);
	source_close(source);
}

static bool is_unix(const struct trace_result *failure)
{
	return failure->address && failure->address->sa_family == AF_UNIX;
}

/* It lives, but neither its memory nor its socket can be had: this user may not look into it. */
static bool is_unread(const struct trace_result *failure)
{
	return failure->pid && !failure->address && failure->socket < 0 &&
	       failure->call != TRACE_CONNECT;
}

static void say_failure(const struct settings *settings, const struct trace_result *failure)
{
	struct buf out;

	if (buf_init(&out, STDERR_FILENO) < 0)
		return;
	if (settings->view != VIEW_JSON)
		add_failure(&out, failure);
	if (is_unread(failure))
		why_explain_unread(settings, failure, &out);
	else
		(is_unix(failure) ? explain_unix : explain)(settings, failure, &out);
	buf_flush(&out);
	buf_free(&out);
}

/* ---- what is seen ---------------------------------------------------- */

static void see_failure(void *context, const struct trace_result *failure)
{
	struct watcher *watcher = context;
	struct attempt attempt;

	if (watcher->settings->quiet)
		return;
	if (!is_said(watcher, failure))
		say_failure(watcher->settings, failure);
	if (failure->call != TRACE_CONNECT && why_attempt_of(failure, &attempt))
		outcomes_failed(&watcher->outcomes, &attempt, failure->command);
}

static void see_success(void *context, const struct trace_result *success)
{
	struct watcher *watcher = context;
	struct attempt attempt;

	if (why_attempt_of(success, &attempt))
		outcomes_worked(&watcher->outcomes, &attempt);
}

static void see_life(void *context, enum trace_life life, uint32_t pid, uint64_t value)
{
	struct outcomes *outcomes = &((struct watcher *)context)->outcomes;

	if (life == TRACE_FORKED)
		outcomes_forked(outcomes, pid, (uint32_t)value);
	else if (life == TRACE_REPLACED)
		outcomes_replaced(outcomes, pid);
	else
		outcomes_ended(outcomes, pid, (int)value);
}

static int be_idle(void *context)
{
	return outcomes_wait(&((struct watcher *)context)->outcomes, why_now_ms());
}

static void see_left(void *context, bool released)
{
	struct watcher *watcher = context;

	outcomes_left(&watcher->outcomes);
	if (released)
		why_say_released(watcher->settings);
}

static void say_unprivileged(void *context, uint32_t pid, const char *program)
{
	(void)context;
	(void)pid;
	complain("privileges of the program", program,
		 "it runs without them here, as nobody but root may look into it");
}

/* ---- the command ----------------------------------------------------- */

static void complain_refusal(const char *word, const struct trace_end *end)
{
	static const char *const texts[] = {
		[TRACE_NOT_REFUSED] = "it is not allowed",
		[TRACE_SET_USER] = "it is set-uid: only root may look into it",
		[TRACE_SET_GROUP] = "it is set-gid: only root may look into it",
		[TRACE_CAPABILITIES] = "it has capabilities: only root may look into it",
		[TRACE_NOT_ALLOWED] = "somebody traces us already, or the system lets nobody trace",
	};

	complain("the command is not run", word, texts[end->refusal]);
}

/* Who waits for us shall see what became of the command; its core is enough. */
static void die_as(int signal)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	raise(signal);
}

enum status why_run(const struct settings *settings)
{
	static const char no_such[] = "the command could not be run";
	static struct watcher watcher;
	const struct trace_watch watch = {
		.context = &watcher, .failed = see_failure,
		.worked = settings->quiet ? NULL : see_success, .lived = see_life,
		.idle = be_idle, .left = see_left, .unprivileged = say_unprivileged,
		.lower = rights_lower, .raise = rights_raise,
	};
	static struct trace_end end;
	int err;

	watcher.settings = settings;
	watcher.outcomes.listener = (struct outcome_listener){
		&watcher.settings, why_say_outcome, why_is_there,
	};
	err = trace_run(settings->behind_dashes, &watch, &end);
	if (err == -EPERM)
		complain_refusal(*settings->behind_dashes, &end);
	else if (err == -ENOMEM)
		complain_memory(no_such);
	else if (err == -ECHILD)
		complain(no_such, *settings->behind_dashes,
			 "the process that watched it was killed");
	else if (err)
		complain(no_such, *settings->behind_dashes, strerror(-err));
	if (!err && end.signal)
		die_as(end.signal);
	if (!err)
		return (enum status)end.status;
	return err == -ENOENT ? 127 : 126;
}
