/* SPDX-License-Identifier: MIT */
/*
 * From the rows of a recorded file to a snapshot.  Indices are in range
 * already; what else a view relies on is seen to here.
 */
#include "record_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "record_read.h"

/* Seconds; a time behind it, or none at all, is not believed. */
static const double TIME_END = 1e11;

bool is_kept(enum record_section section)
{
	return section == SECTION_NOTE || section == SECTION_NETNS || section == SECTION_USER ||
	       section == SECTION_SERVICE || section == SECTION_TCP || section == SECTION_MEMORY;
}

/* The rows of a section, as an array that the caller is to free. */
static void *take(struct record_reader *r, enum record_section section, size_t *count)
{
	void *rows = r->tables[section].rows;

	*count = r->tables[section].count;
	r->tables[section].rows = NULL;
	return rows;
}

static double known_time(double time)
{
	return time >= 0 && time < TIME_END ? time : 0;
}

/* ---- head, notes, names ---------------------------------------------- */

static const struct record_head *head_of(const struct record_reader *r)
{
	return (const struct record_head *)(const void *)r->tables[SECTION_HEAD].rows;
}

static void use_head(struct record_reader *r)
{
	const struct record_head *head = head_of(r);
	struct snapshot *snap = r->recorded->snap;

	snap->time = known_time(head->time);
	snap->host = head->host;
	snap->kernel = head->kernel;
	snap->asked = head->needs;
	snap->states = head->states;
	r->recorded->protocols = head->protocols;
	r->recorded->versions = head->versions;
}

static void fill_name(const struct record_table *table, size_t row, size_t offset)
{
	const char *text;

	for (size_t i = 0; i < table->count; i++) {
		char *at = table->rows + i * row + offset;

		memcpy(&text, at, sizeof(text));
		text = text ? text : "";
		memcpy(at, &text, sizeof(text));
	}
}

/* A name is never NULL, even if the file has none for it. */
static void fill_names(struct record_reader *r)
{
	for (enum record_section id = 0; id < SECTION_COUNT; id++) {
		const struct section *section = &record_sections[id];

		for (size_t i = 0; i < section->count; i++)
			if (section->members[i].kind == MEMBER_NAME)
				fill_name(&r->tables[id], section->row, section->members[i].offset);
	}
}

static void use_notes(struct record_reader *r)
{
	struct snapshot *snap = r->recorded->snap;
	struct note *notes;
	size_t count;

	notes = take(r, SECTION_NOTE, &count);
	for (size_t i = 0; i < count; i++) {
		notes[i].next = NULL;
		*snap->last_note = &notes[i];
		snap->last_note = &notes[i].next;
	}
}

/* Rows of namespace `index` from `first` on. */
static size_t count_nested(const struct record_table *table, size_t row, size_t first,
			   size_t index)
{
	size_t end = first;
	uint16_t netns;

	for (; end < table->count; end++) {
		memcpy(&netns, table->rows + end * row, sizeof(netns));
		if (netns != index)
			break;
	}
	return end - first;
}

/* The items of one kind; their rows are in the order of their namespaces. */
static int use_nested(struct record_reader *r, const struct record_nested *nested)
{
	const struct record_table *table = &r->tables[nested->section];
	size_t row = record_sections[nested->section].row, first = 0;
	char *items = arena_alloc(&r->recorded->snap->arena, table->count * nested->item);

	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < table->count; i++)
		memcpy(items + i * nested->item, table->rows + i * row + nested->item_offset,
		       nested->item);
	for (size_t index = 0; index < r->recorded->snap->netns_count; index++) {
		char *netns = (char *)&r->recorded->snap->netns[index];
		const char *at = items + first * nested->item;
		size_t count = count_nested(table, row, first, index);

		memcpy(netns + nested->items_offset, &at, sizeof(at));
		memcpy(netns + nested->count_offset, &count, sizeof(count));
		first += count;
	}
	return first == table->count ? 0 : record_damaged(r, r->data + r->size,
							  "namespaces are not in order");
}

static int use_names(struct record_reader *r)
{
	struct snapshot *snap = r->recorded->snap;
	int err = 0;

	fill_names(r);
	use_notes(r);
	snap->netns = take(r, SECTION_NETNS, &snap->netns_count);
	snap->users = take(r, SECTION_USER, &snap->user_count);
	snap->services = take(r, SECTION_SERVICE, &snap->service_count);
	snap->cgroups = take(r, SECTION_CGROUP, &snap->cgroup_count);
	snap->cgroup_capacity = snap->cgroup_count;
	for (size_t i = 0; !err && i < RECORD_NESTED; i++)
		err = use_nested(r, &record_nested[i]);
	return err;
}

/* ---- owners ---------------------------------------------------------- */

static void use_owners(struct record_reader *r)
{
	struct snapshot *snap = r->recorded->snap;

	snap->owners = take(r, SECTION_OWNER, &snap->owner_count);
	snap->owner_capacity = snap->owner_count;
	snap->processes = take(r, SECTION_PROCESS, &snap->process_count);
	snap->process_capacity = snap->process_count;
	for (size_t i = 0; i < snap->process_count; i++)
		snap->processes[i].start_time = known_time(snap->processes[i].start_time);
}

/* With at most one owner in front of each, and none in front of a first one, no chain is a ring. */
static bool are_chains(const struct snapshot *snap, bool *has_front)
{
	for (size_t i = 0; i < snap->owner_count; i++) {
		uint32_t next = snap->owners[i].next;

		if (next && has_front[next - 1])
			return false;
		if (next)
			has_front[next - 1] = true;
	}
	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].owner && has_front[snap->sockets[i].owner - 1])
			return false;
	return true;
}

