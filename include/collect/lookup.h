/* SPDX-License-Identifier: MIT */
/* From names to numbers, for what a person types; once a word, so speed does not matter. */
#ifndef COLLECT_LOOKUP_H
#define COLLECT_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"
#include "model/protocol.h"

/*
 * Ports that /etc/services gives to `name` or to a name it is also known by,
 * whatever the protocol, each once.  Returns how many, at most `most`.
 */
size_t lookup_service(const char *name, uint16_t *ports, size_t most);

/*
 * Addresses of a host, from the system's resolver: this may ask the network.
 * Returns how many, at most `most`.
 */
size_t lookup_host(const char *name, struct address *addresses, size_t most);

/* The same, but a late answer is not waited for: then it is -ETIMEDOUT. */
int lookup_host_within(const char *name, unsigned milliseconds, struct address *addresses,
		       size_t most);

/* Those that /etc/hosts gives to `name`; no resolver is asked.  "localhost" always has some. */
size_t lookup_host_file(const char *name, struct address *addresses, size_t most);

enum { LOOKUP_MS = 1000 };	/* to wait for all the names of one command */

/* Does a process of this name run, as far as can be seen; is there such a user in /etc/passwd? */
bool lookup_process(const char *name);
bool lookup_user(const char *name);

/* Id of the cgroup (v2) with this path, as /proc/PID/cgroup writes it; 0: there is none. */
uint64_t lookup_cgroup(const char *path);

/*
 * Name of the systemd socket unit whose file lets systemd listen on this port,
 * with its ".socket", at most `size` - 1 bytes into `name`; false: none does.
 */
bool lookup_socket_unit(enum protocol protocol, uint16_t port, char *name, size_t size);

#endif
