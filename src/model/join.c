/* SPDX-License-Identifier: MIT */
/* Joining snapshots: everything is moved, and indices are numbered anew. */
#include "join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- sockets and what belongs to them -------------------------------- */

/* Copy `more` items behind the `count` of `items`, which is moved; NULL: no memory. */
static void *append(void *items, size_t count, const void *more, size_t more_count, size_t size)
{
	char *grown = realloc(items, (count + more_count + 1) * size);

	if (grown && more_count)
		memcpy(grown + count * size, more, more_count * size);
	return grown;
}

static int join_sockets(struct snapshot *snap, const struct snapshot *other)
{
	struct socket *sockets = append(snap->sockets, snap->count, other->sockets, other->count,
					sizeof(*sockets));

	if (!sockets)
		return -ENOMEM;
	for (struct socket *sk = sockets + snap->count; sk < sockets + snap->count + other->count;
	     sk++) {
		sk->owner += sk->owner ? (uint32_t)snap->owner_count : 0;
		sk->listener += sk->listener ? (uint32_t)snap->listener_count : 0;
		sk->cgroup += sk->have & HAVE_CGROUP ? (uint32_t)snap->cgroup_count : 0;
		sk->netns += (uint16_t)snap->netns_count;
	}
	snap->sockets = sockets;
	snap->capacity = snap->count + other->count + 1;
	return 0;
}

/* Listeners that show no member any more keep their place among the members. */
static size_t count_members(const struct snapshot *snap)
{
	size_t count = 0;

	for (size_t i = 0; snap->listeners && i < snap->count; i++)
		count += socket_is_listener(&snap->sockets[i]);
	return count;
}

static int join_members(struct snapshot *snap, const struct snapshot *other)
{
	size_t count = count_members(snap), more = count_members(other);
	uint32_t *members = append(snap->members, count, other->members, more, sizeof(*members));
	struct listener *listeners;

	if (!members)
		return -ENOMEM;
	snap->members = members;
	for (size_t i = count; i < count + more; i++)
		members[i] += (uint32_t)snap->count;
	listeners = append(snap->listeners, snap->listener_count, other->listeners,
			   other->listener_count, sizeof(*listeners));
	if (!listeners)
		return -ENOMEM;
	snap->listeners = listeners;
	for (size_t i = 0; i < other->listener_count; i++) {
		struct listener *listener = &listeners[snap->listener_count + i];

		listener->first += (uint32_t)count;
		listener->twin += listener->twin ? (uint32_t)snap->listener_count : 0;
	}
	return 0;
}

static int join_owners(struct snapshot *snap, const struct snapshot *other)
{
	struct owner *owners = append(snap->owners, snap->owner_count, other->owners,
				      other->owner_count, sizeof(*owners));
	struct process *processes;

	if (!owners)
		return -ENOMEM;
	snap->owners = owners;
	for (size_t i = 0; i < other->owner_count; i++) {
		struct owner *owner = &owners[snap->owner_count + i];

		owner->next += owner->next ? (uint32_t)snap->owner_count : 0;
		owner->process += (uint32_t)snap->process_count;
	}
	processes = append(snap->processes, snap->process_count, other->processes,
			   other->process_count, sizeof(*processes));
	if (!processes)
		return -ENOMEM;
	snap->processes = processes;
	return 0;
}

static int join_places(struct snapshot *snap, const struct snapshot *other)
{
	struct cgroup *cgroups = append(snap->cgroups, snap->cgroup_count, other->cgroups,
					other->cgroup_count, sizeof(*cgroups));
	struct netns *netns = arena_alloc(&snap->arena, (snap->netns_count + other->netns_count) *
							sizeof(*netns));

	if (cgroups)
		snap->cgroups = cgroups;
	if (!cgroups || !netns || snap->netns_count + other->netns_count > UINT16_MAX)
		return -ENOMEM;
	memcpy(netns, snap->netns, snap->netns_count * sizeof(*netns));
	memcpy(netns + snap->netns_count, other->netns, other->netns_count * sizeof(*netns));
	snap->netns = netns;
	return 0;
}

/* ---- names ----------------------------------------------------------- */

typedef int compare_function(const void *a, const void *b);

/* Two sorted arrays; of items that both have, those of `a`.  `*count` was that of `a`. */
static void *merge(struct arena *arena, const void *a, size_t *count, const void *b,
		   size_t b_count, size_t size, compare_function *compare)
{
	const char *left = a, *right = b;
	const char *left_end = left + *count * size, *right_end = right + b_count * size;
	char *merged = arena_alloc(arena, (*count + b_count + 1) * size);
	size_t kept = 0;

	while (merged && (left < left_end || right < right_end)) {
		int order = left == left_end ? 1 : right == right_end ? -1 : compare(left, right);

		memcpy(merged + kept++ * size, order > 0 ? right : left, size);
		left += order <= 0 ? size : 0;
		right += order >= 0 ? size : 0;
	}
	*count = kept;
	return merged;
}

