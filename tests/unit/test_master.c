/* SPDX-License-Identifier: MIT */
/* Who leads the processes that hold a socket, and when nobody does. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "diagnose/master.h"

enum { HOLDERS_MOST = 5 };

struct holding {
	uint32_t pid, parent, ancestor, group, family;
	const char *program;
	bool holds;			/* else it is known, and has another socket */
};

struct scene {
	const char *title;
	enum state state;
	struct holding holdings[HOLDERS_MOST];
	uint32_t master;
	bool left_behind;
	const char *workers;		/* pids */
};

#define S "/usr/sbin/server"

static const struct scene scenes[] = {
	{ "one process of init", STATE_LISTEN, { { 10, 1, 0, 10, 10, S, true } }, 0, false, "" },
	{ "a master and its workers", STATE_LISTEN,
	  { { 10, 1, 0, 10, 10, S, true }, { 11, 10, 10, 10, 10, S, true },
	    { 12, 10, 10, 10, 10, S, true } }, 10, false, "11 12 " },
	{ "the master has a greater pid", STATE_LISTEN,
	  { { 8, 10, 10, 10, 10, S, true }, { 10, 1, 0, 10, 10, S, true } }, 10, false, "8 " },
	{ "grandchildren whose parents hold nothing", STATE_LISTEN,
	  { { 10, 1, 0, 10, 10, S, true }, { 14, 12, 10, 10, 10, S, true },
	    { 15, 13, 10, 10, 10, S, true } }, 10, false, "14 15 " },
	{ "a worker whose parent has ended is of its group", STATE_LISTEN,
	  { { 10, 1, 0, 10, 10, S, true }, { 14, 1, 0, 10, 14, S, true } }, 10, false, "14 " },
	{ "children that a dead parent left behind", STATE_LISTEN,
	  { { 11, 1, 0, 10, 11, S, true }, { 12, 1, 0, 10, 12, S, true } }, 0, true, "" },
	{ "one of them has children", STATE_LISTEN,
	  { { 11, 1, 0, 10, 11, S, true }, { 12, 11, 11, 10, 11, S, true },
	    { 13, 1, 0, 10, 13, S, true } }, 0, true, "" },
	{ "children of a living parent of another program", STATE_LISTEN,
	  { { 11, 5, 0, 5, 11, S, true }, { 12, 5, 0, 5, 12, S, true } }, 0, false, "" },
	{ "a helper that has inherited it", STATE_LISTEN,
	  { { 10, 1, 0, 10, 10, S, true }, { 11, 10, 10, 10, 10, S, true },
	    { 12, 10, 10, 10, 12, "/usr/bin/sleep", true } }, 10, false, "11 " },
	{ "a master that does not hold it (squid)", STATE_LISTEN,
	  { { 12, 10, 0, 10, 10, S, true } }, 10, false, "12 " },
	{ "its connection is one process's matter", STATE_ESTAB,
	  { { 12, 10, 0, 10, 10, S, true } }, 0, false, "" },
	{ "a script that a script has started", STATE_LISTEN,
	  { { 12, 10, 0, 10, 10, "/usr/bin/python3.11", true } }, 0, false, "" },
	{ "an ancestor with another socket", STATE_LISTEN,
	  { { 10, 1, 0, 10, 10, S, false }, { 12, 10, 10, 10, 10, S, true } }, 10, false, "12 " },
	{ "the first process of a container", STATE_LISTEN,
	  { { 1, 0, 0, 1, 1, S, true }, { 7, 1, 1, 1, 1, S, true } }, 1, false, "7 " },
	{ "children of systemd, which runs the same program", STATE_LISTEN,
	  { { 7, 1, 0, 7, 1, "/usr/lib/systemd/systemd", true } }, 0, false, "" },
	{ "systemd and what it has started for a socket unit", STATE_LISTEN,
	  { { 1, 0, 0, 1, 1, "/usr/lib/systemd/systemd", true }, { 7, 1, 1, 7, 7, S, true } },
	  0, false, "" },
};

static void add_holding(struct snapshot *snap, const struct holding *holding)
{
	struct process *process = &snap->processes[snap->process_count];
	struct owner *owner = &snap->owners[snap->owner_count];

	*process = (struct process){
		.pid = holding->pid, .parent = holding->parent, .ancestor = holding->ancestor,
		.group = holding->group,
		.family = holding->family, .executable = holding->program,
		.command = strrchr(holding->program, '/') + 1,
	};
	if (holding->holds) {
		*owner = (struct owner){ .process = (uint32_t)snap->process_count, .fd = 3 };
		if (snap->owner_count++)
			owner[-1].next = (uint32_t)snap->owner_count;
	}
	snap->process_count++;
}

static void check(const struct scene *scene)
{
	struct process processes[HOLDERS_MOST];
	struct owner owners[HOLDERS_MOST];
	struct snapshot snap = { .processes = processes, .owners = owners };
	struct socket sk = { .state = scene->state, .owner = 1 };
	char workers[64] = "";

	for (size_t i = 0; i < HOLDERS_MOST && scene->holdings[i].pid; i++)
		add_holding(&snap, &scene->holdings[i]);
	for (size_t i = 0; i < snap.process_count; i++)
		if (is_worker(&snap, &processes[i], socket_master(&snap, &sk)))
			sprintf(workers + strlen(workers), "%u ", processes[i].pid);
	if (socket_master(&snap, &sk) != scene->master ||
	    socket_is_left_behind(&snap, &sk) != scene->left_behind ||
	    strcmp(workers, scene->workers) != 0)
		fail_msg("%s: master %u, left behind: %d, workers %s", scene->title,
			 socket_master(&snap, &sk), socket_is_left_behind(&snap, &sk), workers);
}

static void the_master_leads_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++)
		check(&scenes[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_master_leads_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
