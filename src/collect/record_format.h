/* SPDX-License-Identifier: MIT */
/* Recorded files: what is in them, told once for who writes and who reads. */
#ifndef COLLECT_RECORD_FORMAT_H
#define COLLECT_RECORD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RECORD_VERSION = 1,
	RECORD_MAGIC_SIZE = 8,
	RECORD_SUM_SIZE = 8,
	RECORD_VARINT_MAX = 10,		/* bytes of a number */
	RECORD_TAGS_MAX = 256,		/* tags of a section */
};

extern const uint8_t record_magic[RECORD_MAGIC_SIZE];

/* Kinds of sections.  The numbers are in files: new ones come at the end. */
enum record_section {
	SECTION_END,
	SECTION_TEXT,			/* all texts; others refer to them by number */
	SECTION_FILL,			/* nothing; its length counts */
	SECTION_HEAD,
	SECTION_NOTE,
	SECTION_NETNS,
	SECTION_INTERFACE,
	SECTION_COUNTER,
	SECTION_SYSCTL,
	SECTION_CGROUP,
	SECTION_USER,
	SECTION_SERVICE,
	SECTION_PROCESS,
	SECTION_OWNER,
	SECTION_TCP,
	SECTION_MEMORY,
	SECTION_SOCKET,
	SECTION_COUNT
};

/* ---- members --------------------------------------------------------- */

enum member_kind {
	MEMBER_NUMBER,
	MEMBER_NETWORK,			/* 4 bytes in network order */
	MEMBER_IMAGE,			/* 4 bytes in the order of memory */
	MEMBER_TEXT,			/* a pointer; NULL: none */
	MEMBER_NAME,			/* a pointer that is never NULL */
	MEMBER_BLOB,			/* a pointer and behind it a size_t: may hold NULs */
	MEMBER_INDEX,			/* of a row in section `of` */
	MEMBER_LINK,			/* the same + 1, 0: none */
};

struct member {
	uint16_t tag;			/* of its first element */
	uint8_t kind;
	uint8_t of;			/* enum record_section */
	uint8_t size;			/* bytes of an element */
	uint8_t count;			/* elements side by side, each with a tag of its own */
	uint16_t offset;
	uint32_t limit;			/* numbers from here on mean `unset`; 0: any will do */
	uint32_t unset;			/* not known */
};

struct section {
	size_t row;			/* bytes; 0: has no rows */
	const struct member *members;
	size_t count;
};

extern const struct section record_sections[SECTION_COUNT];

/* An element that is no pointer. */
uint64_t member_load(const void *row, const struct member *member, unsigned element);
void member_store(void *row, const struct member *member, unsigned element, uint64_t value);

/* ---- bytes ----------------------------------------------------------- */

/* Write a number (LEB128); returns the end. */
uint8_t *varint_write(uint8_t *out, uint64_t number);

/* Read one and move `*at` behind it; false: cut off or above 64 bits. */
bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *number);

/* FNV-1a, 64 bits; begins with RECORD_SUM_START.  Never misses a single changed byte. */
#define RECORD_SUM_START 0xcbf29ce484222325ULL
uint64_t record_sum(uint64_t sum, const void *data, size_t length);

bool is_big_endian(void);

#endif
