/* SPDX-License-Identifier: MIT */
/* What is to be said of a unix address, and done about it. */
#include <string.h>

#include "base/shell.h"
#include "base/text.h"
#include "diagnose/unix.h"

/* What a remedy's command is about; it is left out where that can't be pasted. */
enum object {
	OBJECT_NONE,
	OBJECT_PATH,			/* the name of a file */
	OBJECT_PATTERN,			/* the same, for grep */
	OBJECT_PIDS
};

struct finding {
	const char *sentence;
	const char *remedy;		/* NULL: nothing has to be done */
	const char *command;		/* stands in front of the object */
	enum object object;
};

static const struct finding findings[UNIX_FINDING_COUNT] = {
	[UNIX_FREE] = { "is free: bind() would work.", NULL, NULL, OBJECT_NONE },
	[UNIX_SOCKET_UNIT] = {
		"is taken: systemd has it for a socket unit. To stop the service alone does not "
		"free it.",
		"find the socket unit and stop that: systemctl stop NAME.socket",
		"systemctl list-sockets --all | grep -F", OBJECT_PATTERN,
	},
	[UNIX_LISTENING] = {
		"is taken: somebody listens there. SO_REUSEADDR does nothing for unix sockets.",
		"stop what listens", "kill", OBJECT_PIDS,
	},
	[UNIX_BOUND] = {
		"is taken: a socket is bound to it, though it does not listen.",
		"stop what holds it", "kill", OBJECT_PIDS,
	},
	[UNIX_ELSEWHERE] = {
		"is taken by a socket of another network namespace, such as a container: files "
		"are shared, ports are not. Its file must not be removed, it is in use.",
		"stop what holds it, or use another path", "kill", OBJECT_PIDS,
	},
	[UNIX_CONNECTION] = {
		"is a file which only connections are known to have: what listened may be gone, "
		"or be another socket.",
		"look who has it", "ss -xap | grep -F", OBJECT_PATTERN,
	},
	[UNIX_STALE] = {
		"is the file of a socket that is gone: what was bound to it ended and did not "
		"remove it, and the kernel never does.",
		"remove the file (a server should do so before bind())", "rm", OBJECT_PATH,
	},
	[UNIX_REGULAR] = {
		"is an ordinary file, no socket: bind() makes a new file and takes none.",
		"use another path, or move the file away", "ls -l", OBJECT_PATH,
	},
	[UNIX_DIRECTORY] = {
		"is a directory: bind() makes a file.",
		"name a file in it", "ls -ld", OBJECT_PATH,
	},
	[UNIX_LINK] = {
		"is a symbolic link: bind() follows none, it makes a new file.",
		"use the path that it leads to, or remove the link", "ls -l", OBJECT_PATH,
	},
	[UNIX_DANGLING] = {
		"is a symbolic link that leads nowhere: bind() follows none, it makes a new "
		"file.",
		"remove the link", "rm", OBJECT_PATH,
	},
	[UNIX_OTHER] = {
		"is a device, a pipe or the like: bind() makes a new file.",
		"use another path", "ls -l", OBJECT_PATH,
	},
	[UNIX_NO_DIRECTORY] = {
		"is in a directory that does not exist.",
		"make the directory (in a unit: RuntimeDirectory=)", NULL, OBJECT_NONE,
	},
	[UNIX_NOT_DIRECTORY] = {
		"is below something that is no directory.",
		"look at the path", "namei -l", OBJECT_PATH,
	},
	[UNIX_NOT_SEARCHABLE] = {
		"is below a directory that the user may not enter.",
		"look at the rights on the way", "namei -l", OBJECT_PATH,
	},
	[UNIX_NOT_WRITABLE] = {
		"is in a directory where the user may make no file.",
		"look at the rights on the way (in a unit: RuntimeDirectory=)", "namei -l",
		OBJECT_PATH,
	},
	[UNIX_READ_ONLY] = {
		"is on a file system that can't be written.",
		"use a path below /run", NULL, OBJECT_NONE,
	},
	[UNIX_NO_SOCKETS] = {
		"is on a file system whose files the kernel makes (proc, sysfs and the like), or "
		"that knows no sockets.",
		"use a path below /run", NULL, OBJECT_NONE,
	},
	[UNIX_MAYBE_WRITABLE] = {
		"is free, but whether the user may make a file in the directory depends on "
		"groups that are not known here.",
		"look at the rights on the way", "namei -l", OBJECT_PATH,
	},
	[UNIX_TOO_LONG] = {
		"is too long: a unix address has at most 107 bytes.",
		"use a shorter path, or bind() in its directory", NULL, OBJECT_NONE,
	},
	[UNIX_UNCLEAR] = {
		"may be free or not: not all that matters could be seen.",
		"ask again as root", NULL, OBJECT_NONE,
	},
};

/* In the place of UNIX_STALE where not all namespaces could be looked into. */
static const struct finding perhaps_stale = {
	"is the file of a socket that nobody is seen to have. Not all network namespaces could be "
	"looked into: a container may still have it.",
	"ask again as root; remove the file only if nobody has it then", "sudo conntab why",
	OBJECT_PATH,
};

static const struct finding *row_of(const struct unix_diagnosis *diagnosis)
{
	if (diagnosis->finding == UNIX_STALE && !diagnosis->alone)
		return &perhaps_stale;
	return &findings[diagnosis->finding];
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
	buf_add_text(out, row_of(diagnosis)->sentence);
}

/* A name that begins with a dash is not taken for an option. */
static bool add_name(const struct unix_request *request, enum object object, struct buf *out)
{
	if (*request->name == '-')
		buf_add_text(out, object == OBJECT_PATTERN ? "-e " : "./");
	return shell_quote(out, request->name, request->length);
}

bool unix_remedy(const struct unix_request *request, const struct unix_diagnosis *diagnosis,
		 const char *pids, struct buf *text, struct buf *command)
{
	const struct finding *row = row_of(diagnosis);
	enum object object = row->object;

	if (!row->remedy)
		return false;
	buf_add_text(text, row->remedy);
	/* An abstract name has no file; nobody may be known to stop. */
	if (object == OBJECT_NONE || (object == OBJECT_PIDS && !*pids) ||
	    (object != OBJECT_PIDS && request->abstract))
		return true;
	buf_add_text(command, row->command);
	buf_add_char(command, ' ');
	if (object == OBJECT_PIDS)
		buf_add_text(command, pids);
	else if (!add_name(request, object, command))
		command->length = 0;
	return true;
}
