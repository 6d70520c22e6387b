/* SPDX-License-Identifier: MIT */
/*
 * The tracer: it lets threads go on from where they stop, passes signals as
 * they are, tells the front what became of the command, and ends with the
 * last descendant.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace_loop.h"
#include "trace_parts.h"

enum { EVENTS_AT_ONCE = 256, SYSCALL_STOP = SIGTRAP | 0x80 };

/* How long after the command's end what a daemon does first is waited for. */
enum { HELD_MS = 2000 };

static void tell_result(struct tracer *tracer, const struct trace_result *result,
			void (*told)(void *context, const struct trace_result *result))
{
	trace_stderr_borrow(&tracer->standard_error, (pid_t)result->tid, (pid_t)result->pid);
	told(tracer->order->watch->context, result);
	trace_stderr_return(&tracer->standard_error);
}

static void tell_failure(void *context, const struct trace_result *result)
{
	struct tracer *tracer = context;

	tell_result(tracer, result, tracer->order->watch->failed);
}

static void tell_success(void *context, const struct trace_result *result)
{
	struct tracer *tracer = context;

	tell_result(tracer, result, tracer->order->watch->worked);
}

static void tell_life(const struct tracer *tracer, enum trace_life life, pid_t pid,
		      uint64_t value)
{
	const struct trace_watch *watch = tracer->order->watch;

	if (watch->lived)
		watch->lived(watch->context, life, (uint32_t)pid, value);
}

/* ---- events ------------------------------------------------------------- */

static bool has_descendants(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) == 0;
}

static void send_message(const struct tracer *tracer, const struct trace_message *message)
{
	/* Without a front nobody wants to know. */
	if (write(tracer->order->report, message, sizeof(*message)) < 0)
		return;
}

/* From now on who reads our standard error waits for the descendants at most, not for us. */
static void leave(struct tracer *tracer)
{
	const struct trace_watch *watch = tracer->order->watch;
	bool is_pipe = trace_stderr_is_pipe();

	tracer->leave_ms = 0;
	if (watch->left)
		watch->left(watch->context, is_pipe);
	if (is_pipe)
		trace_stderr_release(&tracer->standard_error);
}

static void command_ended(struct tracer *tracer, int wait_status)
{
	struct trace_message message = { .wait_status = wait_status };
	struct trace_start_failure failure;

	tracer->command = 0;
	if (tracer->stopped)
		trace_signal_front(tracer, SIGCONT);	/* it was killed while stopped */
	message.remains = has_descendants();
	if (read(tracer->failures, &failure, sizeof(failure)) == sizeof(failure))
		message.failure = failure;
	if (message.remains) {
		tracer->leave_ms = trace_now_ms() + HELD_MS;
		if (chdir("/") < 0)
			message.remains = true;		/* a file system stays busy, no more */
	}
	send_message(tracer, &message);
}

/* A thread other than the first may have done it: that has the first one's number now. */
static void program_began(struct tracer *tracer, pid_t tid)
{
	const struct trace_watch *watch = tracer->order->watch;
	char link[32], path[PATH_MAX], program[PATH_MAX];
	unsigned long former;
	struct stat process;
	ssize_t length;

	trace_call_drop(tracer->calls, tid);
	if (ptrace(PTRACE_GETEVENTMSG, tid, 0, &former) == 0)
		trace_call_drop(tracer->calls, (pid_t)former);
	tell_life(tracer, TRACE_REPLACED, tid, 0);
	if (!tracer->order->command.no_new_privileges || !watch->unprivileged)
		return;
	snprintf(link, sizeof(link), "/proc/%d", (int)tid);
	if (stat(link, &process) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)tid);
	length = readlink(path, program, sizeof(program) - 1);
	if (length <= 0 ||
	    trace_program_gives(path, process.st_uid, process.st_gid) == TRACE_NOT_REFUSED)
		return;
	program[length] = '\0';
	watch->unprivileged(watch->context, (uint32_t)tid, program);
}

static void process_forked(const struct tracer *tracer, pid_t tid)
{
	unsigned long child;

	if (ptrace(PTRACE_GETEVENTMSG, tid, 0, &child) == 0)
		tell_life(tracer, TRACE_FORKED, tid, child);
}

/* A stop that is an event of ptrace; returns how to go on. */
static int handle_event(struct tracer *tracer, pid_t tid, int event, int sig)
{
	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		return trace_call_begin(tracer->calls, tid) ? PTRACE_SYSCALL : PTRACE_CONT;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		process_forked(tracer, tid);
		return trace_call_is_begun(tracer->calls, tid) ? PTRACE_SYSCALL : PTRACE_CONT;
	case PTRACE_EVENT_CLONE:
		return trace_call_is_begun(tracer->calls, tid) ? PTRACE_SYSCALL : PTRACE_CONT;
	case PTRACE_EVENT_EXEC:
		program_began(tracer, tid);
		return PTRACE_CONT;
	case PTRACE_EVENT_STOP:
		trace_mirror_stop(tracer, tid, trace_is_stop_signal(sig));
		return trace_is_stop_signal(sig) ? PTRACE_LISTEN : PTRACE_CONT;
	default:
		return PTRACE_CONT;
	}
}

