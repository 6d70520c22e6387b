/* SPDX-License-Identifier: MIT */
/* What a program under trace may do.  LeakSanitizer can't run under ptrace: all use _exit(). */
#include "trace_role.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char role_program[4096];

static struct sockaddr_in loopback(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)atoi(port)) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static int bind_to(const char *port, int reuse)
{
	struct sockaddr_in address = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : fd;
}

/* The exit status of a role that binds: 0, or what bind() said. */
static int be_binder(char **words)
{
	int fd = bind_to(words[0], words[1] != NULL);

	return fd < 0 ? -fd : 0;
}

static void *bind_in_thread(void *words)
{
	return (void *)(intptr_t)be_binder(words);
}

static int be_thread(char **words)
{
	pthread_t thread;
	void *result;

	if (pthread_create(&thread, NULL, bind_in_thread, words) != 0)
		return 255;
	pthread_join(thread, &result);
	return (int)(intptr_t)result;
}

static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 254;
	return WEXITSTATUS(status);
}

static int be_parent(char **words)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(be_binder(words));
	return status_of(pid);
}

/* A child that is not to be traced: by clone(), or by clone3(), whose flags must stay. */
static int be_untraced_parent(char **words)
{
	static struct clone_args again;
	struct clone_args arguments = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };
	bool is_clone3 = words[1];
	long pid;

	words[1] = NULL;
	again = arguments;
	pid = is_clone3 ? syscall(SYS_clone3, &arguments, sizeof(arguments))
			: syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(be_binder(words));
	if (memcmp(&again, &arguments, sizeof(again)) != 0)
		return 243;
	return status_of((pid_t)pid);
}

/* Many at once; the number of those that did not fail as they should. */
static int be_crowd(char **words)
{
	int count = atoi(words[1]), wrong = 0;
	pid_t *pids = calloc((size_t)count, sizeof(*pids));

	words[1] = NULL;
	for (int i = 0; pids && i < count; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(be_binder(words));
	}
	for (int i = 0; pids && i < count; i++)
		wrong += status_of(pids[i]) != EADDRINUSE;
	free(pids);
	return wrong;
}

static char **binder_again(char **words)
{
	static char be[] = ROLE_WORD, bind[] = "bind";
	static char *argv[5];

	argv[0] = role_program;
	argv[1] = be;
	argv[2] = bind;
	argv[3] = words[0];
	return argv;
}

/* posix_spawn() is vfork() and execve(). */
static int be_spawner(char **words)
{
	pid_t pid;

	if (posix_spawn(&pid, role_program, NULL, NULL, binder_again(words), environ) != 0)
		return 253;
	return status_of(pid);
}

static int be_another(char **words)
{
	execve(role_program, binder_again(words), environ);
	return 252;
}

static void *become_another(void *words)
{
	be_another(words);
	return NULL;
}

/* A thread that is not the first calls execve() and takes the place of the first. */
static int be_another_by_thread(char **words)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, become_another, words) != 0)
		return 251;
	pthread_join(thread, NULL);
	return 250;
}

/* Two sockets may be bound to one port by SO_REUSEADDR; the second can't listen then. */
static int be_late_listener(char **words)
{
	int first = bind_to(words[0], 1), second = bind_to(words[0], 1);

	if (first < 0 || second < 0 || listen(first, 1) < 0)
		return 249;
	return listen(second, 77) < 0 ? errno : 0;
}

static int be_client(char **words)
{
	struct sockaddr_in address = loopback(words[0]);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return errno;
	return 0;
}

static int be_patient_client(char **words)
{
	struct sockaddr_in address = loopback(words[0]);
	struct pollfd file = { .events = POLLOUT };
	socklen_t length = sizeof(int);
	int error = 0;

	file.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (connect(file.fd, (struct sockaddr *)&address, sizeof(address)) < 0 &&
	    errno != EINPROGRESS)
		return 248;
	poll(&file, 1, -1);
	getsockopt(file.fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

static int be_unix_binder(char **words)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", words[0]);
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? errno : 0;
}

/* All that works: nothing is to be told. */
static int be_good(char **words)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int server = bind_to("0", 0), client = socket(AF_INET, SOCK_STREAM, 0), error = -1;

	(void)words;
	if (server < 0 || listen(server, 1) < 0 ||
	    getsockname(server, (struct sockaddr *)&address, &length) < 0 ||
	    connect(client, (struct sockaddr *)&address, length) < 0)
		return 1;
	length = sizeof(error);
	getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length);
	return error || accept(server, NULL, NULL) < 0;
}

