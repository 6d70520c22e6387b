/* SPDX-License-Identifier: MIT */
/* What became of a failure, in words. */
#include "diagnose/outcome.h"

#include <string.h>
#include <sys/wait.h>

#include "base/text.h"

/* ---- parts ----------------------------------------------------------- */

static void add_unix(const struct attempt *attempt, struct buf *out)
{
	bool abstract = !*attempt->unix_name;
	size_t length = abstract ? attempt->unix_length - 1
				 : strnlen(attempt->unix_name, attempt->unix_length);

	buf_add_text(out, abstract ? "@" : "");
	text_add_safe(out, attempt->unix_name + abstract, length, SIZE_MAX);
}

static bool is_dual_stack(const struct bind_request *request)
{
	return request->local.address.family == AF_INET6 && !request->v6only &&
	       address_is_any(&request->local.address);
}

/* "0.0.0.0:80", "*:80" for IPv4 and IPv6 */
static void add_endpoint(const struct bind_request *request, struct buf *out)
{
	bool brackets = request->local.address.family == AF_INET6 && !is_dual_stack(request);

	buf_add_text(out, brackets ? "[" : "");
	if (is_dual_stack(request))
		buf_add_char(out, '*');
	else
		address_add(out, &request->local.address);
	buf_add_text(out, brackets ? "]:" : ":");
	buf_add_unsigned(out, request->local.port);
}

/* "tcp 0.0.0.0:80" */
static void add_place(const struct attempt *attempt, struct buf *out)
{
	buf_add_text(out, attempt->unix_length ? "unix"
					       : protocols[attempt->request.protocol].name);
	buf_add_char(out, ' ');
	if (attempt->unix_length)
		add_unix(attempt, out);
	else
		add_endpoint(&attempt->request, out);
}

/* "nginx (pid 7)" */
static void add_process(const struct outcome_failure *failure, uint32_t pid, struct buf *out)
{
	bool named = pid == failure->attempt.pid && *failure->command;

	if (named)
		text_add_safe(out, failure->command, strlen(failure->command), SIZE_MAX);
	buf_add_text(out, named ? " (pid " : "process ");
	buf_add_unsigned(out, pid);
	buf_add_text(out, named ? ")" : "");
}

/* "exit status 1", "SIGTERM" */
static void add_end(int wait_status, struct buf *out)
{
	const char *signal;

	if (!WIFSIGNALED(wait_status)) {
		buf_add_literal(out, "ended with exit status ");
		buf_add_unsigned(out, (uint64_t)WEXITSTATUS(wait_status));
		return;
	}
	signal = sigabbrev_np(WTERMSIG(wait_status));
	buf_add_literal(out, "was ended by signal ");
	buf_add_unsigned(out, (uint64_t)WTERMSIG(wait_status));
	if (!signal)
		return;
	buf_add_literal(out, " (SIG");
	buf_add_text(out, signal);
	buf_add_char(out, ')');
}

/* "[::]:80 and [::1]:81" */
static void add_with(const struct outcome_failure *failure, struct buf *out)
{
	for (size_t i = 0; i < failure->with_count; i++) {
		if (i)
			buf_add_text(out, i + 1 < failure->with_count ? ", " : " and ");
		add_place(&failure->with[i], out);
	}
}

static void add_tries(const struct outcome_failure *failure, struct buf *out)
{
	if (failure->tries < 2)
		return;
	buf_add_literal(out, ", after ");
	buf_add_unsigned(out, failure->tries);
	buf_add_literal(out, " tries that failed");
}

static const char *verb(const struct attempt *success)
{
	return success->call == TRACE_LISTEN ? "listens on " : "is bound to ";
}

/* ---- outcomes -------------------------------------------------------- */

/* What the socket has that the one before had not. */
static void add_options(const struct bind_request *before, const struct bind_request *now,
			  struct buf *out)
{
	const struct {
		const char *name;
		bool before, now;
	} options[] = {
		{ "SO_REUSEADDR", before->reuseaddr, now->reuseaddr },
		{ "SO_REUSEPORT", before->reuseport, now->reuseport },
		{ "IPV6_V6ONLY", before->v6only, now->v6only },
		{ "IP_FREEBIND", before->freebind, now->freebind },
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].now || options[i].before)
			continue;
		buf_add_text(out, count++ ? " and " : ", with ");
		buf_add_text(out, options[i].name);
	}
}

