/* SPDX-License-Identifier: MIT */
/*
 * A question to a recorded snapshot: what it does not ask for is dropped, so
 * that nothing shows which would not be there in an answer of the kernel.
 */
#include "replay_query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "model/select.h"

/* ---- what is dropped ------------------------------------------------- */

static void drop_owners(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++) {
		snap->sockets[i].owner = 0;
		snap->sockets[i].missing = MISSING_NONE;
	}
	snap->owner_count = snap->process_count = 0;
}

static void drop_processes(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->process_count; i++) {
		struct process *process = &snap->processes[i];

		*process = (struct process){ .pid = process->pid, .uid = UINT32_MAX,
					     .family = process->family,
					     .command = process->command };
	}
}

static void drop_tcp(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].detail)
			snap->sockets[i].detail->tcp = NULL;
}

static void drop_memory(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].detail)
			snap->sockets[i].detail->memory = NULL;
}

static void drop_cgroups(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->count; i++)
		snap->sockets[i].have &= (uint16_t)~HAVE_CGROUP;
	snap->cgroup_count = 0;
}

static void drop_users(struct snapshot *snap)
{
	snap->user_count = 0;
}

static void drop_services(struct snapshot *snap)
{
	snap->service_count = 0;
}

static void drop_port_range(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->netns_count; i++)
		snap->netns[i].ephemeral_first = snap->netns[i].ephemeral_last = 0;
}

static void drop_interfaces(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->netns_count; i++)
		snap->netns[i].interface_count = 0;
}

static void drop_namespaces(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->netns_count; i++) {
		snap->netns[i].inode = 0;
		snap->netns[i].name = NULL;
	}
}

static void drop_counters(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->netns_count; i++)
		snap->netns[i].counter_count = 0;
}

static void drop_sysctls(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->netns_count; i++)
		snap->netns[i].sysctl_count = 0;
}

/* Needs that a record answers; listeners and pairs are found again. */
static const struct {
	uint32_t need;
	uint32_t used;			/* by these, too, where it is there */
	const char *what;
	void (*drop)(struct snapshot *snap);
} parts[] = {
	{ NEED_OWNER, 0, "processes", drop_owners },
	{ NEED_PROCESS, 0, "what processes are", drop_processes },
	{ NEED_TCP, 0, "TCP figures", drop_tcp },
	{ NEED_MEMORY, 0, "socket memory", drop_memory },
	{ NEED_CGROUP, 0, "cgroups", drop_cgroups },
	{ NEED_USER, 0, "user names", drop_users },
	{ NEED_SERVICE, 0, "service names", drop_services },
	{ NEED_PORT_CLASS, NEED_LISTENER, "the ephemeral port range", drop_port_range },
	{ NEED_INTERFACE, 0, "interface names", drop_interfaces },
	{ NEED_NETNS, 0, "the network namespace", drop_namespaces },
	{ NEED_COUNTERS, 0, "the kernel's counters", drop_counters },
	{ NEED_SYSCTLS, 0, "settings of the kernel", drop_sysctls },
};

enum {
	PART_COUNT = ARRAY_SIZE(parts),
	FOUND_AGAIN = NEED_LISTENER | NEED_PAIR | NEED_CONNECTIONS,
};

static void drop_sockets(struct snapshot *snap, const struct query *query)
{
	size_t kept = 0;

	for (size_t i = 0; i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if ((query->protocols & PROTOCOL_BIT(sk->protocol)) &&
		    (query_states(query) & STATE_BIT(sk->state)))
			snap->sockets[kept++] = *sk;
	}
	snap->count = kept;
}

/* Number what is marked, from 1 on; how many there are. */
static uint32_t number_marked(uint32_t *marks, size_t count)
{
	uint32_t last = 0;

	for (size_t i = 0; i < count; i++)
		if (marks[i])
			marks[i] = ++last;
	return last;
}

/* Move owners and processes to their new places, which are never behind the old ones. */
static void move_owners(struct snapshot *snap, const uint32_t *owners, const uint32_t *processes)
{
	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].owner)
			snap->sockets[i].owner = owners[snap->sockets[i].owner - 1];
	for (size_t i = 0; i < snap->owner_count; i++) {
		struct owner owner = snap->owners[i];

		if (!owners[i])
			continue;
		owner.next = owner.next ? owners[owner.next - 1] : 0;
		owner.process = processes[owner.process] - 1;
		snap->owners[owners[i] - 1] = owner;
	}
	for (size_t i = 0; i < snap->process_count; i++)
		if (processes[i])
			snap->processes[processes[i] - 1] = snap->processes[i];
}

