/* SPDX-License-Identifier: MIT */
/* Roles run under trace; what is told comes from another process, and so through shared memory. */
#include "trace_watch.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS_MAX = 100 };

struct told *told;
bool watch_speaks;
char self[PATH_MAX];

static void see(void *context, const struct trace_result *failure)
{
	struct seen *seen = &told->seen[told->count];
	socklen_t length = sizeof(seen->reuse);

	(void)context;
	if (watch_speaks && write(STDERR_FILENO, "!", 1) != 1)
		return;
	if (++told->count >= SEEN_MAX)
		return;
	*seen = (struct seen){ .call = failure->call, .error = failure->error, .fd = failure->fd,
			       .backlog = failure->backlog, .pid = failure->pid,
			       .tid = failure->tid, .reuse = -1 };
	snprintf(seen->command, sizeof(seen->command), "%s", failure->command);
	getsockopt(failure->socket, SOL_SOCKET, SO_REUSEADDR, &seen->reuse, &length);
	if (failure->address && failure->address->sa_family == AF_INET)
		seen->port = ntohs(((const struct sockaddr_in *)failure->address)->sin_port);
	if (failure->address && failure->address->sa_family == AF_UNIX)
		memcpy(seen->path, ((const struct sockaddr_un *)failure->address)->sun_path,
		       failure->length - offsetof(struct sockaddr_un, sun_path));
}

static void see_success(void *context, const struct trace_result *result)
{
	(void)context;
	told->worked[result->call] += !result->error && result->pid && result->address;
}

static void see_life(void *context, enum trace_life life, uint32_t pid, uint64_t value)
{
	(void)context;
	(void)pid;
	(void)value;
	told->lived[life]++;
}

static void see_left(void *context, bool released)
{
	(void)context;
	told->released += released;
}

static void see_unprivileged(void *context, uint32_t pid, const char *program)
{
	(void)context;
	(void)pid;
	snprintf(told->program, sizeof(told->program), "%s", program);
	told->unprivileged++;
}

const struct trace_watch watch = {
	.failed = see, .worked = see_success, .lived = see_life, .left = see_left,
	.unprivileged = see_unprivileged,
};

int trace(struct trace_end *end, const char *role, const char *first, const char *second)
{
	char be[] = ROLE_WORD, words[3][128];
	char *argv[6] = { self, be, words[0] };

	snprintf(words[0], sizeof(words[0]), "%s", role);
	if (first) {
		snprintf(words[1], sizeof(words[1]), "%s", first);
		argv[3] = words[1];
	}
	if (second) {
		snprintf(words[2], sizeof(words[2]), "%s", second);
		argv[4] = words[2];
	}
	memset(told, 0, sizeof(*told));
	return trace_run(argv, &watch, end);
}

int status_of(const char *role, const char *first, const char *second)
{
	struct trace_end end;

	assert_int_equal(trace(&end, role, first, second), 0);
	assert_int_equal(end.signal, 0);
	return end.status;
}

int hold_port(char port[8], bool listens)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listens ? listen(fd, 1) : 0, 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	snprintf(port, 8, "%d", ntohs(address.sin_port));
	return fd;
}

int exit_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void assert_told_once(enum trace_call call, int error, const char *port)
{
	assert_int_equal(told->count, 1);
	assert_int_equal(told->seen[0].call, call);
	assert_int_equal(told->seen[0].error, error);
	assert_int_equal(told->seen[0].port, atoi(port));
	assert_true(told->seen[0].pid > 0);
	assert_true(told->seen[0].fd > STDERR_FILENO);
}

int trace_main(char **argv, const struct CMUnitTest *tests, size_t count)
{
	ssize_t length;

	if (argv[1] && strcmp(argv[1], ROLE_WORD) == 0)
		trace_role(argv + 2);
	alarm(SECONDS_MAX);	/* a tracer that fails leaves a command that waits */
	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (length <= 0 || told == MAP_FAILED)
		return 1;
	return _cmocka_run_group_tests("trace", tests, count, NULL, NULL);
}
