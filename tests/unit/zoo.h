/* SPDX-License-Identifier: MIT */
/*
 * The world of tests/filter/zoo as a snapshot, with the names of its sockets
 * and what names in a filter stand for there.
 */
#ifndef TESTS_ZOO_H
#define TESTS_ZOO_H

#include "filter/filter.h"
#include "model/snapshot.h"

enum { ZOO_SOCKETS = 128, ZOO_HOSTS = 16, ZOO_ADDRESSES = 4 };

struct zoo_host {
	const char *name;
	struct address addresses[ZOO_ADDRESSES];
	size_t count;
};

struct zoo {
	struct snapshot *snap;
	struct filter_names names;		/* its context is the zoo */
	const char *sockets[ZOO_SOCKETS];	/* names, by index into snap->sockets */
	struct zoo_host hosts[ZOO_HOSTS];
	size_t host_count;
	const char *path;			/* of what is being read, for messages */
	unsigned line;
};

/* Read the file; a line that is not understood fails the test.  Never NULL. */
struct zoo *zoo_read(const char *path);
void zoo_free(struct zoo *zoo);

/* The socket with this name of `length` bytes: its index, or SIZE_MAX. */
size_t zoo_find(const struct zoo *zoo, const char *name, size_t length);

/* Replace each \xNN in `text`, in place, by its byte. */
void zoo_unescape(char *text);

/* Fail the test over the line being read. */
__attribute__((noreturn)) void zoo_fail(const struct zoo *zoo, const char *what, const char *word);

/* One socket: name, protocol, state, local, peer, then key=value (zoo_socket.c). */
void zoo_add_socket(struct zoo *zoo, char **words, size_t count);

/* A decimal or 0x number of at most `most`. */
uint64_t zoo_number(const struct zoo *zoo, const char *text, uint64_t most);

/* Index into snap->netns of the namespace with this name; NULL: the first. */
uint16_t zoo_netns(const struct zoo *zoo, const char *name);

#endif
