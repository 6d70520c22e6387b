/* SPDX-License-Identifier: MIT */
/* The parser of /proc/net lines, shown for tests and fuzzing. */
#ifndef COLLECT_PROC_NET_H
#define COLLECT_PROC_NET_H

#include "model/socket.h"

/*
 * Read one line (NUL-terminated, without its newline) of /proc/net/tcp, udp,
 * udplite or raw, or of their IPv6 twins, into `sk`, whose protocol is set.
 * `tick` is the length of a USER_HZ tick in ms.  0, or -EINVAL and `sk` is
 * half filled.
 */
int proc_net_parse(const char *line, unsigned tick, struct socket *sk);

#endif
