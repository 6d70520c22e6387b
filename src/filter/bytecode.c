/* SPDX-License-Identifier: MIT */
/*
 * Programs of inet_diag's bytecode (inet_diag_bc_run(), net/ipv4/inet_diag.c).
 * An operation that holds goes on behind itself; else it jumps forward by its
 * `no`.  Who ends exactly behind the program is accepted, who jumps 4 bytes
 * further is not.
 */
#include <string.h>
#include <sys/socket.h>

#include "lower.h"

enum { REJECTED = 4, ANY_PORT = -1 };

struct op {
	uint8_t code;
	uint8_t yes;			/* its own length */
	uint16_t no;
};

/* Behind OP_*_HOST; the address follows. */
struct host_operand {
	uint8_t family;
	uint8_t bits;
	uint16_t unused;
	int32_t port;
};

_Static_assert(sizeof(struct op) == OP_SIZE, "struct inet_diag_bc_op");
_Static_assert(sizeof(struct host_operand) == HOST_SIZE, "struct inet_diag_hostcond");

struct program {
	uint8_t *bytes;
	int length;
	bool too_long;
};

static struct op read_op(const struct program *p, int at)
{
	struct op op;

	memcpy(&op, p->bytes + at, sizeof(op));
	return op;
}

static void put(struct program *p, const void *bytes, size_t size)
{
	if ((size_t)p->length + size > PROGRAM_MAX) {
		p->too_long = true;
		return;
	}
	memcpy(p->bytes + p->length, bytes, size);
	p->length += (int)size;
}

/* An operation with its operand, which where it does not hold rejects. */
static void put_op(struct program *p, enum opcode code, const void *operand, size_t size)
{
	struct op op = { (uint8_t)code, (uint8_t)(OP_SIZE + size),
			 (uint16_t)(OP_SIZE + size + REJECTED) };

	put(p, &op, sizeof(op));
	put(p, operand, size);
}

static void put_jump(struct program *p, int distance)
{
	struct op op = { OP_JUMP, OP_SIZE, (uint16_t)distance };

	put(p, &op, sizeof(op));
}

static void put_host(struct program *p, const struct cond *cond)
{
	uint8_t family = cond->prefix.address.family;
	uint8_t operand[HOST_SIZE + 16];
	struct host_operand host = {
		.family = family, .bits = cond->prefix.bits, .port = ANY_PORT,
	};
	size_t size = family == AF_INET ? 4 : 16;

	memcpy(operand, &host, sizeof(host));
	memcpy(operand + HOST_SIZE, cond->prefix.address.bytes, size);
	put_op(p, cond->op, operand, HOST_SIZE + size);
}

static void put_test(struct program *p, const struct cond *cond)
{
	const uint32_t mark[2] = { cond->number, cond->mask };
	struct op port = { .no = (uint16_t)cond->number };

	switch (cond->op) {
	case OP_LOCAL_HOST:
	case OP_PEER_HOST:
		put_host(p, cond);
		break;
	case OP_DEVICE:
		put_op(p, cond->op, &cond->number, sizeof(cond->number));
		break;
	case OP_MARK:
		put_op(p, cond->op, mark, sizeof(mark));
		break;
	case OP_CGROUP:
		put_op(p, cond->op, &cond->id, sizeof(cond->id));
		break;
	default:
		put_op(p, cond->op, &port, sizeof(port));
	}
}

/* What rejects in front of `end` jumps `distance` further. */
static void move_rejects(struct program *p, int start, int end, int distance)
{
	for (int at = start; at < end && !p->too_long;) {
		struct op op = read_op(p, at);

		if (at + op.no == end + REJECTED) {
			op.no = (uint16_t)(op.no + distance);
			memcpy(p->bytes + at, &op, sizeof(op));
		}
		at += op.yes;
	}
}

static void put_cond(struct program *p, const struct cond *cond);

/* a, then b: whom a rejects, b must not see. */
static void put_and(struct program *p, const struct cond *cond)
{
	int start = p->length, middle;

	put_cond(p, cond->child);
	middle = p->length;
	put_cond(p, cond->child->next);
	move_rejects(p, start, middle, p->length - middle);
}

/* a, a jump over b, b: whom a rejects arrives behind the jump. */
static void put_or(struct program *p, const struct cond *cond)
{
	int jump;
	struct op op;

	put_cond(p, cond->child);
	jump = p->length;
	put_jump(p, 0);
	put_cond(p, cond->child->next);
	if (p->too_long)
		return;
	op = read_op(p, jump);
	op.no = (uint16_t)(p->length - jump);
	memcpy(p->bytes + jump, &op, sizeof(op));
}

/* a, a jump to rejection: whom a rejects arrives behind it, accepted. */
static void put_not(struct program *p, const struct cond *cond)
{
	put_cond(p, cond->child);
	put_jump(p, OP_SIZE + REJECTED);
}

static void put_cond(struct program *p, const struct cond *cond)
{
	switch (cond->kind) {
	case COND_TEST:
		put_test(p, cond);
		break;
	case COND_AND:
		put_and(p, cond);
		break;
	case COND_OR:
		put_or(p, cond);
		break;
	default:
		put_not(p, cond);
	}
}

int program_write(const struct cond *cond, uint8_t *program)
{
	struct program p = { .bytes = program };

	if (!cond || cond->kind == COND_TRUE)
		return 0;
	if (cond->kind == COND_FALSE)
		return PROGRAM_NONE_MATCH;
	put_cond(&p, cond);
	return p.too_long ? 0 : p.length;
}
