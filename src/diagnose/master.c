/* SPDX-License-Identifier: MIT */
#include "diagnose/master.h"

#include <string.h>

#include "base/array.h"
#include "place.h"

/* A loop is impossible at one moment, but parents are read at several. */
enum { GENERATIONS = 64, PID_INIT = 1 };

/* Programs that run others' programs: two that run them are not one server for that. */
static const char *const interpreters[] = {
	"bash", "busybox", "dash", "fish", "java", "ksh", "lua", "mono", "node", "nodejs", "perl",
	"php", "python", "ruby", "sh", "systemd", "tclsh", "toybox", "zsh",
};

/* ---- holders --------------------------------------------------------- */

/* Owners of a socket stand by process: each process once, NULL at the end. */
static const struct owner *next_process(const struct snapshot *snap, const struct owner *owner)
{
	uint32_t process = owner->process;

	do
		owner = owner_next(snap, owner);
	while (owner && owner->process == process);
	return owner;
}

size_t socket_holders(const struct snapshot *snap, const struct socket *sk)
{
	size_t count = 0;

	for (const struct owner *at = owner_first(snap, sk); at; at = next_process(snap, at))
		count++;
	return count;
}

static const struct process *find_holder(const struct snapshot *snap, const struct socket *sk,
					 uint32_t pid)
{
	for (const struct owner *at = owner_first(snap, sk); at && pid; at = next_process(snap, at))
		if (owner_process(snap, at)->pid == pid)
			return owner_process(snap, at);
	return NULL;
}

static const struct process *find_process(const struct snapshot *snap, uint32_t pid)
{
	for (size_t i = 0; pid && i < snap->process_count; i++)
		if (snap->processes[i].pid == pid)
			return &snap->processes[i];
	return NULL;
}

/* ---- descent --------------------------------------------------------- */

/* Records of old tell of parents only. */
static const struct process *ancestor_of(const struct snapshot *snap,
					 const struct process *process)
{
	return find_process(snap, process->ancestor ? process->ancestor : process->parent);
}

static bool descends(const struct snapshot *snap, const struct process *process, uint32_t pid)
{
	for (int i = 0; process && i < GENERATIONS; i++) {
		if (process->pid == pid)
			return true;
		process = ancestor_of(snap, process);
	}
	return false;
}

/* A worker whose parent has ended on purpose still has the process group of its master. */
static bool is_led(const struct snapshot *snap, const struct process *process, uint32_t pid)
{
	return process->group == pid || descends(snap, process, pid);
}

static bool leads_all(const struct snapshot *snap, const struct socket *sk, uint32_t pid)
{
	for (const struct owner *at = owner_first(snap, sk); at; at = next_process(snap, at))
		if (!is_led(snap, owner_process(snap, at), pid))
			return false;
	return true;
}

/*
 * The holder that leads all holders; it leads the first of them, too.  0: none
 * does.  What systemd starts for a socket unit is no worker of systemd's.
 */
static uint32_t leader_of(const struct snapshot *snap, const struct socket *sk)
{
	const struct process *process = owner_first_process(snap, sk), *top = process;
	uint32_t candidates[2] = { 0, process->group };

	for (int i = 0; process && i < GENERATIONS; i++) {
		if (find_holder(snap, sk, process->pid))
			top = process;
		process = ancestor_of(snap, process);
	}
	candidates[0] = top->pid;
	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		const struct process *holder = find_holder(snap, sk, candidates[i]);

		if (holder && !process_is_manager(holder) && leads_all(snap, sk, candidates[i]))
			return candidates[i];
	}
	return 0;
}

/* ---- programs -------------------------------------------------------- */

/* "python3.11" is python, "ruby3.1" is ruby. */
static bool is_interpreter(const struct process *process)
{
	const char *path = process->executable, *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : process->command;

	for (size_t i = 0; name && i < ARRAY_SIZE(interpreters); i++) {
		size_t length = strlen(interpreters[i]);

		if (strncmp(name, interpreters[i], length) == 0 &&
		    !name[length + strspn(name + length, "0123456789.")])
			return true;
	}
	return false;
}

/* It waits for what comes in, so that a server has it, and not one connection's process. */
static bool is_for_all(const struct socket *sk)
{
	return sk->state == STATE_LISTEN || sk->state == STATE_UNCONN || sk->state == STATE_BOUND;
}

/* The ancestor of all that runs the same program and does not hold it (squid, haproxy -W). */
static uint32_t absent_master(const struct snapshot *snap, const struct socket *sk)
{
	uint32_t family = owner_first_process(snap, sk)->family;

	if (!is_for_all(sk) || family <= PID_INIT || find_holder(snap, sk, family))
		return 0;
	for (const struct owner *at = owner_first(snap, sk); at; at = next_process(snap, at))
		if (owner_process(snap, at)->family != family ||
		    is_interpreter(owner_process(snap, at)))
			return 0;
	return family;
}

uint32_t socket_master(const struct snapshot *snap, const struct socket *sk)
{
	uint32_t absent, leader;

	if (!owner_first(snap, sk))
		return 0;
	absent = absent_master(snap, sk);
	if (absent)
		return absent;
	leader = socket_holders(snap, sk) > 1 ? leader_of(snap, sk) : 0;
	return leader;
}

static bool is_same_program(const struct process *a, const struct process *b)
{
	const char *left = a->executable, *right = b->executable;

	if (!left || !right) {
		left = a->command;
		right = b->command;
	}
	return a->family == b->family || (left && right && strcmp(left, right) == 0);
}

bool is_worker(const struct snapshot *snap, const struct process *process, uint32_t master)
{
	const struct process *leader = find_process(snap, master);

	if (!master || process->pid == master)
		return false;
	return leader ? is_same_program(process, leader) : process->family == master;
}

/* ---- left behind ----------------------------------------------------- */

static bool is_top(const struct snapshot *snap, const struct socket *sk,
		   const struct process *process)
{
	const struct process *ancestor = ancestor_of(snap, process);

	for (int i = 0; ancestor && i < GENERATIONS; i++) {
		if (find_holder(snap, sk, ancestor->pid))
			return false;
		ancestor = ancestor_of(snap, ancestor);
	}
	return true;
}

bool socket_is_left_behind(const struct snapshot *snap, const struct socket *sk)
{
	if (socket_holders(snap, sk) < 2 || socket_master(snap, sk) || socket_manager(snap, sk))
		return false;
	for (const struct owner *at = owner_first(snap, sk); at; at = next_process(snap, at)) {
		const struct process *process = owner_process(snap, at);

		if (process->parent != PID_INIT && is_top(snap, sk, process))
			return false;
	}
	return true;
}
