/* SPDX-License-Identifier: MIT */
/* The snapshot: memory, notes and look-ups.  Fills nothing by itself. */
#include "model/snapshot.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

const char *const severity_names[SEVERITY_COUNT] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

struct snapshot *snapshot_new(void)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));

	if (snap)
		snap->last_note = &snap->notes;
	return snap;
}

void snapshot_free(struct snapshot *snap)
{
	if (!snap)
		return;
	free(snap->sockets);
	free(snap->members);
	free(snap->listeners);
	hash_free(&snap->pairs);
	free(snap->owners);
	free(snap->processes);
	free(snap->cgroups);
	arena_free(&snap->arena);
	free(snap);
}

int snapshot_expect(struct snapshot *snap, size_t expected)
{
	struct socket *sockets = array_reserve(snap->sockets, &snap->capacity, expected,
					       sizeof(*sockets));

	if (!sockets)
		return -ENOMEM;
	memory_expect_scattered(sockets, snap->capacity * sizeof(*sockets));
	snap->sockets = sockets;
	return 0;
}

int snapshot_add(struct snapshot *snap, const struct socket *sk)
{
	struct socket *sockets = array_reserve(snap->sockets, &snap->capacity, snap->count + 1,
					       sizeof(*sockets));

	if (!sockets)
		return -ENOMEM;
	snap->sockets = sockets;
	sockets[snap->count++] = *sk;
	return 0;
}

void snapshot_forget(struct snapshot *snap, size_t first, size_t end)
{
	if (end > first)
		memmove(&snap->sockets[first], &snap->sockets[end],
			(snap->count - end) * sizeof(*snap->sockets));
	snap->count -= end - first;
}

void snapshot_note(struct snapshot *snap, enum severity severity, const char *subject,
		   const char *format, ...)
{
	char text[1024];
	struct note *note = arena_alloc(&snap->arena, sizeof(*note));
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!note)
		return;
	note->severity = severity;
	note->subject = arena_copy_text(&snap->arena, subject);
	note->text = arena_copy_text(&snap->arena, text);
	if (!note->subject || !note->text)
		return;
	*snap->last_note = note;
	snap->last_note = &note->next;
}

bool snapshot_is_complete(const struct snapshot *snap)
{
	for (const struct note *note = snap->notes; note; note = note->next)
		if (note->severity == SEVERITY_ERROR)
			return false;
	return !snap->unsure;
}

uint32_t snapshot_cgroup(struct snapshot *snap, uint64_t id)
{
	struct cgroup *cgroups;

	/* Few cgroups hold sockets, and neighbours in a dump mostly share one. */
	for (size_t i = snap->cgroup_count; i-- > 0;)
		if (snap->cgroups[i].id == id)
			return (uint32_t)i;
	cgroups = array_reserve(snap->cgroups, &snap->cgroup_capacity, snap->cgroup_count + 1,
				sizeof(*cgroups));
	if (!cgroups)
		return UINT32_MAX;
	snap->cgroups = cgroups;
	cgroups[snap->cgroup_count] = (struct cgroup){ .id = id };
	return (uint32_t)snap->cgroup_count++;
}

const char *snapshot_user(const struct snapshot *snap, uint32_t uid)
{
	const struct user *user = snap->users, wanted = { .uid = uid };

	/* The lowest uid, root, is the most frequent one. */
	if (snap->user_count && user->uid != uid)
		user = bsearch(&wanted, snap->users, snap->user_count, sizeof(*user), user_compare);
	return snap->user_count && user ? user->name : NULL;
}

const char *snapshot_service(const struct snapshot *snap, enum protocol protocol, uint16_t port)
{
	struct service wanted = { .protocol = (uint8_t)protocol, .port = port };
	const struct service *service = NULL;

	if (snap->service_count)
		service = bsearch(&wanted, snap->services, snap->service_count, sizeof(*service),
				  service_compare);
	return service ? service->name : NULL;
}

const char *snapshot_host(const struct snapshot *snap, const struct address *address)
{
	struct host wanted = { .name = NULL };
	const struct host *host;

	if (!snap->host_count)
		return NULL;
	wanted.address = address_unmapped(address);
	host = bsearch(&wanted, snap->hosts, snap->host_count, sizeof(*host), host_compare);
	return host ? host->name : NULL;
}

const char *snapshot_interface(const struct snapshot *snap, uint16_t netns, uint32_t index)
{
	const struct netns *ns = &snap->netns[netns];

	for (size_t i = 0; i < ns->interface_count; i++)
		if (ns->interfaces[i].index == index)
			return ns->interfaces[i].name;
	return NULL;
}

const char *snapshot_sysctl(const struct snapshot *snap, uint16_t netns, const char *name)
{
	const struct netns *ns = &snap->netns[netns];

	for (size_t i = 0; i < ns->sysctl_count; i++)
		if (strcmp(ns->sysctls[i].name, name) == 0)
			return ns->sysctls[i].value;
	return NULL;
}

bool snapshot_counter(const struct snapshot *snap, uint16_t netns, const char *name,
		      uint64_t *value)
{
	const struct netns *ns = &snap->netns[netns];

	for (size_t i = 0; i < ns->counter_count; i++) {
		if (strcmp(ns->counters[i].name, name) == 0) {
			*value = ns->counters[i].value;
			return true;
		}
	}
	return false;
}

const struct owner *owner_first(const struct snapshot *snap, const struct socket *sk)
{
	return sk->owner ? &snap->owners[sk->owner - 1] : NULL;
}

const struct owner *owner_next(const struct snapshot *snap, const struct owner *owner)
{
	return owner->next ? &snap->owners[owner->next - 1] : NULL;
}

const struct process *owner_first_process(const struct snapshot *snap, const struct socket *sk)
{
	const struct owner *owner = owner_first(snap, sk);

	return owner ? owner_process(snap, owner) : NULL;
}