/* Sockets may share owners; all chains together must not be longer than is due to the file. */
static bool are_short(const struct snapshot *snap, size_t most)
{
	size_t owners = 0;

	for (size_t i = 0; i < snap->count; i++)
		for (const struct owner *owner = owner_first(snap, &snap->sockets[i]); owner;
		     owner = owner_next(snap, owner))
			if (++owners > most)
				return false;
	return true;
}

static int check_owners(struct record_reader *r)
{
	const struct snapshot *snap = r->recorded->snap;
	bool *has_front = calloc(snap->owner_count + 1, sizeof(*has_front));
	int err = 0;

	if (!has_front)
		return -ENOMEM;
	if (!are_chains(snap, has_front))
		err = record_damaged(r, r->data + r->size, "owners run in a circle");
	else if (!are_short(snap, r->size))
		err = record_damaged(r, r->data + r->size, "more owners than there can be");
	free(has_front);
	return err;
}

/* ---- sockets --------------------------------------------------------- */

static bool is_address(const struct address *address)
{
	return address->family == AF_INET || address->family == AF_INET6;
}

static void tidy_address(struct address *address)
{
	size_t used = address->family == AF_INET ? 4 : is_address(address) ? 16 : 0;

	memset(address->bytes + used, 0, sizeof(address->bytes) - used);
	if (!used)
		address->family = AF_UNSPEC;
}

/* What a newer version may have saved and this one can't show. */
static bool is_known(const struct socket *sk)
{
	return sk->protocol < PROTOCOL_COUNT && sk->state != STATE_NONE &&
	       is_address(&sk->local.address);
}

static void tidy(const struct snapshot *snap, struct socket *sk)
{
	tidy_address(&sk->local.address);
	tidy_address(&sk->peer.address);
	if (!is_address(&sk->peer.address))
		sk->have &= (uint16_t)~HAVE_PEER;
	if (!(sk->have & HAVE_CGROUP) || sk->cgroup >= snap->cgroup_count)
		sk->have &= (uint16_t)~HAVE_CGROUP;
	if (!(sk->have & HAVE_CGROUP))
		sk->cgroup = 0;
	sk->listener = 0;
}

static int add_detail(struct record_reader *r, struct socket *sk, const struct record_socket *row)
{
	struct tcp *tcp = (struct tcp *)(void *)r->tables[SECTION_TCP].rows;
	struct memory *memory = (struct memory *)(void *)r->tables[SECTION_MEMORY].rows;

	sk->detail = NULL;
	if (!row->tcp && !row->memory)
		return 0;
	sk->detail = arena_alloc(&r->recorded->snap->arena, sizeof(*sk->detail));
	if (!sk->detail)
		return -ENOMEM;
	sk->detail->tcp = row->tcp ? &tcp[row->tcp - 1] : NULL;
	sk->detail->memory = row->memory ? &memory[row->memory - 1] : NULL;
	return 0;
}

static int use_sockets(struct record_reader *r)
{
	struct snapshot *snap = r->recorded->snap;
	const struct record_table *table = &r->tables[SECTION_SOCKET];
	struct record_socket *rows = (struct record_socket *)(void *)table->rows;
	size_t strange = 0;
	int err = table->count ? snapshot_expect(snap, table->count) : 0;

	for (size_t i = 0; !err && i < table->count; i++) {
		struct socket *sk = &rows[i].sk;

		if (!is_known(sk)) {
			strange++;
			continue;
		}
		tidy(snap, sk);
		err = add_detail(r, sk, &rows[i]);
		if (!err)
			err = snapshot_add(snap, sk);
	}
	if (strange)
		snapshot_note(snap, SEVERITY_WARNING, "replay",
			      "%zu recorded sockets are of a kind that this conntab does not "
			      "know: they are not shown", strange);
	return err;
}

/* A newer kernel tells more than there is room for. */
static void tidy_details(struct record_reader *r)
{
	struct tcp *tcp = (struct tcp *)(void *)r->tables[SECTION_TCP].rows;
	struct memory *memory = (struct memory *)(void *)r->tables[SECTION_MEMORY].rows;
	bool foreign = head_of(r)->big_endian != is_big_endian();

	for (size_t i = 0; i < r->tables[SECTION_TCP].count; i++) {
		tcp[i].congestion[TCP_CONGESTION_MAX - 1] = tcp[i].ulp[TCP_CONGESTION_MAX - 1] = 0;
		if (tcp[i].length > TCP_INFO_SIZE)
			tcp[i].length = TCP_INFO_SIZE;
		if (foreign)
			tcp[i].length = 0;
	}
	for (size_t i = 0; i < r->tables[SECTION_MEMORY].count; i++)
		if (memory[i].length > MEMORY_COUNT)
			memory[i].length = MEMORY_COUNT;
	if (foreign && r->tables[SECTION_TCP].count)
		snapshot_note(r->recorded->snap, SEVERITY_WARNING, "replay",
			      "the TCP figures are from a machine of another byte order: they "
			      "are not shown");
}

int record_assemble(struct record_reader *r)
{
	int err;

	use_head(r);
	err = use_names(r);
	if (err < 0)
		return err;
	use_owners(r);
	tidy_details(r);
	err = use_sockets(r);
	return err ? err : check_owners(r);
}
