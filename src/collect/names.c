/* SPDX-License-Identifier: MIT */
/*
 * Names of users, ports and IP protocols, from the files in /etc.  Never from
 * NSS: a lookup must not load modules, ask a daemon or touch the network.
 */
#include "collect.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* A name on its way from a file into a sorted table. */
struct entry {
	uint64_t key;
	size_t order;		/* of appearance: of two with one key the first counts */
	const char *name;	/* in the arena */
};

struct entries {
	struct entry *items;
	size_t count, capacity;
	uint32_t protocols;	/* whose services are wanted */
};

/* What /etc/services calls them; the names of UDP serve for UDP-Lite as well. */
static const char *const service_protocols[PROTOCOL_COUNT] = {
	[PROTOCOL_TCP] = "tcp",
	[PROTOCOL_UDP] = "udp",
	[PROTOCOL_UDPLITE] = "udp",
};

static bool entries_add(struct entries *entries, uint64_t key, const char *name)
{
	struct entry *items = array_reserve(entries->items, &entries->capacity,
					    entries->count + 1, sizeof(*items));

	if (!items)
		return false;
	entries->items = items;
	items[entries->count] = (struct entry){ key, entries->count, name };
	entries->count++;
	return true;
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

/* Sort by key and keep the first of each. */
static void entries_finish(struct entries *entries)
{
	size_t kept = 0;

	if (entries->count)
		qsort(entries->items, entries->count, sizeof(*entries->items), entry_compare);
	for (size_t i = 0; i < entries->count; i++)
		if (!kept || entries->items[kept - 1].key != entries->items[i].key)
			entries->items[kept++] = entries->items[i];
	entries->count = kept;
}

/* A decimal number of at most `limit` that ends at one of `ends` or at NUL. */
static bool parse_number(const char *text, const char *ends, unsigned long limit,
			 unsigned long *number, char **end)
{
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoul(text, end, 10);
	return !errno && *number <= limit && (!**end || strchr(ends, **end));
}

/* "name port/protocol alias... # comment" */
static void service_add(struct arena *arena, struct entries *entries, const char *name,
			const char *port_text)
{
	const char *copy = NULL;
	unsigned long port;
	char *end;

	if (!parse_number(port_text, "/", UINT16_MAX, &port, &end) || *end != '/')
		return;
	for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
		if (!(entries->protocols & PROTOCOL_BIT(i)) || !service_protocols[i] ||
		    strcmp(service_protocols[i], end + 1) != 0)
			continue;
		if (!copy)
			copy = arena_copy_text(arena, name);
		if (!copy || !entries_add(entries, (uint64_t)i << 16 | port, copy))
			return;
	}
}

/* "name number alias... # comment": what a raw socket has in place of a port. */
static void protocol_add(struct arena *arena, struct entries *entries, const char *name,
			 const char *number_text)
{
	unsigned long number;
	const char *copy;
	char *end;

	if (!parse_number(number_text, "", UINT8_MAX, &number, &end))
		return;
	copy = arena_copy_text(arena, name);
	if (copy)
		entries_add(entries, (uint64_t)PROTOCOL_RAW << 16 | number, copy);
}

typedef void line_function(struct arena *arena, struct entries *entries, const char *name,
			   const char *value);

/* Hand on the first two words of each line that has them. */
static void read_lines(const char *path, line_function *add, struct arena *arena,
		       struct entries *entries)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *rest, *name, *value;
	size_t size = 0;

	if (!file)
		return;
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "#\n")] = '\0';
		name = strtok_r(line, " \t\r", &rest);
		value = name ? strtok_r(NULL, " \t\r", &rest) : NULL;
		if (value)
			add(arena, entries, name, value);
	}
	free(line);
	fclose(file);
}

void services_read(struct snapshot *snap, uint32_t wanted)
{
	const uint32_t raw = PROTOCOL_BIT(PROTOCOL_RAW), none = PROTOCOL_BIT(PROTOCOL_ICMP);
	struct entries entries = { .protocols = wanted };

	if (wanted & ~(raw | none))
		read_lines("/etc/services", service_add, &snap->arena, &entries);
	if (wanted & raw)
		read_lines("/etc/protocols", protocol_add, &snap->arena, &entries);
	entries_finish(&entries);
	snap->services = arena_alloc(&snap->arena, entries.count * sizeof(*snap->services));
	snap->service_count = snap->services ? entries.count : 0;
	for (size_t i = 0; i < snap->service_count; i++)
		snap->services[i] = (struct service){
			.port = entries.items[i].key & UINT16_MAX,
			.protocol = (uint8_t)(entries.items[i].key >> 16),
			.name = entries.items[i].name,
		};
	free(entries.items);
}

static void read_passwd(struct arena *arena, struct entries *entries)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *user;
	const char *name;

	if (!file)
		return;
	while ((user = fgetpwent(file))) {
		/* "+..." and "-..." include NIS: they are no users, and their uid is 0. */
		if (user->pw_name[0] == '+' || user->pw_name[0] == '-')
			continue;
		name = arena_copy_text(arena, user->pw_name);
		if (!name || !entries_add(entries, user->pw_uid, name))
			break;
	}
	fclose(file);
}

void users_read(struct snapshot *snap)
{
	struct entries entries = { 0 };

	read_passwd(&snap->arena, &entries);
	entries_finish(&entries);
	snap->users = arena_alloc(&snap->arena, entries.count * sizeof(*snap->users));
	snap->user_count = snap->users ? entries.count : 0;
	for (size_t i = 0; i < snap->user_count; i++)
		snap->users[i] = (struct user){
			.uid = (uint32_t)entries.items[i].key,
			.name = entries.items[i].name,
		};
	free(entries.items);
}
