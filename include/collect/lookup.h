/* SPDX-License-Identifier: MIT */
/* From names to numbers, for what a person types; once a word, so speed does not matter. */
#ifndef COLLECT_LOOKUP_H
#define COLLECT_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

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

/* Id of the cgroup (v2) with this path, as /proc/PID/cgroup writes it; 0: there is none. */
uint64_t lookup_cgroup(const char *path);

#endif
