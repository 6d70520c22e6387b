/* SPDX-License-Identifier: MIT */
/* An interpreter of inet_diag's bytecode, from the kernel's description, not from our emitter. */
#include "kernel_filter.h"

#include <string.h>
#include <sys/socket.h>

enum { OP = 4 };

static uint16_t half(const uint8_t *at)
{
	uint16_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

static uint32_t word(const uint8_t *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

/* Bytes of the operation with its operand, 0: the kernel refuses it. */
static int op_length(const uint8_t *op, int left)
{
	static const uint8_t lengths[] = {
		[1] = OP, [2] = 8, [3] = 8, [4] = 8, [5] = 8, [9] = 8, [10] = 12, [11] = 8,
		[12] = 8, [13] = 12,
	};
	int family;

	if (op[0] != 7 && op[0] != 8)
		return op[0] < sizeof(lengths) ? lengths[op[0]] : 0;
	if (left < 12)
		return 0;
	family = op[OP];
	if ((family != AF_INET && family != AF_INET6) ||
	    op[OP + 1] > (family == AF_INET ? 32 : 128))
		return 0;
	return family == AF_INET ? 16 : 28;
}

static bool is_boundary(const uint8_t *program, int length, int target)
{
	int at = 0;

	while (at < target && at < length)
		at += program[at + 1];
	return at == target;
}

bool kernel_audits(const uint8_t *program, int length)
{
	for (int at = 0; at < length;) {
		const uint8_t *op = program + at;
		int size = op_length(op, length - at), yes = op[1], no = half(op + 2);

		if (!size || size > length - at || yes != size || no % 4 || no < size)
			return false;
		if (no > length - at + 4)
			return false;
		if (no < length - at && !is_boundary(program, length, at + no))
			return false;
		at += yes;
	}
	return true;
}

static bool bits_match(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	for (unsigned bit = 0; bit < bits; bit++)
		if ((a[bit / 8] ^ b[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static bool host_matches(const struct entry *entry, const uint8_t *operand, bool target)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *address = target ? entry->target : entry->source;
	uint16_t port = target ? entry->target_port : entry->source_port;
	int32_t wanted = (int32_t)word(operand + 4);

	if (wanted != -1 && wanted != port)
		return false;
	if (operand[0] != entry->family) {
		if (entry->family != AF_INET6 || operand[0] != AF_INET ||
		    memcmp(address, mapped, sizeof(mapped)) != 0)
			return false;
		address += sizeof(mapped);
	}
	return bits_match(address, operand + 8, operand[1]);
}

static bool op_holds(const struct entry *entry, const uint8_t *op)
{
	const uint8_t *operand = op + OP;
	uint64_t cgroup;

	switch (op[0]) {
	case 1:
		return false;
	case 2:
		return entry->source_port >= half(operand + 2);
	case 3:
		return entry->source_port <= half(operand + 2);
	case 4:
		return entry->target_port >= half(operand + 2);
	case 5:
		return entry->target_port <= half(operand + 2);
	case 7:
	case 8:
		return host_matches(entry, operand, op[0] == 8);
	case 9:
		return entry->interface == word(operand);
	case 10:
		return (entry->mark & word(operand + 4)) == word(operand);
	case 11:
		return entry->source_port == half(operand + 2);
	case 12:
		return entry->target_port == half(operand + 2);
	default:
		memcpy(&cgroup, operand, sizeof(cgroup));
		return entry->cgroup == cgroup;
	}
}

bool kernel_accepts(const uint8_t *program, int length, const struct entry *entry)
{
	int at = 0;

	while (at < length)
		at += op_holds(entry, program + at) ? program[at + 1] : half(program + at + 2);
	return at == length;
}
