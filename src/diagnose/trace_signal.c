/* SPDX-License-Identifier: MIT */
/* Signals of the tracer: those that go on to the command, its stops, and the end of the front. */
#include <signal.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

#include "trace_loop.h"

/* Two signals of one sender within SAME_MS are one. */
enum { SAME_MS = 1000 };

int64_t trace_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void trace_signal_front(const struct tracer *tracer, int sig)
{
	if (getppid() == tracer->order->front)
		kill(tracer->order->front, sig);
}

/* Remember what the command got, so that the front's copy of it is not sent as well. */
void trace_note_signal(struct tracer *tracer, pid_t tid, int sig)
{
	siginfo_t info;

	if (!tracer->command || sigismember(&tracer->forwarded, sig) != 1 ||
	    (tid != tracer->command && trace_process_of(tid) != tracer->command) ||
	    ptrace(PTRACE_GETSIGINFO, tid, 0, &info) < 0 || info.si_code > 0)
		return;
	tracer->received[sig] = (struct received){ info.si_pid, trace_now_ms() };
}

/* What was sent to the whole process group reaches the command without us. */
static void forward(const struct tracer *tracer, int order)
{
	int sig = order & ((1 << FORWARD_BITS) - 1);
	const struct received *had = &tracer->received[sig % SIGNALS];

	if (!tracer->command)
		return;
	if (had->sender == order >> FORWARD_BITS && trace_now_ms() - had->when_ms < SAME_MS)
		return;
	kill(tracer->command, sig);
}

bool trace_is_stop_signal(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* The front stops and continues with the command, for the shell watches the front. */
void trace_mirror_stop(struct tracer *tracer, pid_t tid, bool stopped)
{
	if (tid != tracer->command || tracer->stopped == stopped)
		return;
	tracer->stopped = stopped;
	trace_signal_front(tracer, stopped ? SIGSTOP : SIGCONT);
}

/* Take a signal of `set`; 0: there was none in time. */
int trace_take_signal(const struct tracer *tracer, const sigset_t *set,
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
