/* SPDX-License-Identifier: MIT */
/* What to do about a unix address that can't be bound. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/shell.h"
#include "diagnose/unix.h"
#include "sentence.h"

/* What a command is about; it is left out where that can't be pasted. */
enum object { OBJECT_NONE, OBJECT_PATH, OBJECT_DIRECTORY, OBJECT_PATTERN };

struct way {
	const char *text;		/* NULL: nothing has to be done */
	const char *command;		/* stands in front of the object; as of struct remedy */
	enum object object;
};

/* Of holders: where nobody is known who could be stopped. */
static const struct way ways[UNIX_FINDING_COUNT] = {
	[UNIX_SOCKET_UNIT] = {
		"find the socket unit and stop that (systemctl stop NAME.socket)",
		LOOKS "systemctl list-sockets --all | grep -F", OBJECT_PATTERN,
	},
	[UNIX_LISTENING] = { "stop what listens", NULL, OBJECT_NONE },
	[UNIX_DATAGRAM] = { "stop what has it", NULL, OBJECT_NONE },
	[UNIX_BOUND] = { "stop what has it", NULL, OBJECT_NONE },
	[UNIX_ELSEWHERE] = { "stop what has it, or use another path", NULL, OBJECT_NONE },
	[UNIX_CONNECTION] = { "look who has it", LOOKS "ss -xap | grep -F", OBJECT_PATTERN },
	[UNIX_STALE] = {
		"remove the file (a server should do so before bind())", "rm", OBJECT_PATH,
	},
	[UNIX_REGULAR] = {
		"use another path, or move the file away", LOOKS "ls -l", OBJECT_PATH,
	},
	[UNIX_DIRECTORY] = { "name a file in it", LOOKS "ls -ld", OBJECT_PATH },
	[UNIX_LINK] = {
		"use the path that it leads to, or remove the link", LOOKS "ls -l", OBJECT_PATH,
	},
	[UNIX_DANGLING] = { "remove the link", "rm", OBJECT_PATH },
	[UNIX_OTHER] = { "use another path", LOOKS "ls -l", OBJECT_PATH },
	[UNIX_NO_DIRECTORY] = {
		"make the directory (in a unit: RuntimeDirectory=)", "mkdir -p", OBJECT_DIRECTORY,
	},
	[UNIX_NOT_DIRECTORY] = { "look at the path", LOOKS "namei -l", OBJECT_PATH },
	[UNIX_NOT_SEARCHABLE] = {
		"look at the rights on the way", LOOKS "namei -l", OBJECT_PATH,
	},
	[UNIX_NOT_WRITABLE] = {
		"look at the rights on the way (in a unit: RuntimeDirectory=)", LOOKS "namei -l",
		OBJECT_PATH,
	},
	[UNIX_READ_ONLY] = { "use a path below /run", NULL, OBJECT_NONE },
	[UNIX_NO_SOCKETS] = { "use a path below /run", NULL, OBJECT_NONE },
	[UNIX_MAYBE_WRITABLE] = {
		"look at the rights on the way", LOOKS "namei -l", OBJECT_PATH,
	},
	[UNIX_TOO_LONG] = {
		"use a shorter path, or bind() in its directory", NULL, OBJECT_NONE,
	},
	[UNIX_UNCLEAR] = { "ask again as root", NULL, OBJECT_NONE },
};

/* In the place of UNIX_STALE where not all namespaces could be looked into. */
static const struct way perhaps_stale = {
	"ask again as root; remove the file only if nobody has it then", LOOKS "sudo conntab why",
	OBJECT_PATH,
};

struct answer {
	const struct unix_request *request;
	const struct unix_diagnosis *diagnosis;
	remedy_function *take;
	void *context;
	size_t count;
};

/* ---- what is no holder ----------------------------------------------- */