static int join_names(struct snapshot *snap, const struct snapshot *other)
{
	struct arena *arena = &snap->arena;

	snap->users = merge(arena, snap->users, &snap->user_count, other->users,
			    other->user_count, sizeof(*snap->users), user_compare);
	snap->services = merge(arena, snap->services, &snap->service_count, other->services,
			       other->service_count, sizeof(*snap->services), service_compare);
	snap->hosts = merge(arena, snap->hosts, &snap->host_count, other->hosts,
			    other->host_count, sizeof(*snap->hosts), host_compare);
	return snap->users && snap->services && snap->hosts ? 0 : -ENOMEM;
}

/* ---- the order of listeners ------------------------------------------ */

static int compare_listeners(const void *a, const void *b, void *context)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	const struct socket *sk = listener_socket(context, left);
	const struct socket *other = listener_socket(context, right);
	int order = sk->protocol - other->protocol;

	if (!order)
		order = sk->local.port - other->local.port;
	if (!order)
		order = address_compare(&sk->local.address, &other->local.address);
	/* What is gone stands in front of what came. */
	if (!order)
		order = (other->change == CHANGE_REMOVED) - (sk->change == CHANGE_REMOVED);
	return order ? order : (left > right) - (left < right);
}

/* `places` has room for twice as many: which one comes where, and where each one went. */
static void reorder_listeners(struct snapshot *snap, struct listener *sorted, uint32_t *places)
{
	uint32_t *went = places + snap->listener_count;

	for (uint32_t i = 0; i < snap->listener_count; i++)
		places[i] = i;
	qsort_r(places, snap->listener_count, sizeof(*places), compare_listeners, snap);
	for (uint32_t i = 0; i < snap->listener_count; i++) {
		sorted[i] = snap->listeners[places[i]];
		went[places[i]] = i + 1;
	}
	for (size_t i = 0; i < snap->listener_count; i++)
		if (sorted[i].twin)
			sorted[i].twin = went[sorted[i].twin - 1];
	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].listener)
			snap->sockets[i].listener = went[snap->sockets[i].listener - 1];
}

static int sort_listeners(struct snapshot *snap)
{
	uint32_t *places = malloc((2 * snap->listener_count + 1) * sizeof(*places));
	struct listener *sorted = malloc((snap->listener_count + 1) * sizeof(*sorted));
	int err = places && sorted ? 0 : -ENOMEM;

	if (!err) {
		reorder_listeners(snap, sorted, places);
		free(snap->listeners);
		snap->listeners = sorted;
		sorted = NULL;
	}
	free(sorted);
	free(places);
	return err;
}

/* ---- all ------------------------------------------------------------- */

/* After everything that is numbered by what was there before. */
static void add_counts(struct snapshot *snap, const struct snapshot *other)
{
	snap->count += other->count;
	snap->listener_count += other->listener_count;
	snap->owner_count = snap->owner_capacity = snap->owner_count + other->owner_count;
	snap->process_count = snap->process_capacity = snap->process_count + other->process_count;
	snap->cgroup_count = snap->cgroup_capacity = snap->cgroup_count + other->cgroup_count;
	snap->netns_count += other->netns_count;
	snap->joined = other->count;
	snap->joined_asked = other->asked;
	snap->partial = snap->partial || other->partial;
	snap->unsure = snap->unsure || other->unsure;
}

/* They come in front, for they were first. */
static void take_notes(struct snapshot *snap, struct snapshot *other)
{
	if (other->notes) {
		*other->last_note = snap->notes;
		if (!snap->notes)
			snap->last_note = other->last_note;
		snap->notes = other->notes;
	}
	other->notes = NULL;
	other->last_note = &other->notes;
}

/* What it held is in `snap`. */
static void make_empty(struct snapshot *other)
{
	other->count = other->joined = other->listener_count = other->owner_count = 0;
	other->process_count = other->cgroup_count = other->netns_count = 0;
	other->user_count = other->service_count = other->host_count = 0;
	hash_free(&other->pairs);
}

int snapshot_join(struct snapshot *snap, struct snapshot *other)
{
	bool pairs = snap->pairs.slots || other->pairs.slots;
	int err = join_sockets(snap, other);

	if (!err)
		err = join_members(snap, other);
	if (!err)
		err = join_owners(snap, other);
	if (!err)
		err = join_places(snap, other);
	if (!err)
		err = join_names(snap, other);
	if (err < 0)
		return err;
	add_counts(snap, other);
	take_notes(snap, other);
	arena_take(&snap->arena, &other->arena);
	make_empty(other);
	err = sort_listeners(snap);
	return !err && pairs ? pairs_find(snap) : err;
}
