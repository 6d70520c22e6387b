/* SPDX-License-Identifier: MIT */
/* Programs that do not end as others do, or start a second time where others fail. */
#include "program.h"

#include <signal.h>
#include <string.h>

#include "base/array.h"

static const struct program programs[] = {
	{ "uwsgi", "INT", "it takes SIGTERM for a reload", false },
	{ "postgres", "INT", "at SIGTERM it waits until its clients have left", false },
	{ "gunicorn", "INT", "at SIGTERM it waits up to 30 s for its clients", false },
	{ "haproxy", NULL, NULL, true },
	{ "unbound", NULL, NULL, true },
	{ "named", NULL, NULL, true },
	{ "chronyd", NULL, NULL, true },
	{ "nc", NULL, NULL, true },
};

/* The name, or one of its variants: "uwsgi_python3", "nc.openbsd". */
static const struct program *find(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		size_t own = strlen(programs[i].name);

		if (own <= length && memcmp(programs[i].name, name, own) == 0 &&
		    (own == length || strchr("._-", name[own])))
			return &programs[i];
	}
	return NULL;
}

/* "python3 -m gunicorn", "python3 /usr/bin/gunicorn": what an interpreter runs. */
static const struct program *find_script(const struct process *process)
{
	const char *at = process->command_line, *end;

	if (!at || !process->command || strncmp(process->command, "python", 6) != 0)
		return NULL;
	end = at + process_arguments_length(process);
	for (size_t i = 0; at < end && i < 3; i++) {
		size_t length = strnlen(at, (size_t)(end - at));
		const char *slash = memrchr(at, '/', length);
		const char *name = slash ? slash + 1 : at;
		const struct program *program = i ? find(name, (size_t)(at + length - name)) : NULL;

		if (program)
			return program;
		at += length + 1;
	}
	return NULL;
}

const struct program *program_of(const struct process *process)
{
	const struct program *program;

	program = process->command ? find(process->command, strlen(process->command)) : NULL;
	return program ? program : find_script(process);
}

const char *program_signal(const struct process *process)
{
	const struct program *program = program_of(process);

	if (process_ignores(process, SIGTERM))
		return "KILL";
	return program ? program->signal : NULL;
}
