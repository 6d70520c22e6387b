/* SPDX-License-Identifier: MIT */
/* Names of hosts, by any resolver. */
#ifndef COLLECT_RESOLVE_H
#define COLLECT_RESOLVE_H

#include <stdint.h>
#include <time.h>

#include "model/snapshot.h"

enum {
	RESOLVE_THREADS = 16,
	RESOLVE_MOST = 4096,		/* addresses asked for; those of the most sockets */
};

/*
 * Write the name of a host to `name`; 0 or EAI_*.  Runs in several threads at
 * once, and goes on after the time is over.
 */
typedef int resolve_function(const struct address *address, char *name, size_t size);

/* resolve_hosts() with a resolver of the caller's. */
int resolve_hosts_by(struct snapshot *snap, uint32_t states, unsigned milliseconds,
		     resolve_function *resolve);

/* The moment by CLOCK_MONOTONIC until which a resolver is waited for. */
struct timespec time_after(unsigned milliseconds);

#endif
