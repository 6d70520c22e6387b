/* SPDX-License-Identifier: MIT */
/* What the kernel is asked: a condition, and its program. */
#ifndef FILTER_LOWER_H
#define FILTER_LOWER_H

#include "ast.h"

/* Operations of inet_diag's bytecode that are used: the kernel's own numbers. */
enum opcode {
	OP_JUMP = 1,
	OP_LOCAL_GE,
	OP_LOCAL_LE,
	OP_PEER_GE,
	OP_PEER_LE,
	OP_LOCAL_HOST = 7,
	OP_PEER_HOST,
	OP_DEVICE,
	OP_MARK,
	OP_LOCAL_EQ,
	OP_PEER_EQ,
	OP_CGROUP,
};

/* Bytes of an operation, and of what stands behind OP_*_HOST in front of the address. */
enum { OP_SIZE = 4, HOST_SIZE = 8 };

enum cond_kind { COND_TRUE, COND_FALSE, COND_TEST, COND_AND, COND_OR, COND_NOT };

/* A condition the kernel can test; lives in an arena of its own. */
struct cond {
	enum cond_kind kind;
	enum opcode op;			/* COND_TEST */
	uint32_t number, mask;		/* port; interface; mark and its mask */
	uint64_t id;			/* of a cgroup */
	struct prefix prefix;
	struct cond *child, *next;
};

/*
 * The condition that holds wherever the filter does for sockets of `scope`,
 * and where it can't be told.  NULL: out of memory.
 */
const struct cond *lower(struct arena *arena, const struct filter *filter,
			 const struct kernel_scope *scope);

/*
 * bytecode.c: write its program, at most PROGRAM_MAX bytes; the length, 0 for
 * one that is always true or too long, PROGRAM_NONE_MATCH for one that never is.
 */
int program_write(const struct cond *cond, uint8_t *program);

/* filter.c: both of it for a struct filter, as a query wants it (struct selection). */
int filter_program(const void *filter, const struct kernel_scope *scope, uint8_t *program);

/* disassemble.c: append a program as text, an operation a line, each after `indent` blanks. */
void program_show(const uint8_t *program, int length, size_t indent, struct buf *out);

#endif
