/* SPDX-License-Identifier: MIT */
/*
 * A file in the place of the kernel: which kind it is, and what of it a
 * question gets.  Looks at nothing but the file: what is not in it is not known.
 */
#include "replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "collect/rights.h"
#include "replay_query.h"

/* Tens of millions of sockets; more is a mistake, or meant ill. */
#define FILE_MOST (2ULL * 1024 * 1024 * 1024)

enum { FIRST_READ = 64 * 1024 };

struct format {
	bool (*is)(const uint8_t *data, size_t size);
	int (*read)(struct recorded *recorded, const uint8_t *data, size_t size,
		    char why[SOURCE_WHY_MAX]);
};

static const struct format formats[] = {
	{ record_is, record_read },
	{ ss_dump_is, ss_dump_read },
};

struct replay {
	const struct format *format;
	uint8_t *data;
	size_t size;
	double time;			/* of a file that does not say its own */
	struct recorded first;		/* read when it was opened; snap NULL: used */
	uint32_t states;		/* that were asked for when it was made */
};

static const struct format *format_of(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].is(data, size))
			return &formats[i];
	return NULL;
}

static int explain(char why[SOURCE_WHY_MAX], int err, const char *text)
{
	snprintf(why, SOURCE_WHY_MAX, "%s", text);
	return err;
}

/* ---- the file -------------------------------------------------------- */

/* Up to `want` bytes; how many came, or -errno. */
static ssize_t read_some(int fd, uint8_t *data, size_t want)
{
	size_t length = 0;

	while (length < want) {
		ssize_t got = read(fd, data + length, want - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

static const char *what_it_is_not(size_t size)
{
	return size ? "neither a record of conntab nor a dump of ss -D" : "the file is empty";
}

/* All of it, when it begins like something that can be read. */
static int read_file(int fd, uint8_t **data, size_t *size, char why[SOURCE_WHY_MAX])
{
	size_t room = FIRST_READ;

	*size = 0;
	for (;;) {
		uint8_t *moved = realloc(*data, room);
		ssize_t got;

		if (!moved)
			return explain(why, -ENOMEM, strerror(ENOMEM));
		*data = moved;
		got = read_some(fd, *data + *size, room - *size);
		if (got < 0)
			return explain(why, (int)got, strerror((int)-got));
		*size += (size_t)got;
		if (!format_of(*data, *size))
			return explain(why, -EINVAL, what_it_is_not(*size));
		if (*size < room)
			return 0;
		if (room >= FILE_MOST)
			return explain(why, -EFBIG, "bigger than any record: more than 2 GiB");
		room *= 2;
	}
}

/* A pipe that nobody writes to must not make us wait for it. */
static int open_file(const char *path, char why[SOURCE_WHY_MAX])
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
				   : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	int err = errno;
	struct stat st;

	if (fd < 0 && (err == ENOENT || err == ENOTDIR))
		return explain(why, -ENOENT, "there is no such file");
	if (fd < 0)
		return explain(why, -err, strerror(err));
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return explain(why, -EINVAL, "a directory, no recorded file");
	}
	if (strcmp(path, "-") != 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

int replay_open(struct replay **replay, const char *path, char why[SOURCE_WHY_MAX])
{
	struct stat st = { .st_size = 0 };
	uint8_t *data = NULL;
	size_t size;
	int fd, err;

	rights_lower();
	fd = open_file(path, why);
	rights_raise();
	if (fd < 0)
		return fd;
	fstat(fd, &st);
	err = read_file(fd, &data, &size, why);
	close(fd);
	if (err < 0) {
		free(data);
		return err;
	}
	return replay_open_bytes(replay, data, size, (double)st.st_mtim.tv_sec +
				 (double)st.st_mtim.tv_nsec / 1e9, why);
}

/* ---- its content ----------------------------------------------------- */

static int load(struct replay *replay, char why[SOURCE_WHY_MAX])
{
	int err = replay->format->read(&replay->first, replay->data, replay->size, why);

	if (!err && !replay->first.snap->time)
		replay->first.snap->time = replay->time;
	if (!err)
		replay->states = replay->first.snap->states;
	return err == -ENOMEM ? explain(why, err, strerror(ENOMEM)) : err;
}

int replay_open_bytes(struct replay **result, uint8_t *data, size_t size, double time,
		      char why[SOURCE_WHY_MAX])
{
	struct replay *replay = calloc(1, sizeof(*replay));
	int err;

	if (!replay) {
		free(data);
		return explain(why, -ENOMEM, strerror(ENOMEM));
	}
	*replay = (struct replay){
		.format = format_of(data, size), .data = data, .size = size, .time = time,
	};
	err = replay->format ? load(replay, why) : explain(why, -EINVAL, "no recorded file");
	if (err < 0) {
		replay_close(replay);
		replay = NULL;
	}
	*result = replay;
	return err;
}

static uint32_t interface_of(const struct snapshot *snap, const char *name)
{
	const struct netns *netns = snap->netns;

	if (!snap->netns_count || !netns->interface_count)
		return UINT32_MAX;
	for (size_t i = 0; i < netns->interface_count; i++)
		if (netns->interfaces[i].name && strcmp(netns->interfaces[i].name, name) == 0)
			return netns->interfaces[i].index;
	return 0;
}

uint32_t replay_interface(const struct replay *replay, const char *name)
{
	char why[SOURCE_WHY_MAX];
	struct recorded again;
	uint32_t index;

	if (replay->first.snap)
		return interface_of(replay->first.snap, name);
	if (replay->format->read(&again, replay->data, replay->size, why) < 0)
		return UINT32_MAX;
	index = interface_of(again.snap, name);
	snapshot_free(again.snap);
	return index;
}

void replay_close(struct replay *replay)
{
	if (!replay)
		return;
	snapshot_free(replay->first.snap);
	free(replay->data);
	free(replay);
}

void replay_narrow(const struct replay *replay, struct query *query)
{
	const struct recorded *recorded = &replay->first;

	query->protocols &= recorded->protocols;
	query->versions &= recorded->versions;
	query->states &= replay->states;
}

int replay_collect(struct replay *replay, const struct query *query, struct snapshot **snap)
{
	char why[SOURCE_WHY_MAX];
	int err = 0;

	*snap = NULL;
	if (!replay->first.snap)
		err = load(replay, why);
	if (!err)
		err = recorded_apply(&replay->first, query);
	if (err < 0)
		return err;
	*snap = replay->first.snap;
	replay->first.snap = NULL;
	return 0;
}
