/* SPDX-License-Identifier: MIT */
/*
 * What a diagnosis needs beyond the table of sockets: options of the sockets of
 * others, addresses, rights, the other namespaces.  Everything is read in the
 * source's namespace, and nothing is changed; only facts_probe() makes a
 * socket, for some microseconds.  A recorded file knows none of it: the
 * answers are then "unknown", but for addresses that are the same everywhere.
 */
#ifndef COLLECT_FACTS_H
#define COLLECT_FACTS_H

#include <stddef.h>
#include <sys/socket.h>

#include "collect/place.h"
#include "collect/source.h"
#include "model/bind.h"

/*
 * Read the options of these sockets (indices into `snap`, whose owners are
 * known) by way of a descriptor of one of their owners, pidfd_getfd(2).  The
 * cookie proves that it is the socket of the snapshot.  `options` is indexed
 * like the snapshot; what can't be read stays as it is.
 */
void facts_read_options(struct source *source, const struct snapshot *snap,
			const uint32_t *sockets, size_t count, struct bind_options *options);

/*
 * Which sockets of this protocol and port have not got it by a bind() of their
 * own: clients, what accept() returned, TIME-WAIT.  `autobound` is enum truth,
 * indexed like the snapshot, and stays as it is where the kernel does not say.
 */
void facts_autobound(struct source *source, const struct snapshot *snap, enum protocol protocol,
		     uint16_t port, uint8_t *autobound);

/*
 * May something refuse us, or those we start, what the rules of the kernel allow?
 * What can be seen of that: a filter of system calls, and that privileges are
 * given up for good, as Landlock has it.
 */
bool facts_sandboxed(void);

/*
 * Would a process with this uid pass for CAP_NET_BIND_SERVICE in the namespace?
 * With our own uid: one with our capabilities.  Of others root is said to, and
 * a plain user not to, whatever its program's file or its service gives it.
 */
enum truth facts_privileged(struct source *source, uint32_t uid);

/*
 * Look for a process that holds the wanted port by a TCP socket that is bound and
 * does not listen, on a kernel whose tables have none.  It takes the right to look
 * into the process; `holder->pid` 0: none was found.
 */
void facts_find_hidden(struct source *source, const struct bind_request *request,
		       struct hidden_holder *holder);

/*
 * Bind a socket as it is wanted, do not listen, and close it at once.  0 and
 * the errno of bind() in `*error` (0: it worked), or -errno when that could not
 * be tried: -EOPNOTSUPP where it would do harm (UDP with options takes
 * datagrams away from others) or there is no namespace to try it in, -EACCES
 * or -EPERM where we may not bind it, which says nothing of another user.
 */
int facts_probe(struct source *source, const struct bind_request *request, int *error);

/*
 * What a socket that we hold a descriptor of wants, but for the address: `local`
 * and `scope` stay as they are.  MPTCP counts as TCP.  0 or -errno:
 * -EAFNOSUPPORT, -EPROTONOSUPPORT where it is none that has a port.
 */
int facts_request_of(int fd, struct bind_request *request);

/*
 * An address as bind() is given it, into `local` and `scope`: AF_INET or
 * AF_INET6 only.  0, -EAFNOSUPPORT, or -EINVAL where it is too short.
 */
int facts_request_address(const struct sockaddr *address, socklen_t length,
			  struct bind_request *request);

/*
 * Does a rule send what comes for this port elsewhere, before a socket is looked
 * for?  MAYBE: there are rules that may, or they can't be read (that takes root).
 */
enum truth facts_redirected(struct source *source, uint16_t port);

/*
 * Open all other network namespaces that a process or a name below /run/netns
 * leads to, at most `most`.  Returns how many; the caller closes them.  Where
 * one may not be entered the tables in /proc of its process stand in; what not
 * even has those is counted in `*refused`.
 */
size_t facts_other_namespaces(struct source *source, struct source **others, size_t most,
			      size_t *refused);

#endif
