/* SPDX-License-Identifier: MIT */
/* Reads tests/filter/zoo: the lines that give names; sockets are in zoo_socket.c. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "zoo.h"

enum { WORDS = 48, NAMESPACES = 4, INTERFACES = 8, NAMES = 32 };

void zoo_fail(const struct zoo *zoo, const char *what, const char *word)
{
	fail_msg("%s:%u: %s: %s", zoo->path, zoo->line, what, word);
	abort();
}

uint64_t zoo_number(const struct zoo *zoo, const char *text, uint64_t most)
{
	char *end;
	uint64_t number;

	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno || *end || *text < '0' || *text > '9' || number > most)
		zoo_fail(zoo, "no such number", text);
	return number;
}

void zoo_unescape(char *text)
{
	char *out = text;

	while (*text) {
		unsigned byte;

		if (sscanf(text, "\\x%2x", &byte) == 1) {
			*out++ = (char)byte;
			text += strlen("\\xNN");
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

size_t zoo_find(const struct zoo *zoo, const char *name, size_t length)
{
	for (size_t i = 0; i < zoo->snap->count; i++)
		if (strlen(zoo->sockets[i]) == length && !memcmp(zoo->sockets[i], name, length))
			return i;
	return SIZE_MAX;
}

/* "-" is none. */
static const char *text_or_none(char *text)
{
	zoo_unescape(text);
	return strcmp(text, "-") != 0 ? text : NULL;
}

uint16_t zoo_netns(const struct zoo *zoo, const char *name)
{
	const struct snapshot *snap = zoo->snap;

	if (!name)
		return 0;
	for (size_t i = 0; i < snap->netns_count; i++)
		if (snap->netns[i].name && strcmp(snap->netns[i].name, name) == 0)
			return (uint16_t)i;
	zoo_fail(zoo, "no such namespace", name);
}

/* ---- one function for each kind of line; words[0] is behind the kind -- */

static void add_netns(struct zoo *zoo, char **words)
{
	struct snapshot *snap = zoo->snap;
	struct netns *netns = &snap->netns[snap->netns_count++];

	assert_in_range(snap->netns_count, 1, NAMESPACES);
	netns->inode = zoo_number(zoo, words[0], UINT64_MAX);
	netns->name = text_or_none(words[1]);
	netns->ephemeral_first = (uint16_t)zoo_number(zoo, words[2], UINT16_MAX);
	netns->ephemeral_last = (uint16_t)zoo_number(zoo, words[3], UINT16_MAX);
	netns->interfaces = arena_alloc(&snap->arena, INTERFACES * sizeof(*netns->interfaces));
	assert_non_null(netns->interfaces);
}

static void add_interface(struct zoo *zoo, char **words)
{
	struct netns *netns = &zoo->snap->netns[zoo_netns(zoo, text_or_none(words[0]))];

	assert_in_range(netns->interface_count, 0, INTERFACES - 1);
	netns->interfaces[netns->interface_count++] = (struct interface){
		(uint32_t)zoo_number(zoo, words[1], UINT32_MAX), text_or_none(words[2]) };
}

static void add_user(struct zoo *zoo, char **words)
{
	struct snapshot *snap = zoo->snap;
	struct user user = { (uint32_t)zoo_number(zoo, words[0], UINT32_MAX),
			     text_or_none(words[1]) };

	assert_in_range(snap->user_count, 0, NAMES - 1);
	if (snap->user_count && snap->users[snap->user_count - 1].uid >= user.uid)
		zoo_fail(zoo, "users are not in order", words[1]);
	snap->users[snap->user_count++] = user;
}

static enum protocol protocol_of(const struct zoo *zoo, const char *name)
{
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (strcmp(protocols[protocol].name, name) == 0)
			return protocol;
	zoo_fail(zoo, "no such protocol", name);
}

static void add_service(struct zoo *zoo, char **words)
{
	struct snapshot *snap = zoo->snap;

	assert_in_range(snap->service_count, 0, NAMES - 1);
	snap->services[snap->service_count++] = (struct service){
		(uint16_t)zoo_number(zoo, words[1], UINT16_MAX),
		(uint8_t)protocol_of(zoo, words[0]), text_or_none(words[2]) };
}

static void add_host(struct zoo *zoo, char **words)
{
	struct zoo_host *host = &zoo->hosts[zoo->host_count++];

	assert_in_range(zoo->host_count, 1, ZOO_HOSTS);
	host->name = words[0];
	for (; words[host->count + 1]; host->count++) {
		assert_in_range(host->count, 0, ZOO_ADDRESSES - 1);
		host->addresses[host->count] = address_of(words[host->count + 1]);
	}
}

static void add_cgroup(struct zoo *zoo, char **words)
{
	uint32_t index = snapshot_cgroup(zoo->snap, zoo_number(zoo, words[0], UINT64_MAX));
	struct cgroup *cgroup = &zoo->snap->cgroups[index];

	cgroup->path = text_or_none(words[1]);
	cgroup->unit = text_or_none(words[2]);
	cgroup->container = text_or_none(words[3]);
}

static void add_holder(struct zoo *zoo, char **words)
{
	uint32_t index = add_process(zoo->snap, (uint32_t)zoo_number(zoo, words[0], UINT32_MAX),
				     text_or_none(words[1]));
	struct process *process = &zoo->snap->processes[index];

	process->uid = UINT32_MAX;
	process->unit = text_or_none(words[2]);
	process->container = text_or_none(words[3]);
	if (process->command)
		assert_in_range(strlen(process->command), 1, 15);
}

