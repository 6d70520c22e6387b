/* SPDX-License-Identifier: MIT */
/* conntab record FILE: collect all there is to know, and save it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "collect/record.h"
#include "collect/rights.h"
#include "collect/source.h"

static struct query make_query(const struct settings *settings)
{
	struct query query = selected_query(settings);

	query.states = settings->listening && !settings->all ? STATES_LISTENING : STATES_ALL;
	/* All but names from the network and what takes a second look. */
	query.needs = ~(uint32_t)(NEED_HOST | NEED_BEFORE);
	if (!(settings->extras & EXTRA_OWNERS))
		query.needs &= ~(uint32_t)(NEED_OWNER | NEED_PROCESS);
	return query;
}

/* ---- writing --------------------------------------------------------- */

/* Pipes and devices can't be synced, and need not be. */
static int write_and_sync(const struct snapshot *snap, const struct query *query, int fd)
{
	int err = record_write(snap, query, fd);

	if (!err && fsync(fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		err = -errno;
	return err;
}

/* A pipe or a device: there is nothing to be replaced. */
static int write_special(const struct snapshot *snap, const struct query *query, const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), err;

	if (fd < 0)
		return -errno;
	err = write_and_sync(snap, query, fd);
	return close(fd) < 0 && !err ? -errno : err;
}

/* Write `temporary`, whose end is made up, and give it the name `path` when it is whole. */
static int write_beside(const struct snapshot *snap, const struct query *query, const char *path,
			char *temporary)
{
	int fd = mkostemp(temporary, O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write_and_sync(snap, query, fd);
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(temporary, path) < 0)
		err = -errno;
	if (err < 0)
		unlink(temporary);
	return err;
}

/* Who ends us shall not leave a part of a file behind: that waits till it is done. */
static int write_whole(const struct snapshot *snap, const struct query *query, const char *path)
{
	char *target = realpath(path, NULL), *temporary;
	sigset_t ends, before;
	int err = -ENOMEM;

	if (asprintf(&temporary, "%s.XXXXXX", target ? target : path) < 0)
		temporary = NULL;
	sigemptyset(&ends);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, &before);
	if (temporary)
		err = write_beside(snap, query, target ? target : path, temporary);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(temporary);
	free(target);
	return err;
}

static int write_file(const struct snapshot *snap, const struct query *query, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return write_and_sync(snap, query, STDOUT_FILENO);
	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		return write_whole(snap, query, path);
	return S_ISDIR(st.st_mode) ? -EISDIR : write_special(snap, query, path);
}

/* ---- the command ----------------------------------------------------- */

static bool is_file_named(const struct settings *settings)
{
	const char *path = settings->words[0];

	if (!path || !*path) {
		complain("record", path, "expected the file to write, or - for standard output");
		return false;
	}
	if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO)) {
		complain("record", path, "a record is not for a terminal: name a file, or a pipe");
		return false;
	}
	return true;
}

static enum status save(const struct settings *settings, const struct query *query,
			const struct snapshot *snap)
{
	const char *path = settings->words[0];
	int err;

	rights_lower();
	err = write_file(snap, query, path);
	rights_raise();
	say_notes(settings, snap, false);
	if (!err)
		return snapshot_is_complete(snap) ? STATUS_FOUND : STATUS_INCOMPLETE;
	/* The reader of a pipe left on purpose: the exit code is enough. */
	if (err != -EPIPE)
		complain("the record could not be written to", path, strerror(-err));
	return STATUS_INCOMPLETE;
}

static enum status run_record(const struct settings *settings)
{
	struct query query = make_query(settings);
	struct source *source = NULL;
	struct snapshot *snap = NULL;
	enum status status;
	int err;

	if (!is_file_named(settings))
		return STATUS_USAGE;
	/* A limit on the size of files shall be an error like a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	status = open_input(settings, &source);
	if (status != STATUS_FOUND)
		return status;
	err = source_collect(source, &query, &snap);
	source_close(source);
	if (err < 0) {
		complain("the sockets could not be read", NULL, strerror(-err));
		return STATUS_INCOMPLETE;
	}
	status = save(settings, &query, snap);
	snapshot_free(snap);
	return status;
}

const struct command record_command = {
	.name = "record",
	.help = "save all there is to know of the sockets in a file",
	.words = "FILE",
	.most = 1,
	.run = run_record,
};
