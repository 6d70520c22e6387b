/* SPDX-License-Identifier: MIT */
/* Terms about the processes that hold a socket: they hold when they do of any. */
#include <string.h>

#include "match.h"

enum { COMMAND_MAX = 15 };	/* TASK_COMM_LEN - 1 */

static bool is_pid(const struct node *term, const struct snapshot *snap, const struct owner *owner)
{
	return in_ranges(term, owner_process(snap, owner)->pid) ||
	       (owner->tid && in_ranges(term, owner->tid));
}

static bool is_descriptor(const struct node *term, const struct snapshot *snap,
			  const struct owner *owner)
{
	(void)snap;
	return owner->fd != OWNER_NO_FD && in_ranges(term, (uint64_t)owner->fd);
}

/* The kernel keeps 15 bytes of a name: one that is longer is compared by these. */
static bool is_process(const struct node *term, const struct snapshot *snap,
		       const struct owner *owner)
{
	const char *command = owner_process(snap, owner)->command;

	if (in_patterns(term, command))
		return true;
	for (size_t i = 0; command && i < term->pattern_count; i++)
		if (term->patterns[i].kind == PATTERN_EQUAL && strlen(command) == COMMAND_MAX &&
		    strncmp(term->patterns[i].text, command, COMMAND_MAX) == 0)
			return true;
	return false;
}

/* Its arguments with blanks between them. */
static bool is_command_line(const struct node *term, const struct snapshot *snap,
			    const struct owner *owner)
{
	const struct process *process = owner_process(snap, owner);
	size_t length = process_arguments_length(process);
	char text[4096];

	if (!process->command_line)
		return false;
	if (length >= sizeof(text))
		length = sizeof(text) - 1;
	for (size_t i = 0; i < length; i++)
		text[i] = process->command_line[i] ? process->command_line[i] : ' ';
	text[length] = '\0';
	return in_patterns(term, text);
}

/* Its path, or the last part of it. */
static bool is_executable(const struct node *term, const struct snapshot *snap,
			  const struct owner *owner)
{
	const char *path = owner_process(snap, owner)->executable;
	const char *slash = path ? strrchr(path, '/') : NULL;

	return in_patterns(term, path) || (slash && in_patterns(term, slash + 1));
}

typedef bool owner_test(const struct node *term, const struct snapshot *snap,
			const struct owner *owner);

static bool any_owner(const struct node *term, const struct row *row, owner_test *test)
{
	for (const struct owner *owner = owner_first(row->snap, row->sk); owner;
	     owner = owner_next(row->snap, owner))
		if (test(term, row->snap, owner))
			return true;
	return false;
}

#define HOLDS_OWNER(name, test)								\
	bool holds_##name(const struct node *term, const struct row *row)		\
	{										\
		return any_owner(term, row, test);					\
	}

HOLDS_OWNER(pid, is_pid)
HOLDS_OWNER(descriptor, is_descriptor)
HOLDS_OWNER(process, is_process)
HOLDS_OWNER(command_line, is_command_line)
HOLDS_OWNER(executable, is_executable)
