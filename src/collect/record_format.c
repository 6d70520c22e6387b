/* SPDX-License-Identifier: MIT */
/*
 * A recorded file is a snapshot, in this form:
 *
 *	magic, version, section...
 *	section: id, length, body; the last has id SECTION_END, and in its body
 *		the sum (record_sum(), little-endian) of all bytes in front of it
 *	body of SECTION_TEXT: count, then for each text its length and its bytes
 *	body of a section with rows: rows, then columns to the end
 *	column: tag, length, groups
 *	group: 2n and n differences, or 2n + 1 and one difference that counts n times
 *
 * Numbers are LEB128.  A column has one member of all rows of the section: for
 * each row the difference to the row before it (in the first one to
 * member.unset), as 0, -1, 1, -2, 2, ...: what repeats or counts up costs
 * nothing.  A text is the number of its place among the texts, from 1 on.
 * Columns come by ascending tag.
 *
 * Sections and tags that are not known are skipped, and a member without a
 * column is not known.  So new ones may be added at any time; RECORD_VERSION
 * is for changes that older readers would misunderstand.  Rows of one kind may
 * come in several sections.
 *
 * Rows take memory even where they take no bytes, so a file must have as many
 * bytes as it has rows, where the owners of a socket count for each socket:
 * then it can't ask for more than is due to its size.  SECTION_FILL makes up
 * for what is missing.
 */
#include "record_format.h"

#include <endian.h>
#include <string.h>

#include "base/array.h"
#include "model/owner.h"
#include "model/query.h"
#include "model/snapshot.h"
#include "record_rows.h"

const uint8_t record_magic[RECORD_MAGIC_SIZE] = { 0x89, 'c', 't', 'r', 'e', 'c', '\r', '\n' };

/* Files hold these numbers: new ones come behind the last. */
_Static_assert(PROTOCOL_TCP == 0 && PROTOCOL_UDP == 1 && PROTOCOL_UDPLITE == 2 &&
	       PROTOCOL_RAW == 3 && PROTOCOL_ICMP == 4, "recorded");
_Static_assert(HAVE_COOKIE == 1 && HAVE_QUEUES == 1 << 3 && HAVE_PEER == 1 << 6 &&
	       HAVE_SHUTDOWN == 1 << 10, "recorded");
_Static_assert(MISSING_PERMISSION == 1 && MISSING_UNKNOWN == 8, "recorded");
_Static_assert(SEVERITY_INFO == 0 && SEVERITY_WARNING == 1 && SEVERITY_ERROR == 2, "recorded");
_Static_assert(NEED_OWNER == 1 && NEED_CGROUP == 1 << 4 && NEED_NETNS == 1 << 11, "recorded");
_Static_assert(offsetof(struct process, command_line_length) ==
	       offsetof(struct process, command_line) + sizeof(const char *), "a blob");

/* ---- the tables ------------------------------------------------------ */

#define ROW(id, type, member, form, ...)						\
	{										\
		.tag = id, .kind = MEMBER_##form, .offset = offsetof(type, member),	\
		.size = sizeof(((type *)0)->member), .count = 1, __VA_ARGS__		\
	}
#define NUMBER(id, type, member) ROW(id, type, member, NUMBER, .of = 0)
#define ENUM(id, type, member, end) ROW(id, type, member, NUMBER, .limit = end)
#define TEXT(id, type, member) ROW(id, type, member, TEXT, .of = 0)
#define NAME(id, type, member) ROW(id, type, member, NAME, .of = 0)
#define INDEX(id, type, member, section) ROW(id, type, member, INDEX, .of = section)
#define LINK(id, type, member, section) ROW(id, type, member, LINK, .of = section)

/* An array, in elements of 4 bytes; takes as many tags. */
#define WORDS(id, type, member, form)							\
	{										\
		.tag = id, .kind = MEMBER_##form, .offset = offsetof(type, member),	\
		.size = 4, .count = sizeof(((type *)0)->member) / 4			\
	}

static const struct member head_members[] = {
	NUMBER(1, struct record_head, time),
	TEXT(2, struct record_head, host),
	TEXT(3, struct record_head, kernel),
	NUMBER(4, struct record_head, protocols),
	NUMBER(5, struct record_head, versions),
	NUMBER(6, struct record_head, states),
	NUMBER(7, struct record_head, needs),
	NUMBER(8, struct record_head, big_endian),
};

