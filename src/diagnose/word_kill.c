/* SPDX-License-Identifier: MIT */
/* The command that ends all processes which hold a socket, each by the signal that does it. */
#include "program.h"
#include "word.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { PIDS_MOST = 1000 };

/* Who is to be ended, each once, as long as there is room. */
struct victims {
	const struct process *processes[PIDS_MOST];
	size_t count;
	bool whole;
};

static void add_victim(struct victims *victims, const struct process *process)
{
	for (size_t i = victims->count; i--;)
		if (victims->processes[i] == process)
			return;
	if (victims->count < PIDS_MOST)
		victims->processes[victims->count++] = process;
	else
		victims->whole = false;
}

/* All of them or none: who kills some of those that share a socket has not freed it. */
static void find_victims(const struct scene *scene, struct victims *victims)
{
	const struct snapshot *snap = scene->account->facts->snap;

	victims->count = 0;
	victims->whole = scene_count(scene);
	for (size_t i = 0; i < scene_count(scene) && victims->whole; i++) {
		const struct owner *owner = owner_first(snap, scene_socket(scene, i));

		victims->whole = owner;
		for (; owner; owner = owner_next(snap, owner))
			add_victim(victims, owner_process(snap, owner));
	}
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* "kill -INT 811 815" for all that end by this signal. */
static void add_by_signal(const struct victims *victims, const char *signal, struct buf *out)
{
	buf_add_literal(out, "kill");
	if (signal) {
		buf_add_literal(out, " -");
		buf_add_text(out, signal);
	}
	for (size_t i = 0; i < victims->count; i++) {
		if (!is_same(program_signal(victims->processes[i]), signal))
			continue;
		buf_add_char(out, ' ');
		buf_add_unsigned(out, victims->processes[i]->pid);
	}
}

static void add_kills(const struct victims *victims, struct buf *out)
{
	for (size_t i = 0; i < victims->count; i++) {
		const char *signal = program_signal(victims->processes[i]);
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before |= is_same(program_signal(victims->processes[k]), signal);
		if (before)
			continue;
		buf_add_text(out, i ? "; " : "");
		add_by_signal(victims, signal, out);
	}
}

WORD(add_kill)
{
	struct victims *victims = malloc(sizeof(*victims));
	bool any;

	if (!victims)
		return false;
	find_victims(scene, victims);
	any = victims->whole && victims->count;
	if (any)
		add_kills(victims, out);
	free(victims);
	return any;
}

static void add_reason(struct buf *out, const char *why)
{
	buf_add_literal(out, " (");
	buf_add_text(out, why);
	buf_add_char(out, ')');
}

/* Why not by SIGTERM; else what to do where that is not enough. */
WORD(add_patience)
{
	const struct socket *sk = scene_count(scene) ? scene_socket(scene, 0) : NULL;
	const struct snapshot *snap = scene->account->facts->snap;
	const struct process *process = sk ? owner_first_process(snap, sk) : NULL;
	const struct program *program = process ? program_of(process) : NULL;

	if (process && process_ignores(process, SIGTERM))
		add_reason(out, "it ignores SIGTERM");
	else if (program && program->why)
		add_reason(out, program->why);
	else
		add_reason(out, "by kill -KILL if it is still there after some seconds");
	return true;
}

const struct word kill_words[] = {
	{ "kill", add_kill }, { "patience", add_patience },
	{ NULL, NULL },
};
