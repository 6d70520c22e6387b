/* SPDX-License-Identifier: MIT */
/* `conntab why` for unix sockets. */
#ifndef CMD_WHY_UNIX_H
#define CMD_WHY_UNIX_H

#include <string.h>

#include "cmd.h"
#include "diagnose/unix.h"

/* Is it a unix address: "/run/app.sock", "./app.sock", "@name"? */
static inline bool why_is_unix(const char *word)
{
	return *word == '/' || *word == '@' || strncmp(word, "./", 2) == 0 ||
	       strncmp(word, "../", 3) == 0;
}

/*
 * Append who has a unix address, in the form that is asked for,
 * and what is to be done; `error` is that of a call that failed, 0 none did.
 */
enum status why_show_unix(const struct settings *settings, struct source *source,
			  const struct unix_request *request, int error, struct buf *out);

/* The address that a word names; on bad input says so. */
enum status why_read_unix(const char *word, uint32_t uid, struct unix_request *request);

#endif
