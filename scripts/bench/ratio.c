/* SPDX-License-Identifier: MIT */
/*
 * ratio - run commands in turn (A B C A B C ...) and compare what they cost.
 *
 * Prints the medians of CPU (user + system, with waited-for children) and wall time, the peak
 * memory, the ratio to a reference and whether given bounds hold.  It stays small and spawns with
 * vfork, because the peak memory of a child is never reported below that of its parent.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 16, MAX_BOUNDS = 16, MAX_ROUNDS = 1000, BASE_MEMORY = 4000000 };

struct command {
	const char *name;
	char **argv;
	double *cpu_ms;			/* one for each round that was finished */
	double *wall_ms;
	long done;
	double peak_bytes;
	bool killed;			/* took longer than the limit, and is not run again */
};

/* A promise: CPU as a ratio to another command, or memory in bytes per socket. */
struct bound {
	const char *name;
	const char *reference;		/* NULL: memory */
	double sockets;
	double max;
};

struct plan {
	struct command commands[MAX_COMMANDS];
	size_t ncommands;
	struct bound bounds[MAX_BOUNDS];
	size_t nbounds;
	const char *reference;
	long rounds;
	double limit_s;
	bool to_pipe;
};

struct streams {
	int in;
	int out;			/* of the command: /dev/null or the pipe */
	int drain;			/* our end of the pipe, or -1 */
	int err;			/* kept to be shown if the command fails */
};

static volatile sig_atomic_t stop_flag;

static const char usage[] =
"usage: ratio [OPTION]... --run NAME COMMAND [ARG]... --run NAME COMMAND [ARG]...\n"
"Run the commands in turn and compare their CPU time, wall time and peak memory.\n"
"\n"
"  --rounds N                 run each command N times (5)\n"
"  --output null|pipe         standard output of the commands (null)\n"
"  --timeout SECONDS          kill a command that takes longer (60)\n"
"  --reference NAME           compare with this command (the first)\n"
"  --max NAME OTHER RATIO     NAME is to need at most RATIO times the CPU of OTHER\n"
"  --memory NAME SOCKETS MAX  NAME is to need at most MAX bytes for each of SOCKETS\n"
"                             sockets, above a base of 4 MB\n"
"  --help                     this text\n"
"\n"
"Exit status: 0 all commands ran (whether the bounds hold or not), 1 one failed, 2 usage.\n";

static void on_signal(int sig)
{
	(void)sig;
	stop_flag = 1;
}

