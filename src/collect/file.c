/* SPDX-License-Identifier: MIT */
/*
 * Small files of /proc, read whole.  Knows nothing of what is in them, and
 * does not promise more than `size` - 1 bytes of them.
 */
#include "collect.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

long file_read(int dir, const char *name, char *out, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (got > 0 && length < size - 1) {
		got = read(fd, out + length, size - 1 - length);
		if (got > 0)
			length += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got < 0)
		got = -errno;
	close(fd);
	out[length] = '\0';
	return got < 0 ? got : (long)length;
}
