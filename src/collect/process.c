/* SPDX-License-Identifier: MIT */
/*
 * What /proc tells of one process.  Everything is read below a descriptor of
 * its directory, so it is never another process's.  Knows nothing of sockets
 * and of why a process is asked about.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "collect.h"
#include "model/cgroup.h"
#include "process.h"

enum {
	COMMAND_LINE_USUAL = 4096,
	COMMAND_LINE_MAX = 128 * 1024,
	NS_PER_SECOND = 1000 * 1000 * 1000,
	NS_PER_10MS = 10 * 1000 * 1000,
};

/* SIGKILL and SIGSTOP */
#define UNSTOPPABLE (UINT64_C(1) << 8 | UINT64_C(1) << 18)

/* After the command in parentheses, which may hold parentheses and blanks itself. */
int stat_parse(char *text, struct stat_fields *fields)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');

	if (!open || !close || close < open)
		return -EINVAL;
	*close = 0;
	*fields = (struct stat_fields){ .command = open + 1 };
	/* The state, the parent, the group, 16 numbers, the start. */
	if (sscanf(close + 1, " %*c %u %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
		   " %*s %*s %llu", &fields->parent, &fields->group, &fields->start) != 3)
		return -EINVAL;
	return 0;
}

int stat_read(int dir, const char *name, char *text, size_t size, struct stat_fields *fields)
{
	long length = file_read(dir, name, text, size);

	return length < 0 ? (int)length : stat_parse(text, fields);
}

static int command_read(struct arena *arena, int dir, const char *name, const char **command)
{
	char text[64];
	long length = file_read(dir, name, text, sizeof(text));

	if (length < 0)
		return 0;
	if (length && text[length - 1] == '\n')
		length--;
	*command = arena_copy(arena, text, (size_t)length);
	return *command ? 0 : -ENOMEM;
}

/* A process may overwrite its arguments: then the last one may lack its NUL. */
static int command_line_copy(struct arena *arena, struct process *process, const char *text,
			     size_t length)
{
	if (!length)
		return 0;
	process->command_line = arena_copy(arena, text, length);
	if (!process->command_line)
		return -ENOMEM;
	process->command_line_length = length + (text[length - 1] != 0);
	return 0;
}

static int long_command_line_read(struct arena *arena, struct process *process, int dir)
{
	char *text = malloc(COMMAND_LINE_MAX + 1);
	long length;
	int err = 0;

	if (!text)
		return -ENOMEM;
	length = file_read(dir, "cmdline", text, COMMAND_LINE_MAX + 1);
	if (length > 0)
		err = command_line_copy(arena, process, text, (size_t)length);
	free(text);
	return err;
}

static int command_line_read(struct arena *arena, struct process *process, int dir)
{
	char text[COMMAND_LINE_USUAL];
	long length = file_read(dir, "cmdline", text, sizeof(text));

	if (length < 0)
		return 0;
	if (length == sizeof(text) - 1)
		return long_command_line_read(arena, process, dir);
	return command_line_copy(arena, process, text, (size_t)length);
}

static int executable_read(struct arena *arena, struct process *process, int dir)
{
	char path[PATH_MAX];
	ssize_t length = readlinkat(dir, "exe", path, sizeof(path));

	if (length <= 0)
		return 0;
	process->executable = arena_copy(arena, path, (size_t)length);
	return process->executable ? 0 : -ENOMEM;
}

static uint64_t mask_of(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtoull(at + strlen(name), NULL, 16) : 0;
}

/* The first process of a PID namespace gets no signal that it has no handler for. */
static bool is_first(const char *status)
{
	const char *at = strstr(status, "\nNSpid:");
	size_t length = at ? strcspn(at + 1, "\n") : 0;

	return length > 1 && memcmp(at + length - 1, "\t1", 2) == 0;
}

