/* SPDX-License-Identifier: MIT */
/*
 * What the kernel does with a program of inet_diag: its checks before
 * (inet_diag_bc_audit()) and the run for one socket (inet_diag_bc_run()).
 */
#ifndef TESTS_KERNEL_FILTER_H
#define TESTS_KERNEL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

/* What the kernel looks at: not all of it is told in a row. */
struct entry {
	uint8_t family;
	uint8_t source[16], target[16];
	uint16_t source_port, target_port;
	uint32_t interface, mark;
	uint64_t cgroup;
};

bool kernel_audits(const uint8_t *program, int length);
bool kernel_accepts(const uint8_t *program, int length, const struct entry *entry);

#endif
