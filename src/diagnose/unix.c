/* SPDX-License-Identifier: MIT */
/*
 * bind() to a unix address (unix_bind_bsd(), unix_bind_abstract()): a path must
 * lead to nothing in a directory that can be written; an abstract name must be
 * new among the sockets of its type and namespace.
 */
#include "diagnose/unix.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

const char *const unix_finding_names[UNIX_FINDING_COUNT] = {
	[UNIX_FREE] = "free",
	[UNIX_SOCKET_UNIT] = "socket-unit",
	[UNIX_LISTENING] = "listening",
	[UNIX_DATAGRAM] = "datagram",
	[UNIX_BOUND] = "bound",
	[UNIX_ELSEWHERE] = "elsewhere",
	[UNIX_CONNECTION] = "connection",
	[UNIX_STALE] = "stale",
	[UNIX_REGULAR] = "file",
	[UNIX_DIRECTORY] = "directory",
	[UNIX_LINK] = "link",
	[UNIX_DANGLING] = "dangling-link",
	[UNIX_OTHER] = "other-file",
	[UNIX_NO_DIRECTORY] = "no-directory",
	[UNIX_NOT_DIRECTORY] = "not-a-directory",
	[UNIX_NOT_SEARCHABLE] = "not-searchable",
	[UNIX_NOT_WRITABLE] = "not-writable",
	[UNIX_READ_ONLY] = "read-only",
	[UNIX_NO_SOCKETS] = "no-sockets",
	[UNIX_MAYBE_WRITABLE] = "maybe-writable",
	[UNIX_TOO_LONG] = "too-long",
	[UNIX_UNCLEAR] = "unclear",
};

/* ---- what a finding means -------------------------------------------- */

static const struct {
	enum verdict verdict;
	int error;
} meanings[UNIX_FINDING_COUNT] = {
	[UNIX_FREE] = { VERDICT_FREE, 0 },
	[UNIX_SOCKET_UNIT] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_LISTENING] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_DATAGRAM] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_BOUND] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_ELSEWHERE] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_CONNECTION] = { VERDICT_UNKNOWN, 0 },
	[UNIX_STALE] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_REGULAR] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_DIRECTORY] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_LINK] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_DANGLING] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_OTHER] = { VERDICT_BLOCKED, EADDRINUSE },
	[UNIX_NO_DIRECTORY] = { VERDICT_UNAVAILABLE, ENOENT },
	[UNIX_NOT_DIRECTORY] = { VERDICT_UNAVAILABLE, ENOTDIR },
	[UNIX_NOT_SEARCHABLE] = { VERDICT_DENIED, EACCES },
	[UNIX_NOT_WRITABLE] = { VERDICT_DENIED, EACCES },
	[UNIX_READ_ONLY] = { VERDICT_DENIED, EROFS },
	[UNIX_NO_SOCKETS] = { VERDICT_UNAVAILABLE, EPERM },
	[UNIX_MAYBE_WRITABLE] = { VERDICT_UNKNOWN, 0 },
	[UNIX_TOO_LONG] = { VERDICT_INVALID, EINVAL },
	[UNIX_UNCLEAR] = { VERDICT_UNKNOWN, 0 },
};

/* ---- who has it ------------------------------------------------------- */

bool unix_is_holder(const struct unix_request *request, const struct unix_facts *facts,
		    size_t index)
{
	const struct unix_holder *holder = &facts->holders[index];

	/* An abstract name is one of its type (unix_abstract_hash()), a file is for all. */
	if (request->abstract)
		return holder->type == request->type && facts->snap->sockets[index].netns == 0;
	return !holder->unlinked;
}

/* The service has it, too, once it is started; to stop it alone frees nothing. */
static bool is_held_by_systemd(const struct snapshot *snap, const struct socket *sk)
{
	const struct owner *owner = owner_first(snap, sk);

	for (; owner; owner = owner_next(snap, owner)) {
		const struct process *process = owner_process(snap, owner);

		if (process->pid == 1 && process->command &&
		    strcmp(process->command, "systemd") == 0)
			return true;
	}
	return false;
}

