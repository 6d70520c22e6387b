/* SPDX-License-Identifier: MIT */
/* Which file a command is, and whether running it gives privileges that tracing takes away. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "trace_parts.h"

/* As in the kernel: scripts run by scripts (exec_binprm()), and BINPRM_BUF_SIZE. */
enum { SCRIPTS_MAX = 5, FIRST_LINE = 256 };

static int try_program(const char *path)
{
	struct stat file;

	if (stat(path, &file) < 0)
		return errno == EACCES ? -EACCES : -ENOENT;
	if (!S_ISREG(file.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return -EACCES;
	return 0;
}

/* Along PATH; a directory that may not be searched has no programs, as for a shell. */
static int search(const char *name, char path[PATH_MAX])
{
	const char *directory = getenv("PATH"), *end;
	int result = -ENOENT;

	if (!directory)
		directory = "/bin:/usr/bin";
	for (;; directory = end + 1) {
		int length, err;

		end = strchrnul(directory, ':');
		/* No name at all is the current directory. */
		if (end > directory)
			length = snprintf(path, PATH_MAX, "%.*s/%s", (int)(end - directory),
					  directory, name);
		else
			length = snprintf(path, PATH_MAX, "./%s", name);
		err = length < PATH_MAX ? try_program(path) : -ENOENT;
		if (!err)
			return 0;
		if (err == -EACCES && access(path, F_OK) == 0)
			result = err;
		if (!*end)
			return result;
	}
}

int trace_program_find(const char *name, char path[PATH_MAX])
{
	if (!*name)
		return -ENOENT;
	if (!strchr(name, '/'))
		return search(name, path);
	if (snprintf(path, PATH_MAX, "%s", name) >= PATH_MAX)
		return -ENAMETOOLONG;
	return try_program(path);
}

static bool has_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

/* The filter needs no_new_privs without the one, and ptrace takes them without the other. */
bool trace_programs_lose_privileges(void)
{
	return !has_capability(CAP_SYS_ADMIN) || !has_capability(CAP_SYS_PTRACE);
}

/* If it is a script, put its interpreter into `path`. */
static bool next_interpreter(char path[PATH_MAX])
{
	char line[FIRST_LINE + 1], *start, *end;
	ssize_t length;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	length = read(fd, line, FIRST_LINE);
	close(fd);
	if (length < 2 || line[0] != '#' || line[1] != '!')
		return false;
	line[length] = '\0';
	start = line + 2 + strspn(line + 2, " \t");
	end = start + strcspn(start, " \t\n");
	if (end == start)
		return false;
	memcpy(path, start, (size_t)(end - start));
	path[end - start] = '\0';
	return true;
}

enum trace_refusal trace_program_gives(char path[PATH_MAX], uid_t uid, gid_t gid)
{
	struct statvfs mount;
	struct stat file;

	for (int depth = 0; depth < SCRIPTS_MAX && next_interpreter(path); depth++)
		continue;
	if (stat(path, &file) < 0 || statvfs(path, &mount) < 0 || mount.f_flag & ST_NOSUID)
		return TRACE_NOT_REFUSED;
	if (file.st_mode & S_ISUID && file.st_uid != uid)
		return TRACE_SET_USER;
	/* Without the right to execute for the group it once meant locking. */
	if (file.st_mode & S_ISGID && file.st_mode & S_IXGRP && file.st_gid != gid)
		return TRACE_SET_GROUP;
	if (uid != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
		return TRACE_CAPABILITIES;
	return TRACE_NOT_REFUSED;
}
