/* SPDX-License-Identifier: MIT */
/* What a path leads to, and whether a file can be made there, as bind() finds it. */
#include "unix_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/rights.h"

/* ---- what is there ---------------------------------------------------- */

static enum unix_file file_of(mode_t mode)
{
	static const struct {
		mode_t type;
		enum unix_file file;
	} files[] = {
		{ S_IFSOCK, UNIX_FILE_SOCKET },
		{ S_IFREG, UNIX_FILE_REGULAR },
		{ S_IFDIR, UNIX_FILE_DIRECTORY },
		{ S_IFLNK, UNIX_FILE_LINK },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if ((mode & S_IFMT) == files[i].type)
			return files[i].file;
	return UNIX_FILE_OTHER;
}

/* A path, and the directory that its last part is looked up in. */
struct path {
	char text[UNIX_PATH_MAX + 1], directory[UNIX_PATH_MAX + 1];
	bool slash;			/* it ended with one; bind() minds if nothing is there */
};

static void path_init(struct path *path, const struct unix_request *request)
{
	size_t length = request->length;
	const char *slash;

	while (length > 1 && request->name[length - 1] == '/')
		length--;
	path->slash = length < request->length;
	snprintf(path->text, sizeof(path->text), "%.*s", (int)length, request->name);
	slash = strrchr(path->text, '/');
	if (!slash)
		strcpy(path->directory, ".");
	else if (slash == path->text)
		strcpy(path->directory, "/");
	else
		snprintf(path->directory, sizeof(path->directory), "%.*s",
			 (int)(slash - path->text), path->text);
}

/* Why nobody can make a file there: the kernel itself makes those of such file systems. */
static int refusal_of(const char *directory)
{
	static const struct {
		long type;
		int error;
	} systems[] = {
		{ PROC_SUPER_MAGIC, ENOENT },
		{ SYSFS_MAGIC, EPERM },
		{ CGROUP_SUPER_MAGIC, EPERM },
		{ CGROUP2_SUPER_MAGIC, EPERM },
		{ DEBUGFS_MAGIC, EPERM },
		{ TRACEFS_MAGIC, EPERM },
		{ SECURITYFS_MAGIC, EPERM },
		{ DEVPTS_SUPER_MAGIC, EPERM },
		{ MSDOS_SUPER_MAGIC, EPERM },	/* it has no kind of file for sockets */
	};
	struct statfs fs;

	if (statfs(directory, &fs) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (fs.f_type == systems[i].type)
			return systems[i].error;
	return 0;
}

static void look_at_directory(const char *directory, struct unix_place *place)
{
	bool may = faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0;

	place->read_only = !may && errno == EROFS;
	place->writable = may ? TRUTH_YES : TRUTH_NO;
	place->refusal = refusal_of(directory);
}

/* Nothing of that name: why not? */
static enum unix_file file_missing(const struct path *path, const struct stat *parent)
{
	if (!parent || path->slash)
		return UNIX_FILE_NO_DIRECTORY;
	return S_ISDIR(parent->st_mode) ? UNIX_FILE_NONE : UNIX_FILE_NOT_DIRECTORY;
}

static enum unix_file file_at(const struct path *path, const struct stat *parent,
			      struct unix_place *place)
{
	struct stat file, end;

	if (lstat(path->text, &file) < 0) {
		switch (errno) {
		case ENOENT:
			return file_missing(path, parent);
		case ENOTDIR:
			return UNIX_FILE_NOT_DIRECTORY;
		case EACCES:
			return UNIX_FILE_REFUSED;
		default:
			return UNIX_FILE_UNKNOWN;
		}
	}
	if (stat(path->text, &end) < 0)
		return UNIX_FILE_DANGLING;
	place->inode = end.st_ino;
	place->device = end.st_dev;
	return file_of(file.st_mode);
}

static void look(const struct unix_request *request, struct unix_place *place)
{
	struct stat parent;
	struct path path;
	bool found;

	path_init(&path, request);
	found = stat(path.directory, &parent) == 0;
	place->file = file_at(&path, found ? &parent : NULL, place);
	if (found)
		look_at_directory(path.directory, place);
}

/* ---- as another user -------------------------------------------------- */

static bool become(uint32_t uid, const struct passwd *user)
{
	gid_t group = user ? user->pw_gid : (gid_t)uid;
	int groups = user ? initgroups(user->pw_name, user->pw_gid) : setgroups(0, NULL);

	return groups == 0 && setresgid(group, group, group) == 0 && setresuid(uid, uid, uid) == 0;
}

/* The kernel itself says what the user may, of a child that has become him.  False: it can't. */
static bool look_as(const struct unix_request *request, struct unix_place *place)
{
	const struct passwd *user = getpwuid(request->uid);
	int ends[2];
	pid_t child;
	bool done;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	child = fork();
	if (child == 0) {
		if (become(request->uid, user)) {
			look(request, place);
			if (write(ends[1], place, sizeof(*place)) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	done = child > 0 && read(ends[0], place, sizeof(*place)) == sizeof(*place);
	close(ends[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	/* He may have groups that we know nothing of. */
	if (done && !user && place->file == UNIX_FILE_REFUSED)
		place->file = UNIX_FILE_UNKNOWN;
	if (done && !user && place->writable == TRUTH_NO)
		place->writable = TRUTH_MAYBE;
	return done;
}

/* As ourselves, who may do more than he or less: only root is known to be stopped by nothing. */
static void look_for(const struct unix_request *request, struct unix_place *place)
{
	look(request, place);
	if (request->uid == 0 && place->file != UNIX_FILE_REFUSED)
		place->writable = TRUTH_YES;
	else
		place->file = UNIX_FILE_UNKNOWN;
}

void unix_place_look(const struct unix_request *request, struct unix_place *place)
{
	*place = (struct unix_place){ .file = UNIX_FILE_UNKNOWN, .writable = TRUTH_MAYBE };
	if (request->length > UNIX_PATH_MAX)
		return;
	rights_lower();
	if (request->uid == geteuid())
		look(request, place);
	else if (!look_as(request, place))
		look_for(request, place);
	rights_raise();
}
