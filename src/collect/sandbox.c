/* SPDX-License-Identifier: MIT */
/*
 * Signs of a sandbox around us.  A filter of system calls shows in
 * /proc/PID/status; Landlock does not, but a plain user has to give up new
 * privileges for it (landlock_restrict_self(2)), and that shows too.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "collect/facts.h"

enum { STATUS_SIZE = 4096 };

static bool is_set(const char *status, const char *line)
{
	const char *at = strstr(status, line);

	return at && strtoul(at + strlen(line), NULL, 10) != 0;
}

bool facts_sandboxed(void)
{
	char status[STATUS_SIZE];

	return file_read(AT_FDCWD, "/proc/thread-self/status", status, sizeof(status)) >= 0 &&
	       (is_set(status, "\nNoNewPrivs:") || is_set(status, "\nSeccomp:"));
}
