/* SPDX-License-Identifier: MIT */
/*
 * What a bind() to a unix address is judged by: the address, the file of that
 * name, and the sockets that have it.  Collectors fill it in, diagnose judges.
 */
#ifndef MODEL_UNIX_H
#define MODEL_UNIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/bind.h"

/* sockaddr_un holds so much of a path, and of an abstract name behind its first NUL. */
enum { UNIX_PATH_MAX = 108, UNIX_NAME_MAX = 107 };

/* The address that somebody wants to bind. */
struct unix_request {
	const char *name;		/* a path, ended by NUL; or the bytes of an abstract name */
	size_t length;			/* without the NUL at its end or before it */
	bool abstract;
	int type;			/* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET */
	uint32_t uid;			/* who wants it: the file system uid */
};

/* What the path leads to, its last link not followed: bind() does not either. */
enum unix_file {
	UNIX_FILE_UNKNOWN,		/* not asked: abstract, or it could not be */
	UNIX_FILE_NONE,			/* nothing, in a directory that is there */
	UNIX_FILE_SOCKET,
	UNIX_FILE_REGULAR,
	UNIX_FILE_DIRECTORY,
	UNIX_FILE_LINK,
	UNIX_FILE_DANGLING,		/* a link that leads nowhere */
	UNIX_FILE_OTHER,		/* a device, a FIFO */
	UNIX_FILE_NO_DIRECTORY,		/* the directory does not exist */
	UNIX_FILE_NOT_DIRECTORY,	/* what should be one is a file */
	UNIX_FILE_REFUSED,		/* one on the way may not be searched */
	UNIX_FILE_COUNT
};

/* A socket with the address, at the same index as in the snapshot. */
struct unix_holder {
	int type;			/* SOCK_* */
	bool unlinked;			/* it had the path, which is another file's by now */
	uint8_t holds;			/* enum truth: MAYBE, it may only be a connection of one */
};

struct unix_facts {
	enum unix_file file;
	uint8_t writable;		/* enum truth: may the user make a file in the directory? */
	bool read_only;			/* nobody may: the file system can't be written */
	int refusal;			/* errno: it makes its files itself (proc, sysfs); 0 */
	/*
	 * The sockets, with their owners: what counts is inode, state, uid,
	 * netns (index 0: where it is wanted) and owner.
	 */
	struct snapshot *snap;
	struct unix_holder *holders;	/* in the snapshot's arena */
	bool whole;			/* all namespaces were asked, by file and not by text */
};

#endif
