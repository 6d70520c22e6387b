/* SPDX-License-Identifier: MIT */
/*
 * Counting: the sockets of a listing in groups of those that are alike in some
 * fields.  Looks at sockets; changes none.
 */
#ifndef MODEL_COUNT_H
#define MODEL_COUNT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "model/list.h"
#include "model/listing.h"

/* What is counted by. */
struct count_keys {
	enum field_id fields[FIELD_COUNT];	/* no group of fields; each once */
	size_t count;
};

/* Append a field, unless it is there. */
void count_keys_add(struct count_keys *keys, enum field_id field);

/* What must be collected to count by them: enum need. */
uint32_t count_needs(const struct count_keys *keys);

/* Does the field tell of one of the processes that hold a socket, or (other_end) its other end? */
bool count_is_of_process(enum field_id field);

struct count_group {
	size_t sockets;
	const char *key;		/* bytes that all of them have in common, and no others */
	size_t length;
	uint32_t hash;
	uint32_t socket;		/* one of them */
	uint32_t last;			/* the one that was counted last */
	const struct owner *owner;	/* the process that it is about, NULL: none; */
	const struct owner *other_owner;	/* and that at the other end */
};

struct count {
	const struct snapshot *snap;
	const struct count_keys *keys;
	struct arena arena;
	struct hash set;
	struct count_group *groups;	/* the largest first, then by what they have in common */
	size_t count, capacity;
	size_t sockets;			/* in all */
};

/*
 * Count the sockets that `listing` shows, members of listeners each; both
 * arguments are borrowed.  A socket that several processes hold counts once in
 * the group of each, and where none is named in one for the reason why.  An
 * IPv4 address is the same on an IPv6 socket.  0 or -ENOMEM; count_free() in
 * any case.
 */
int count_make(struct count *count, const struct listing *listing, const struct count_keys *keys);
void count_free(struct count *count);

/* What the sockets of a group have in common in one field. */
struct count_value {
	struct row row;			/* one of them */
	struct value value;		/* VALUE_LIST and VALUE_OWNERS stand for one process */
	struct list_item item;		/* of VALUE_LIST */
	const struct process *process;	/* of VALUE_OWNERS */
	enum missing missing;		/* of VALUE_NONE: why no process is named */
};

struct count_value count_get(const struct count *count, const struct count_group *group,
			     enum field_id field);

#endif
