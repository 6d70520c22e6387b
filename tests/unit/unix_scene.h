/* SPDX-License-Identifier: MIT */
/* Unix sockets in a directory and a namespace of the test's own, and what is said of them. */
#ifndef TESTS_UNIX_SCENE_H
#define TESTS_UNIX_SCENE_H

#include "unit.h"
#include "collect/unix_look.h"
#include "diagnose/unix.h"

/* A request for a stream socket by this process. */
struct unix_request path_request(const char *name);
struct unix_request name_request(const char *name, size_t length, int type);

/* A socket bound as wanted; -1 with errno. */
int socket_bound(const struct unix_request *request);
int socket_listening(const struct unix_request *request);

/* A client, bound to `own` if there is one, and the end that accept() returns. */
void sockets_connected(int listener, const struct unix_request *request,
		       const struct unix_request *own, int ends[2]);

/* A holder_function. */
uint64_t listen_elsewhere(const void *request);

struct unix_facts facts_look(struct source *source, const struct unix_request *request);

/* Is this what is found, and does bind() say the same?  Also in a child, where nothing may fail. */
bool is_found(struct source *source, const struct unix_request *request,
	      enum unix_finding expected);
void check_found(struct source *source, const struct unix_request *request,
		 enum unix_finding expected);

/* The test's `*state` is a source for its namespace; its directory is an empty one. */
int place_setup(void **state);
int place_teardown(void **state);

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

#endif
