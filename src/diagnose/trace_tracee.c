/* SPDX-License-Identifier: MIT */
/* What can be learnt of a stopped thread: its process, memory and descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "trace_parts.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL	/* Linux 6.9 */
#endif

enum { STATUS_BYTES = 1024 };	/* of /proc/TID/status; Tgid is among its first lines */

/* In a pid namespace /proc may be that of another one, where our numbers mean others. */
static bool is_our_proc(void)
{
	char text[16] = "";

	return readlink("/proc/self", text, sizeof(text) - 1) > 0 &&
	       strtol(text, NULL, 10) == getpid();
}

/* The beginning of /proc/ID/NAME; its length, 0 when there is none. */
static size_t read_about(pid_t id, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)id, name);
	fd = is_our_proc() ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	length = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length > 0 ? (size_t)length : 0;
}

pid_t trace_process_of(pid_t tid)
{
	char text[STATUS_BYTES];
	const char *line;

	read_about(tid, "status", text, sizeof(text));
	line = strstr(text, "\nTgid:");
	return line ? (pid_t)strtol(line + strlen("\nTgid:"), NULL, 10) : 0;
}

void trace_command_of(pid_t pid, char command[17])
{
	size_t length = read_about(pid, "comm", command, 17);

	if (length && command[length - 1] == '\n')
		command[length - 1] = '\0';
}

bool trace_read_memory(pid_t tid, uint64_t from, void *to, size_t size)
{
	struct iovec ours = { .iov_base = to, .iov_len = size };
	struct iovec theirs = { .iov_base = (void *)(uintptr_t)from, .iov_len = size };

	return process_vm_readv(tid, &ours, 1, &theirs, 1, 0) == (ssize_t)size;
}

/* A thread may have descriptors of its own; older kernels know only processes. */
static int open_pidfd(pid_t tid, pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);

	return pidfd >= 0 ? pidfd : (int)syscall(SYS_pidfd_open, pid ? pid : tid, 0);
}

int trace_copy_descriptor(pid_t tid, pid_t pid, int fd)
{
	int pidfd = open_pidfd(tid, pid), copy, error;

	if (pidfd < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	error = errno;
	close(pidfd);
	return copy < 0 ? -error : copy;
}
