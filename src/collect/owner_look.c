/* SPDX-License-Identifier: MIT */
/*
 * Looking again for sockets whose owner was not found, although one may have
 * been there all the time: it may have passed from a process that was not
 * visited yet to one that had been.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "owner.h"

enum {
	LOOKS_LEAST = 2,
	LOOKS_MOST = 4,
	LOOKS_MS = 10,			/* looks beyond the least begin within this time */
};

/* Does a unix socket have descriptors in its queue (unix_show_fdinfo())? */
static int flight_take(struct owner_walk *w, const char *fd)
{
	static const char mark[] = "\nscm_fds:";
	const char *at;
	size_t count;
	ssize_t length;
	int file = fdinfo_open(w, fd);

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

static int owner_or_flight_take(struct owner_walk *w, uint32_t inode, const char *fd)
{
	if (wanted_find(w, inode))
		return owner_take_late(w, inode, fd);
	return fd ? flight_take(w, fd) : 0;
}

static int look(struct owner_walk *w, socket_visitor *visit)
{
	int err;

	w->visit = visit;
	w->again = true;
	w->thorough = w->unsure;
	w->found_before = w->c->snap->owner_count;
	err = processes_walk(w);
	return err ? err : newcomers_walk(w);
}

/* Hand out the owners that were found; how many have none. */
static size_t keep_lost(const struct owner_walk *w, uint32_t *lost, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct socket *sk = &w->c->snap->sockets[lost[i]];

		sk->owner = wanted_find(w, sk->inode)->first;
		if (!sk->owner)
			lost[kept++] = lost[i];
	}
	return kept;
}

/* As tunnels are (setup_udp_tunnel_sock()), which are not sent from process to process. */
static bool are_all_deaf(const struct owner_walk *w, const uint32_t *lost, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!w->c->snap->sockets[lost[i]].deaf)
			return false;
	return true;
}

static long milliseconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

/* One look in which nothing came or went is no proof: a descriptor may pass behind our back. */
static bool is_another_needed(const struct owner_walk *w, const uint32_t *lost, size_t count,
			      int looks, const struct timespec *start)
{
	if (!count || w->failed_count || (w->closed && are_all_deaf(w, lost, count)))
		return false;
	return looks < LOOKS_LEAST || (looks < LOOKS_MOST && milliseconds_since(start) < LOOKS_MS);
}

long owners_look_again(struct owner_walk *w, uint32_t *lost, size_t count)
{
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int looks = 1; is_another_needed(w, lost, count, looks, &start); looks++) {
		int err = look(w, looks == 1 ? owner_or_flight_take : owner_take_late);

		if (err < 0)
			return err;
		count = keep_lost(w, lost, count);
	}
	return (long)count;
}
