/* SPDX-License-Identifier: MIT */
/*
 * Sockets registered with an io_uring, whose descriptors may be closed: only
 * the fdinfo of the ring names them (io_uring_show_fdinfo()), in lines such as
 * "    0: socket:[4711]".
 */
#include "owner.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Blanks in the name of a registered file are escaped: this can't be one. */
static const char mark[] = ": socket:[";

static int lines_visit(struct owner_walk *w, const char *text, const char *end)
{
	const char *at = text;
	int err = 0;

	while (!err && (at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
		at += sizeof(mark) - 1;
		err = w->visit(w, number_of(at), NULL);
	}
	return err;
}

/* Visit the whole lines in w->text and keep the rest, whose length it returns in `*length`. */
static int text_visit(struct owner_walk *w, size_t *length)
{
	const char *end = memrchr(w->text, '\n', *length);
	int err;

	if (!end) {
		if (*length == sizeof(w->text))
			*length = 0;
		return 0;
	}
	err = lines_visit(w, w->text, end);
	*length -= (size_t)(end + 1 - w->text);
	memmove(w->text, end + 1, *length);
	return err;
}

int ring_walk(struct owner_walk *w, const char *fd)
{
	int file = fdinfo_open(w, fd), err = 0;
	size_t length = 0;
	ssize_t more;

	/* Its descriptors still count: the walk goes on. */
	if (file < 0 && file != -ENOENT && file != -ESRCH)
		walk_fail(w, file);
	if (file < 0)
		return 0;
	while (!err && (more = read(file, w->text + length, sizeof(w->text) - length)) > 0) {
		length += (size_t)more;
		err = text_visit(w, &length);
	}
	close(file);
	return err;
}