/* Keep the processes that hold a socket which is left, and no others. */
static int drop_strangers(struct snapshot *snap)
{
	uint32_t *owners = calloc(snap->owner_count + snap->process_count + 1, sizeof(*owners));
	uint32_t *processes, owner_count, process_count;

	if (!owners)
		return -ENOMEM;
	processes = owners + snap->owner_count;
	for (size_t i = 0; i < snap->count; i++)
		for (const struct owner *owner = owner_first(snap, &snap->sockets[i]); owner;
		     owner = owner_next(snap, owner))
			owners[owner - snap->owners] = processes[owner->process] = 1;
	owner_count = number_marked(owners, snap->owner_count);
	process_count = number_marked(processes, snap->process_count);
	move_owners(snap, owners, processes);
	snap->owner_count = owner_count;
	snap->process_count = process_count;
	free(owners);
	return 0;
}

/* ---- notes ----------------------------------------------------------- */

/* Is this note about what was asked for?  Those about listeners are made again. */
static bool is_note_wanted(const struct note *note, const struct query *query)
{
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (strcmp(note->subject, protocols[protocol].name) == 0)
			return query->protocols & PROTOCOL_BIT(protocol);
	if (strcmp(note->subject, "owners") == 0)
		return query->needs & NEED_OWNER;
	return strcmp(note->subject, "listeners") != 0;
}

static void drop_notes(struct snapshot *snap, const struct query *query)
{
	struct note *note = snap->notes;

	snap->notes = NULL;
	snap->last_note = &snap->notes;
	for (; note; note = note->next) {
		if (!is_note_wanted(note, query))
			continue;
		*snap->last_note = note;
		snap->last_note = &note->next;
	}
	*snap->last_note = NULL;
}

static void add_item(struct buf *list, const char *item, const char *more)
{
	if (list->length)
		buf_add_literal(list, ", ");
	buf_add_text(list, item);
	buf_add_text(list, more);
}

static void list_lacking(struct buf *list, const struct recorded *recorded,
			 const struct query *query)
{
	uint32_t needs = query->needs & ~recorded->snap->asked;
	uint32_t versions = query->versions & ~recorded->versions;
	uint32_t unknown = query->protocols & ~recorded->protocols;

	/* The first version knew no ping: who asks for all has not asked for that. */
	if (query->protocols == PROTOCOLS_ALL)
		unknown &= ~PROTOCOL_BIT(PROTOCOL_ICMP);
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (unknown & PROTOCOL_BIT(protocol))
			add_item(list, protocols[protocol].name, " sockets");
	if (versions)
		add_item(list, versions & IP_VERSION_4 ? "IPv4" : "IPv6", " sockets");
	if (query->states & ~recorded->snap->states)
		add_item(list, "sockets in other states", "");
	if (needs & NEED_OWNER)
		needs &= ~(uint32_t)NEED_PROCESS;
	for (size_t i = 0; i < PART_COUNT; i++)
		if (needs & parts[i].need)
			add_item(list, parts[i].what, "");
}

static int note_lacking(const struct recorded *recorded, const struct query *query)
{
	struct buf list;
	int err = buf_init(&list, -1);

	if (err < 0)
		return err;
	list_lacking(&list, recorded, query);
	if (list.length) {
		buf_add_char(&list, '\0');
		snapshot_note(recorded->snap, SEVERITY_WARNING, "replay",
			      "these were not recorded: %s", list.data);
	}
	buf_free(&list);
	return 0;
}

/* ---- all ------------------------------------------------------------- */

int recorded_apply(struct recorded *recorded, const struct query *query)
{
	struct snapshot *snap = recorded->snap;
	uint32_t known = snap->asked & ~(uint32_t)FOUND_AGAIN;
	int err = note_lacking(recorded, query);

	if (err < 0)
		return err;
	drop_notes(snap, query);
	drop_sockets(snap, query);
	for (size_t i = 0; i < PART_COUNT; i++)
		if (!(query->needs & (parts[i].need | parts[i].used)))
			parts[i].drop(snap);
	err = snapshot_select(snap, query, known);
	if (!err)
		err = drop_strangers(snap);
	snap->asked = query->needs & (snap->asked | FOUND_AGAIN);
	snap->states &= query->states;
	if (!err && (query->needs & NEED_LISTENER))
		err = listeners_find(snap);
	if (!err && (snap->asked & NEED_OWNER))
		listeners_compare_owners(snap);
	snapshot_select_finally(snap, query);
	if (!err && (query->needs & NEED_HOST))
		err = resolve_hosts(snap, query->shown, RESOLVE_MS);
	return !err && (query->needs & NEED_PAIR) ? pairs_find(snap) : err;
}