static const struct member note_members[] = {
	ENUM(1, struct note, severity, SEVERITY_COUNT),
	NAME(2, struct note, subject),
	NAME(3, struct note, text),
};

static const struct member netns_members[] = {
	NUMBER(1, struct netns, inode),
	TEXT(2, struct netns, name),
	NUMBER(3, struct netns, ephemeral_first),
	NUMBER(4, struct netns, ephemeral_last),
};

static const struct member interface_members[] = {
	INDEX(1, struct record_interface, netns, SECTION_NETNS),
	NUMBER(2, struct record_interface, item.index),
	NAME(3, struct record_interface, item.name),
};

static const struct member counter_members[] = {
	INDEX(1, struct record_counter, netns, SECTION_NETNS),
	NAME(2, struct record_counter, item.name),
	NUMBER(3, struct record_counter, item.value),
};

static const struct member sysctl_members[] = {
	INDEX(1, struct record_sysctl, netns, SECTION_NETNS),
	NAME(2, struct record_sysctl, item.name),
	NAME(3, struct record_sysctl, item.value),
};

static const struct member cgroup_members[] = {
	NUMBER(1, struct cgroup, id),
	TEXT(2, struct cgroup, path),
	TEXT(3, struct cgroup, unit),
	TEXT(4, struct cgroup, container),
};

static const struct member user_members[] = {
	NUMBER(1, struct user, uid),
	TEXT(2, struct user, name),
};

static const struct member service_members[] = {
	ROW(1, struct service, protocol, NUMBER, .limit = PROTOCOL_COUNT, .unset = UINT8_MAX),
	NUMBER(2, struct service, port),
	TEXT(3, struct service, name),
};

static const struct member process_members[] = {
	NUMBER(1, struct process, pid),
	NUMBER(2, struct process, parent),
	ROW(3, struct process, uid, NUMBER, .unset = UINT32_MAX),
	NUMBER(4, struct process, family),
	NUMBER(5, struct process, start_time),
	TEXT(6, struct process, command),
	ROW(7, struct process, command_line, BLOB, .of = 0),
	TEXT(8, struct process, executable),
	TEXT(9, struct process, cgroup),
	TEXT(10, struct process, unit),
	TEXT(11, struct process, container),
	NUMBER(12, struct process, ignored_signals),
	NUMBER(13, struct process, ancestor),
	NUMBER(14, struct process, group),
};

static const struct member owner_members[] = {
	LINK(1, struct owner, next, SECTION_OWNER),
	INDEX(2, struct owner, process, SECTION_PROCESS),
	NUMBER(3, struct owner, fd),
	NUMBER(4, struct owner, tid),
};

static const struct member tcp_members[] = {
	NUMBER(1, struct tcp, length),
	WORDS(2, struct tcp, congestion, IMAGE),
	WORDS(6, struct tcp, ulp, IMAGE),
	WORDS(16, struct tcp, info, IMAGE),		/* the last: it grows */
};

static const struct member memory_members[] = {
	NUMBER(1, struct memory, length),
	WORDS(2, struct memory, words, NUMBER),		/* the last: it grows */
};

static const struct member socket_members[] = {
	ROW(1, struct record_socket, sk.protocol, NUMBER, .limit = PROTOCOL_COUNT,
	    .unset = UINT8_MAX),
	ENUM(2, struct record_socket, sk.state, STATE_COUNT),
	NUMBER(3, struct record_socket, sk.local.address.family),
	WORDS(4, struct record_socket, sk.local.address.bytes, NETWORK),
	NUMBER(8, struct record_socket, sk.local.port),
	NUMBER(9, struct record_socket, sk.peer.address.family),
	WORDS(10, struct record_socket, sk.peer.address.bytes, NETWORK),
	NUMBER(14, struct record_socket, sk.peer.port),
	NUMBER(15, struct record_socket, sk.cookie),
	NUMBER(16, struct record_socket, sk.inode),
	NUMBER(17, struct record_socket, sk.uid),
	NUMBER(18, struct record_socket, sk.recv_queue),	/* or accept_queue */
	NUMBER(19, struct record_socket, sk.send_queue),	/* or backlog */
	NUMBER(20, struct record_socket, sk.interface),
	NUMBER(21, struct record_socket, sk.mark),
	NUMBER(22, struct record_socket, sk.cgroup),
	NUMBER(23, struct record_socket, sk.timer_ms),
	LINK(24, struct record_socket, sk.owner, SECTION_OWNER),
	NUMBER(25, struct record_socket, sk.have),
	INDEX(26, struct record_socket, sk.netns, SECTION_NETNS),
	ENUM(27, struct record_socket, sk.timer, TIMER_COUNT),
	NUMBER(28, struct record_socket, sk.timer_tries),
	ENUM(29, struct record_socket, sk.missing, MISSING_COUNT),
	ENUM(30, struct record_socket, sk.v6only, 2),
	NUMBER(31, struct record_socket, sk.shutdown),
	LINK(32, struct record_socket, tcp, SECTION_TCP),
	LINK(33, struct record_socket, memory, SECTION_MEMORY),
};

