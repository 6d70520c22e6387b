/* SPDX-License-Identifier: MIT */
/* What commands have in common: where their sockets come from, which, and what is said of them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "collect/source.h"

enum status open_record(const char *what, const char *path, struct source **source)
{
	char why[SOURCE_WHY_MAX];
	int err = source_open_file(source, path, why);

	if (!err)
		return STATUS_FOUND;
	complain(what, path, why);
	return err == -ENOENT || err == -EINVAL ? STATUS_USAGE : STATUS_INCOMPLETE;
}

static enum status open_file(const struct settings *settings, struct source **source)
{
	if (settings->netns) {
		complain("--netns", settings->netns,
			 "not with --replay, for a record is of one network namespace");
		return STATUS_USAGE;
	}
	return open_record("--replay", settings->replay, source);
}

static enum status open_kernel(const struct settings *settings, struct source **source)
{
	int err = source_open(source, settings->netns);

	if (!err)
		return STATUS_FOUND;
	if (err == -ENOENT || err == -ENAMETOOLONG) {
		complain("--netns", settings->netns,
			 "no network namespace has this name, pid or inode");
		return STATUS_USAGE;
	}
	if (err != -EPERM && err != -EACCES)
		complain("--netns", settings->netns, strerror(-err));
	else if (geteuid())
		complain("--netns", settings->netns,
			 "you may not enter this network namespace: run as root");
	else
		complain("--netns", settings->netns,
			 "not found, or of a process that even root may not look into here");
	return STATUS_INCOMPLETE;
}

enum status open_input(const struct settings *settings, struct source **source)
{
	return settings->replay ? open_file(settings, source) : open_kernel(settings, source);
}

struct query selected_query(const struct settings *settings)
{
	return (struct query){
		.protocols = settings->protocols ? settings->protocols : PROTOCOLS_ALL,
		.versions = settings->versions ? settings->versions : IP_VERSIONS_ALL,
	};
}

void say_notes(const struct settings *settings, const struct snapshot *snap, bool all)
{
	struct buf out;

	/* A reader of JSON who looks at the exit status alone shall know why. */
	if ((views[settings->view].has_notes && !snap->unsure) || settings->quiet ||
	    buf_init(&out, STDERR_FILENO) < 0)
		return;
	notes_show(snap, all, "conntab: ", &out);
	buf_flush(&out);
	buf_free(&out);
}
