/* SPDX-License-Identifier: MIT */
/*
 * Children that are made with CLONE_UNTRACED would have the filter and no
 * tracer, so that its calls fail.  The flag is taken away for the call, and
 * given back to the caller behind it: a program that is not traced is made the
 * same with it and without.
 */
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "trace_parts.h"

#if defined(__x86_64__)
#define FIRST_ARGUMENT rdi
#elif defined(__aarch64__)
#define FIRST_ARGUMENT regs[0]
#endif

/* ---- clone(): the flags are in a register ------------------------------- */

#ifdef FIRST_ARGUMENT
static bool set_first_argument(pid_t tid, uint64_t value)
{
	struct user_regs_struct registers;
	struct iovec room = { .iov_base = &registers, .iov_len = sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &room) < 0)
		return false;
	registers.FIRST_ARGUMENT = value;
	return ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &room) == 0;
}
#else
static bool set_first_argument(pid_t tid, uint64_t value)
{
	(void)tid;
	(void)value;
	return false;
}
#endif

/* ---- clone3(): they are the first member of struct clone_args ----------- */

/* As a debugger writes: the page may be read-only. */
static bool set_flags_in_memory(pid_t tid, uint64_t at, bool untraced)
{
	void *place = (void *)(uintptr_t)at;
	long flags;

	errno = 0;
	flags = ptrace(PTRACE_PEEKDATA, tid, place, NULL);
	if (errno)
		return false;
	flags = untraced ? flags | CLONE_UNTRACED : flags & ~(long)CLONE_UNTRACED;
	return ptrace(PTRACE_POKEDATA, tid, place, flags) == 0;
}

static bool has_flag_in_memory(pid_t tid, uint64_t at)
{
	uint64_t flags;

	return trace_read_memory(tid, at, &flags, sizeof(flags)) && flags & CLONE_UNTRACED;
}

/* ---- both --------------------------------------------------------------- */

bool trace_clone_begin(pid_t tid, enum traced traced, const uint64_t arguments[6])
{
	if (traced == TRACED_CLONE)
		return set_first_argument(tid, arguments[0] & ~(uint64_t)CLONE_UNTRACED);
	return has_flag_in_memory(tid, arguments[0]) &&
	       set_flags_in_memory(tid, arguments[0], false);
}

void trace_clone_end(pid_t tid, enum traced traced, const uint64_t arguments[6])
{
	/* If it can't be given back, the thread was killed. */
	if (traced == TRACED_CLONE)
		set_first_argument(tid, arguments[0]);
	else
		set_flags_in_memory(tid, arguments[0], true);
}
