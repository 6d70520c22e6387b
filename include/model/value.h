/* SPDX-License-Identifier: MIT */
/* A value of a field, as every view receives it. */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

enum value_type {
	VALUE_NONE,		/* unknown: "-" in text, null in JSON; never 0 */
	VALUE_BOOL,
	VALUE_UNSIGNED,
	VALUE_HEX,		/* an unsigned that text shows in hexadecimal */
	VALUE_TEXT,		/* NUL-terminated; may come from outside */
	VALUE_ENDPOINT,		/* of the row's socket */
	VALUE_ADDRESS,		/* the address of `endpoint` alone */
	VALUE_LIST,		/* one datum of each process of the row: model/list.h */
	VALUE_QUEUE,		/* the row's accept queue and backlog, or waiting bytes */
	VALUE_OWNERS,		/* the row's processes, or why there are none */
	VALUE_PAIR,		/* the other end of the row's socket */
	VALUE_TIMER,
	VALUE_NETNS,
	VALUE_TCP,		/* all fields of the TCP group */
	VALUE_MEMORY,		/* all fields of the memory group */
	VALUE_TYPE_COUNT
};

enum unit { UNIT_NONE, UNIT_BYTES, UNIT_US, UNIT_MS, UNIT_BPS, UNIT_COUNT };

/* Is the value all in `struct value`, so that two can be compared there? */
#define VALUE_IS_PLAIN(type) ((type) <= VALUE_TEXT)

struct value {
	enum value_type type;
	union {
		bool boolean;
		uint64_t number;
		const char *text;
		const struct endpoint *endpoint;
		const struct socket *socket;
	};
};

#endif