static enum unix_finding finding_of_holder(const struct unix_facts *facts, size_t index)
{
	const struct socket *sk = &facts->snap->sockets[index];

	if (facts->holders[index].holds != TRUTH_YES)
		return UNIX_CONNECTION;
	if (sk->netns)
		return UNIX_ELSEWHERE;
	if (is_held_by_systemd(facts->snap, sk))
		return UNIX_SOCKET_UNIT;
	if (facts->holders[index].type == SOCK_DGRAM)
		return UNIX_DATAGRAM;
	return sk->state == STATE_LISTEN ? UNIX_LISTENING : UNIX_BOUND;
}

/* The one that says most, in the order of the enumeration; `none` where nobody has it. */
static enum unix_finding find_holder(const struct unix_request *request,
				     const struct unix_facts *facts, enum unix_finding none)
{
	enum unix_finding best = UNIX_FINDING_COUNT;

	for (size_t i = 0; facts->snap && i < facts->snap->count; i++) {
		enum unix_finding finding = finding_of_holder(facts, i);

		if (unix_is_holder(request, facts, i) && finding < best)
			best = finding;
	}
	return best == UNIX_FINDING_COUNT ? none : best;
}

/* ---- the file --------------------------------------------------------- */

/* Nothing has the name; can it be made? */
static enum unix_finding find_directory(const struct unix_facts *facts)
{
	if (facts->read_only)
		return UNIX_READ_ONLY;
	/* proc looks the name up first, others ask for rights first. */
	if (facts->refusal == ENOENT || (facts->refusal && facts->writable == TRUTH_YES))
		return UNIX_NO_SOCKETS;
	if (facts->writable == TRUTH_MAYBE)
		return UNIX_MAYBE_WRITABLE;
	return facts->writable == TRUTH_YES ? UNIX_FREE : UNIX_NOT_WRITABLE;
}

static enum unix_finding find_file(const struct unix_request *request,
				   const struct unix_facts *facts)
{
	static const enum unix_finding findings[UNIX_FILE_COUNT] = {
		[UNIX_FILE_UNKNOWN] = UNIX_UNCLEAR,
		[UNIX_FILE_REGULAR] = UNIX_REGULAR,
		[UNIX_FILE_DIRECTORY] = UNIX_DIRECTORY,
		[UNIX_FILE_LINK] = UNIX_LINK,
		[UNIX_FILE_DANGLING] = UNIX_DANGLING,
		[UNIX_FILE_OTHER] = UNIX_OTHER,
		[UNIX_FILE_NO_DIRECTORY] = UNIX_NO_DIRECTORY,
		[UNIX_FILE_NOT_DIRECTORY] = UNIX_NOT_DIRECTORY,
		[UNIX_FILE_REFUSED] = UNIX_NOT_SEARCHABLE,
	};

	if (facts->file == UNIX_FILE_NONE)
		return find_directory(facts);
	if (facts->file == UNIX_FILE_SOCKET)
		return find_holder(request, facts, UNIX_STALE);
	return findings[facts->file];
}

static enum unix_finding find(const struct unix_request *request, const struct unix_facts *facts)
{
	if (request->length > (request->abstract ? UNIX_NAME_MAX : UNIX_PATH_MAX))
		return UNIX_TOO_LONG;
	if (request->abstract)
		return find_holder(request, facts, facts->whole ? UNIX_FREE : UNIX_UNCLEAR);
	return find_file(request, facts);
}

struct unix_diagnosis unix_judge(const struct unix_request *request,
				 const struct unix_facts *facts)
{
	enum unix_finding finding = find(request, facts);
	struct unix_diagnosis diagnosis = {
		.verdict = meanings[finding].verdict,
		.finding = finding,
		.error = meanings[finding].error,
		.alone = finding == UNIX_STALE && facts->whole,
	};

	if (finding == UNIX_NO_SOCKETS)
		diagnosis.error = facts->refusal;
	/* Whoever it is that has the connections: the file is in the way. */
	if (finding == UNIX_CONNECTION && !request->abstract) {
		diagnosis.verdict = VERDICT_BLOCKED;
		diagnosis.error = EADDRINUSE;
	}
	return diagnosis;
}
