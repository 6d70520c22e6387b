/* SPDX-License-Identifier: MIT */
/*
 * The other network namespaces of this machine: those of processes, and those
 * with a name.  A process's is told by the inode of its /proc/PID/net/tcp,
 * which anybody may stat(), so each is opened once and no right is asked for
 * in vain.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash.h"
#include "collect.h"
#include "collect/facts.h"
#include "source_inside.h"

/* Numbers that have been met, each once. */
struct seen {
	uint64_t *numbers;
	size_t count, capacity;
	struct hash set;
};

/* A process whose namespace could not be opened; another one there may be more open. */
struct closed {
	uint64_t tables;
	uint32_t pid;
};

struct search {
	struct seen tables;		/* inodes of /proc/PID/net/tcp */
	struct seen namespaces;		/* inodes of nsfs */
	struct source **others;
	size_t count, most;
	struct closed *closed;
	size_t closed_count, closed_capacity;
	size_t *refused;
};

static uint32_t seen_hash(const void *items, uint32_t index)
{
	return hash_mix(((const uint64_t *)items)[index]);
}

static bool has_seen(const struct seen *seen, uint64_t number)
{
	const uint32_t key = hash_mix(number);
	size_t at = hash_start(&seen->set, key);
	uint32_t found;

	while ((found = hash_next(&seen->set, key, &at)))
		if (seen->numbers[found - 1] == number)
			return true;
	return false;
}

/* False when it is there already, and out of memory. */
static bool see(struct seen *seen, uint64_t number)
{
	uint64_t *numbers;

	if (has_seen(seen, number))
		return false;
	numbers = array_reserve(seen->numbers, &seen->capacity, seen->count + 1, sizeof(number));
	if (!numbers)
		return false;
	seen->numbers = numbers;
	numbers[seen->count] = number;
	return hash_add(&seen->set, hash_mix(number), (uint32_t)seen->count++, seen_hash,
			numbers) == 0;
}

/* 0: there is none. */
static uint64_t inode_of(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path, &st, 0) < 0 ? 0 : st.st_ino;
}

/* Takes the descriptor; `netns` may be an error. */
static void open_one(struct search *s, int netns, uint32_t pid)
{
	struct source *source;

	if (source_open_netns(&source, netns, pid) == 0)
		s->others[s->count++] = source;
	else
		(*s->refused)++;
}

static void put_aside(struct search *s, uint64_t tables, uint32_t pid)
{
	struct closed *closed = array_reserve(s->closed, &s->closed_capacity,
					      s->closed_count + 1, sizeof(*closed));

	if (!closed)
		return;
	s->closed = closed;
	closed[s->closed_count++] = (struct closed){ tables, pid };
}

static void look_at_process(struct search *s, int proc, const char *name)
{
	const uint32_t pid = (uint32_t)strtoul(name, NULL, 10);
	char path[64];
	uint64_t tables;
	struct stat st;
	int netns;

	snprintf(path, sizeof(path), "%u/net/tcp", pid);
	tables = inode_of(proc, path);
	if (!tables || has_seen(&s->tables, tables))
		return;
	snprintf(path, sizeof(path), "%u/ns/net", pid);
	netns = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (netns < 0 && errno != ENOENT && errno != ESRCH)
		put_aside(s, tables, pid);
	else if (netns >= 0 && see(&s->tables, tables) && fstat(netns, &st) == 0 &&
		 see(&s->namespaces, st.st_ino))
		open_one(s, netns, pid);
	else if (netns >= 0)
		close(netns);
}

/* Their tables can be read, if nothing else. */
static void look_at_closed(struct search *s)
{
	for (size_t i = 0; i < s->closed_count && s->count < s->most; i++)
		if (see(&s->tables, s->closed[i].tables))
			open_one(s, -EACCES, s->closed[i].pid);
}

static void look_at_name(struct search *s, int dir, const char *name)
{
	uint64_t inode = inode_of(dir, name);
	uint32_t pid;
	int netns;

	if (!inode || has_seen(&s->namespaces, inode))
		return;
	netns = netns_open(name, &pid);
	/* `ip netns` mounts on an empty file, which a reboot leaves behind. */
	if (netns != -ENOENT && see(&s->namespaces, inode))
		open_one(s, netns, 0);
	else if (netns >= 0)
		close(netns);
}

typedef void look_function(struct search *s, int dir, const char *name);

static void look_through(struct search *s, const char *path, look_function *look)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return;
	while (s->count < s->most && (entry = readdir(dir)))
		look(s, dirfd(dir), entry->d_name);
	closedir(dir);
}

static void look_at_number(struct search *s, int proc, const char *name)
{
	if (name[0] >= '1' && name[0] <= '9')
		look_at_process(s, proc, name);
}

/* What is not to be found: the source's own. */
static int see_own(void *search)
{
	struct search *s = search;

	see(&s->tables, inode_of(AT_FDCWD, "/proc/thread-self/net/tcp"));
	see(&s->namespaces, inode_of(AT_FDCWD, "/proc/thread-self/ns/net"));
	return 0;
}

static void see_source(struct search *s, const struct source *source)
{
	char path[PROC_NET_SIZE + 8];

	if (source_inside(source, see_own, s) == 0)
		return;
	snprintf(path, sizeof(path), "%s/tcp", source->proc_net);
	see(&s->tables, inode_of(AT_FDCWD, path));
}

static void seen_free(struct seen *seen)
{
	hash_free(&seen->set);
	free(seen->numbers);
}

size_t facts_other_namespaces(struct source *source, struct source **others, size_t most,
			      size_t *refused)
{
	struct search s = { .others = others, .most = most, .refused = refused };

	*refused = 0;
	if (!source->replay && !hash_init(&s.tables.set, most) &&
	    !hash_init(&s.namespaces.set, most)) {
		see_source(&s, source);
		look_through(&s, "/proc", look_at_number);
		look_at_closed(&s);
		look_through(&s, "/run/netns", look_at_name);
	}
	free(s.closed);
	seen_free(&s.tables);
	seen_free(&s.namespaces);
	return s.count;
}
