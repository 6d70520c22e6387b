/* SPDX-License-Identifier: MIT */
/*
 * A snapshot: the sockets of one moment and all that was learned about them.
 * It owns everything it points to, and everything dies with it.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "model/listener.h"
#include "model/names.h"
#include "model/note.h"
#include "model/owner.h"
#include "model/socket.h"
#include "model/unseen.h"

struct snapshot {
	struct arena arena;
	double time;			/* seconds since 1970 */
	const char *host, *kernel;
	uint32_t asked;			/* the query's needs */
	uint32_t states;		/* the query's states; of a record those it has */
	uint32_t fell_back;		/* protocols whose rows are those of /proc/net */
	bool partial;			/* connections of its listeners may be missing */
	bool unsure;			/* what was asked for could not be looked at everywhere */
	bool no_cgroups;		/* their paths: no tree of them is mounted here */
	size_t unseen[UNSEEN_COUNT];	/* sockets that may match or not, by what hides it */
	size_t joined;			/* the last so many sockets are of another snapshot, */
	uint32_t joined_asked;		/* which was asked for this */
	struct socket *sockets;
	size_t count, capacity;
	uint32_t *members;		/* socket indices, grouped by listener */
	struct listener *listeners;
	size_t listener_count;
	struct hash pairs;		/* by four-tuple; empty unless NEED_PAIR */

	struct owner *owners;
	size_t owner_count, owner_capacity;
	struct process *processes;
	size_t process_count, process_capacity;

	struct netns *netns;
	size_t netns_count;
	struct cgroup *cgroups;
	size_t cgroup_count, cgroup_capacity;
	struct user *users;		/* sorted by uid */
	size_t user_count;
	struct service *services;	/* sorted by protocol, then port */
	size_t service_count;
	struct host *hosts;		/* sorted by address */
	size_t host_count;

	struct note *notes, **last_note;
};

/* Empty; NULL with errno ENOMEM. */
struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *snap);

/* Make room for about `expected` sockets; less or more may come.  0 or -ENOMEM. */
int snapshot_expect(struct snapshot *snap, size_t expected);

/* Append a copy of `sk`; 0 or -ENOMEM.  Moves the others. */
int snapshot_add(struct snapshot *snap, const struct socket *sk);

/* Take out the sockets from index `first` up to `end`.  Moves those behind. */
void snapshot_forget(struct snapshot *snap, size_t first, size_t end);

/* Of sockets that are the same keep the first, with all that is known; 0 or -ENOMEM. */
int snapshot_drop_duplicates(struct snapshot *snap);

/* Add a note; texts are copied; printf-like.  Out of memory loses it. */
__attribute__((format(printf, 4, 5)))
void snapshot_note(struct snapshot *snap, enum severity severity, const char *subject,
		   const char *format, ...);

/* False when an error note says that something is missing, or the answer is unsure. */
bool snapshot_is_complete(const struct snapshot *snap);

/* Index of the cgroup with this id, added if new; UINT32_MAX with errno ENOMEM. */
uint32_t snapshot_cgroup(struct snapshot *snap, uint64_t id);

/* Name lookups; NULL where there is none. */
const char *snapshot_user(const struct snapshot *snap, uint32_t uid);
const char *snapshot_service(const struct snapshot *snap, enum protocol protocol, uint16_t port);
const char *snapshot_host(const struct snapshot *snap, const struct address *address);
const char *snapshot_interface(const struct snapshot *snap, uint16_t netns, uint32_t index);
const char *snapshot_sysctl(const struct snapshot *snap, uint16_t netns, const char *name);

/* False where the kernel has no such counter, or it was not asked for. */
bool snapshot_counter(const struct snapshot *snap, uint16_t netns, const char *name,
		      uint64_t *value);

/* A member of a listener: 0 up to its count. */
static inline const struct socket *listener_member(const struct snapshot *snap,
						   const struct listener *listener, uint32_t member)
{
	return &snap->sockets[snap->members[listener->first + member]];
}

/* The first member of a listener, by its index in `listeners`. */
static inline const struct socket *listener_socket(const struct snapshot *snap, uint32_t index)
{
	return listener_member(snap, &snap->listeners[index], 0);
}

/* A socket's first owner and the next one; NULL at the end.  The process of the first, or NULL. */
const struct owner *owner_first(const struct snapshot *snap, const struct socket *sk);
const struct owner *owner_next(const struct snapshot *snap, const struct owner *owner);
const struct process *owner_first_process(const struct snapshot *snap, const struct socket *sk);

static inline const struct process *owner_process(const struct snapshot *snap,
						  const struct owner *owner)
{
	return &snap->processes[owner->process];
}

#endif
