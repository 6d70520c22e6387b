/* SPDX-License-Identifier: MIT */
/* Names of services, processes and users. */
#include "collect/lookup.h"

#include <dirent.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *name, char *words)
{
	char *rest = NULL;

	for (char *word = strtok_r(words, " \t\r", &rest); word;
	     word = strtok_r(NULL, " \t\r", &rest))
		if (strcasecmp(word, name) == 0)
			return true;
	return false;
}

/* "name port/protocol alias...": its port, or -1. */
static long port_of_line(char *line, const char *name)
{
	char *rest = NULL, *end, *first, *number;
	unsigned long port;

	line[strcspn(line, "#\n")] = '\0';
	first = strtok_r(line, " \t\r", &rest);
	number = first ? strtok_r(NULL, " \t\r", &rest) : NULL;
	if (!number || (strcasecmp(first, name) != 0 && !is_one_of(name, rest)))
		return -1;
	port = strtoul(number, &end, 10);
	return *end == '/' && end != number && port <= UINT16_MAX ? (long)port : -1;
}

static size_t add_once(uint16_t *ports, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i] == port)
			return count;
	ports[count] = port;
	return count + 1;
}

size_t lookup_service(const char *name, uint16_t *ports, size_t most)
{
	FILE *file = fopen("/etc/services", "re");
	size_t count = 0, size = 0;
	char *line = NULL;

	if (!file)
		return 0;
	while (count < most && getline(&line, &size, file) >= 0) {
		long port = port_of_line(line, name);

		if (port >= 0)
			count = add_once(ports, count, (uint16_t)port);
	}
	free(line);
	fclose(file);
	return count;
}

enum { COMMAND_MAX = 15 };		/* TASK_COMM_LEN - 1: so much of a name the kernel keeps */

static bool is_called(const char *pid, const char *name)
{
	char path[300], command[64] = "";
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	length = fread(command, 1, sizeof(command) - 1, file);
	fclose(file);
	command[length && command[length - 1] == '\n' ? length - 1 : length] = '\0';
	return *command && strncmp(command, name, COMMAND_MAX) == 0;
}

bool lookup_process(const char *name)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
			is_called(entry->d_name, name);
	if (dir)
		closedir(dir);
	return found;
}

bool lookup_user(const char *name)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *user;
	bool found = false;

	while (file && !found && (user = fgetpwent(file)))
		found = strcmp(user->pw_name, name) == 0;
	if (file)
		fclose(file);
	return found;
}
