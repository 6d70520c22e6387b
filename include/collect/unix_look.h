/* SPDX-License-Identifier: MIT */
/* Who has a unix address, in all network namespaces: a path belongs to the file system. */
#ifndef COLLECT_UNIX_LOOK_H
#define COLLECT_UNIX_LOOK_H

#include "collect/source.h"
#include "model/unix.h"

/*
 * Look at the file and for the sockets, and for who holds them.  Connects to
 * nobody and changes nothing.  `facts->snap` is the caller's to free.  0,
 * -ENOMEM, or -EOPNOTSUPP of a recorded file.
 */
int unix_look(struct source *source, const struct unix_request *request, struct unix_facts *facts);

#endif
