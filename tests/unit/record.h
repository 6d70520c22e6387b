/* SPDX-License-Identifier: MIT */
/* Recorded files in memory: written, read back, and shown. */
#ifndef TESTS_RECORD_H
#define TESTS_RECORD_H

#include "unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collect/record.h"
#include "collect/record_rows.h"
#include "collect/replay.h"
#include "view/view.h"

static const struct query everything = {
	.protocols = PROTOCOLS_ALL, .versions = IP_VERSIONS_ALL, .states = STATES_ALL,
	.needs = ~(uint32_t)(NEED_HOST | NEED_BEFORE),
};

/* The bytes of a file, by malloc(). */
struct bytes {
	uint8_t *data;
	size_t size;
};

static inline struct bytes bytes_copy(const struct bytes *from, size_t size)
{
	struct bytes copy = { malloc(size + 1), size };

	assert_non_null(copy.data);
	memcpy(copy.data, from->data, size);
	return copy;
}

static inline struct bytes record_of(const struct snapshot *snap)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct bytes file;

	assert_true(fd >= 0);
	assert_int_equal(record_write(snap, &everything, fd), 0);
	file.size = (size_t)lseek(fd, 0, SEEK_END);
	file.data = malloc(file.size);
	assert_non_null(file.data);
	assert_int_equal(pread(fd, file.data, file.size, 0), file.size);
	close(fd);
	return file;
}

/* What the file answers, or NULL and a sentence in `why`; frees the bytes. */
static inline struct snapshot *ask(struct bytes file, const struct query *query,
				   char why[SOURCE_WHY_MAX])
{
	struct snapshot *snap = NULL;
	struct replay *replay;

	*why = '\0';
	if (replay_open_bytes(&replay, file.data, file.size, 1000.5, why) < 0) {
		assert_null(replay);
		assert_true(*why);
		return NULL;
	}
	assert_int_equal(replay_collect(replay, query, &snap), 0);
	replay_close(replay);
	return snap;
}

/* The same of all there is, which must work. */
static inline struct snapshot *load(struct bytes file)
{
	char why[SOURCE_WHY_MAX];
	struct snapshot *snap = ask(file, &everything, why);

	assert_string_equal(why, "");
	return snap;
}

/* The file must not be read, for this reason. */
static inline void refuse(struct bytes file, const char *reason)
{
	char why[SOURCE_WHY_MAX];

	assert_null(ask(file, &everything, why));
	if (!strstr(why, reason))
		fail_msg("\"%s\" does not say \"%s\"", why, reason);
}

static inline char *show(const struct snapshot *snap, enum view_id view, size_t width)
{
	struct view_options options = { .extras = UINT32_MAX, .width = width, .header = true };
	struct listing listing;
	struct buf out;

	assert_int_equal(buf_init(&out, -1), 0);
	listing_init(&listing, snap, STATES_ALL);
	assert_int_equal(views[view].show(&listing, &options, &out), 0);
	buf_add_char(&out, '\0');
	listing_free(&listing);
	return out.data;
}

/* Show it in every way; that must come to an end. */
static inline void show_all(const struct snapshot *snap)
{
	free(show(snap, VIEW_TABLE, 0));
	free(show(snap, VIEW_TABLE, 80));
	free(show(snap, VIEW_JSON, 0));
}

#endif
