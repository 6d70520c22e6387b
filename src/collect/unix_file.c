/* SPDX-License-Identifier: MIT */
/* What a path leads to, and whether a file can be made there, as bind() finds it. */
#include "unix_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The directory that the last part of a path is looked up in. */
static void directory_of(const struct unix_request *request, char directory[UNIX_PATH_MAX + 1])
{
	const char *slash = memrchr(request->name, '/', request->length);

	if (!slash)
		strcpy(directory, ".");
	else if (slash == request->name)
		strcpy(directory, "/");
	else
		snprintf(directory, UNIX_PATH_MAX + 1, "%.*s", (int)(slash - request->name),
			 request->name);
}

/* Of another user only the mode is known, not the groups. */
static enum truth is_writable_by(const struct stat *st, uint32_t uid)
{
	if (uid == 0)
		return TRUTH_YES;
	if (st->st_uid == uid)
		return (st->st_mode & 0300) == 0300 ? TRUTH_YES : TRUTH_NO;
	if ((st->st_mode & 03) == 03)
		return (st->st_mode & 030) == 030 ? TRUTH_YES : TRUTH_MAYBE;
	return (st->st_mode & 030) == 030 ? TRUTH_MAYBE : TRUTH_NO;
}

/* Of a directory on the way, likewise: may it be searched? */
static enum truth is_searchable_by(const struct stat *st, uint32_t uid)
{
	if (uid == 0)
		return TRUTH_YES;
	if (st->st_uid == uid)
		return st->st_mode & 0100 ? TRUTH_YES : TRUTH_NO;
	if (!(st->st_mode & 0010) == !(st->st_mode & 0001))
		return st->st_mode & 0001 ? TRUTH_YES : TRUTH_NO;
	return TRUTH_MAYBE;
}

/* We may come further than the user, who is stopped by the first that is closed to him. */
static enum truth is_reachable_by(const struct unix_request *request)
{
	char directory[UNIX_PATH_MAX + 1];
	enum truth may = TRUTH_YES;
	struct stat st;

	for (size_t i = 0; i < request->length && may != TRUTH_NO; i++) {
		enum truth one;

		if (request->name[i] != '/')
			continue;
		snprintf(directory, sizeof(directory), "%.*s", (int)i + 1, request->name);
		if (stat(directory, &st) < 0)
			break;
		one = is_searchable_by(&st, request->uid);
		if (one < may)
			may = one;
	}
	return may;
}

static void look_at_directory(const char *directory, const struct stat *st, uint32_t uid,
			      struct unix_place *place)
{
	bool may = faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0;

	place->read_only = !may && errno == EROFS;
	if (uid == geteuid())
		place->writable = may ? TRUTH_YES : TRUTH_NO;
	else
		place->writable = (uint8_t)is_writable_by(st, uid);
}

static void look_at_way(const struct unix_request *request, struct unix_place *place)
{
	enum truth may = is_reachable_by(request);

	if (may == TRUTH_NO)
		place->file = UNIX_FILE_REFUSED;
	else if (place->file == UNIX_FILE_REFUSED)
		place->file = UNIX_FILE_UNKNOWN;	/* to us */
	if (may < place->writable)
		place->writable = (uint8_t)may;
}

/* Nothing of that name: why not? */
static enum unix_file file_missing(const struct unix_request *request, const struct stat *parent)
{
	if (!parent || (request->length && request->name[request->length - 1] == '/'))
		return UNIX_FILE_NO_DIRECTORY;
	return S_ISDIR(parent->st_mode) ? UNIX_FILE_NONE : UNIX_FILE_NOT_DIRECTORY;
}

static enum unix_file file_at(const struct unix_request *request, const struct stat *parent,
			      struct unix_place *place)
{
	struct stat file, end;

	if (lstat(request->name, &file) < 0) {
		switch (errno) {
		case ENOENT:
			return file_missing(request, parent);
		case ENOTDIR:
			return UNIX_FILE_NOT_DIRECTORY;
		case EACCES:
			return UNIX_FILE_REFUSED;
		default:
			return UNIX_FILE_UNKNOWN;
		}
	}
	if (stat(request->name, &end) < 0)
		return errno == ENOENT || errno == ELOOP ? UNIX_FILE_DANGLING : file_of(file.st_mode);
	place->inode = end.st_ino;
	place->device = end.st_dev;
	return file_of(file.st_mode);
}

void unix_place_look(const struct unix_request *request, struct unix_place *place)
{
	char directory[UNIX_PATH_MAX + 1];
	struct stat parent;
	bool found;

	*place = (struct unix_place){ .file = UNIX_FILE_UNKNOWN, .writable = TRUTH_MAYBE };
	if (request->length > UNIX_PATH_MAX)
		return;
	directory_of(request, directory);
	found = stat(directory, &parent) == 0;
	place->file = file_at(request, found ? &parent : NULL, place);
	if (found)
		look_at_directory(directory, &parent, request->uid, place);
	if (request->uid != geteuid())
		look_at_way(request, place);
}
