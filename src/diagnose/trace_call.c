/* SPDX-License-Identifier: MIT */
/*
 * From the filter's stop to what came of the call: what a thread asked for is
 * kept until the call has ended, and the address of a connect() under way
 * until the program asks what came of it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "base/array.h"
#include "trace_parts.h"

/* Who has more connections under way loses the oldest address. */
enum { CONNECTING_MAX = 512, ERRORS_MAX = 9 };

/* A thread within a call.  Few are at once, so they are searched one by one. */
struct call {
	pid_t tid;
	enum traced traced;
	uint64_t arguments[6];
};

struct connecting {
	pid_t pid;		/* 0: unused */
	int fd;
	socklen_t length;
	struct sockaddr_storage address;
};

struct trace_calls {
	struct call *calls;
	size_t count, capacity;
	struct connecting connecting[CONNECTING_MAX];
	size_t next;		/* where the next one is put */
};

/* What each call is told for: all that can be explained. */
static const int told[TRACED_COUNT][ERRORS_MAX] = {
	[TRACED_BIND] = { EADDRINUSE, EADDRNOTAVAIL, EACCES, EPERM, EINVAL, ENODEV, ENOENT,
			  ENOTDIR, EROFS },
	[TRACED_LISTEN] = { EADDRINUSE, EADDRNOTAVAIL, EACCES, EPERM },
	[TRACED_CONNECT] = { EADDRINUSE, EADDRNOTAVAIL, EACCES, EPERM, ECONNREFUSED },
	[TRACED_OUTCOME] = { EADDRINUSE, EADDRNOTAVAIL, EACCES, EPERM, ECONNREFUSED },
};

struct trace_calls *trace_calls_new(void)
{
	return calloc(1, sizeof(struct trace_calls));
}

static struct call *find_call(struct trace_calls *calls, pid_t tid)
{
	for (size_t i = 0; i < calls->count; i++)
		if (calls->calls[i].tid == tid)
			return &calls->calls[i];
	return NULL;
}

bool trace_call_is_begun(struct trace_calls *calls, pid_t tid)
{
	return find_call(calls, tid);
}

static void remove_call(struct trace_calls *calls, pid_t tid)
{
	struct call *call = find_call(calls, tid);

	if (call)
		*call = calls->calls[--calls->count];
}

void trace_call_drop(struct trace_calls *calls, pid_t tid)
{
	remove_call(calls, tid);
	for (size_t i = 0; i < CONNECTING_MAX; i++)
		if (calls->connecting[i].pid == tid)
			calls->connecting[i].pid = 0;
}

static bool is_clone(enum traced traced)
{
	return traced == TRACED_CLONE || traced == TRACED_CLONE3;
}

bool trace_call_begin(struct trace_calls *calls, pid_t tid)
{
	struct __ptrace_syscall_info info;
	struct call *grown, *call;
	uint64_t arguments[6];
	enum traced traced;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0 ||
	    info.op != PTRACE_SYSCALL_INFO_SECCOMP ||
	    (info.seccomp.ret_data & ~0xffU) != TRACE_MARK ||
	    (info.seccomp.ret_data & 0xffU) >= TRACED_COUNT)
		return false;
	traced = (enum traced)(info.seccomp.ret_data & 0xffU);
	for (size_t i = 0; i < 6; i++)
		arguments[i] = info.seccomp.args[i];
	if (is_clone(traced) && !trace_clone_begin(tid, traced, arguments))
		return false;
	remove_call(calls, tid);
	grown = array_reserve(calls->calls, &calls->capacity, calls->count + 1, sizeof(*grown));
	if (!grown)
		return false;
	calls->calls = grown;
	call = &grown[calls->count++];
	call->tid = tid;
	call->traced = traced;
	memcpy(call->arguments, arguments, sizeof(arguments));
	return true;
}

/* What a call returned; false: its end was not seen. */
static bool result_of(pid_t tid, int64_t *result)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0 ||
	    info.op != PTRACE_SYSCALL_INFO_EXIT)
		return false;
	*result = info.exit.rval;
	return true;
}

static bool is_told(enum traced traced, int error)
{
	for (size_t i = 0; i < ERRORS_MAX; i++)
		if (error && told[traced][i] == error)
			return true;
	return false;
}

/* ---- connect() under way ------------------------------------------------ */

static struct connecting *find_connecting(struct trace_calls *calls, pid_t pid, int fd)
{
	for (size_t i = 0; i < CONNECTING_MAX; i++)
		if (calls->connecting[i].pid == pid && calls->connecting[i].fd == fd)
			return &calls->connecting[i];
	return NULL;
}

/* The address that the program gave to bind() or connect(); its length, 0: unknown. */
static socklen_t given_address(const struct call *call, struct sockaddr_storage *address)
{
	uint64_t length = call->arguments[2];

	if (length < sizeof(sa_family_t) || length > sizeof(*address) ||
	    !trace_read_memory(call->tid, call->arguments[1], address, length))
		return 0;
	return (socklen_t)length;
}

