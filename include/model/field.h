/* SPDX-License-Identifier: MIT */
/*
 * The field table: one vocabulary for columns, JSON keys, sort keys, filter
 * words and help.  A field says what must be collected for it.
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "model/snapshot.h"
#include "model/value.h"

enum field_group { GROUP_SOCKET, GROUP_TCP, GROUP_MEMORY };

enum field_id {
	/* GROUP_SOCKET, in the order of JSON */
	FIELD_PROTOCOL,
	FIELD_FAMILY,
	FIELD_STATE,
	FIELD_ROLE,
	FIELD_SCOPE,
	FIELD_PORT_CLASS,
	FIELD_LOCAL,
	FIELD_PEER,
	FIELD_RECV_QUEUE,
	FIELD_SEND_QUEUE,
	FIELD_ACCEPT_QUEUE,
	FIELD_BACKLOG,
	FIELD_UID,
	FIELD_USER,
	FIELD_INODE,
	FIELD_COOKIE,
	FIELD_INTERFACE,
	FIELD_MARK,
	FIELD_V6ONLY,
	FIELD_SHUTDOWN,
	FIELD_NETNS,
	FIELD_CGROUP,
	FIELD_UNIT,
	FIELD_CONTAINER,
	FIELD_OWNERS,
	FIELD_OWNER_MISSING,
	FIELD_TIMER,
	FIELD_RX_BYTES,
	FIELD_TX_BYTES,
	FIELD_TCP,
	FIELD_MEMORY,
	FIELD_LISTENER_COOKIE,
	FIELD_TWIN_COOKIE,
	FIELD_OTHER_END,
	FIELD_JSON_END,
	/* GROUP_SOCKET, of the table only */
	FIELD_DIRECTION = FIELD_JSON_END,
	FIELD_USER_SHOWN,
	FIELD_QUEUE,
	FIELD_SERVICE,
	FIELD_CONNECTIONS,
	FIELD_SOCKETS,
	/* GROUP_TCP: struct tcp_info, congestion control */
	FIELD_TCP_FIRST,
	FIELD_TCP_LAST = FIELD_TCP_FIRST + 76,
	/* GROUP_MEMORY */
	FIELD_MEMORY_FIRST,
	FIELD_MEMORY_LAST = FIELD_MEMORY_FIRST + MEMORY_COUNT - 1,
	FIELD_COUNT
};

/* What a getter sees.  `listener` is set when the row stands for all its members. */
struct row {
	const struct snapshot *snap;
	const struct socket *sk;
	const struct listener *listener;
};

/* Where a figure stands in struct tcp_info (or its word in struct memory). */
struct place {
	uint16_t offset;
	uint8_t size;			/* bytes: 1, 2, 4, 8 */
	uint8_t shift, bits;		/* of a bit field; bits 0: the whole */
	uint64_t unset;			/* this number means "not known"; 0: none does */
};

struct field {
	const char *name;		/* JSON key (less its unit), sort key, filter word */
	const char *title;		/* heading of a column; label in a detail line */
	const char *help;
	struct value (*get)(const struct row *row, const struct field *field);
	uint32_t needs;			/* enum need */
	enum value_type type;		/* of values that are known */
	enum unit unit;
	enum field_group group;
	uint8_t width;			/* columns its widest value takes; 0: measure */
	bool right;			/* right-aligned */
	struct place place;
};

extern const struct field fields[FIELD_COUNT];

/* Suffix of JSON keys ("_us"), by unit. */
extern const char *const unit_suffixes[UNIT_COUNT];

static inline struct value field_get(const struct row *row, enum field_id id)
{
	return fields[id].get(row, &fields[id]);
}

#endif