static void handle_stop(struct tracer *tracer, pid_t tid, int status)
{
	int event = status >> 16, sig = WSTOPSIG(status), request = PTRACE_CONT, give = 0;

	if (event) {
		request = handle_event(tracer, tid, event, sig);
	} else if (sig == SYSCALL_STOP) {
		trace_call_end(tracer->calls, tid, &tracer->watch);
	} else {
		trace_note_signal(tracer, tid, sig);
		give = sig;
	}
	/* It fails when the thread was killed meanwhile; waitpid() will tell. */
	ptrace((enum __ptrace_request)request, tid, 0, give);
}

static void handle(struct tracer *tracer, pid_t tid, int status)
{
	if (WIFSTOPPED(status)) {
		handle_stop(tracer, tid, status);
		return;
	}
	trace_call_drop(tracer->calls, tid);
	tell_life(tracer, TRACE_ENDED, tid, (uint64_t)status);
	if (tid == tracer->command)
		command_ended(tracer, status);
}

/* ---- the loop ----------------------------------------------------------- */

/* Handle what is there, but not for ever.  1 there is more, 0 nothing now, -1 nothing ever. */
static int handle_events(struct tracer *tracer)
{
	int status;

	for (int i = 0; i < EVENTS_AT_ONCE; i++) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid < 0)
			return -1;
		if (tid == 0)
			return 0;
		handle(tracer, tid, status);
	}
	return 1;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Do what is due; in how many ms there is more, -1: never. */
static int64_t do_what_is_due(struct tracer *tracer)
{
	const struct trace_watch *watch = tracer->order->watch;
	int64_t idle = watch->idle ? watch->idle(watch->context) : -1;
	int64_t left = tracer->leave_ms - trace_now_ms();

	if (!tracer->leave_ms)
		return idle;
	if (left > 0)
		return sooner(idle, left);
	leave(tracer);
	return idle;
}

static void wait_for_more(const struct tracer *tracer, const sigset_t *set, int64_t ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	trace_take_signal(tracer, set, ms < 0 ? NULL : &time);
}

/* Events come in numbers; an order, and what is due, must not wait for the last. */
static void trace_all(struct tracer *tracer)
{
	static const struct timespec now = { 0 };
	sigset_t orders, all;
	int64_t due_ms;
	int more;

	sigemptyset(&orders);
	sigaddset(&orders, SIGRTMIN);
	sigaddset(&orders, FRONT_DIED);
	all = orders;
	sigaddset(&all, SIGCHLD);
	while ((more = handle_events(tracer)) >= 0) {
		while (trace_take_signal(tracer, &orders, &now))
			continue;
		due_ms = do_what_is_due(tracer);
		if (!more)
			wait_for_more(tracer, &all, due_ms);
	}
}

/*
 * Keep what we need only: others may wait for the end of what we were started
 * with.  `ours` are two descriptors.
 */
static void close_files(int ours, int other)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	unsigned int low = (unsigned int)(ours < other ? ours : other);
	unsigned int high = (unsigned int)(ours < other ? other : ours);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (low > STDERR_FILENO + 1)
		syscall(SYS_close_range, STDERR_FILENO + 1, low - 1, 0);
	if (high > low + 1)
		syscall(SYS_close_range, low + 1, high - 1, 0);
	syscall(SYS_close_range, high + 1, ~0U, 0);
}

static void say_not_started(const struct tracer *tracer, int err)
{
	struct trace_message message = {
		.failure = { .not_allowed = err == -EPERM || err == -EACCES, .error = -err },
	};

	send_message(tracer, &message);
}

void trace_loop(const struct trace_order *order)
{
	struct tracer tracer = {
		.order = order,
		.watch = {
			.context = &tracer, .failed = tell_failure,
			.worked = order->watch->worked ? tell_success : NULL,
		},
		.calls = trace_calls_new(),
	};
	int err = tracer.calls ? 0 : -ENOMEM;

	signal(SIGCHLD, SIG_DFL);	/* ignored, there would be nothing to wait for */
	prctl(PR_SET_PDEATHSIG, FRONT_DIED);
	if (getppid() != order->front)
		return;		/* it died before we could ask */
	trace_forwarded_signals(&tracer.forwarded);
	if (!err) {
		tracer.command = trace_start(&order->command, &tracer.failures);
		err = tracer.command < 0 ? tracer.command : 0;
	}
	if (err) {
		say_not_started(&tracer, err);
		return;
	}
	close_files(order->report, tracer.failures);
	trace_all(&tracer);
}
