/* SPDX-License-Identifier: MIT */
/*
 * From cgroup ids to paths.  An id is the inode of a cgroup v2 directory:
 * the kernel opens it by its file handle, for the privileged; for everybody
 * else the tree is walked once.  Knows nothing of units.
 */
#include "collect.h"
#include "collect/lookup.h"
#include "collect/rights.h"
#include "model/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	HANDLE_KERNFS = 0xfe,	/* FILEID_KERNFS of linux/exportfs.h, which isn't uapi */
	DEPTH_MAX = 100,	/* of the walk, which holds a descriptor a level */
};

/* Where the cgroup v2 tree is mounted. */
struct mount {
	int fd;
	char point[PATH_MAX];
	char root[PATH_MAX];	/* the directory of the tree that is there; "" is its root */
};

/* A walk through the tree in search of ids. */
struct walk {
	struct snapshot *snap;
	struct hash wanted;	/* of snap->cgroups, by id */
	size_t missing;
	size_t length;		/* of `path` */
	char path[PATH_MAX];
};

/* mountinfo writes blank, tab, newline and backslash as \ooo; decode in place. */
static void unescape(char *text)
{
	char *out = text;

	while (*text) {
		if (text[0] == '\\' && strspn(text + 1, "01234567") >= 3) {
			*out++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
					(text[3] - '0'));
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* "36 35 98:0 /root /point rw,... shared:1 - cgroup2 source options" */
static bool parse_mount(char *line, struct mount *mount)
{
	char *words[5], *rest = line, *end = strstr(line, " - cgroup2 ");

	if (!end)
		return false;
	*end = '\0';
	for (size_t i = 0; i < 5; i++) {
		words[i] = strsep(&rest, " ");
		if (!words[i])
			return false;
	}
	unescape(words[3]);
	unescape(words[4]);
	if (strlen(words[3]) >= sizeof(mount->root) || strlen(words[4]) >= sizeof(mount->point))
		return false;
	strcpy(mount->root, strcmp(words[3], "/") ? words[3] : "");
	strcpy(mount->point, words[4]);
	return true;
}

/* Open the mount, unless something else is mounted over it. */
static bool open_mount(struct mount *mount)
{
	struct statfs fs;

	mount->fd = open(mount->point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount->fd < 0)
		return false;
	if (fstatfs(mount->fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
		return true;
	close(mount->fd);
	return false;
}

static bool find_mount(struct mount *mount)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return false;
	while (!found && getline(&line, &size, file) >= 0)
		found = parse_mount(line, mount) && open_mount(mount);
	free(line);
	fclose(file);
	return found;
}

/* The path as a process in our cgroup namespace names it; `below` starts with a slash or is "". */
static const char *full_path(struct arena *arena, const struct mount *mount, const char *below)
{
	size_t root = strlen(mount->root), rest = strlen(below);
	char *path;

	if (!root && !rest)
		return arena_copy(arena, "/", 1);
	path = arena_alloc(arena, root + rest + 1);
	if (path) {
		memcpy(path, mount->root, root);
		memcpy(path + root, below, rest);
	}
	return path;
}

/* What an open directory of the mount is called, as the rest after the mount point. */
static const char *path_of(struct arena *arena, const struct mount *mount, int fd)
{
	size_t point = strcmp(mount->point, "/") ? strlen(mount->point) : 0;
	char link[64], target[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		return NULL;
	target[length] = '\0';
	/* A cgroup outside our namespace's subtree is shown without the mount point. */
	if (strncmp(target, mount->point, point) != 0 || (target[point] && target[point] != '/'))
		return NULL;
	return full_path(arena, mount, target + point);
}

/* One id by its file handle; 0 (also for one that is gone) or -errno when that is not to be had. */
static int resolve_by_handle(struct arena *arena, const struct mount *mount,
			     struct cgroup *cgroup)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(uint64_t)];
	} id = { .handle = { .handle_bytes = sizeof(uint64_t), .handle_type = HANDLE_KERNFS } };
	int fd;

	memcpy(id.room + offsetof(struct file_handle, f_handle), &cgroup->id, sizeof(uint64_t));
	fd = open_by_handle_at(mount->fd, &id.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ESTALE || errno == ENOENT ? 0 : -errno;
	cgroup->path = path_of(arena, mount, fd);
	close(fd);
	return 0;
}

static uint32_t hash_id(const void *items, uint32_t index)
{
	const struct cgroup *cgroups = items;

	return hash_mix(cgroups[index].id);
}

/* The directory at walk->path has this inode: is it one of those wanted? */
static void match_id(struct walk *walk, const struct mount *mount, uint64_t id)
{
	const uint32_t key = hash_mix(id);
	size_t at = hash_start(&walk->wanted, key);
	uint32_t found;

	while ((found = hash_next(&walk->wanted, key, &at))) {
		struct cgroup *cgroup = &walk->snap->cgroups[found - 1];

		if (cgroup->id != id || cgroup->path)
			continue;
		cgroup->path = full_path(&walk->snap->arena, mount, walk->path);
		walk->missing--;
	}
}

static void walk_directory(struct walk *walk, const struct mount *mount, int fd, int depth);

/* Match one entry of a directory, then what is below it. */
static void walk_entry(struct walk *walk, const struct mount *mount, int dir,
		       const struct dirent *entry, int depth)
{
	size_t before = walk->length, length = strlen(entry->d_name);

	if (before + 1 + length >= sizeof(walk->path))
		return;
	walk->path[before] = '/';
	memcpy(walk->path + before + 1, entry->d_name, length + 1);
	walk->length += 1 + length;
	match_id(walk, mount, entry->d_ino);
	if (walk->missing && depth < DEPTH_MAX)
		walk_directory(walk, mount, openat(dir, entry->d_name,
						   O_RDONLY | O_DIRECTORY | O_CLOEXEC), depth + 1);
	walk->length = before;
	walk->path[before] = '\0';
}

/* Takes `fd`, which may be -1: a directory that is gone or closed to us. */
static void walk_directory(struct walk *walk, const struct mount *mount, int fd, int depth)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	/* kernfs fills d_ino and d_type: no stat is needed (kernfs_fop_readdir). */
	while (walk->missing && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			walk_entry(walk, mount, dirfd(dir), entry, depth);
	closedir(dir);
}

/* Find all ids that have no path yet by one walk through the tree. */
static void resolve_by_walk(struct snapshot *snap, const struct mount *mount)
{
	struct walk walk = { .snap = snap };
	struct stat st;

	if (hash_init(&walk.wanted, snap->cgroup_count) < 0)
		return;
	for (size_t i = 0; i < snap->cgroup_count; i++) {
		if (snap->cgroups[i].path)
			continue;
		if (hash_add(&walk.wanted, hash_mix(snap->cgroups[i].id), (uint32_t)i, hash_id,
			     snap->cgroups) < 0)
			goto out;
		walk.missing++;
	}
	if (fstat(mount->fd, &st) == 0)
		match_id(&walk, mount, st.st_ino);
	if (walk.missing)
		walk_directory(&walk, mount, openat(mount->fd, ".",
						    O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0);
out:
	hash_free(&walk.wanted);
}

static void find_paths(struct snapshot *snap)
{
	struct mount mount;

	snap->no_cgroups = !find_mount(&mount);
	if (snap->no_cgroups)
		return;
	for (size_t i = 0; i < snap->cgroup_count; i++) {
		if (snap->cgroups[i].path ||
		    resolve_by_handle(&snap->arena, &mount, &snap->cgroups[i]) == 0)
			continue;
		resolve_by_walk(snap, &mount);
		break;
	}
	close(mount.fd);
}

void cgroups_resolve(struct snapshot *snap)
{
	if (!snap->cgroup_count)
		return;
	find_paths(snap);
	for (size_t i = 0; i < snap->cgroup_count; i++) {
		struct cgroup *cgroup = &snap->cgroups[i];

		if (!cgroup->path)
			continue;
		cgroup->unit = unit_of_cgroup(&snap->arena, cgroup->path);
		cgroup->container = container_of_cgroup(&snap->arena, cgroup->path);
	}
}

uint64_t lookup_cgroup(const char *path)
{
	struct mount mount;
	struct stat st;
	size_t root;
	bool found = false;

	if (*path != '/' || !find_mount(&mount))
		return 0;
	root = strlen(mount.root);
	rights_lower();
	if (strncmp(path, mount.root, root) == 0 && (!path[root] || path[root] == '/')) {
		path += root;
		path += strspn(path, "/");
		found = fstatat(mount.fd, *path ? path : ".", &st, 0) == 0 && S_ISDIR(st.st_mode);
	}
	rights_raise();
	close(mount.fd);
	return found ? st.st_ino : 0;
}
