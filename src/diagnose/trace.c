/* SPDX-License-Identifier: MIT */
/* The front: finds the program, forks the tracer, passes signals on, and waits for its word. */
#include "diagnose/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace_loop.h"
#include "trace_parts.h"

struct front {
	pid_t tracer;
	int words;		/* pipe from the tracer */
	int signals;		/* signalfd */
};

void trace_forwarded_signals(sigset_t *set)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM,
				       SIGCONT };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(set, signals[i]);
}

/*
 * What the terminal sends goes to the whole group, the command with us; but an
 * alarm set before conntab was started is ours alone.
 */
static void pass_signal(const struct front *front)
{
	struct signalfd_siginfo info;
	union sigval order;

	if (read(front->signals, &info, sizeof(info)) != sizeof(info) ||
	    (pid_t)info.ssi_pid == front->tracer ||
	    (info.ssi_code > 0 && info.ssi_signo != SIGALRM))
		return;
	order.sival_int = (int)(info.ssi_pid << FORWARD_BITS | info.ssi_signo);
	sigqueue(front->tracer, SIGRTMIN, order);
}

/* Wait for the tracer's word; 0, or -ECHILD when it died without one. */
static int await_word(const struct front *front, struct trace_message *message)
{
	struct pollfd files[] = {
		{ .fd = front->words, .events = POLLIN },
		{ .fd = front->signals, .events = POLLIN },
	};

	for (;;) {
		if (poll(files, 2, -1) < 0)
			continue;	/* we were stopped and continued */
		if (files[1].revents & POLLIN)
			pass_signal(front);
		if (files[0].revents)
			break;
	}
	if (read(front->words, message, sizeof(*message)) != sizeof(*message))
		return -ECHILD;
	return 0;
}

static int conclude(const struct trace_message *message, struct trace_end *end)
{
	int status = message->wait_status;

	if (message->failure.not_allowed)
		end->refusal = TRACE_NOT_ALLOWED;
	if (message->failure.error)
		return message->failure.not_allowed ? -EPERM : -message->failure.error;
	if (WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
	end->status = end->signal ? 128 + end->signal : WEXITSTATUS(status);
	return 0;
}

static int be_front(struct front *front, const sigset_t *mask, struct trace_end *end)
{
	struct trace_message message = { .remains = false };
	sigset_t forwarded, blocked;
	int err;

	trace_forwarded_signals(&forwarded);
	front->signals = signalfd(-1, &forwarded, SFD_CLOEXEC | SFD_NONBLOCK);
	/* What is not forwarded works as ever: ^Z stops us with the command. */
	sigorset(&blocked, &forwarded, mask);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	err = await_word(front, &message);
	if (!message.remains)
		waitpid(front->tracer, NULL, 0);
	if (front->signals >= 0)
		close(front->signals);
	return err ? err : conclude(&message, end);
}

static pid_t fork_tracer(struct trace_order *order, const int words[2])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	close(words[0]);
	order->report = words[1];
	trace_loop(order);
	_exit(0);
}

static int run(struct trace_order *order, struct trace_end *end)
{
	struct front front;
	sigset_t all;
	int words[2], err;

	if (pipe2(words, O_CLOEXEC) < 0)
		return -errno;
	/* The tracer takes what it needs only; nothing may end it before the command ends. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &order->command.mask);
	front.words = words[0];
	front.tracer = fork_tracer(order, words);
	err = front.tracer < 0 ? -errno : 0;
	close(words[1]);
	if (!err)
		err = be_front(&front, &order->command.mask, end);
	sigprocmask(SIG_SETMASK, &order->command.mask, NULL);
	close(words[0]);
	return err;
}

/* Refuse what would run without the privileges its file gives. */
static enum trace_refusal refuse(char program[PATH_MAX])
{
	char file[PATH_MAX];
	enum trace_refusal refusal;

	memcpy(file, program, sizeof(file));
	refusal = trace_program_gives(file, geteuid(), getegid());
	if (refusal != TRACE_NOT_REFUSED)
		memcpy(program, file, sizeof(file));
	return refusal;
}

int trace_run(char *const argv[], const struct trace_watch *watch, struct trace_end *end)
{
	struct trace_order order = {
		.watch = watch, .front = getpid(),
		.command = { .argv = argv, .lower = watch->lower },
	};
	int err;

	*end = (struct trace_end){ .refusal = TRACE_NOT_REFUSED };
	if (watch->lower)
		watch->lower();
	err = trace_program_find(argv[0], end->program);
	if (watch->raise)
		watch->raise();
	if (err)
		return err;
	order.command.path = end->program;
	order.command.no_new_privileges = trace_programs_lose_privileges();
	if (order.command.no_new_privileges)
		end->refusal = refuse(end->program);
	if (end->refusal != TRACE_NOT_REFUSED)
		return -EPERM;
	sigaction(SIGCHLD, NULL, &order.command.on_child);
	return run(&order, end);
}
