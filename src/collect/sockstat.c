/* SPDX-License-Identifier: MIT */
/*
 * How many TCP sockets a namespace has, as /proc/net/sockstat{,6} count them
 * (sockstat_seq_show()): room for them is made at once.  Only ever a guess.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"

enum { TEXT_SIZE = 1024, PATH_SIZE = 128 };

/* The number behind ` word ` in the line that begins with `line`; 0: there is none. */
static size_t figure(const char *text, const char *line, const char *word)
{
	const char *at = strstr(text, line), *end = at ? strchr(at, '\n') : NULL;

	at = at ? strstr(at, word) : NULL;
	return at && end && at < end ? strtoul(at + strlen(word), NULL, 10) : 0;
}

static void read_counts(const char *directory, const char *name, char text[TEXT_SIZE])
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (file_read(AT_FDCWD, path, text, TEXT_SIZE) < 0)
		*text = '\0';
}

size_t sockstat_tcp(const char *proc_net)
{
	char text[TEXT_SIZE];
	size_t count;

	read_counts(proc_net, "sockstat", text);
	count = figure(text, "TCP:", " inuse ") + figure(text, "TCP:", " tw ");
	read_counts(proc_net, "sockstat6", text);
	return count + figure(text, "TCP6:", " inuse ");
}
