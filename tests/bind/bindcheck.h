/* SPDX-License-Identifier: MIT */
/*
 * The judge against the kernel: sockets made at random in a network namespace
 * of our own, a verdict on one more, and then the very bind().
 */
#ifndef TESTS_BINDCHECK_H
#define TESTS_BINDCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/source.h"
#include "diagnose/diagnose.h"
#include "place.h"

/* How a holder came to be what it is. */
enum life {
	LIFE_BOUND, LIFE_LISTEN,
	LIFE_CHILD,			/* accepted; the listener is closed */
	LIFE_CHILD_BESIDE,		/* the listener is not */
	LIFE_CHILD_OF_OTHER,		/* accepted by another user, the listener closed */
	LIFE_UNACCEPTED,
	LIFE_REQUEST,			/* SYN-RECV, and the listener closed */
	LIFE_CLIENT,			/* bound, then connected */
	LIFE_AUTOMATIC,			/* the kernel chose the port: the first holder only */
	LIFE_SYN_SENT,
	LIFE_CLOSE_WAIT,
	LIFE_FIN_WAIT_1, LIFE_LAST_ACK, LIFE_CLOSING,	/* orphans, since the peer does not read */
	LIFE_FIN_WAIT_2,		/* owned */
	LIFE_ORPHAN_FIN_WAIT_2,
	LIFE_TIME_WAIT,
	LIVES_TCP,
	LIFE_UDP = LIVES_TCP, LIFE_UDP_CONNECTED, LIFE_UDP_AUTOMATIC,
	LIVES
};

extern const char *const life_names[LIVES];

enum { HOLDERS = 4, FDS = 8, KNOWN = 32, USER = 33, OTHER_USER = 44 };

/* What a socket is made of, wanted or held. */
struct recipe {
	enum protocol protocol;
	enum place place;
	bool reuseaddr, reuseport, v6only;
	uint8_t device;			/* enum bound_to */
	uint32_t uid;
};

struct holder {
	struct recipe recipe;
	enum life life;
	bool gone;			/* it was closed again, which leaves traces */
	bool made;
	int fds[FDS];
	size_t fd_count;
};

/* The options of a socket on the port, as it was made. */
struct known {
	uint64_t cookie;
	struct bind_options options;
	int fd;				/* -1: nobody holds it now */
};

struct wanted {
	struct recipe recipe;
	bool freebind, bound, scoped;
	bool unprivileged;		/* tried without CAP_NET_BIND_SERVICE */
	bool listens_late;		/* it is listen() that is judged, after holders did */
};

struct trial {
	uint16_t port;			/* 0: the first holder's choice */
	struct holder holders[HOLDERS];
	size_t holder_count;
	bool changes;			/* holders change their options after bind() */
	struct wanted wanted;
	struct known known[KNOWN];
	size_t known_count;
};

/* What the namespace tells about where a socket is wanted. */
struct surroundings {
	uint8_t address;		/* enum address_use */
	struct device devices[DEVICES];
	size_t device_count;
};

/*
 * world.c: a fresh namespace with its addresses and helpers, and with VRFs where
 * they are asked for.  Exits when that can't be made.
 */
void world_make(bool vrfs);
enum { SINK_PORT = 1999, FULL_PORT = 1998 };	/* takes connections; answers none any more */
uint32_t random_below(uint32_t limit);
bool random_chance(unsigned percent);
void random_seed(uint64_t seed);
__attribute__((noreturn)) void die(const char *what);

/* vrf.c: the VRFs of a fresh namespace; false: this kernel or this machine has none. */
bool vrfs_make(void);

/* chance.c: a trial with one holder, or several; on the devices of VRFs, or without. */
struct trial random_trial(bool several, bool vrfs, uint16_t port);

/* holder.c: a socket as the recipe has it, -1 and errno when it can't be made. */
int recipe_socket(const struct recipe *recipe);
void bind_to_device(int fd, enum bound_to device);
/* Make a holder on the port of the trial; false: it can't be here. */
bool holder_make(struct trial *trial, struct holder *holder);
/* It sets or clears SO_REUSEADDR, SO_REUSEPORT or both. */
void known_change(struct known *known);
void holder_close(struct trial *trial, struct holder *holder);

#endif
