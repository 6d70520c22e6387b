/* SPDX-License-Identifier: MIT */
/* The command that ends all processes which hold a socket, each by the signal that does it. */
#include "program.h"
#include "word.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/master.h"
#include "place.h"

enum { PIDS_MOST = 1000, PID_INIT = 1 };

/* Who is to be ended, each once, as long as there is room. */
struct victims {
	struct victim {
		uint32_t pid;
		const char *signal;	/* NULL: the usual one */
	} list[PIDS_MOST];
	size_t count;
	bool whole;
};

/* Never the first process, with which all others would end: then none at all. */
static void add_victim(struct victims *victims, uint32_t pid, const char *signal)
{
	for (size_t i = victims->count; i--;)
		if (victims->list[i].pid == pid)
			return;
	if (victims->count < PIDS_MOST && pid != PID_INIT)
		victims->list[victims->count++] = (struct victim){ pid, signal };
	else
		victims->whole = false;
}

/* A master that does not hold it runs the same program as those that do. */
static const struct process *process_of_master(const struct snapshot *snap,
					       const struct socket *sk, uint32_t master)
{
	const struct owner *owner = owner_first(snap, sk);

	while (owner && owner_process(snap, owner)->pid != master)
		owner = owner_next(snap, owner);
	return owner ? owner_process(snap, owner) : owner_first_process(snap, sk);
}

/* The master and all holders, but those that end with the master; no systemd. */
static void add_holders(struct victims *victims, const struct snapshot *snap,
			const struct socket *sk, bool workers)
{
	const struct owner *owner = owner_first(snap, sk);
	uint32_t master = socket_master(snap, sk);

	victims->whole &= owner != NULL;
	if (owner && master)
		add_victim(victims, master, program_signal(process_of_master(snap, sk, master)));
	for (; owner; owner = owner_next(snap, owner)) {
		const struct process *process = owner_process(snap, owner);

		if (!process_is_manager(process) &&
		    (workers || !is_worker(snap, process, master)))
			add_victim(victims, process->pid, program_signal(process));
	}
}

/* All of them or none: who kills some of those that share a socket has not freed it. */
static void find_victims(const struct scene *scene, bool workers, struct victims *victims)
{
	const struct snapshot *snap = scene->account->facts->snap;

	victims->count = 0;
	victims->whole = scene_count(scene);
	for (size_t i = 0; i < scene_count(scene) && victims->whole; i++)
		add_holders(victims, snap, scene_socket(scene, i), workers);
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
		if (!is_same(victims->list[i].signal, signal))
			continue;
		buf_add_char(out, ' ');
		buf_add_unsigned(out, victims->list[i].pid);
	}
}

static void add_kills(const struct victims *victims, struct buf *out)
{
	for (size_t i = 0; i < victims->count; i++) {
		const char *signal = victims->list[i].signal;
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before |= is_same(victims->list[k].signal, signal);
		if (before)
			continue;
		buf_add_text(out, i ? "; " : "");
		add_by_signal(victims, signal, out);
	}
}

static bool add_kill_of(const struct scene *scene, bool workers, struct buf *out)
{
	struct victims *victims = malloc(sizeof(*victims));
	bool any;

	if (!victims)
		return false;
	find_victims(scene, workers, victims);
	any = victims->whole && victims->count;
	if (any)
		add_kills(victims, out);
	free(victims);
	return any;
}

/* Who has to be ended so that all let go of it. */
WORD(add_kill)
{
	return add_kill_of(scene, false, out);
}

WORD(add_kill_all)
{
	return add_kill_of(scene, true, out);
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
		add_reason(out, "kill -KILL what is still there after some seconds");
	return true;
}

const struct word kill_words[] = {
	{ "kill", add_kill }, { "kill_all", add_kill_all }, { "patience", add_patience },
	{ NULL, NULL },
};