static int be_quitter(char **words)
{
	return atoi(words[0]);
}

static int be_victim(char **words)
{
	kill(getpid(), atoi(words[0]));
	return 247;
}

/* Stops, and ends well only when someone continues it. */
static int be_stopper(char **words)
{
	raise(SIGSTOP);
	return atoi(words[0]);
}

static int be_known_stopper(char **words)
{
	pid_t pid = getpid();

	(void)words;
	if (write(STDOUT_FILENO, &pid, sizeof(pid)) != sizeof(pid))
		return 244;
	raise(SIGSTOP);
	return 0;
}

/* What standard input says. */
static int be_reader(char **words)
{
	char byte;

	(void)words;
	return read(STDIN_FILENO, &byte, 1) == 1 ? byte : 0;
}

static volatile sig_atomic_t got;

static void count_signal(int sig)
{
	(void)sig;
	got++;
}

/* Says that it is ready, and counts signals until none comes for a moment. */
static int be_counter(char **words)
{
	struct sigaction action = { .sa_handler = count_signal };

	sigaction(atoi(words[0]), &action, NULL);
	if (write(STDOUT_FILENO, "r", 1) != 1)
		return 246;
	while (!got)
		poll(NULL, 0, 1000);
	while (poll(NULL, 0, 300) < 0)
		continue;
	return got;
}

/* Descriptors other than the three, and signals that are blocked or ignored. */
static int be_inspector(char **words)
{
	struct sigaction action;
	sigset_t mask;
	int strange = 0;

	(void)words;
	for (int fd = 3; fd < 64; fd++)
		strange += fcntl(fd, F_GETFD) >= 0;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int sig = 1; sig < 32; sig++) {
		sigaction(sig, NULL, &action);
		/* SIGPIPE has its default action again, whatever the caller had. */
		strange += sigismember(&mask, sig) == 1 ||
			   (sig != SIGPIPE && action.sa_handler == SIG_IGN);
	}
	return strange;
}

/*
 * Ends at once; its child binds when standard input is closed, and says on
 * standard error what came of it.
 */
static int be_daemon(char **words)
{
	char byte, result;

	if (fork() != 0)
		return 0;
	setsid();
	if (read(STDIN_FILENO, &byte, 1) != 0)
		return 1;
	result = (char)be_binder(words);
	return write(STDERR_FILENO, &result, 1) != 1;
}

/* The same, but it lets go of standard output and error. */
static int be_quiet_daemon(char **words)
{
	char byte;

	(void)words;
	if (fork() != 0)
		return 0;
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	return (int)read(STDIN_FILENO, &byte, 1);
}

static const struct {
	const char *name;
	int (*play)(char **words);
} roles[] = {
	{ "bind", be_binder },
	{ "thread", be_thread },
	{ "fork", be_parent },
	{ "untraced", be_untraced_parent },
	{ "crowd", be_crowd },
	{ "spawn", be_spawner },
	{ "exec", be_another },
	{ "thread-exec", be_another_by_thread },
	{ "listen", be_late_listener },
	{ "connect", be_client },
	{ "connect-later", be_patient_client },
	{ "unix", be_unix_binder },
	{ "good", be_good },
	{ "exit", be_quitter },
	{ "die", be_victim },
	{ "stop", be_stopper },
	{ "stop-and-say", be_known_stopper },
	{ "read", be_reader },
	{ "count", be_counter },
	{ "inspect", be_inspector },
	{ "daemon", be_daemon },
	{ "quiet-daemon", be_quiet_daemon },
};

void trace_role(char **words)
{
	ssize_t length = readlink("/proc/self/exe", role_program, sizeof(role_program) - 1);

	role_program[length > 0 ? length : 0] = '\0';
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, words[0]) == 0)
			_exit(roles[i].play(words + 1));
	_exit(245);
}