__attribute__((format(printf, 2, 3)))
_Noreturn static void die(int status, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("ratio: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1000 + (double)ts.tv_nsec / 1e6;
}

/* ---- running one command ---------------------------------------------- */

static void streams_open(struct streams *st, bool to_pipe)
{
	int ends[2];

	st->in = open("/dev/null", O_RDWR | O_CLOEXEC);
	st->err = memfd_create("stderr", MFD_CLOEXEC);
	if (st->in < 0 || st->err < 0)
		die(1, "cannot open /dev/null or a memory file: %s", strerror(errno));
	st->out = st->in;
	st->drain = -1;
	if (!to_pipe)
		return;
	if (pipe2(ends, O_CLOEXEC) < 0)
		die(1, "cannot open a pipe: %s", strerror(errno));
	st->drain = ends[0];
	st->out = ends[1];
}

/* Let go of the command's end of the pipe, so that its death is seen as end of file. */
static void streams_give_away(struct streams *st)
{
	if (st->out != st->in)
		close(st->out);
	st->out = -1;
}

static void streams_close(struct streams *st)
{
	close(st->in);
	close(st->err);
	if (st->drain >= 0)
		close(st->drain);
}

/* The first line of what the command said on standard error, for our own message. */
static void first_words(const struct streams *st, char *text, size_t size)
{
	ssize_t n = pread(st->err, text, size - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

/* Start the command in a process group of its own, so that it can be killed with its children. */
static pid_t spawn(const struct command *cmd, const struct streams *st)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, st->in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, st->out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, st->err, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	rc = posix_spawnp(&pid, cmd->argv[0], &actions, &attr, cmd->argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		die(1, "'%s': cannot run %s: %s", cmd->name, cmd->argv[0], strerror(rc));
	return pid;
}

/* Drain the pipe until the command ends; false when the time is over. */
static bool wait_until(pid_t pid, int drain, double end_ms)
{
	static char buffer[64 * 1024];
	struct pollfd fds[] = {
		{ .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN },
		{ .fd = drain, .events = POLLIN },
	};
	double left;

	if (fds[0].fd < 0)
		die(1, "cannot wait with pidfd_open: %s", strerror(errno));
	while ((left = end_ms - now_ms()) > 0 && !stop_flag) {
		if (poll(fds, 2, left < 1000 ? (int)left + 1 : 1000) < 0)
			continue;
		if (fds[0].revents)
			break;
		if (fds[1].revents && read(drain, buffer, sizeof(buffer)) <= 0)
			fds[1].fd = -1;
	}
	close(fds[0].fd);
	return left > 0 && !stop_flag;
}

static void check_status(const struct command *cmd, const struct streams *st, int status)
{
	char said[200];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	first_words(st, said, sizeof(said));
	if (WIFSIGNALED(status))
		die(1, "'%s' was killed by signal %d (%s)%s%s", cmd->name, WTERMSIG(status),
		    strsignal(WTERMSIG(status)), *said ? ": " : "", said);
	die(1, "'%s' failed with status %d%s%s", cmd->name, WEXITSTATUS(status),
	    *said ? ": " : "", said);
}

static double timeval_ms(struct timeval tv)
{
	return (double)tv.tv_sec * 1000 + (double)tv.tv_usec / 1000;
}

static void run(struct command *cmd, const struct plan *plan)
{
	struct streams st;
	struct rusage used;
	double start, wall, peak;
	int status;
	pid_t pid;

	streams_open(&st, plan->to_pipe);
	start = now_ms();
	pid = spawn(cmd, &st);
	streams_give_away(&st);
	if (!wait_until(pid, st.drain, start + plan->limit_s * 1000)) {
		cmd->killed = true;
		kill(-pid, SIGKILL);
	}
	while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		;
	wall = now_ms() - start;
	if (stop_flag)
		die(1, "interrupted");
	if (!cmd->killed) {
		check_status(cmd, &st, status);
		cmd->cpu_ms[cmd->done] = timeval_ms(used.ru_utime) + timeval_ms(used.ru_stime);
		cmd->wall_ms[cmd->done++] = wall;
	}
	peak = (double)used.ru_maxrss * 1024;
	if (peak > cmd->peak_bytes)
		cmd->peak_bytes = peak;
	streams_close(&st);
}

/* ---- figures ----------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The values are sorted. */
static double median(const double *v, long n)
{
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* A time or a ratio with as many digits as mean something. */
static const char *digits(char *text, size_t size, const char *sign, double value)
{
	int places = value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0;

	snprintf(text, size, "%s%.*f", sign, places, value);
	return text;
}

static const struct command *find_command(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->ncommands; i++)
		if (!strcmp(plan->commands[i].name, name))
			return &plan->commands[i];
	die(2, "there is no command named '%s'", name);
}

/* What stands before a ratio: of a killed command only a bound is known, of two nothing. */
static char ratio_sign(const struct command *cmd, const struct command *ref)
{
	if (cmd->killed)
		return ref->killed ? '?' : '>';
	return ref->killed ? '<' : '=';
}

static double cpu(const struct command *cmd, const struct plan *plan)
{
	return cmd->killed ? plan->limit_s * 1000 : median(cmd->cpu_ms, cmd->done);
}

static const char *verdict(char sign, double value, double max)
{
	if (sign == '?' || (sign == '<' && value > max) || (sign == '>' && value <= max))
		return "unknown";
	return value <= max ? "ok" : "OVER";
}

/* ---- the report -------------------------------------------------------- */

static int name_width(const struct plan *plan)
{
	size_t width = strlen("command");

	for (size_t i = 0; i < plan->ncommands; i++)
		if (strlen(plan->commands[i].name) > width)
			width = strlen(plan->commands[i].name);
	return (int)width;
}

static void print_ratio(const struct command *cmd, const struct command *ref,
			const struct plan *plan)
{
	char sign = ratio_sign(cmd, ref), text[32];
	char prefix[2] = { sign == '=' ? '\0' : sign, '\0' };

	if (sign == '?')
		printf(" %9s", "?");
	else
		printf(" %9s", digits(text, sizeof(text), prefix,
				      cpu(cmd, plan) / cpu(ref, plan)));
}

static void print_command(const struct command *cmd, const struct plan *plan)
{
	char mid[32], low[32], high[32], range[72], wall[32];

	if (cmd->killed) {
		snprintf(mid, sizeof(mid), "> %g s", plan->limit_s);
		printf(" %9s %17s %9s", mid, "killed", mid);
	} else {
		snprintf(range, sizeof(range), "%s..%s",
			 digits(low, sizeof(low), "", cmd->cpu_ms[0]),
			 digits(high, sizeof(high), "", cmd->cpu_ms[cmd->done - 1]));
		printf(" %9s %17s %9s", digits(mid, sizeof(mid), "", cpu(cmd, plan)), range,
		       digits(wall, sizeof(wall), "", median(cmd->wall_ms, cmd->done)));
	}
	printf(" %8.1f", cmd->peak_bytes / 1e6);
	print_ratio(cmd, find_command(plan, plan->reference), plan);
	putchar('\n');
}

static void print_max(const struct bound *bound, const struct plan *plan, int width)
{
	const struct command *cmd = find_command(plan, bound->name);
	const struct command *ref = find_command(plan, bound->reference);
	char sign = ratio_sign(cmd, ref);

	printf("%-*s", width, bound->name);
	print_ratio(cmd, ref, plan);
	printf(" %7g  %-7s  of the CPU of %s\n", bound->max,
	       verdict(sign, cpu(cmd, plan) / cpu(ref, plan), bound->max), bound->reference);
}

static void print_memory(const struct bound *bound, const struct plan *plan, int width)
{
	const struct command *cmd = find_command(plan, bound->name);
	double bytes = (cmd->peak_bytes - BASE_MEMORY) / bound->sockets;

	if (bytes < 0)
		bytes = 0;
	printf("%-*s %9.0f %7g  %-7s  bytes a socket above 4 MB (%.0f sockets)\n", width,
	       bound->name, bytes, bound->max,
	       verdict(cmd->killed ? '>' : '=', bytes, bound->max), bound->sockets);
}

static void report(const struct plan *plan)
{
	int width = name_width(plan);

	printf("%-*s %9s %17s %9s %8s %9s\n", width, "command", "CPU ms", "min..max", "wall ms",
	       "peak MB", "ratio");
	for (size_t i = 0; i < plan->ncommands; i++) {
		printf("%-*s", width, plan->commands[i].name);
		print_command(&plan->commands[i], plan);
	}
	printf("(ratio of median CPU to that of %s)\n", plan->reference);
	if (plan->nbounds)
		printf("\n%-*s %9s %7s\n", width, "promised", "is", "bound");
	for (size_t i = 0; i < plan->nbounds; i++) {
		if (plan->bounds[i].reference)
			print_max(&plan->bounds[i], plan, width);
		else
			print_memory(&plan->bounds[i], plan, width);
	}
}

/* ---- command line ------------------------------------------------------ */

static double number(const char *option, const char *text, double min, double max)
{
	double value;
	char *end;

	errno = 0;
	value = strtod(text, &end);
	if (errno || end == text || *end || !(value >= min && value <= max))
		die(2, "%s wants a number from %g to %g, not '%s'", option, min, max, text);
	return value;
}

static void set_rounds(struct plan *plan, char **arg)
{
	plan->rounds = (long)number("--rounds", arg[0], 1, MAX_ROUNDS);
}

static void set_output(struct plan *plan, char **arg)
{
	plan->to_pipe = !strcmp(arg[0], "pipe");
	if (!plan->to_pipe && strcmp(arg[0], "null") != 0)
		die(2, "--output wants null or pipe, not '%s'", arg[0]);
}

static void set_timeout(struct plan *plan, char **arg)
{
	plan->limit_s = number("--timeout", arg[0], 0.001, 86400);
}

static void set_reference(struct plan *plan, char **arg)
{
	plan->reference = arg[0];
}

static struct bound *new_bound(struct plan *plan)
{
	if (plan->nbounds == MAX_BOUNDS)
		die(2, "there may be at most %d bounds", MAX_BOUNDS);
	return &plan->bounds[plan->nbounds++];
}

static void set_max(struct plan *plan, char **arg)
{
	*new_bound(plan) = (struct bound) {
		.name = arg[0], .reference = arg[1], .max = number("--max", arg[2], 0, 1e6),
	};
}

static void set_memory(struct plan *plan, char **arg)
{
	*new_bound(plan) = (struct bound) {
		.name = arg[0], .sockets = number("--memory", arg[1], 1, 1e9),
		.max = number("--memory", arg[2], 0, 1e9),
	};
}

static void set_help(struct plan *plan, char **arg)
{
	(void)plan;
	(void)arg;
	fputs(usage, stdout);
	exit(0);
}

static const struct option {
	const char *name;
	int nargs;
	void (*set)(struct plan *plan, char **arg);
} options[] = {
	{ "--rounds", 1, set_rounds },
	{ "--output", 1, set_output },
	{ "--timeout", 1, set_timeout },
	{ "--reference", 1, set_reference },
	{ "--max", 3, set_max },
	{ "--memory", 3, set_memory },
	{ "--help", 0, set_help },
};

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (!strcmp(options[i].name, name))
			return &options[i];
	die(2, "unknown option '%s' (try --help)", name);
}

/* The options before the first --run; returns its place. */
static char **parse_options(struct plan *plan, char **arg)
{
	while (*arg && strcmp(*arg, "--run") != 0) {
		const struct option *option = find_option(*arg++);

		for (int i = 0; i < option->nargs; i++)
			if (!arg[i])
				die(2, "%s wants %d arguments", option->name, option->nargs);
		option->set(plan, arg);
		arg += option->nargs;
	}
	return arg;
}

/* Each --run becomes the NULL that ends the command before it. */
static void parse_commands(struct plan *plan, char **arg)
{
	while (*arg) {
		struct command *cmd = &plan->commands[plan->ncommands++];

		if (plan->ncommands > MAX_COMMANDS)
			die(2, "there may be at most %d commands", MAX_COMMANDS);
		*arg++ = NULL;
		if (!arg[0] || !arg[1] || !strcmp(arg[1], "--run"))
			die(2, "--run wants a name and a command");
		cmd->name = *arg++;
		cmd->argv = arg;
		while (*arg && strcmp(*arg, "--run") != 0)
			arg++;
	}
}

static void parse(struct plan *plan, char **argv)
{
	parse_commands(plan, parse_options(plan, argv + 1));
	if (plan->ncommands == 0)
		die(2, "there is nothing to run (try --help)");
	if (!plan->reference)
		plan->reference = plan->commands[0].name;
	find_command(plan, plan->reference);
	for (size_t i = 0; i < plan->nbounds; i++) {
		find_command(plan, plan->bounds[i].name);
		if (plan->bounds[i].reference)
			find_command(plan, plan->bounds[i].reference);
	}
}

static void measure(struct plan *plan)
{
	for (size_t i = 0; i < plan->ncommands; i++) {
		struct command *cmd = &plan->commands[i];

		cmd->cpu_ms = calloc((size_t)plan->rounds, sizeof(double));
		cmd->wall_ms = calloc((size_t)plan->rounds, sizeof(double));
		if (!cmd->cpu_ms || !cmd->wall_ms)
			die(1, "%s", strerror(errno));
	}
	for (long round = 0; round < plan->rounds; round++)
		for (size_t i = 0; i < plan->ncommands; i++)
			if (!plan->commands[i].killed)
				run(&plan->commands[i], plan);
	for (size_t i = 0; i < plan->ncommands; i++) {
		struct command *cmd = &plan->commands[i];

		qsort(cmd->cpu_ms, (size_t)cmd->done, sizeof(double), compare);
		qsort(cmd->wall_ms, (size_t)cmd->done, sizeof(double), compare);
	}
}

int main(int argc, char **argv)
{
	static struct plan plan = { .rounds = 5, .limit_s = 60 };
	struct sigaction action = { .sa_handler = on_signal };

	(void)argc;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	parse(&plan, argv);
	measure(&plan);
	report(&plan);
	return 0;
}
