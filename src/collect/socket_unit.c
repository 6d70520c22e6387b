/* SPDX-License-Identifier: MIT */
/* Socket units of systemd, by the port in their files. */
#include "collect/lookup.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"

enum { LINE_MAX_BYTES = 512 };

/* Where systemd.unit(5) has them, first come first. */
static const char *const places[] = {
	"/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
};

static const char *const keys[PROTOCOL_COUNT] = {
	[PROTOCOL_TCP] = "ListenStream", [PROTOCOL_UDP] = "ListenDatagram",
};

/* "ListenStream=80", "ListenStream = [::1]:80": ends with the port. */
static bool is_line_for(const char *line, const char *key, uint16_t port)
{
	size_t length = strlen(key);
	const char *value, *colon;
	char *end;

	if (strncmp(line, key, length) != 0)
		return false;
	value = line + length + strspn(line + length, " \t");
	if (*value++ != '=')
		return false;
	value += strspn(value, " \t");
	colon = strrchr(value, ':');
	if (colon)
		value = colon + 1;
	return isdigit((unsigned char)*value) && strtoul(value, &end, 10) == port &&
	       !end[strspn(end, " \t\r\n")];
}

static bool file_has(int dir, const char *name, const char *key, uint16_t port)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char line[LINE_MAX_BYTES];
	bool found = false;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && fgets(line, sizeof(line), file))
		found = is_line_for(line, key, port);
	fclose(file);
	return found;
}

static bool is_socket_file(const char *name)
{
	static const char suffix[] = ".socket";
	size_t length = strlen(name);

	return length > sizeof(suffix) - 1 &&
	       strcmp(name + length - (sizeof(suffix) - 1), suffix) == 0;
}

static bool search(const char *place, const char *key, uint16_t port, char *name, size_t size)
{
	DIR *dir = opendir(place);
	const struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		if (!is_socket_file(entry->d_name) ||
		    !file_has(dirfd(dir), entry->d_name, key, port))
			continue;
		snprintf(name, size, "%s", entry->d_name);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

bool lookup_socket_unit(enum protocol protocol, uint16_t port, char *name, size_t size)
{
	for (size_t i = 0; keys[protocol] && i < ARRAY_SIZE(places); i++)
		if (search(places[i], keys[protocol], port, name, size))
			return true;
	return false;
}
