/* SPDX-License-Identifier: MIT */
/*
 * Why a socket has no owner.  The rules are asked in order, and the costly
 * ones only when all before them have failed.  That a socket is the kernel's
 * is the last of them: all processes were looked into, and none came or went.
 */
#include <errno.h>
#include <fcntl.h>
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
bool is_near(const struct owner_walk *w, uint32_t pid)
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
	for (size_t i = 0; i < w->denied.count; i++)
		if (is_near(w, w->denied.at[i]))
			return w->denied.at[i];
	return 0;
}

/* With hidepid=2 or 4 there is not even a first process. */
static bool are_processes_hidden(void)
{
	struct stat first;

	return stat("/proc/1", &first) < 0 && errno == ENOENT;
}

/* Then it is no right of ours that is missing. */
static bool is_blind(const struct owner_walk *w)
{
	return w->barred || (w->failed_count && !w->failed);
}

/* It is known which processes are in the namespace read last, and in no other. */
static bool is_refused(struct owner_walk *w, const struct socket *sk)
{
	if (is_blind(w))
		return false;
	if (w->refused == ANSWER_UNKNOWN) {
		w->hidden = are_processes_hidden();
		w->refuser = refuser_find(w);
		w->refused = w->hidden || w->refuser ? ANSWER_YES : ANSWER_NO;
	}
	return w->refused == ANSWER_YES || (w->denied.count && sk->netns != w->c->netns);
}

/* A user's own processes are shown to him: where some came and went, one of them may have it. */
static bool is_plainly_refused(struct owner_walk *w, const struct socket *sk)
{
	return is_refused(w, sk) && (w->quiet || !geteuid() || sk->uid != geteuid());
}

/*
 * Was a process perhaps missed that has it?  The sockets of tunnels
 * (setup_udp_tunnel_sock()) are not sent from one process to another.
 */
static bool is_unsettled(struct owner_walk *w, const struct socket *sk)
{
	return w->failed_count || w->barred || !(sk->deaf ? w->closed : w->quiet);
}

/* Which ones are under way can't be seen; most likely those of their holder's own namespace. */
static bool is_in_flight(struct owner_walk *w, const struct socket *sk)
{
	return !sk->deaf && (w->flying || (w->far_flight && sk->netns != w->c->netns));
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

struct rule {
	bool (*applies)(struct owner_walk *w, const struct socket *sk);
	enum missing missing;
};

/* What can be said at once, */
static const struct rule plain_rules[] = {
	{ is_time_wait, MISSING_TIME_WAIT },
	{ is_unaccepted, MISSING_UNACCEPTED },
	{ is_orphan, MISSING_ORPHAN },
	{ has_no_inode, MISSING_NONE },
	{ is_plainly_refused, MISSING_PERMISSION },
	{ NULL, MISSING_COUNT },
};

enum { BEHIND_FLIGHT = 2 };

/* and when it was looked for again. */
static const struct rule last_rules[] = {
	{ is_refused, MISSING_PERMISSION },
	{ is_in_flight, MISSING_IN_FLIGHT },
	[BEHIND_FLIGHT] = { is_unsettled, MISSING_UNKNOWN },
	{ is_elsewhere, MISSING_OTHER_PID_NAMESPACE },
	{ NULL, MISSING_KERNEL },
};

static enum missing missing_of(struct owner_walk *w, const struct socket *sk,
			       const struct rule *rule)
{
	while (rule->applies && !rule->applies(w, sk))
		rule++;
	return rule->missing;
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
			sk->missing = (uint8_t)missing_of(w, sk, last_rules + BEHIND_FLIGHT);
	}
}

/* ---- all ------------------------------------------------------------- */

/* What refuses us ourselves is no right that we lack (a sandbox does so). */
static bool are_we_barred(const struct owner_walk *w)
{
	int own = openat(w->proc, "self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	char name[16], target[64];

	if (own < 0)
		return errno == EACCES || errno == EPERM;
	snprintf(name, sizeof(name), "%d", own);
	err = readlinkat(own, name, target, sizeof(target)) < 0 ? errno : 0;
	close(own);
	return err == EACCES || err == EPERM;
}

/* Of what was closed since, nothing more can be known. */
static size_t drop_closed(const struct owner_walk *w, uint32_t *lost, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct socket *sk = &w->c->snap->sockets[lost[i]];

		if (socket_is_there(w->c, sk))
			lost[kept++] = lost[i];
		else
			sk->missing = MISSING_UNKNOWN;
	}
	return kept;
}

/* Those that no plain rule explains: their indices. */
static size_t explain_plainly(struct owner_walk *w, uint32_t *lost)
{
	struct snapshot *snap = w->c->snap;
	size_t count = 0;

	for (size_t i = 0; i < snap->count; i++) {
		struct socket *sk = &snap->sockets[i];
		enum missing missing;

		if (sk->owner || (sk->hidden && !(w->c->query->needs & NEED_PAIR)))
			continue;
		missing = missing_of(w, sk, plain_rules);
		if (missing == MISSING_COUNT)
			lost[count++] = (uint32_t)i;
		else
			sk->missing = (uint8_t)missing;
	}
	return count;
}

static int explain_lost(struct owner_walk *w, uint32_t *lost, size_t count)
{
	long left = (long)drop_closed(w, lost, count);

	if (left && !w->failed_count && !w->barred) {
		left = owners_look_again(w, lost, (size_t)left);
		if (left < 0)
			return (int)left;
		w->refused = ANSWER_UNKNOWN;
		left = (long)drop_closed(w, lost, (size_t)left);
	}
	for (long i = 0; i < left; i++) {
		struct socket *sk = &w->c->snap->sockets[lost[i]];

		sk->missing = (uint8_t)missing_of(w, sk, last_rules);
	}
	return 0;
}

int owners_explain(struct owner_walk *w)
{
	uint32_t *lost = calloc(w->c->snap->count + 1, sizeof(*lost));
	size_t count;
	int err = 0;

	if (!lost)
		return -ENOMEM;
	w->tables = tables_of(w->c->proc_net);
	w->barred = w->denied.count && are_we_barred(w);
	count = explain_plainly(w, lost);
	if (count)
		err = explain_lost(w, lost, count);
	free(lost);
	if (err < 0)
		return err;
	if (w->flying)
		settle_flight(w);
	owners_note(w);
	return 0;
}
