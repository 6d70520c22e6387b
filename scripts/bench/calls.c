/* SPDX-License-Identifier: MIT */
/*
 * calls - make many cheap system calls of one kind, and one bind().
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char page[4096];

static long call_getppid(int fd)
{
	(void)fd;
	return syscall(SYS_getppid);
}

static long call_read(int fd)
{
	return read(fd, page, 1);
}

static long call_page(int fd)
{
	return read(fd, page, sizeof(page));
}

static long call_stat(int fd)
{
	struct stat file;

	(void)fd;
	return stat("/dev/zero", &file);
}

static const struct {
	const char *name;
	long (*call)(int fd);
} kinds[] = {
	{ "getppid", call_getppid },
	{ "read", call_read },
	{ "page", call_page },
	{ "stat", call_stat },
};

static int bind_once(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *)&address, sizeof(address));
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	int fd = open("/dev/zero", O_RDONLY);

	for (size_t i = 0; count > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		while (count--)
			if (kinds[i].call(fd) < 0)
				return 1;
		return bind_once() < 0;
	}
	fputs("usage: calls getppid|read|page|stat COUNT\n", stderr);
	return 2;
}
