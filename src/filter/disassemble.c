/* SPDX-License-Identifier: MIT */
/* Bytecode as text. */
#include <string.h>
#include <sys/socket.h>

#include "lower.h"

enum { NUMBER_WIDTH = 4 };

static const char *const op_names[] = {
	[OP_JUMP] = "jump",
	[OP_LOCAL_GE] = "local port >=",
	[OP_LOCAL_LE] = "local port <=",
	[OP_PEER_GE] = "peer port >=",
	[OP_PEER_LE] = "peer port <=",
	[OP_LOCAL_HOST] = "local in",
	[OP_PEER_HOST] = "peer in",
	[OP_DEVICE] = "interface =",
	[OP_MARK] = "mark =",
	[OP_LOCAL_EQ] = "local port =",
	[OP_PEER_EQ] = "peer port =",
	[OP_CGROUP] = "cgroup id =",
};

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

static void show_host(const uint8_t *operand, struct buf *out)
{
	struct address address = { .family = operand[0] };

	memcpy(address.bytes, operand + HOST_SIZE, address.family == AF_INET ? 4 : 16);
	address_add(out, &address);
	buf_add_char(out, '/');
	buf_add_unsigned(out, operand[1]);
}

static void show_operand(enum opcode op, const uint8_t *operand, struct buf *out)
{
	uint64_t id;

	switch (op) {
	case OP_LOCAL_HOST:
	case OP_PEER_HOST:
		show_host(operand, out);
		break;
	case OP_DEVICE:
		buf_add_unsigned(out, word(operand));
		break;
	case OP_MARK:
		buf_add_hex(out, word(operand));
		buf_add_char(out, '/');
		buf_add_hex(out, word(operand + 4));
		break;
	case OP_CGROUP:
		memcpy(&id, operand, sizeof(id));
		buf_add_unsigned(out, id);
		break;
	default:
		buf_add_unsigned(out, half(operand + 2));
	}
}

static void show_target(int target, int length, struct buf *out)
{
	if (target == length)
		buf_add_literal(out, "accept");
	else if (target > length)
		buf_add_literal(out, "reject");
	else
		buf_add_unsigned(out, (uint64_t)target);
}

void program_show(const uint8_t *program, int length, size_t indent, struct buf *out)
{
	for (int at = 0; at < length; at += program[at + 1]) {
		enum opcode op = program[at];
		int no = at + half(program + at + 2);

		buf_add_blanks(out, indent + NUMBER_WIDTH - digits_of((uint64_t)at));
		buf_add_unsigned(out, (uint64_t)at);
		buf_add_literal(out, "  ");
		buf_add_text(out, op_names[op]);
		buf_add_char(out, ' ');
		if (op != OP_JUMP) {
			show_operand(op, program + at + OP_SIZE, out);
			buf_add_literal(out, ", else ");
		}
		show_target(no, length, out);
		buf_add_char(out, '\n');
	}
	buf_add_blanks(out, indent + NUMBER_WIDTH - digits_of((uint64_t)length));
	buf_add_unsigned(out, (uint64_t)length);
	buf_add_literal(out, "  accept\n");
}