static void remember_connecting(struct trace_calls *calls, const struct call *call)
{
	pid_t pid = trace_process_of(call->tid);
	int fd = (int)call->arguments[0];
	struct connecting *entry;

	if (!pid)
		return;
	entry = find_connecting(calls, pid, fd);
	if (!entry) {
		entry = &calls->connecting[calls->next];
		calls->next = (calls->next + 1) % CONNECTING_MAX;
	}
	entry->pid = pid;
	entry->fd = fd;
	entry->length = given_address(call, &entry->address);
}

/* The error that getsockopt() gave the program; 0: none. */
static int outcome_of(const struct call *call)
{
	int error;

	if (!trace_read_memory(call->tid, call->arguments[3], &error, sizeof(error)))
		return 0;
	return error;
}

/* ---- telling ------------------------------------------------------------ */

static socklen_t bound_address(int fd, struct sockaddr_storage *address)
{
	socklen_t length = sizeof(*address);

	if (fd < 0 || getsockname(fd, (struct sockaddr *)address, &length) < 0)
		return 0;
	return length <= sizeof(*address) ? length : 0;
}

/* Can what is wrong with it be explained? */
static bool is_known_family(const struct trace_result *result)
{
	sa_family_t family = result->address ? result->address->sa_family : AF_UNSPEC;

	return family == AF_INET || family == AF_INET6 || family == AF_UNIX;
}

/*
 * getaddrinfo() connects datagram sockets to see which addresses can be reached,
 * and libraries try one port of netlink after the other.
 */
static bool is_probe(const struct trace_result *result)
{
	socklen_t length = sizeof(int);
	int type = 0;

	if (result->address && result->address->sa_family == AF_NETLINK)
		return true;
	return result->call == TRACE_CONNECT && result->error == EADDRNOTAVAIL &&
	       getsockopt(result->socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	       type == SOCK_DGRAM;
}

static socklen_t address_of(struct trace_calls *calls, const struct call *call, pid_t pid,
			    int copy, struct sockaddr_storage *address)
{
	const struct connecting *entry;

	if (call->traced == TRACED_LISTEN)
		return bound_address(copy, address);
	if (call->traced != TRACED_OUTCOME)
		return given_address(call, address);
	entry = find_connecting(calls, pid, (int)call->arguments[0]);
	if (!entry)
		return 0;
	*address = entry->address;
	return entry->length;
}

static enum trace_call call_of(enum traced traced)
{
	return traced == TRACED_OUTCOME ? TRACE_CONNECT : (enum trace_call)traced;
}

static void tell(struct trace_calls *calls, const struct call *call, int error,
		 const struct trace_watch *watch)
{
	pid_t pid = trace_process_of(call->tid);
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	int fd = (int)call->arguments[0];
	int copy = trace_copy_descriptor(call->tid, pid, fd);
	char command[17] = "";
	struct trace_result result = {
		.call = call_of(call->traced),
		.error = error, .pid = (uint32_t)pid, .tid = (uint32_t)call->tid,
		.command = command, .fd = fd, .socket = copy < 0 ? -1 : copy,
		.backlog = call->traced == TRACED_LISTEN ? (int)call->arguments[1] : 0,
	};

	if (error)
		trace_command_of(pid, command);
	result.length = address_of(calls, call, pid, result.socket, &address);
	if (result.length)
		result.address = (const struct sockaddr *)&address;
	else if (call->traced != TRACED_LISTEN && call->arguments[2] <= sizeof(address))
		result.length = (socklen_t)call->arguments[2];
	if (error && !is_probe(&result))
		watch->failed(watch->context, &result);
	else if (!error && is_known_family(&result))
		watch->worked(watch->context, &result);
	if (copy >= 0)
		close(copy);
}

/* Every getaddrinfo() binds a socket of netlink: the family is read before anything else. */
static bool is_worth_telling(const struct call *call, const struct trace_watch *watch)
{
	sa_family_t family;

	if (!watch->worked)
		return false;
	if (call->traced != TRACED_BIND)
		return call->traced == TRACED_LISTEN;
	return trace_read_memory(call->tid, call->arguments[1], &family, sizeof(family)) &&
	       (family == AF_INET || family == AF_INET6 || family == AF_UNIX);
}

void trace_call_end(struct trace_calls *calls, pid_t tid, const struct trace_watch *watch)
{
	const struct call *call = find_call(calls, tid);
	int64_t result;
	int error;

	if (!call)
		return;
	if (is_clone(call->traced)) {
		trace_clone_end(tid, call->traced, call->arguments);
	} else if (result_of(tid, &result)) {
		error = result < 0 ? (int)-result : 0;
		if (call->traced == TRACED_OUTCOME)
			error = result == 0 ? outcome_of(call) : 0;
		if (call->traced == TRACED_CONNECT && error == EINPROGRESS)
			remember_connecting(calls, call);
		else if (is_told(call->traced, error) ||
			 (!error && is_worth_telling(call, watch)))
			tell(calls, call, error, watch);
	}
	remove_call(calls, tid);
}