/* A name that begins with a dash is not taken for an option. */
static bool add_object(const struct unix_request *request, enum object object, struct buf *out)
{
	const char *slash = memrchr(request->name, '/', request->length);
	size_t length = request->length;

	if (request->abstract)
		return false;
	if (object == OBJECT_DIRECTORY)
		length = slash ? (size_t)(slash - request->name) : 0;
	if (*request->name == '-')
		buf_add_text(out, object == OBJECT_PATTERN ? "-e " : "./");
	return length && shell_quote(out, request->name, length);
}

static void add_command(const struct unix_request *request, const struct way *way,
			struct buf *text, struct buf *command)
{
	bool looks = strncmp(way->command, LOOKS, strlen(LOOKS)) == 0;
	struct buf *out = looks ? text : command;
	size_t before = out->length;

	buf_add_text(out, looks ? ": " : "");
	buf_add_text(out, looks ? way->command + strlen(LOOKS) : way->command);
	buf_add_char(out, ' ');
	if (!add_object(request, way->object, out))
		out->length = before;
}

static int take_way(struct answer *answer)
{
	const struct unix_diagnosis *diagnosis = answer->diagnosis;
	bool unsure = diagnosis->finding == UNIX_STALE && !diagnosis->alone;
	const struct way *way = unsure ? &perhaps_stale : &ways[diagnosis->finding];
	struct buf text = { .fd = -1 }, command = { .fd = -1 };
	int err = 0;

	if (!way->text)
		return 0;
	if (buf_init(&text, -1) < 0 || buf_init(&command, -1) < 0)
		err = -ENOMEM;
	if (!err) {
		buf_add_text(&text, way->text);
		if (way->command)
			add_command(answer->request, way, &text, &command);
		answer->take(answer->context, &text, &command);
	}
	buf_free(&text);
	buf_free(&command);
	return err;
}

/* ---- holders --------------------------------------------------------- */

/* A socket that is gone leaves its file. */
static void take_of_holder(void *context, struct buf *text, struct buf *command)
{
	struct answer *answer = context;
	size_t before = command->length;

	answer->count++;
	if (command->length && !answer->request->abstract) {
		buf_add_literal(command, " && rm -f ");
		if (add_object(answer->request, OBJECT_PATH, command))
			buf_add_literal(text, ", and remove the file");
		else
			command->length = before;
	}
	answer->take(answer->context, text, command);
}

static size_t list_holders(const struct unix_request *request, const struct unix_facts *facts,
			   struct blocker *blockers)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->snap->count; i++)
		if (unix_is_holder(request, facts, i))
			blockers[count++] = (struct blocker){
				.socket = (uint32_t)i, .sharing = SHARING_LISTENER,
				.blocks = TRUTH_YES,
			};
	return count;
}

/* Those who hold it go as the holders of a port do. */
static int take_of_holders(struct answer *answer, const struct unix_facts *facts,
			   bool is_root)
{
	struct blocker *blockers = calloc(facts->snap->count + 1, sizeof(*blockers));
	const struct bind_request none = { .uid = answer->request->uid };
	const struct bind_facts tables = { .snap = facts->snap };
	struct diagnosis diagnosis = {
		.verdict = VERDICT_BLOCKED, .error = EADDRINUSE, .blockers = blockers,
	};
	const struct account account = {
		.request = &none, .facts = &tables, .diagnosis = &diagnosis, .no_port = true,
		.is_root = is_root,
	};
	int err = -ENOMEM;

	if (blockers) {
		diagnosis.count = list_holders(answer->request, facts, blockers);
		err = explain_remedies(&account, take_of_holder, answer);
	}
	free(blockers);
	return err;
}

int unix_remedies(const struct unix_request *request, const struct unix_facts *facts,
		  const struct unix_diagnosis *diagnosis, bool is_root, remedy_function *take,
		  void *context)
{
	struct answer answer = { request, diagnosis, take, context, 0 };
	bool held = diagnosis->finding >= UNIX_SOCKET_UNIT && diagnosis->finding <= UNIX_ELSEWHERE;
	int err = held ? take_of_holders(&answer, facts, is_root) : 0;

	return err || answer.count ? err : take_way(&answer);
}