/* The owner of /proc/PID is no answer: it is root where the process is not dumpable. */
static void status_read(struct process *process, int dir)
{
	char text[4096];
	const char *at;

	if (file_read(dir, "status", text, sizeof(text)) < 0)
		return;
	at = strstr(text, "\nUid:");
	if (!at || sscanf(at + 5, "%*u %u", &process->uid) != 1)
		process->uid = UINT32_MAX;
	process->ignored_signals = mask_of(text, "\nSigIgn:");
	if (is_first(text))
		process->ignored_signals |= ~mask_of(text, "\nSigCgt:") & ~UNSTOPPABLE;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/*
 * Ticks since boot (field 22) on the wall clock.  A tick is 10 ms: finer than
 * that the difference of two clocks read one after the other is just noise.
 */
static double wall_time(unsigned long long ticks)
{
	int64_t boot = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	int64_t hz = sysconf(_SC_CLK_TCK);
	int64_t start = boot + (int64_t)ticks * (NS_PER_SECOND / hz);

	return (double)((start + NS_PER_10MS / 2) / NS_PER_10MS) / 100;
}

static void stat_take(struct process *process, int dir)
{
	char text[1024];
	struct stat_fields fields;

	if (stat_read(dir, "stat", text, sizeof(text), &fields) < 0)
		return;
	process->parent = fields.parent;
	process->group = fields.group;
	process->start_time = wall_time(fields.start);
}

/* The path in the line of this hierarchy ("::", ":name=systemd:"), cut out; NULL: none. */
static char *hierarchy_find(char *text, const char *hierarchy)
{
	char *rest, *line = strtok_r(text, "\n", &rest);

	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		char *colon = strchr(line, ':');

		if (colon && !strncmp(colon, hierarchy, strlen(hierarchy)))
			return colon + strlen(hierarchy);
	}
	return NULL;
}

/* Where version 2 is mounted and not used, systemd's own hierarchy knows more. */
static int cgroup_read(struct arena *arena, struct process *process, int dir)
{
	static const char *const hierarchies[] = { "::", ":name=systemd:" };
	char text[16 * 1024];

	for (size_t i = 0; i < ARRAY_SIZE(hierarchies); i++) {
		const char *path;

		if (file_read(dir, "cgroup", text, sizeof(text)) < 0)
			return 0;
		path = hierarchy_find(text, hierarchies[i]);
		if (!path || (process->cgroup && !strcmp(path, "/")))
			continue;
		process->cgroup = arena_copy_text(arena, path);
		if (!process->cgroup)
			return -ENOMEM;
		if (strcmp(path, "/"))
			break;
	}
	return 0;
}

static int details_read(struct arena *arena, struct process *process, int dir)
{
	int err = command_line_read(arena, process, dir);

	if (!err)
		err = executable_read(arena, process, dir);
	if (!err)
		err = cgroup_read(arena, process, dir);
	if (err < 0)
		return err;
	status_read(process, dir);
	stat_take(process, dir);
	if (process->cgroup) {
		process->unit = unit_of_cgroup(arena, process->cgroup);
		process->container = container_of_cgroup(arena, process->cgroup);
	}
	return 0;
}

/* A leader that has exited has neither arguments nor executable; its threads have. */
static int thread_open(int dir, uint32_t tid)
{
	char path[32];

	snprintf(path, sizeof(path), "task/%u", tid);
	return openat(dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int process_read(struct collection *c, struct process *process, int dir, uint32_t tid)
{
	struct arena *arena = &c->snap->arena;
	int err = command_read(arena, dir, "comm", &process->command);
	int thread = tid ? thread_open(dir, tid) : -1;
	int from = thread < 0 ? dir : thread;

	if (!err && !process->command && thread >= 0)
		err = command_read(arena, thread, "comm", &process->command);
	if (!err && (c->query->needs & NEED_PROCESS))
		err = details_read(arena, process, from);
	if (thread >= 0)
		close(thread);
	return err;
}
