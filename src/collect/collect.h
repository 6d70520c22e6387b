/* SPDX-License-Identifier: MIT */
/* What the files of this floor show to each other. */
#ifndef COLLECT_COLLECT_H
#define COLLECT_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/query.h"
#include "model/snapshot.h"

/* What is under way: the snapshot being filled, and by which question. */
struct collection {
	struct snapshot *snap;
	const struct query *query;
	const char *proc_net;		/* directory of this namespace's tables */
	unsigned kernel;		/* major << 8 | minor */
	uint32_t tests;			/* enum kernel_test: what this kernel did not refuse */
	uint16_t netns;			/* index of the namespace being read */
	bool fell_back;			/* and said so */
	bool bound;			/* a socket has an interface, whose name is wanted */
};

/* Add a copy of `sk` unless its state is not asked for; may be a duplicate.  0 or -ENOMEM. */
int collection_add(struct collection *c, const struct socket *sk);

/* collectors.c: read the tables of all protocols asked for; what can't be read becomes a note. */
void sockets_collect(struct collection *c, bool by_netlink);

/*
 * collectors.c: ask again: is this very socket still there, and open?  Where
 * that can't be told it is not.
 */
bool socket_is_there(struct collection *c, const struct socket *sk);

/* inet_again.c and proc_net.c: the same, by what the row was read from. */
bool inet_is_there(const struct socket *sk);
bool proc_net_is_there(struct collection *c, const struct socket *sk);

/* inet.c: dump one protocol by sock_diag; 0, or -errno when it can't. */
int inet_collect(struct collection *c, enum protocol protocol);

/* proc_net.c: the same from /proc/net; 0 or -errno. */
int proc_net_collect(struct collection *c, enum protocol protocol);

/*
 * owner_proc.c: who holds the sockets that have an inode.  Fills owners,
 * processes and socket.missing; what stood in the way becomes a note.  0 or
 * -ENOMEM.  A second source may stand beside it one day (a BPF iterator): this
 * verb is all it has to offer.
 */
int owners_find(struct collection *c);

/*
 * process.c: what is to be known of a process.  `dir` is an open /proc/PID;
 * `tid` is 0, or a living thread of a leader that has exited.  Reads the
 * command always and the rest with NEED_PROCESS; what can't be read stays NULL.
 */
int process_read(struct collection *c, struct process *process, int dir, uint32_t tid);

/*
 * process.c: set process.family of all processes: the pid of the topmost
 * ancestor with the same executable (or command, where that can't be read),
 * reading parents from /proc.  Two workers of one master share it.
 */
void processes_find_families(struct snapshot *snap);

/* process_family.c: set process.ancestor of all processes, whatever they run. */
void processes_find_ancestors(struct snapshot *snap);

/* cgroup.c: paths of snap->cgroups from their ids, with unit and container. */
void cgroups_resolve(struct snapshot *snap);

/*
 * names.c: users from /etc/passwd; services of the `wanted` protocols
 * (PROTOCOL_BIT()s) from /etc/services and /etc/protocols.  Never the network.
 */
void users_read(struct snapshot *snap);
void services_read(struct snapshot *snap, uint32_t wanted);

/*
 * resolve.c: names of the hosts whose addresses sockets in `states` have, from
 * the system's resolver, in the calling thread's namespace.  Returns after
 * `milliseconds` at most, without the names that are late.  0 or -errno.
 */
enum { RESOLVE_MS = 1000 };	/* to wait, all in all */
int resolve_hosts(struct snapshot *snap, uint32_t states, unsigned milliseconds);

/* netns.c: interfaces and ephemeral port range of the calling thread's namespace. */
void netns_read_interfaces(struct snapshot *snap, struct netns *netns);
void netns_read_ports(struct netns *netns);

/* counters.c: all counters below `proc_net`; what can't be read is not there. */
void counters_read(struct snapshot *snap, struct netns *netns, const char *proc_net);

/* sysctl.c: settings of the calling thread's namespace; the kernel may not have all of them. */
void sysctls_read(struct snapshot *snap, struct netns *netns);

/*
 * netns.c: open the namespace that `text` names (see source_open()).  Returns
 * a descriptor or -errno; `pid` is set when it was named by a process.
 */
int netns_open(const char *text, uint32_t *pid);

/* netns.c: inode of an open namespace and its name below /run/netns (NULL: none). */
int netns_identify(struct snapshot *snap, int fd, struct netns *netns);

/* sockstat.c: about how many TCP sockets there are; `proc_net` as in struct collection. */
size_t sockstat_tcp(const char *proc_net);

/* capability.c: is it in our effective set?  CAP_* of linux/capability.h. */
bool has_capability(unsigned capability);

/* file.c: read a small file below `dir` (AT_FDCWD: a path) into `out`, NUL-terminated.
 * Returns the length (at most size - 1) or -errno. */
long file_read(int dir, const char *name, char *out, size_t size);

#endif
