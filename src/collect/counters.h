/* SPDX-License-Identifier: MIT */
/* Text of the kernel's counter files in /proc/net. */
#ifndef COLLECT_COUNTERS_H
#define COLLECT_COUNTERS_H

#include <stddef.h>

#include "base/arena.h"
#include "model/names.h"

/* Counters being read; the names live in the arena, the array is the caller's. */
struct counter_list {
	struct arena *arena;
	struct counter *items;
	size_t count, capacity;
};

/*
 * Append the counters in `text`, which is changed.  Figures that are no
 * number of 64 bits without sign (Tcp.MaxConn is -1) and names that are too
 * long are left out.
 */
typedef void counters_function(struct counter_list *list, char *text);

/* netstat, snmp: "Tcp: InSegs OutSegs", and below it "Tcp: 1 2". */
counters_function counters_parse_columns;
/* snmp6: "Udp6InErrors 3" */
counters_function counters_parse_names;
/* sockstat, sockstat6: "TCP: inuse 5 orphan 0" */
counters_function counters_parse_pairs;

#endif
