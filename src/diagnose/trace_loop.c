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
#include <time.h>
#include <unistd.h>

#include "trace_loop.h"
#include "trace_parts.h"

#define FRONT_DIED (SIGRTMIN + 1)

/* Two signals of one sender within SAME_MS are one. */
enum { SIGNALS = 65, SAME_MS = 1000, EVENTS_AT_ONCE = 256, SYSCALL_STOP = SIGTRAP | 0x80 };

/* A signal that the command got. */
struct received {
	pid_t sender;
	int64_t when_ms;
};

struct tracer {
	const struct trace_order *order;
	struct trace_watch watch;	/* ours, in front of the caller's */
	struct trace_calls *calls;
	pid_t command;			/* 0: it has ended */
	int failures;
	bool stopped;			/* the command, by a signal */
	sigset_t forwarded;
	struct received received[SIGNALS];
	struct trace_stderr standard_error;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell_failure(void *context, const struct trace_failure *failure)
{
	struct tracer *tracer = context;
	const struct trace_watch *watch = tracer->order->watch;

	trace_stderr_borrow(&tracer->standard_error, (pid_t)failure->tid, (pid_t)failure->pid);
	watch->failed(watch->context, failure);
	trace_stderr_return(&tracer->standard_error);
}

/* ---- signals ------------------------------------------------------------ */

static void signal_front(const struct tracer *tracer, int sig)
{
	if (getppid() == tracer->order->front)
		kill(tracer->order->front, sig);
}

/* Remember what the command got, so that the front's copy of it is not sent as well. */
static void note_signal(struct tracer *tracer, pid_t tid, int sig)
{
	siginfo_t info;

	if (!tracer->command || sigismember(&tracer->forwarded, sig) != 1 ||
	    (tid != tracer->command && trace_process_of(tid) != tracer->command) ||
	    ptrace(PTRACE_GETSIGINFO, tid, 0, &info) < 0 || info.si_code > 0)
		return;
	tracer->received[sig] = (struct received){ info.si_pid, now_ms() };
}

/* What was sent to the whole process group reaches the command without us. */
static void forward(const struct tracer *tracer, int order)
{
	int sig = order & ((1 << FORWARD_BITS) - 1);
	const struct received *had = &tracer->received[sig % SIGNALS];

	if (!tracer->command)
		return;
	if (had->sender == order >> FORWARD_BITS && now_ms() - had->when_ms < SAME_MS)
		return;
	kill(tracer->command, sig);
}

static bool is_stop_signal(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* The front stops and continues with the command, for the shell watches the front. */
static void mirror_stop(struct tracer *tracer, pid_t tid, bool stopped)
{
	if (tid != tracer->command || tracer->stopped == stopped)
		return;
	tracer->stopped = stopped;
	signal_front(tracer, stopped ? SIGSTOP : SIGCONT);
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

static void command_ended(struct tracer *tracer, int wait_status)
{
	struct trace_message message = { .wait_status = wait_status };
	struct trace_start_failure failure;

	tracer->command = 0;
	if (tracer->stopped)
		signal_front(tracer, SIGCONT);	/* it was killed while stopped */
	message.remains = has_descendants();
	if (read(tracer->failures, &failure, sizeof(failure)) == sizeof(failure))
		message.failure = failure;
	if (message.remains) {
		trace_stderr_release(&tracer->standard_error);
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

/* A stop that is an event of ptrace; returns how to go on. */
static int handle_event(struct tracer *tracer, pid_t tid, int event, int sig)
{
	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		return trace_call_begin(tracer->calls, tid) ? PTRACE_SYSCALL : PTRACE_CONT;
	case PTRACE_EVENT_EXEC:
		program_began(tracer, tid);
		return PTRACE_CONT;
	case PTRACE_EVENT_STOP:
		mirror_stop(tracer, tid, is_stop_signal(sig));
		return is_stop_signal(sig) ? PTRACE_LISTEN : PTRACE_CONT;
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
		note_signal(tracer, tid, sig);
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

/* Take a signal of `set`; 0: there was none in time. */
static int take_signal(const struct tracer *tracer, const sigset_t *set,
		       const struct timespec *time)
{
	siginfo_t info;
	int sig = sigtimedwait(set, &info, time);

	if (sig == SIGRTMIN && info.si_pid == tracer->order->front)
		forward(tracer, info.si_value.sival_int);
	if (sig == FRONT_DIED && getppid() != tracer->order->front && tracer->command)
		kill(tracer->command, SIGKILL);
	return sig > 0 ? sig : 0;
}

/* Events come in numbers; an order must not wait for the last. */
static void trace_all(struct tracer *tracer)
{
	static const struct timespec now = { 0 };
	sigset_t orders, all;
	int more;

	sigemptyset(&orders);
	sigaddset(&orders, SIGRTMIN);
	sigaddset(&orders, FRONT_DIED);
	all = orders;
	sigaddset(&all, SIGCHLD);
	while ((more = handle_events(tracer)) >= 0) {
		while (take_signal(tracer, &orders, &now))
			continue;
		if (!more)
			take_signal(tracer, &all, NULL);
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
		.watch = { .context = &tracer, .failed = tell_failure },
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
