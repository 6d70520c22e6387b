/* SPDX-License-Identifier: MIT */
/*
 * The collectors: how each protocol's table is read, and what becomes of one
 * that can't be: a fallback, and a note.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collect.h"

enum {
	KERNEL_LISTS_BOUND = 6 << 8 | 8,	/* inet_diag knows bit 13 since 6.8 */
};

static const struct collector {
	int (*collect)(struct collection *c, enum protocol protocol);
	int (*fallback)(struct collection *c, enum protocol protocol);
	const char *option;		/* what the kernel must be built with */
} collectors[PROTOCOL_COUNT] = {
	[PROTOCOL_TCP] = { inet_collect, proc_net_collect, "CONFIG_INET_TCP_DIAG" },
	[PROTOCOL_UDP] = { inet_collect, proc_net_collect, "CONFIG_INET_UDP_DIAG" },
	[PROTOCOL_UDPLITE] = { inet_collect, proc_net_collect, "CONFIG_INET_UDP_DIAG" },
	[PROTOCOL_RAW] = { inet_collect, proc_net_collect, "CONFIG_INET_RAW_DIAG" },
	/* No kernel tells of them by sock_diag. */
	[PROTOCOL_ICMP] = { proc_net_collect, proc_net_collect, NULL },
};

int collection_add(struct collection *c, const struct socket *sk)
{
	if (!(query_states(c->query) & STATE_BIT(sk->state)))
		return 0;
	c->bound |= sk->interface != 0;
	return snapshot_add(c->snap, sk);
}

static bool is_absent(int err)
{
	return err == -ENOENT || err == -EOPNOTSUPP || err == -EINVAL || err == -EPROTONOSUPPORT ||
	       err == -EAFNOSUPPORT;
}

#define FALLBACK_LACKS "which knows no backlog, cookie, bound interface or TCP figures and no " \
		       "bound-only sockets"

/* A missing handler concerns one protocol; a refusal all of them, and is told once. */
static void note_fallback(struct collection *c, enum protocol protocol, int why)
{
	const char *name = protocols[protocol].name;

	c->snap->fell_back |= PROTOCOL_BIT(protocol);
	if (why == -ENOENT) {
		snapshot_note(c->snap, SEVERITY_INFO, name,
			      "this kernel has no %s: %s sockets were read from %s",
			      collectors[protocol].option, name, c->proc_net);
		return;
	}
	if (!c->fell_back)
		snapshot_note(c->snap, SEVERITY_WARNING, "sock_diag",
			      "sock_diag can't be used here (%s): sockets were read from %s, "
			      FALLBACK_LACKS, strerror(-why), c->proc_net);
	c->fell_back = true;
}

/*
 * Of a dump that failed half-way there are rows after `first`, with cookies, which no row of
 * /proc has.  They stay only where that can't be read either.
 */
static int fall_back(struct collection *c, enum protocol protocol, size_t first)
{
	size_t half = c->snap->count;
	int err = collectors[protocol].fallback(c, protocol);

	snapshot_forget(c->snap, err ? half : first, err ? c->snap->count : half);
	return err;
}

static void collect_protocol(struct collection *c, enum protocol protocol, bool by_netlink)
{
	size_t first = c->snap->count;
	int why = by_netlink ? collectors[protocol].collect(c, protocol) : -EPERM;
	int err;

	if (!why)
		return;
	err = fall_back(c, protocol, first);
	if (!err)
		note_fallback(c, protocol, why);
	else if (err == -ENOENT && is_absent(why) && access(c->proc_net, F_OK) == 0)
		snapshot_note(c->snap, SEVERITY_INFO, protocols[protocol].name,
			      "this kernel has no %s sockets", protocols[protocol].name);
	else
		snapshot_note(c->snap, SEVERITY_ERROR, protocols[protocol].name,
			      "the %s table could not be read: sock_diag: %s; %s/%s: %s",
			      protocols[protocol].name, strerror(-why), c->proc_net,
			      protocols[protocol].proc_file[0], strerror(-err));
}

bool socket_is_there(struct collection *c, const struct socket *sk)
{
	return sk->have & HAVE_COOKIE ? inet_is_there(sk) : proc_net_is_there(c, sk);
}

void sockets_collect(struct collection *c, bool by_netlink)
{
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (c->query->protocols & PROTOCOL_BIT(protocol))
			collect_protocol(c, protocol, by_netlink);
	if (by_netlink && (c->query->states & STATE_BIT(STATE_BOUND)) &&
	    (c->query->protocols & PROTOCOL_BIT(PROTOCOL_TCP)) && c->kernel < KERNEL_LISTS_BOUND)
		snapshot_note(c->snap, SEVERITY_INFO, "tcp",
			      "kernels before 6.8 do not tell of sockets that are bound but do not "
			      "listen: they are not shown");
}
