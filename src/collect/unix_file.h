/* SPDX-License-Identifier: MIT */
/* Private to what is known of unix addresses: the file of a path. */
#ifndef COLLECT_UNIX_FILE_H
#define COLLECT_UNIX_FILE_H

#include <sys/types.h>

#include "model/unix.h"

struct unix_place {
	enum unix_file file;
	uint8_t writable;		/* enum truth */
	bool read_only;
	int refusal;			/* errno: the file system takes no new files; 0 */
	/* Of what the path leads to, links followed; 0: nothing. */
	ino_t inode;
	dev_t device;
};

/* Look at the path of `request`, in the caller's mount namespace and directory. */
void unix_place_look(const struct unix_request *request, struct unix_place *place);

#endif
