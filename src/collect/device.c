/* SPDX-License-Identifier: MIT */
/* Devices that sockets are bound to: their VRFs, and which one a new socket has. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/facts.h"
#include "link.h"
#include "source_inside.h"

static int read_device(void *context)
{
	struct device *device = context;
	struct link link;
	int err = link_read(device->index, &link);

	device->vrf = link.vrf;
	device->gone = err == -ENODEV;
	return device->gone ? 0 : err;
}

size_t facts_add_device(struct source *source, uint32_t index, struct device *devices,
			size_t count)
{
	struct device device = { .index = index };

	for (size_t i = 0; i < count; i++)
		if (devices[i].index == index)
			return count;
	if (index && source_inside(source, read_device, &device) == 0)
		devices[count++] = device;
	return count;
}

static int read_usual_device(void *context)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), value = 0;
	socklen_t size = sizeof(value);

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &value, &size) < 0)
		value = 0;
	close(fd);
	*(uint32_t *)context = (uint32_t)value;
	return 0;
}

uint32_t facts_usual_device(struct source *source)
{
	uint32_t device = 0;

	/* Of another namespace it would be another device by the same number. */
	if (source->netns < 0)
		source_inside(source, read_usual_device, &device);
	return device;
}
