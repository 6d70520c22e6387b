/* SPDX-License-Identifier: MIT */
/* What unit tests share: a snapshot made by hand, and text compared with what a buffer holds. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/buf.h"
#include "model/query.h"
#include "model/snapshot.h"

/* A test that gets a snapshot as its `*state`. */
#define WITH_SNAPSHOT(test) cmocka_unit_test_setup_teardown(test, snapshot_setup, snapshot_teardown)

/* One namespace with the interfaces lo (1) and eth0 (2), ephemeral ports 32768-60999. */
static inline int snapshot_setup(void **state)
{
	static const struct interface interfaces[] = { { 1, "lo" }, { 2, "eth0" } };
	struct snapshot *snap = snapshot_new();

	assert_non_null(snap);
	snap->asked = UINT32_MAX;
	snap->host = "host";
	snap->kernel = "6.18.44";
	snap->netns_count = 1;
	snap->netns = arena_alloc(&snap->arena, sizeof(*snap->netns));
	assert_non_null(snap->netns);
	snap->netns->inode = 4026531840;
	snap->netns->interfaces = arena_alloc(&snap->arena, sizeof(interfaces));
	assert_non_null(snap->netns->interfaces);
	memcpy(snap->netns->interfaces, interfaces, sizeof(interfaces));
	snap->netns->interface_count = 2;
	snap->netns->ephemeral_first = 32768;
	snap->netns->ephemeral_last = 60999;
	*state = snap;
	return 0;
}

static inline int snapshot_teardown(void **state)
{
	snapshot_free(*state);
	return 0;
}

static inline struct address address_of(const char *text)
{
	struct address address = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	assert_int_equal(inet_pton(address.family, text, address.bytes), 1);
	return address;
}

/* A socket with cookie, inode (cookie + 1000) and uid; valid until the next one is added. */
static inline struct socket *add_socket(struct snapshot *snap, enum protocol protocol,
					enum state state, const char *local, unsigned port)
{
	struct socket sk = {
		.protocol = (uint8_t)protocol,
		.state = (uint8_t)state,
		.local = { address_of(local), (uint16_t)port },
		.cookie = snap->count + 1,
		.inode = (uint32_t)snap->count + 1001,
		.have = HAVE_COOKIE | HAVE_INODE | HAVE_UID,
	};

	sk.have |= state == STATE_LISTEN ? HAVE_ACCEPT_QUEUE | HAVE_BACKLOG : HAVE_QUEUES;
	assert_int_equal(snapshot_add(snap, &sk), 0);
	return &snap->sockets[snap->count - 1];
}

static inline struct socket *add_listener(struct snapshot *snap, const char *local, unsigned port)
{
	return add_socket(snap, PROTOCOL_TCP, STATE_LISTEN, local, port);
}

static inline struct socket *add_connection(struct snapshot *snap, const char *local, unsigned port,
					    const char *peer, unsigned peer_port)
{
	struct socket *sk = add_socket(snap, PROTOCOL_TCP, STATE_ESTAB, local, port);

	sk->peer = (struct endpoint){ address_of(peer), (uint16_t)peer_port };
	sk->have |= HAVE_PEER;
	return sk;
}

/* A process that is its own family; `command` is borrowed.  Returns its index. */
static inline uint32_t add_process(struct snapshot *snap, uint32_t pid, const char *command)
{
	snap->processes = array_reserve(snap->processes, &snap->process_capacity,
					snap->process_count + 1, sizeof(*snap->processes));
	assert_non_null(snap->processes);
	snap->processes[snap->process_count] = (struct process){
		.pid = pid, .family = pid, .command = command };
	return (uint32_t)snap->process_count++;
}

/* Let `process` hold the socket at index `socket` as well. */
static inline void add_owner(struct snapshot *snap, uint32_t socket, uint32_t process, int fd)
{
	uint32_t *link = &snap->sockets[socket].owner;

	snap->owners = array_reserve(snap->owners, &snap->owner_capacity, snap->owner_count + 1,
				     sizeof(*snap->owners));
	assert_non_null(snap->owners);
	while (*link)
		link = &snap->owners[*link - 1].next;
	snap->owners[snap->owner_count++] = (struct owner){ .process = process, .fd = fd };
	*link = (uint32_t)snap->owner_count;
}

/* What the buffer holds, which must be `expected`; then it is empty again. */
static inline void assert_holds(struct buf *buf, const char *expected)
{
	buf_add_char(buf, '\0');
	assert_string_equal(buf->data, expected);
	assert_int_equal(buf->length, strlen(expected) + 1);
	buf->length = 0;
}

#endif
