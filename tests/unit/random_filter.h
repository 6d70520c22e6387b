/* SPDX-License-Identifier: MIT */
/*
 * Random filters and random sockets of one small world, so that a term is
 * true of a socket about as often as not.  The same seed gives the same.
 *
 *	uint64_t seed = 1;
 *	struct snapshot *world = random_world();
 *
 *	random_filter(&seed, &text);
 *	filter = filter_parse(text.data, &random_names, &error);
 *	random_socket(&seed, &sk);
 *	filter_match(filter, &(struct row){ world, &sk, NULL }, UINT32_MAX);
 */
#ifndef TESTS_RANDOM_FILTER_H
#define TESTS_RANDOM_FILTER_H

#include "base/buf.h"
#include "filter/filter.h"
#include "model/snapshot.h"

/* Names, cgroups and owners that random sockets refer to; no sockets.  snapshot_free() ends it. */
struct snapshot *random_world(void);

/* What names in a random filter stand for. */
extern const struct filter_names random_names;

/* Append a valid filter, without a NUL: terms the kernel can test and others, up to 5 deep. */
void random_filter(uint64_t *seed, struct buf *out);

/* Append one term of it, without any operator between terms. */
void random_term(uint64_t *seed, struct buf *out);

/*
 * A socket as inet_diag or /proc tell of it, in any state.  Members without
 * their HAVE_ bit hold what the kernel's own socket might: a bound one may
 * have a port of a peer that it lost.  Its `detail` lives as long as the
 * program, its `owner` and `cgroup` are indices into the world.
 */
void random_socket(uint64_t *seed, struct socket *sk);

/* A number below `limit` > 0; the seed moves on. */
uint32_t random_below(uint64_t *seed, uint32_t limit);

#endif
