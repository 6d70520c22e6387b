/* SPDX-License-Identifier: MIT */
/*
 * Families: processes that descend from one another and run the same program,
 * as the workers of a server do; and which process descends from which.  Each
 * process and ancestor is read once, by pid, for that is asked for after the
 * walk.  Knows nothing of sockets.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "collect.h"
#include "process.h"

/* A loop is impossible at one moment, but parents are read at several. */
enum { GENERATIONS = 64 };

struct member {
	uint32_t pid;
	uint32_t parent;		/* pid, 0 none */
	uint32_t family;		/* pid, 0 not known yet */
	const char *program;		/* executable; NULL unreadable */
	const char *command;		/* NULL: no such process */
};

struct kinship {
	struct arena arena;
	struct member *members;
	size_t count, capacity;
	struct hash set;		/* of members, by pid */
	int proc;
};

static uint32_t member_hash(const void *items, uint32_t index)
{
	const struct member *members = items;

	return hash_mix(members[index].pid);
}

/* After an upgrade the old program and the new one are still one service. */
static size_t program_length(const char *path, size_t length)
{
	static const char deleted[] = " (deleted)";
	const size_t tail = sizeof(deleted) - 1;

	return length > tail && !memcmp(path + length - tail, deleted, tail) ? length - tail
									     : length;
}

static void member_read(struct kinship *kin, struct member *member)
{
	char name[32], text[PATH_MAX];
	struct stat_fields fields;
	ssize_t length;

	snprintf(name, sizeof(name), "%u/stat", member->pid);
	if (stat_read(kin->proc, name, text, sizeof(text), &fields) < 0)
		return;
	member->parent = fields.parent;
	member->command = arena_copy_text(&kin->arena, fields.command);
	snprintf(name, sizeof(name), "%u/exe", member->pid);
	length = readlinkat(kin->proc, name, text, sizeof(text));
	if (length > 0)
		member->program = arena_copy(&kin->arena, text,
					     program_length(text, (size_t)length));
}

/* The index of a process, read when it is new; -ENOMEM. */
static long member_get(struct kinship *kin, uint32_t pid)
{
	const uint32_t key = hash_mix(pid), index = (uint32_t)kin->count;
	size_t at = hash_start(&kin->set, key);
	struct member *members;
	uint32_t found;

	while ((found = hash_next(&kin->set, key, &at)))
		if (kin->members[found - 1].pid == pid)
			return (long)found - 1;
	members = array_reserve(kin->members, &kin->capacity, kin->count + 1, sizeof(*members));
	if (!members)
		return -ENOMEM;
	kin->members = members;
	members[index] = (struct member){ .pid = pid };
	member_read(kin, &members[index]);
	kin->count++;
	if (hash_add(&kin->set, key, index, member_hash, members) < 0)
		return -ENOMEM;
	return (long)index;
}

static bool is_same_program(const struct member *a, const struct member *b)
{
	if (a->program && b->program)
		return !strcmp(a->program, b->program);
	return a->command && b->command && !strcmp(a->command, b->command);
}

/* The parent that runs the same program; -1 none, or -ENOMEM. */
static long elder_of(struct kinship *kin, long index)
{
	long parent;

	if (!kin->members[index].parent)
		return -1;
	parent = member_get(kin, kin->members[index].parent);
	if (parent < 0)
		return parent;
	return is_same_program(&kin->members[index], &kin->members[parent]) ? parent : -1;
}

static uint32_t family_of(struct kinship *kin, uint32_t pid)
{
	long path[GENERATIONS], index = member_get(kin, pid);
	uint32_t family = pid;
	int length = 0;

	while (index >= 0 && length < GENERATIONS) {
		path[length++] = index;
		family = kin->members[index].family;
		if (family)
			break;
		family = kin->members[index].pid;
		index = elder_of(kin, index);
	}
	while (length-- > 0)
		kin->members[path[length]].family = family;
	return family;
}

static bool kinship_init(struct kinship *kin, size_t count)
{
	*kin = (struct kinship){ .proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC) };
	return kin->proc >= 0 && !hash_init(&kin->set, count);
}

static void kinship_done(struct kinship *kin)
{
	hash_free(&kin->set);
	free(kin->members);
	arena_free(&kin->arena);
	if (kin->proc >= 0)
		close(kin->proc);
}

void processes_find_families(struct snapshot *snap)
{
	struct kinship kin;
	bool able = kinship_init(&kin, snap->process_count);

	for (size_t i = 0; i < snap->process_count; i++) {
		struct process *process = &snap->processes[i];

		process->family = able ? family_of(&kin, process->pid) : process->pid;
	}
	kinship_done(&kin);
}

/* The members with an index below `known` are the processes of the snapshot. */
static uint32_t ancestor_of(struct kinship *kin, long index, long known)
{
	for (int i = 0; i < GENERATIONS && index >= 0; i++) {
		uint32_t parent = kin->members[index].parent;

		index = parent ? member_get(kin, parent) : -1;
		if (index >= 0 && index < known)
			return parent;
	}
	return 0;
}

void processes_find_ancestors(struct snapshot *snap)
{
	struct kinship kin;
	bool able = kinship_init(&kin, snap->process_count);
	long known;

	for (size_t i = 0; able && i < snap->process_count; i++)
		able = member_get(&kin, snap->processes[i].pid) >= 0;
	known = (long)kin.count;
	for (size_t i = 0; able && i < snap->process_count; i++) {
		long index = member_get(&kin, snap->processes[i].pid);

		snap->processes[i].ancestor = ancestor_of(&kin, index, known);
	}
	kinship_done(&kin);
}
