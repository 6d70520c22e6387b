/* SPDX-License-Identifier: MIT */
/* Rows of a recorded file that are no rows of a snapshot. */
#ifndef COLLECT_RECORD_ROWS_H
#define COLLECT_RECORD_ROWS_H

#include "model/names.h"
#include "model/socket.h"
#include "record_format.h"

struct record_head {
	double time;
	const char *host, *kernel;
	uint32_t protocols, versions;	/* of the query, */
	uint32_t states, needs;		/* as the rest of it */
	uint8_t big_endian;		/* the machine: tcp_info is as the kernel wrote it */
};

struct record_socket {
	struct socket sk;
	uint32_t tcp, memory;		/* index + 1, 0 none */
};

struct record_interface {
	uint16_t netns;
	struct interface item;
};

struct record_counter {
	uint16_t netns;
	struct counter item;
};

struct record_sysctl {
	uint16_t netns;
	struct sysctl item;
};

/* What a namespace has several of: rows that begin with `netns` and hold one item. */
struct record_nested {
	enum record_section section;
	size_t item;			/* bytes of an item, and where it is in its row */
	size_t item_offset;
	size_t items_offset;		/* in struct netns: the pointer to the items */
	size_t count_offset;		/* and how many there are */
};

enum { RECORD_NESTED = 3 };

extern const struct record_nested record_nested[RECORD_NESTED];

#endif
