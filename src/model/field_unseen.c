/* SPDX-License-Identifier: MIT */
/* Why a field has no value in a row, where that is because something could not be looked at. */
#include "field_unseen.h"

#include <sys/socket.h>

#include "model/snapshot.h"

/* ---- owners ---------------------------------------------------------- */

/* Reasons that leave open who holds the socket.  All others say that no process does. */
static const uint32_t open_reasons[MISSING_COUNT] = {
	[MISSING_PERMISSION] = UNSEEN_BIT(UNSEEN_OWNER),
	[MISSING_UNKNOWN] = UNSEEN_BIT(UNSEEN_OWNER_UNKNOWN),
	[MISSING_OTHER_PID_NAMESPACE] = UNSEEN_BIT(UNSEEN_OWNER_ELSEWHERE),
};

UNSEEN(owner)
{
	const struct socket *sk = row->sk;

	if (sk->owner)
		return 0;
	/* Without a reason the search did not come to its end. */
	if (sk->missing == MISSING_NONE && (sk->have & HAVE_INODE) && sk->inode)
		return UNSEEN_BIT(UNSEEN_OWNER_UNKNOWN);
	return open_reasons[sk->missing];
}

/* A process of another pid namespace has no pid here. */
UNSEEN(pid)
{
	return unseen_owner(row) & ~UNSEEN_BIT(UNSEEN_OWNER_ELSEWHERE);
}

UNSEEN(far_owner)
{
	struct row far = { row->snap, pair_of(row->snap, row->sk), NULL };

	return far.sk ? unseen_owner(&far) : 0;
}

UNSEEN(twin)
{
	const struct socket *sk = row->sk;

	if (!sk->listener || !socket_is_listener(sk) ||
	    row->snap->listeners[sk->listener - 1].twin)
		return 0;
	return unseen_owner(row);
}

/* ---- cgroups --------------------------------------------------------- */

static uint32_t without_detail(const struct socket *sk, enum unseen otherwise)
{
	return UNSEEN_BIT(sk->have & HAVE_COOKIE ? otherwise : UNSEEN_DETAIL);
}

/* What no process holds has none. */
UNSEEN(cgroup)
{
	const struct socket *sk = row->sk;

	if (sk->have & HAVE_CGROUP)
		return row->snap->no_cgroups ? UNSEEN_BIT(UNSEEN_CGROUP) : 0;
	if (!(sk->have & HAVE_INODE) || !sk->inode)
		return 0;
	return without_detail(sk, UNSEEN_CGROUP);
}

static const struct cgroup *cgroup_of(const struct row *row)
{
	return row->sk->have & HAVE_CGROUP ? &row->snap->cgroups[row->sk->cgroup] : NULL;
}

/* The socket's own cgroup says it, else its first owner does. */
static uint32_t unseen_of_either(const struct row *row, bool said_by_cgroup)
{
	if (said_by_cgroup || row->sk->owner)
		return 0;
	return unseen_cgroup(row) | unseen_owner(row);
}

UNSEEN(unit)
{
	const struct cgroup *cgroup = cgroup_of(row);

	return unseen_of_either(row, cgroup && cgroup->unit);
}

UNSEEN(container)
{
	const struct cgroup *cgroup = cgroup_of(row);

	return unseen_of_either(row, cgroup && cgroup->container);
}

/* ---- what sock_diag tells -------------------------------------------- */

/* Mini sockets have marks, too. */
UNSEEN(mark)
{
	return row->sk->have & HAVE_MARK ? 0 : without_detail(row->sk, UNSEEN_MARK);
}

UNSEEN(detail)
{
	return row->sk->have & HAVE_COOKIE ? 0 : UNSEEN_BIT(UNSEEN_DETAIL);
}

/* Only these can be told to take no IPv4. */
UNSEEN(ipv6_detail)
{
	return row->sk->local.address.family == AF_INET6 ? unseen_detail(row) : 0;
}

/* Of a wildcard: its interface, and whether it takes IPv4. */
UNSEEN(scope)
{
	struct address bound = address_unmapped(&row->sk->local.address);

	return socket_is_listener(row->sk) && address_is_any(&bound) ? unseen_detail(row) : 0;
}

UNSEEN(queue_detail)
{
	return row->sk->state == STATE_LISTEN ? unseen_detail(row) : 0;
}

UNSEEN(tcp_detail)
{
	return row->sk->protocol == PROTOCOL_TCP ? unseen_detail(row) : 0;
}
