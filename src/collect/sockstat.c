/* SPDX-License-Identifier: MIT */
/*
 * How many sockets a namespace has, as /proc/net/sockstat{,6} count them
 * (sockstat_seq_show()): room for them is made at once.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "collect/facts.h"
#include "source_inside.h"

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

/* Only ever a guess. */
size_t sockstat_tcp(const char *proc_net)
{
	char text[TEXT_SIZE];
	size_t count;

	read_counts(proc_net, "sockstat", text);
	count = figure(text, "TCP:", " inuse ") + figure(text, "TCP:", " tw ");
	read_counts(proc_net, "sockstat6", text);
	return count + figure(text, "TCP6:", " inuse ");
}

/* "alloc" counts the sockets of all namespaces, also those that are only bound. */
size_t facts_ports_held_most(const struct source *source, enum protocol protocol)
{
	const char *line = protocol == PROTOCOL_TCP ? "TCP:" : "UDP:";
	char text[TEXT_SIZE];
	size_t count;

	read_counts(source->proc_net, "sockstat", text);
	if (!*text || source->replay || protocol == PROTOCOL_UDPLITE)
		return SIZE_MAX;
	if (protocol == PROTOCOL_TCP)
		return figure(text, line, " alloc ") + figure(text, line, " tw ");
	count = figure(text, line, " inuse ");
	read_counts(source->proc_net, "sockstat6", text);
	return count + figure(text, "UDP6:", " inuse ");
}