static const struct kind {
	const char *name;
	size_t least, most;	/* words behind the kind */
	void (*add)(struct zoo *zoo, char **words);
} kinds[] = {
	{ "netns", 4, 4, add_netns },
	{ "interface", 3, 3, add_interface },
	{ "user", 2, 2, add_user },
	{ "service", 3, 3, add_service },
	{ "host", 2, ZOO_ADDRESSES + 1, add_host },
	{ "cgroup", 4, 4, add_cgroup },
	{ "process", 4, 4, add_holder },
};

static void read_line(struct zoo *zoo, const char *line)
{
	char *copy = arena_copy_text(&zoo->snap->arena, line), *words[WORDS + 1], *rest;
	size_t count = 0;

	assert_non_null(copy);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_in_range(count, 0, WORDS - 1);
		words[count++] = word;
	}
	words[count] = NULL;
	if (!count)
		zoo_fail(zoo, "blanks alone", line);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, words[0]) != 0)
			continue;
		if (count - 1 < kinds[i].least || count - 1 > kinds[i].most)
			zoo_fail(zoo, "wrong number of words", words[0]);
		kinds[i].add(zoo, words + 1);
		return;
	}
	zoo_add_socket(zoo, words, count);
}

/* ---- what names in a filter stand for --------------------------------- */

static size_t name_service(void *context, const char *name, uint16_t *ports, size_t most)
{
	const struct snapshot *snap = ((struct zoo *)context)->snap;
	size_t count = 0;

	for (size_t i = 0; i < snap->service_count; i++) {
		bool known = strcmp(snap->services[i].name, name) != 0;

		for (size_t j = 0; j < count; j++)
			known = known || ports[j] == snap->services[i].port;
		if (!known && count < most)
			ports[count++] = snap->services[i].port;
	}
	return count;
}

static size_t name_host(void *context, const char *name, bool ask, struct address *addresses,
			size_t most)
{
	const struct zoo *zoo = context;
	size_t count = 0;

	/* What has a dot only the network knows. */
	if (!ask && strchr(name, '.'))
		return 0;
	if (strcmp(name, "late.example.org") == 0)
		return FILTER_HOST_LATE;
	for (size_t i = 0; i < zoo->host_count; i++)
		for (size_t j = 0; j < zoo->hosts[i].count && count < most; j++)
			if (strcmp(zoo->hosts[i].name, name) == 0)
				addresses[count++] = zoo->hosts[i].addresses[j];
	return count;
}

static uint32_t name_interface(void *context, const char *name)
{
	const struct snapshot *snap = ((struct zoo *)context)->snap;

	for (size_t i = 0; i < snap->netns_count; i++)
		for (size_t j = 0; j < snap->netns[i].interface_count; j++)
			if (strcmp(snap->netns[i].interfaces[j].name, name) == 0)
				return snap->netns[i].interfaces[j].index;
	return 0;
}

static uint64_t name_cgroup(void *context, const char *path)
{
	const struct snapshot *snap = ((struct zoo *)context)->snap;

	for (size_t i = 0; i < snap->cgroup_count; i++)
		if (snap->cgroups[i].path && strcmp(snap->cgroups[i].path, path) == 0)
			return snap->cgroups[i].id;
	return 0;
}

/* Those that a socket has here are this machine's. */
static bool name_own(void *context, const struct address *address, uint8_t bits)
{
	const struct snapshot *snap = ((struct zoo *)context)->snap;

	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].local.address.family == address->family &&
		    memcmp(snap->sockets[i].local.address.bytes, address->bytes, bits / 8) == 0)
			return true;
	return false;
}

/* ---- the whole -------------------------------------------------------- */

static struct zoo *zoo_new(const char *path)
{
	struct zoo *zoo = calloc(1, sizeof(*zoo));
	struct snapshot *snap = snapshot_new();

	assert_non_null(zoo);
	assert_non_null(snap);
	snap->asked = UINT32_MAX;
	snap->states = STATES_ALL;
	snap->asked = UINT32_MAX;
	snap->netns = arena_alloc(&snap->arena, NAMESPACES * sizeof(*snap->netns));
	snap->users = arena_alloc(&snap->arena, NAMES * sizeof(*snap->users));
	snap->services = arena_alloc(&snap->arena, NAMES * sizeof(*snap->services));
	assert_true(snap->netns && snap->users && snap->services);
	zoo->snap = snap;
	zoo->path = path;
	zoo->names = (struct filter_names){ zoo, name_service, name_host, name_interface,
					    name_cgroup, name_own };
	return zoo;
}

struct zoo *zoo_read(const char *path)
{
	struct zoo *zoo = zoo_new(path);
	FILE *file = fopen(path, "r");
	char line[4096];

	if (!file)
		zoo_fail(zoo, "tests run from the root of the repository", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		zoo->line++;
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			read_line(zoo, line);
	}
	fclose(file);
	assert_in_range(zoo->snap->count, 1, ZOO_SOCKETS);
	assert_int_equal(listeners_find(zoo->snap), 0);
	assert_int_equal(pairs_find(zoo->snap), 0);
	listeners_compare_owners(zoo->snap);
	return zoo;
}

void zoo_free(struct zoo *zoo)
{
	snapshot_free(zoo->snap);
	free(zoo);
}
