/* SPDX-License-Identifier: MIT */
/* Getters: one datum of a row each.  What the kernel did not say is none. */
#include "field_get.h"

#include <stddef.h>
#include <sys/socket.h>

#include "model/list.h"
#include "model/query.h"

static const struct value none = { .type = VALUE_NONE };

static struct value text(const char *text)
{
	return text ? (struct value){ .type = VALUE_TEXT, .text = text } : none;
}

static struct value number_if(bool known, uint64_t number)
{
	return known ? (struct value){ .type = VALUE_UNSIGNED, .number = number } : none;
}

#define SIMPLE(name, expression)						\
	GETTER(name)								\
	{									\
		const struct socket *sk = row->sk;				\
										\
		(void)field;							\
		(void)sk;							\
		return expression;						\
	}

SIMPLE(protocol, text(protocols[sk->protocol].name))
SIMPLE(family, text(family_names[sk->local.address.family != AF_INET]))
SIMPLE(state, text(state_names[sk->state]))
SIMPLE(role, text(role_names[socket_role(row->snap, sk)]))
SIMPLE(scope, text(scope_names[socket_scope(sk)]))
SIMPLE(port_class, text(port_class_names[socket_port_class(row->snap, sk)]))
SIMPLE(recv_queue, number_if(sk->have & HAVE_QUEUES, sk->recv_queue))
SIMPLE(send_queue, number_if(sk->have & HAVE_QUEUES, sk->send_queue))
SIMPLE(accept_queue, number_if(sk->have & HAVE_ACCEPT_QUEUE, sk->accept_queue))
SIMPLE(backlog, number_if(sk->have & HAVE_BACKLOG, sk->backlog))
SIMPLE(uid, number_if(sk->have & HAVE_UID, sk->uid))
SIMPLE(user, sk->have & HAVE_UID ? text(snapshot_user(row->snap, sk->uid)) : none)
SIMPLE(inode, number_if((sk->have & HAVE_INODE) && sk->inode, sk->inode))
SIMPLE(cookie, number_if(sk->have & HAVE_COOKIE, sk->cookie))
SIMPLE(interface, sk->interface ?
		  text(snapshot_interface(row->snap, sk->netns, sk->interface)) : none)
SIMPLE(owner_missing, text(missing_names[sk->missing]))
SIMPLE(timer, ((struct value){ .type = sk->timer ? VALUE_TIMER : VALUE_NONE, .socket = sk }))
SIMPLE(service, text(snapshot_service(row->snap, sk->protocol, sk->local.port)))
SIMPLE(peer_service, sk->have & HAVE_PEER ?
		     text(snapshot_service(row->snap, sk->protocol, sk->peer.port)) : none)
SIMPLE(local_host, text(snapshot_host(row->snap, &sk->local.address)))
SIMPLE(peer_host, sk->have & HAVE_PEER ?
		  text(snapshot_host(row->snap, &sk->peer.address)) : none)
SIMPLE(local_port, number_if(true, sk->local.port))
SIMPLE(peer_port, number_if(sk->have & HAVE_PEER, sk->peer.port))
SIMPLE(timer_expires, number_if(sk->timer, sk->timer_ms))
SIMPLE(timer_retransmits, number_if(sk->timer, sk->timer_tries))
SIMPLE(netns_name, text(row->snap->netns[sk->netns].name))
SIMPLE(netns_inode, number_if(row->snap->netns[sk->netns].inode,
			      row->snap->netns[sk->netns].inode))
SIMPLE(queue, ((struct value){ .type = VALUE_QUEUE, .socket = sk }))
SIMPLE(local, ((struct value){ .type = VALUE_ENDPOINT, .endpoint = &sk->local }))
SIMPLE(local_address, ((struct value){ .type = VALUE_ADDRESS, .endpoint = &sk->local }))
SIMPLE(peer_address, ((struct value){ .type = sk->have & HAVE_PEER ? VALUE_ADDRESS : VALUE_NONE,
				      .endpoint = &sk->peer }))
SIMPLE(peer, ((struct value){ .type = sk->have & HAVE_PEER ? VALUE_ENDPOINT : VALUE_NONE,
			      .endpoint = &sk->peer }))

GETTER(mark)
{
	if (!(row->sk->have & HAVE_MARK))
		return none;
	return (struct value){ .type = field->type, .number = row->sk->mark };
}

GETTER(v6only)
{
	if (!(row->sk->have & HAVE_V6ONLY))
		return none;
	return (struct value){ .type = field->type, .boolean = row->sk->v6only };
}

