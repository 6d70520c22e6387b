/* SPDX-License-Identifier: MIT */
/*
 * Listeners and their owners: which belong together (twins), and which share
 * an address although nobody planned it.
 */
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "model/listener.h"
#include "model/snapshot.h"

enum { PROGRAMS_NAMED = 4 };

/* Do some members belong to programs that were started apart from each other? */
static bool is_independent(const struct snapshot *snap, const struct listener *listener)
{
	const struct socket *sk = listener_member(snap, listener, 0);
	const struct process *one = owner_first_process(snap, sk);

	/* Each raw socket gets every packet, and an ident is one ping's: they share nothing. */
	if (!protocols[sk->protocol].has_ports)
		return false;
	for (uint32_t i = 1; one && i < listener->count; i++) {
		const struct process *other =
			owner_first_process(snap, listener_member(snap, listener, i));

		if (other && other->family != one->family)
			return true;
	}
	return false;
}

static bool is_in(const uint32_t *families, size_t count, uint32_t family)
{
	for (size_t i = 0; i < count; i++)
		if (families[i] == family)
			return true;
	return false;
}

static void add_programs(struct buf *out, const struct snapshot *snap,
			 const struct listener *listener)
{
	uint32_t families[PROGRAMS_NAMED];
	size_t named = 0;

	for (uint32_t i = 0; i < listener->count; i++) {
		const struct process *process =
			owner_first_process(snap, listener_member(snap, listener, i));

		if (!process || is_in(families, named, process->family))
			continue;
		buf_add_text(out, named ? ", " : "");
		if (named == PROGRAMS_NAMED) {
			buf_add_literal(out, "...");
			return;
		}
		families[named++] = process->family;
		text_add_name(out, process->command ? process->command : "?", SIZE_MAX);
		buf_add_char(out, ' ');
		buf_add_unsigned(out, process->pid);
	}
}

static void add_where(struct buf *out, const struct socket *sk)
{
	bool brackets = sk->local.address.family == AF_INET6;

	buf_add_text(out, protocols[sk->protocol].name);
	buf_add_text(out, brackets ? " [" : " ");
	address_add(out, &sk->local.address);
	buf_add_text(out, brackets ? "]:" : ":");
	buf_add_unsigned(out, sk->local.port);
}

/* Owners may be compared again: the same is said once. */
static bool is_noted(const struct snapshot *snap, const char *text)
{
	const struct note *note = snap->notes;

	while (note && strcmp(note->text, text) != 0)
		note = note->next;
	return note;
}

static void note_independent(struct snapshot *snap, const struct listener *listener)
{
	const struct socket *sk = listener_member(snap, listener, 0);
	struct buf text;

	if (buf_init(&text, -1) < 0)
		return;
	add_where(&text, sk);
	buf_add_literal(&text, " is shared by programs that were started apart (");
	add_programs(&text, snap, listener);
	if (sk->protocol == PROTOCOL_TCP)
		buf_add_literal(&text, "): each gets only a part of the connections");
	else
		buf_add_literal(&text, "): a unicast datagram reaches only one of them");
	buf_add_char(&text, '\0');
	if (!text.error && !is_noted(snap, text.data))
		snapshot_note(snap, SEVERITY_WARNING, "listeners", "%s", text.data);
	buf_free(&text);
}

/* IPv4 and IPv6 ends that one process opened for one port: 0.0.0.0:22 and [::]:22. */
static bool are_twins(const struct snapshot *snap, const struct socket *a, const struct socket *b)
{
	const struct process *left = owner_first_process(snap, a);
	const struct process *right = owner_first_process(snap, b);

	return left && left == right && a->local.port == b->local.port &&
	       a->protocol == b->protocol && a->netns == b->netns &&
	       a->local.address.family != b->local.address.family &&
	       address_is_any(&a->local.address) == address_is_any(&b->local.address);
}

/* `first_of_other`: the first listener behind it on this port that is of the other family. */
static void find_twin(struct snapshot *snap, uint32_t index, uint32_t first_of_other)
{
	const struct socket *sk = listener_socket(snap, index);

	/* Listeners are in order of port, then of family: IPv6 comes behind IPv4. */
	for (uint32_t i = first_of_other; i < snap->listener_count; i++) {
		const struct socket *other = listener_socket(snap, i);

		if (other->local.port != sk->local.port || other->protocol != sk->protocol)
			return;
		if (snap->listeners[i].twin || !are_twins(snap, sk, other))
			continue;
		snap->listeners[i].twin = index + 1;
		snap->listeners[index].twin = i + 1;
		return;
	}
}

static uint32_t first_pid(const struct snapshot *snap, uint32_t socket)
{
	const struct process *process = owner_first_process(snap, &snap->sockets[socket]);

	return process ? process->pid : UINT32_MAX;
}

/* Members are few, and come in the kernel's order: put them into that of their processes. */
static void sort_members(struct snapshot *snap, const struct listener *listener)
{
	uint32_t *members = snap->members + listener->first;

	for (uint32_t i = 1; i < listener->count; i++) {
		uint32_t moving = members[i], at = i;

		for (; at && first_pid(snap, members[at - 1]) > first_pid(snap, moving); at--)
			members[at] = members[at - 1];
		members[at] = moving;
	}
}

/* Is one of its members a part of the answer? */
static bool is_shown(const struct snapshot *snap, const struct listener *listener)
{
	for (uint32_t i = 0; i < listener->count; i++)
		if (!listener_member(snap, listener, i)->hidden)
			return true;
	return false;
}

/* The first listener for IPv6 on the port of an IPv4 one, from `index` on. */
static uint32_t first_ipv6(const struct snapshot *snap, uint32_t index)
{
	const struct socket *sk = listener_socket(snap, index);

	for (; index < snap->listener_count; index++) {
		const struct socket *other = listener_socket(snap, index);

		if (other->local.address.family == AF_INET6 ||
		    other->local.port != sk->local.port || other->protocol != sk->protocol)
			break;
	}
	return index;
}

void listeners_compare_owners(struct snapshot *snap)
{
	uint32_t ipv6 = 0;

	for (uint32_t i = 0; i < snap->listener_count; i++)
		snap->listeners[i].twin = 0;
	for (uint32_t i = 0; i < snap->listener_count; i++) {
		struct listener *listener = &snap->listeners[i];

		sort_members(snap, listener);
		listener->independent = is_independent(snap, listener);
		if (listener->independent && is_shown(snap, listener))
			note_independent(snap, listener);
		if (listener_socket(snap, i)->local.address.family == AF_INET6)
			continue;
		if (ipv6 <= i)
			ipv6 = first_ipv6(snap, i);
		find_twin(snap, i, ipv6);
	}
}
