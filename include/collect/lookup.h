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

/* Id of the cgroup (v2) with this path, as /proc/PID/cgroup writes it; 0: there is none. */
uint64_t lookup_cgroup(const char *path);

/*
 * Name of the systemd socket unit whose file lets systemd listen on this port,
 * with its ".socket", at most `size` - 1 bytes into `name`; false: none does.
 */
bool lookup_socket_unit(enum protocol protocol, uint16_t port, char *name, size_t size);

#endif