static void explain_bound(const struct outcome_failure *failure, struct buf *out)
{
	const struct attempt *success = &failure->with[0];

	add_process(failure, success->pid, out);
	if (failure->has_it) {
		buf_add_literal(out, " goes on: another socket of it has ");
		add_place(success, out);
		return;
	}
	buf_add_literal(out, " tried again and ");
	buf_add_text(out, success->call == TRACE_LISTEN ? "listens on " : "bound ");
	add_place(success, out);
	add_options(&failure->attempt.request, &success->request, out);
	add_tries(failure, out);
}

static void explain_other_port(const struct outcome_failure *failure, struct buf *out)
{
	const struct attempt *success = &failure->with[0];

	add_process(failure, success->pid, out);
	buf_add_char(out, ' ');
	buf_add_text(out, verb(success));
	buf_add_literal(out, "port ");
	buf_add_unsigned(out, success->request.local.port);
	buf_add_literal(out, " instead of ");
	buf_add_unsigned(out, failure->attempt.request.local.port);
	buf_add_literal(out, ": ");
	add_with(failure, out);
}

/* One IP version is left of two. */
static const char *only_version(const struct outcome_failure *failure)
{
	int family = failure->with[0].request.local.address.family;

	if (failure->attempt.unix_length || is_dual_stack(&failure->with[0].request))
		return "";
	for (size_t i = 0; i < failure->with_count; i++)
		if (failure->with[i].request.local.address.family != family ||
		    failure->with[i].request.local.port != failure->attempt.request.local.port)
			return "";
	if (failure->attempt.request.local.address.family == family)
		return "";
	return family == AF_INET ? ", for IPv4 alone" : ", for IPv6 alone";
}

static void explain_without(const struct outcome_failure *failure, struct buf *out)
{
	add_process(failure, failure->attempt.pid, out);
	buf_add_literal(out, " goes on without ");
	add_place(&failure->attempt, out);
	buf_add_literal(out, ": it ");
	buf_add_text(out, verb(&failure->with[0]));
	add_with(failure, out);
	buf_add_text(out, only_version(failure));
}

static void explain_running(const struct outcome_failure *failure, struct buf *out)
{
	add_process(failure, failure->attempt.pid, out);
	buf_add_literal(out, " runs on without ");
	add_place(&failure->attempt, out);
	add_tries(failure, out);
}

/* Who was content with what it had ends well, or is ended. */
static bool was_content(const struct outcome_failure *failure)
{
	return failure->with_count && !failure->has_it &&
	       (WIFSIGNALED(failure->wait_status) || !WEXITSTATUS(failure->wait_status));
}

static void explain_end(const struct outcome_failure *failure, struct buf *out)
{
	bool later = failure->said & ~(1U << OUTCOME_ENDED);

	add_process(failure, failure->attempt.pid, out);
	if (was_content(failure)) {
		buf_add_literal(out, " went on without ");
		add_place(&failure->attempt, out);
		buf_add_literal(out, ", with ");
		add_with(failure, out);
		buf_add_literal(out, ", and ");
		add_end(failure->wait_status, out);
		return;
	}
	buf_add_text(out, later ? " later " : " ");
	add_end(failure->wait_status, out);
	if (failure->has_it)
		return;
	buf_add_literal(out, ", without ");
	add_place(&failure->attempt, out);
	add_tries(failure, out);
}

void outcome_explain(const struct outcome_failure *failure, struct buf *out)
{
	static void (*const explains[OUTCOME_COUNT])(const struct outcome_failure *failure,
						     struct buf *out) = {
		[OUTCOME_BOUND] = explain_bound,
		[OUTCOME_OTHER_PORT] = explain_other_port,
		[OUTCOME_WITHOUT] = explain_without,
		[OUTCOME_RUNS] = explain_running,
		[OUTCOME_ENDED] = explain_end,
	};

	if (explains[failure->outcome])
		explains[failure->outcome](failure, out);
}
