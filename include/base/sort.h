/* SPDX-License-Identifier: MIT */
/* Sorting of many records by a number, in place. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_record {
	uint64_t key;
	uint32_t index;
} __attribute__((packed));	/* 12 bytes: there may be a million */

/* Ascending by key; records with equal keys in no particular order. */
void sort_records(struct sort_record *records, size_t count);

#endif