GETTER(shutdown)
{
	(void)field;
	return row->sk->have & HAVE_SHUTDOWN ? text(shutdown_names[row->sk->shutdown & 3]) : none;
}

/* The one the row stands for, or that its socket is a member of. */
static const struct listener *listener_of(const struct row *row)
{
	if (row->listener || !row->sk->listener || !socket_is_listener(row->sk))
		return row->listener;
	return &row->snap->listeners[row->sk->listener - 1];
}

/* Unknown where connections were not asked for, and of datagrams. */
GETTER(connections)
{
	const struct listener *listener = listener_of(row);

	(void)field;
	return number_if(listener && row->sk->protocol == PROTOCOL_TCP &&
				 (row->snap->states & STATE_BIT(STATE_ESTAB)) &&
				 !row->snap->partial,
			 listener ? listener->connections : 0);
}

GETTER(sockets)
{
	const struct listener *listener = listener_of(row);

	(void)field;
	return number_if(listener, listener ? listener->count : 0);
}

GETTER(list)
{
	struct list_walk walk;
	struct list_item item;

	list_begin(&walk, row, field);
	return (struct value){ .type = list_next(&walk, &item) ? VALUE_LIST : VALUE_NONE };
}

/* The name, or the number of a user without one. */
GETTER(user_shown)
{
	struct value name = get_user(row, field);

	return name.type == VALUE_NONE ? get_uid(row, field) : name;
}

static const struct cgroup *cgroup_of(const struct row *row)
{
	return row->sk->have & HAVE_CGROUP ? &row->snap->cgroups[row->sk->cgroup] : NULL;
}

GETTER(cgroup)
{
	const struct cgroup *cgroup = cgroup_of(row);

	(void)field;
	return cgroup ? text(cgroup->path) : none;
}

/* The socket's own cgroup first: it stays when a process passes the socket on. */
GETTER(unit)
{
	const struct cgroup *cgroup = cgroup_of(row);
	const struct process *process = owner_first_process(row->snap, row->sk);

	(void)field;
	if (cgroup && cgroup->unit)
		return text(cgroup->unit);
	return process ? text(process->unit) : none;
}

GETTER(container)
{
	const struct cgroup *cgroup = cgroup_of(row);
	const struct process *process = owner_first_process(row->snap, row->sk);

	(void)field;
	if (cgroup && cgroup->container)
		return text(cgroup->container);
	return process ? text(process->container) : none;
}

GETTER(listener_cookie)
{
	const struct socket *member;

	(void)field;
	if (!row->sk->listener || socket_is_listener(row->sk))
		return none;
	member = listener_socket(row->snap, row->sk->listener - 1);
	return number_if(member->have & HAVE_COOKIE, member->cookie);
}

GETTER(twin_cookie)
{
	const struct snapshot *snap = row->snap;
	const struct socket *twin;
	uint32_t index;

	(void)field;
	if (!row->sk->listener || !socket_is_listener(row->sk))
		return none;
	index = snap->listeners[row->sk->listener - 1].twin;
	if (!index)
		return none;
	twin = listener_socket(snap, index - 1);
	return number_if(twin->have & HAVE_COOKIE, twin->cookie);
}

GETTER(other_end)
{
	const struct socket *other = pair_of(row->snap, row->sk);

	return other ? (struct value){ .type = field->type, .socket = other } : none;
}

GETTER(direction)
{
	static const char *const arrows[ROLE_COUNT] = { [ROLE_INBOUND] = "<-",
							[ROLE_OUTBOUND] = "->" };

	(void)field;
	return text(arrows[socket_role(row->snap, row->sk)]);
}

GETTER(full)
{
	const struct socket *sk = row->sk;

	if (!(sk->have & HAVE_ACCEPT_QUEUE) || !(sk->have & HAVE_BACKLOG))
		return none;
	return (struct value){ .type = field->type, .boolean = socket_is_full(sk) };
}

GETTER(change)
{
	(void)field;
	return text(change_names[row->sk->change]);
}

GETTER(sign)
{
	static const char *const signs[CHANGE_COUNT] = { [CHANGE_ADDED] = "+",
							 [CHANGE_REMOVED] = "-" };

	(void)field;
	return text(signs[row->sk->change]);
}

GETTER(between)
{
	(void)row;
	(void)field;
	return none;
}

GETTER(whole)
{
	const struct socket_detail *detail = row->sk->detail;

	if ((field->type == VALUE_TCP && (!detail || !detail->tcp)) ||
	    (field->type == VALUE_MEMORY && (!detail || !detail->memory)))
		return none;
	return (struct value){ .type = field->type, .socket = row->sk };
}
