/* SPDX-License-Identifier: MIT */
/*
 * Why a socket has no owner.  The rules are asked in order and the costly
 * ones only when all before them have failed, at most once a snapshot.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "owner.h"

/* Inode of /proc/self/ns/pid in the first namespace (PROC_PID_INIT_INO). */
static const ino_t FIRST_PID_NAMESPACE = 0xeffffffc;

static bool is_time_wait(struct owner_walk *w, const struct socket *sk)
{
	(void)w;
	return sk->state == STATE_TIME_WAIT;
}

static bool is_unaccepted(struct owner_walk *w, const struct socket *sk)
{
	const uint32_t open = STATE_BIT(STATE_ESTAB) | STATE_BIT(STATE_CLOSE_WAIT);

	(void)w;
	if (sk->state == STATE_SYN_RECV || sk->state == STATE_NEW_SYN_RECV)
		return true;
	return (sk->have & HAVE_INODE) && !sk->inode && sk->listener &&
	       (STATE_BIT(sk->state) & open);
}

static bool is_orphan(struct owner_walk *w, const struct socket *sk)
{
	(void)w;
	return (sk->have & HAVE_INODE) && !sk->inode;
}

static bool has_no_inode(struct owner_walk *w, const struct socket *sk)
{
	(void)w;
	return !(sk->have & HAVE_INODE);
}

/* Inode of a namespace's table; 0 unknown. */
static uint64_t tables_of(const char *proc_net)
{
	struct stat table;
	char path[256];

	snprintf(path, sizeof(path), "%s/tcp", proc_net);
	return stat(path, &table) < 0 ? 0 : table.st_ino;
}

/*
 * Is this process in the namespace of the rows?  In doubt it is.  Each one has
 * a /proc/PID/net/tcp of its own, with its own inode, which anybody may stat():
 * proc_tgid_net_getattr() asks for no right.
 */
static bool is_near(const struct owner_walk *w, uint32_t pid)
{
	char proc_net[32];
	uint64_t tables;

	snprintf(proc_net, sizeof(proc_net), "/proc/%u/net", pid);
	tables = tables_of(proc_net);
	return !tables || !w->tables || tables == w->tables;
}

/* A process that may have our sockets and does not show them; 0: none. */
static uint32_t refuser_find(const struct owner_walk *w)
{
	for (size_t i = 0; i < w->denied_count; i++)
		if (is_near(w, w->denied[i]))
			return w->denied[i];
	return 0;
}

/* With hidepid=2 or 4 there is not even a first process. */
static bool are_processes_hidden(void)
{
	struct stat first;

	return stat("/proc/1", &first) < 0 && errno == ENOENT;
}

static bool is_refused(struct owner_walk *w, const struct socket *sk)
{
	if (w->refused == ANSWER_UNKNOWN) {
		w->hidden = are_processes_hidden();
		w->refuser = refuser_find(w);
		w->refused = w->hidden || w->refuser ? ANSWER_YES : ANSWER_NO;
	}
	/* Of another namespace than the one read last nobody's place is known. */
	return w->refused == ANSWER_YES || (w->denied_count && sk->netns != w->c->netns);
}

static int flight_take(struct owner_walk *w, uint32_t inode, const char *fd)
{
	static const char mark[] = "\nscm_fds:";
	const char *at;
	size_t count;
	ssize_t length;
	int file;

	if (!fd || wanted_find(w, inode))
		return 0;
	file = fdinfo_open(w, fd);
	if (file < 0)
		return 0;
	length = read(file, w->text, sizeof(w->text) - 1);
	close(file);
	w->text[length < 0 ? 0 : length] = 0;
	at = strstr(w->text, mark);
	count = at ? strtoul(at + sizeof(mark) - 1, NULL, 10) : 0;
	if (count && is_near(w, w->pid))
		w->flying += count;
	else if (count)
		w->far_flight = true;
	return 0;
}

/*
 * Does a unix socket have descriptors in its queue (unix_show_fdinfo())?  Which
 * ones can't be seen; most likely those of its holder's own namespace, and not
 * the socket of a tunnel (setup_udp_tunnel_sock()).
 */
