/* SPDX-License-Identifier: MIT */
/* What is to be said of a unix address. */
#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/text.h"
#include "diagnose/unix.h"

static const char *const sentences[UNIX_FINDING_COUNT] = {
	[UNIX_FREE] = "is free: bind() would work.",
	[UNIX_SOCKET_UNIT] =
		"is taken: systemd has it for a socket unit. To stop the service alone does not "
		"free it.",
	[UNIX_LISTENING] =
		"is taken: somebody listens there. SO_REUSEADDR does nothing for unix sockets.",
	[UNIX_DATAGRAM] =
		"is taken: a socket of datagrams is bound to it. SO_REUSEADDR does nothing for "
		"unix sockets.",
	[UNIX_BOUND] = "is taken: a socket is bound to it, though it does not listen.",
	[UNIX_ELSEWHERE] =
		"is taken by a socket of another network namespace, such as a container: files are "
		"shared, ports are not. Its file must not be removed, it is in use.",
	[UNIX_CONNECTION] =
		"is a file which only connections are known to have: what listened may be gone, or "
		"be another socket.",
	[UNIX_STALE] =
		"is the file of a socket that is gone: what was bound to it ended and did not "
		"remove it, and the kernel never does.",
	[UNIX_REGULAR] = "is an ordinary file, no socket: bind() makes a new file and takes none.",
	[UNIX_DIRECTORY] = "is a directory: bind() makes a file.",
	[UNIX_LINK] = "is a symbolic link: bind() follows none, it makes a new file.",
	[UNIX_DANGLING] =
		"is a symbolic link that leads nowhere: bind() follows none, it makes a new file.",
	[UNIX_OTHER] = "is a device, a pipe or the like: bind() makes a new file.",
	[UNIX_NO_DIRECTORY] = "is in a directory that does not exist.",
	[UNIX_NOT_DIRECTORY] = "is below something that is no directory.",
	[UNIX_NOT_SEARCHABLE] = "is below a directory that the user may not enter.",
	[UNIX_NOT_WRITABLE] = "is in a directory where the user may make no file.",
	[UNIX_READ_ONLY] = "is on a file system that can't be written.",
	[UNIX_NO_SOCKETS] =
		"is on a file system whose files the kernel makes (proc, sysfs and the like), or "
		"that knows no sockets.",
	[UNIX_MAYBE_WRITABLE] =
		"is free, but whether the user may make a file in the directory depends on groups "
		"that are not known here.",
	[UNIX_TOO_LONG] = "is too long: a unix address has at most 107 bytes.",
	[UNIX_UNCLEAR] = "may be free or not: not all that matters could be seen.",
};

/* In the place of UNIX_STALE where not all namespaces could be looked into. */
static const char perhaps_stale[] =
	"is the file of a socket that nobody is seen to have. Not all network namespaces could be "
	"looked into: a container may still have it.";

static const char *sentence_of(const struct unix_diagnosis *diagnosis)
{
	if (diagnosis->finding == UNIX_STALE && !diagnosis->alone)
		return perhaps_stale;
	return sentences[diagnosis->finding];
}

void unix_add_address(const struct unix_request *request, struct buf *out)
{
	buf_add_text(out, request->abstract ? "@" : "");
	text_add_safe(out, request->name, request->length, SIZE_MAX);
}

void unix_explain(const struct unix_request *request, const struct unix_diagnosis *diagnosis,
		  struct buf *out)
{
	unix_add_address(request, out);
	buf_add_char(out, ' ');
	buf_add_text(out, sentence_of(diagnosis));
}

/* ---- who has the name, and is not in the way -------------------------- */

static void add_process(const struct unix_facts *facts, size_t index, struct buf *out)
{
	const struct process *process = owner_first_process(facts->snap,
							    &facts->snap->sockets[index]);

	if (!process)
		return;
	buf_add_literal(out, " (");
	if (process->command) {
		text_add_safe(out, process->command, strlen(process->command), SIZE_MAX);
		buf_add_literal(out, ", ");
	}
	buf_add_literal(out, "pid ");
	buf_add_unsigned(out, process->pid);
	buf_add_char(out, ')');
}

/* The first that is no holder, though it has the name; the count where there is none. */
static size_t find_namesake(const struct unix_request *request, const struct unix_facts *facts)
{
	size_t i = 0;

	while (i < facts->snap->count &&
	       (unix_is_holder(request, facts, i) || facts->holders[i].holds != TRUTH_YES ||
		(request->abstract && facts->snap->sockets[i].netns)))
		i++;
	return i;
}

void unix_remark(const struct unix_request *request, const struct unix_facts *facts,
		 const struct unix_diagnosis *diagnosis, struct buf *out)
{
	static const char *const types[] = {
		[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "datagram", [SOCK_SEQPACKET] = "seqpacket",
	};
	size_t namesake = facts->snap ? find_namesake(request, facts) : 0;
	int type;

	if (!facts->snap || namesake == facts->snap->count)
		return;
	type = facts->holders[namesake].type;
	buf_add_literal(out, "A socket");
	if (request->abstract && type > 0 && (size_t)type < ARRAY_SIZE(types) && types[type]) {
		buf_add_literal(out, " of type ");
		buf_add_text(out, types[type]);
	}
	add_process(facts, namesake, out);
	if (request->abstract)
		buf_add_literal(out, " has the same name, which does not matter: each type of "
				"socket has names of its own.");
	else if (diagnosis->verdict == VERDICT_FREE)
		buf_add_literal(out, " still has this name, but its file was removed: it is in "
				"nobody's way, and no new client reaches it. If it is the same "
				"server, stop that before you start another.");
	else
		buf_add_literal(out, " has this name too, but its file was removed, or another "
				"took its place: no new client reaches it.");
}
