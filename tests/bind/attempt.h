/* SPDX-License-Identifier: MIT */
/* The wanted socket of a trial. */
#ifndef TESTS_BIND_ATTEMPT_H
#define TESTS_BIND_ATTEMPT_H

#include "bindcheck.h"

/* How much the judge may know of the options of the holders. */
enum knowledge {
	KNOWS_NETLINK,			/* what sock_diag tells */
	KNOWS_DESCRIPTORS,		/* and what sockets that somebody holds tell */
	KNOWS_ALL,
	KNOWLEDGES
};

/* Does this kernel leave out TCP sockets that are only bound? */
bool kernel_hides_bound(void);

int wanted_socket(const struct wanted *wanted);

/* Bind it; errno or 0. */
int wanted_bind(int fd, const struct wanted *wanted, uint16_t port);

/* Bind another one just like it, and close it; errno or 0. */
int wanted_probe(const struct wanted *wanted, uint16_t port);

/* What the judge is told. */
struct bind_request wanted_request(const struct wanted *wanted, uint16_t port);
void surroundings_read(struct source *source, const struct bind_request *request,
		       const struct snapshot *snap, struct surroundings *around);
void facts_fill(const struct trial *trial, enum knowledge knowledge, const struct snapshot *snap,
		const struct surroundings *around, struct bind_facts *facts,
		struct bind_options *options);

/* The trial in words, for a person. */
void trial_say(const struct trial *trial);

#endif
