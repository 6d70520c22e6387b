/* SPDX-License-Identifier: MIT */
/*
 * Options of sockets that others hold, which no table of the kernel shows: a
 * descriptor is borrowed from an owner, asked and closed at once, for while it
 * is open its port stays taken.  Nothing is set.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sort.h"
#include "collect/facts.h"
#include "source_inside.h"
#include "uapi.h"

/* ---- borrowing ------------------------------------------------------- */

/* The process, or thread with a table of its own, that is borrowed from. */
struct lender {
	int pidfd;			/* -1: none */
	uint32_t process, tid;
};

static void lender_done(struct lender *lender)
{
	if (lender->pidfd >= 0)
		close(lender->pidfd);
	lender->pidfd = -1;
}

/* Before 6.9 a thread has no descriptor, and its table can't be reached. */
static int open_task(const struct process *process, uint32_t tid)
{
	return (int)syscall(SYS_pidfd_open, tid ? tid : process->pid, tid ? UAPI_PIDFD_THREAD : 0);
}

/* A descriptor of our own, or -errno. */
static int borrow_socket(struct lender *lender, const struct snapshot *snap,
			 const struct owner *owner)
{
	int fd;

	if (owner->fd == OWNER_NO_FD)
		return -ENOENT;
	if (lender->process != owner->process || lender->tid != owner->tid || lender->pidfd < 0) {
		lender_done(lender);
		lender->process = owner->process;
		lender->tid = owner->tid;
		lender->pidfd = open_task(owner_process(snap, owner), owner->tid);
	}
	if (lender->pidfd < 0)
		return -errno;
	fd = (int)syscall(SYS_pidfd_getfd, lender->pidfd, owner->fd, 0);
	return fd < 0 ? -errno : fd;
}

/* ---- asking ---------------------------------------------------------- */

/* -1: there is no such option. */
static int option_of(int fd, int level, int name)
{
	socklen_t size = sizeof(int);
	int value;

	return getsockopt(fd, level, name, &value, &size) < 0 ? -1 : value;
}

static bool has_cookie(int fd, uint64_t cookie)
{
	socklen_t size = sizeof(uint64_t);
	uint64_t own;

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &own, &size) == 0 && own == cookie;
}

static bool has_inode(int fd, uint32_t inode)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_ino == inode;
}

/*
 * Is this the socket of the table?  A row of /proc/net has no cookie; and a
 * subflow's descriptor is the MPTCP socket, from which it has its options
 * (mptcp_setsockopt_sol_socket()).
 */
static bool is_socket(int fd, const struct socket *sk)
{
	if ((sk->have & HAVE_COOKIE) && has_cookie(fd, sk->cookie))
		return true;
	if ((sk->have & HAVE_COOKIE) && option_of(fd, SOL_SOCKET, SO_PROTOCOL) != IPPROTO_MPTCP)
		return false;
	return (sk->have & HAVE_INODE) && sk->inode && has_inode(fd, sk->inode);
}

static uint8_t truth_of(int option, uint8_t before)
{
	if (option < 0)
		return before;
	return option ? TRUTH_YES : TRUTH_NO;
}

/*
 * bind() to an address sets IPV6_V6ONLY in the subflow, not in the MPTCP socket
 * that we ask: what the table tells of the subflow counts more, and a bit that
 * is off says nothing.
 */
static void read_v6only(int fd, const struct socket *sk, struct bind_options *options)
{
	bool is_subflow = option_of(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_MPTCP;
	int v6only = option_of(fd, IPPROTO_IPV6, IPV6_V6ONLY);

	if (option_of(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET)
		options->v6only = TRUTH_NO;
	else if (!is_subflow || (v6only > 0 && !(sk->have & HAVE_V6ONLY)))
		options->v6only = truth_of(v6only, options->v6only);
}

static bool read_options(int fd, const struct socket *sk, struct bind_options *options)
{
	if (!is_socket(fd, sk))
		return false;
	options->reuseaddr = truth_of(option_of(fd, SOL_SOCKET, SO_REUSEADDR), options->reuseaddr);
	options->reuseport = truth_of(option_of(fd, SOL_SOCKET, SO_REUSEPORT), options->reuseport);
	read_v6only(fd, sk, options);
	return true;
}

/* ---- many of them ---------------------------------------------------- */

/* A descriptor that one of the sockets can be had by. */
struct offer {
	uint32_t socket;
	struct owner owner;
};

static size_t offers_list(const struct snapshot *snap, const uint32_t *sockets, size_t count,
			  struct offer *offers, struct sort_record *order)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct socket *sk = &snap->sockets[sockets[i]];

		for (const struct owner *owner = owner_first(snap, sk); owner;
		     owner = owner_next(snap, owner)) {
			if (offers) {
				offers[found] = (struct offer){ sockets[i], *owner };
				order[found].key = (uint64_t)owner->process << 32 | owner->tid;
				order[found].index = (uint32_t)found;
			}
			found++;
		}
	}
	return found;
}

/* One after the other, all of a process together; what has been read is not read again. */
static void offers_take(const struct snapshot *snap, const struct offer *offers,
			const struct sort_record *order, size_t count, bool *done,
			struct bind_options *options)
{
	struct lender lender = { .pidfd = -1 };

	for (size_t i = 0; i < count; i++) {
		const struct offer *offer = &offers[order[i].index];
		const uint32_t socket = offer->socket;
		int fd = done[socket] ? -ENOENT : borrow_socket(&lender, snap, &offer->owner);

		if (fd < 0)
			continue;
		done[socket] = read_options(fd, &snap->sockets[socket], &options[socket]);
		close(fd);
	}
	lender_done(&lender);
}

void facts_read_options(struct source *source, const struct snapshot *snap,
			const uint32_t *sockets, size_t count, struct bind_options *options)
{
	size_t offered = offers_list(snap, sockets, count, NULL, NULL);
	struct sort_record *order;
	struct offer *offers;
	bool *done;

	/* The pids of a recorded file are those of other processes by now. */
	if (!offered || source->replay)
		return;
	order = calloc(offered, sizeof(*order));
	offers = calloc(offered, sizeof(*offers));
	done = calloc(snap->count, sizeof(*done));
	if (order && offers && done) {
		offers_list(snap, sockets, count, offers, order);
		sort_records(order, offered);
		offers_take(snap, offers, order, offered, done, options);
	}
	free(done);
	free(offers);
	free(order);
}