#define SECTION(type, members) { sizeof(type), members, ARRAY_SIZE(members) }

const struct section record_sections[SECTION_COUNT] = {
	[SECTION_HEAD] = SECTION(struct record_head, head_members),
	[SECTION_NOTE] = SECTION(struct note, note_members),
	[SECTION_NETNS] = SECTION(struct netns, netns_members),
	[SECTION_INTERFACE] = SECTION(struct record_interface, interface_members),
	[SECTION_COUNTER] = SECTION(struct record_counter, counter_members),
	[SECTION_SYSCTL] = SECTION(struct record_sysctl, sysctl_members),
	[SECTION_CGROUP] = SECTION(struct cgroup, cgroup_members),
	[SECTION_USER] = SECTION(struct user, user_members),
	[SECTION_SERVICE] = SECTION(struct service, service_members),
	[SECTION_PROCESS] = SECTION(struct process, process_members),
	[SECTION_OWNER] = SECTION(struct owner, owner_members),
	[SECTION_TCP] = SECTION(struct tcp, tcp_members),
	[SECTION_MEMORY] = SECTION(struct memory, memory_members),
	[SECTION_SOCKET] = SECTION(struct record_socket, socket_members),
};

const struct record_nested record_nested[RECORD_NESTED] = {
	{ SECTION_INTERFACE, sizeof(struct interface), offsetof(struct record_interface, item),
	  offsetof(struct netns, interfaces), offsetof(struct netns, interface_count) },
	{ SECTION_COUNTER, sizeof(struct counter), offsetof(struct record_counter, item),
	  offsetof(struct netns, counters), offsetof(struct netns, counter_count) },
	{ SECTION_SYSCTL, sizeof(struct sysctl), offsetof(struct record_sysctl, item),
	  offsetof(struct netns, sysctls), offsetof(struct netns, sysctl_count) },
};

/* ---- members --------------------------------------------------------- */

uint64_t member_load(const void *row, const struct member *member, unsigned element)
{
	const char *at = (const char *)row + member->offset + element * member->size;
	uint64_t number = 0;
	uint32_t word;

	switch (member->kind) {
	case MEMBER_NETWORK:
		memcpy(&word, at, sizeof(word));
		return be32toh(word);
	case MEMBER_IMAGE:
		memcpy(&word, at, sizeof(word));
		return le32toh(word);
	default:
		memcpy((char *)&number + (is_big_endian() ? sizeof(number) - member->size : 0), at,
		       member->size);
		return number;
	}
}

void member_store(void *row, const struct member *member, unsigned element, uint64_t value)
{
	char *at = (char *)row + member->offset + element * member->size;
	uint32_t word;

	switch (member->kind) {
	case MEMBER_NETWORK:
		word = htobe32((uint32_t)value);
		memcpy(at, &word, sizeof(word));
		break;
	case MEMBER_IMAGE:
		word = htole32((uint32_t)value);
		memcpy(at, &word, sizeof(word));
		break;
	default:
		memcpy(at, (char *)&value + (is_big_endian() ? sizeof(value) - member->size : 0),
		       member->size);
	}
}

/* ---- bytes ----------------------------------------------------------- */

uint8_t *varint_write(uint8_t *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		*out++ = (uint8_t)(number | 0x80);
	*out++ = (uint8_t)number;
	return out;
}

bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *number)
{
	*number = 0;
	for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
		uint8_t byte = *(*at)++;

		if (shift == 63 && byte > 1)
			return false;
		*number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

uint64_t record_sum(uint64_t sum, const void *data, size_t length)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < length; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3ULL;
	return sum;
}

bool is_big_endian(void)
{
	return BYTE_ORDER == BIG_ENDIAN;
}