static bool is_in_flight(struct owner_walk *w, const struct socket *sk)
{
	size_t denied = w->denied_count;

	if (sk->deaf)
		return false;
	if (w->in_flight == ANSWER_UNKNOWN) {
		w->visit = flight_take;
		processes_walk(w);
		w->in_flight = w->flying ? ANSWER_YES : ANSWER_NO;
		w->denied_count = denied;
	}
	return w->in_flight == ANSWER_YES || (w->far_flight && sk->netns != w->c->netns);
}

static bool is_elsewhere(struct owner_walk *w, const struct socket *sk)
{
	struct stat ns;

	(void)sk;
	if (w->elsewhere == ANSWER_UNKNOWN) {
		w->elsewhere = ANSWER_NO;
		if (!stat("/proc/self/ns/pid", &ns) && ns.st_ino != FIRST_PID_NAMESPACE)
			w->elsewhere = ANSWER_YES;
	}
	return w->elsewhere == ANSWER_YES;
}

static const struct {
	bool (*applies)(struct owner_walk *w, const struct socket *sk);
	enum missing missing;
} rules[] = {
	{ is_time_wait, MISSING_TIME_WAIT },
	{ is_unaccepted, MISSING_UNACCEPTED },
	{ is_orphan, MISSING_ORPHAN },
	{ has_no_inode, MISSING_NONE },
	{ is_refused, MISSING_PERMISSION },
	{ is_in_flight, MISSING_IN_FLIGHT },
	{ is_elsewhere, MISSING_OTHER_PID_NAMESPACE },
};

static enum missing missing_of(struct owner_walk *w, const struct socket *sk)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].applies(w, sk))
			return rules[i].missing;
	return MISSING_KERNEL;
}

static bool may_fly(const struct owner_walk *w, const struct socket *sk)
{
	return sk->missing == MISSING_IN_FLIGHT && !sk->owner &&
	       (sk->netns == w->c->netns || !w->far_flight);
}

/*
 * More sockets than descriptors under way: for most of them, if not all, that
 * is no explanation.
 */
static void settle_flight(struct owner_walk *w)
{
	struct snapshot *snap = w->c->snap;
	size_t count = 0;

	for (size_t i = 0; i < snap->count; i++)
		count += may_fly(w, &snap->sockets[i]);
	for (size_t i = 0; count > w->flying && i < snap->count; i++) {
		struct socket *sk = &snap->sockets[i];

		if (may_fly(w, sk))
			sk->missing = is_elsewhere(w, sk) ? MISSING_OTHER_PID_NAMESPACE
							  : MISSING_KERNEL;
	}
}

/* What stands in the way of naming `count` owners, and the way out. */
static void refusal_note(const struct owner_walk *w, size_t count)
{
	const char *sockets = count == 1 ? "socket belongs to a process"
					 : "sockets belong to processes";
	const char *why = w->hidden ? "that /proc hides (hidepid)" : "that may not be looked into";
	const char *cure = "CAP_SYS_PTRACE is missing";

	if (geteuid() == 0 && has_capability(CAP_SYS_PTRACE) && w->denied_count) {
		snapshot_note(w->c->snap, SEVERITY_WARNING, "owners",
			      "%zu %s may belong to process %u, which even root may not look into "
			      "here", count, count == 1 ? "socket" : "sockets",
			      w->refuser ? w->refuser : w->denied[0]);
		return;
	}
	if (geteuid())
		cure = count == 1 ? "run as root to see it" : "run as root to see them";
	else if (has_capability(CAP_SYS_PTRACE))
		cure = "mount /proc without hidepid";
	snapshot_note(w->c->snap, SEVERITY_WARNING, "owners", "%zu %s %s: %s", count, sockets, why,
		      cure);
}

void owners_explain(struct owner_walk *w)
{
	struct snapshot *snap = w->c->snap;
	size_t refused = 0;

	w->tables = tables_of(w->c->proc_net);
	for (size_t i = 0; i < snap->count; i++) {
		struct socket *sk = &snap->sockets[i];

		if (sk->owner || (sk->hidden && !(w->c->query->needs & NEED_PAIR)))
			continue;
		sk->missing = missing_of(w, sk);
		refused += sk->missing == MISSING_PERMISSION && !sk->hidden;
	}
	if (w->in_flight == ANSWER_YES)
		settle_flight(w);
	if (refused)
		refusal_note(w, refused);
}
