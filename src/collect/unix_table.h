/* SPDX-License-Identifier: MIT */
/* Private to what is known of unix addresses: the table of unix sockets of a namespace. */
#ifndef COLLECT_UNIX_TABLE_H
#define COLLECT_UNIX_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unix_row {
	uint64_t cookie;
	uint32_t inode;
	uint32_t uid;
	uint32_t peer;			/* inode, 0 none */
	uint8_t type, state;		/* SOCK_*; the kernel's TCP_* */
	bool has_cookie, has_uid;
	const char *name;		/* as bound: an abstract one begins with NUL */
	size_t length;			/* 0: it has none */
	bool has_file;			/* of a path: what it was bound to is known */
	uint32_t file_inode, file_device;	/* the kernel's own numbers */
};

enum { UNIX_LISTEN = 10, UNIX_CONNECTED = 1 };

/* Takes one row, whose name is gone afterwards; 0, or -errno to give up. */
typedef int unix_row_function(const struct unix_row *row, void *context);

/* All sockets of the calling thread's namespace, by unix_diag.  0 or -errno. */
int unix_table_dump(unix_row_function *take, void *context);

/* The socket with this inode. */
int unix_table_ask(uint32_t inode, unix_row_function *take, void *context);

/* All of the file `unix` below `proc_net`, where there is less to be known.  0 or -errno. */
int unix_table_read(const char *proc_net, unix_row_function *take, void *context);

#endif
