/* SPDX-License-Identifier: MIT */
/*
 * Who may bind a privileged port: CAP_NET_BIND_SERVICE in the user namespace
 * that the network namespace belongs to (ns_capable(), cap_capable()).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect.h"
#include "collect/facts.h"
#include "source_inside.h"

/* Of the user namespace a network namespace belongs to, to us. */
enum place {
	PLACE_UNKNOWN,
	PLACE_OUTSIDE,			/* not below ours: nobody of us has a right there */
	PLACE_OWN,
	PLACE_BELOW,			/* a descendant, where our capabilities count as well */
};

bool has_capability(unsigned capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return !syscall(SYS_capget, &header, data) &&
	       (data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability));
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/*
 * Where is the user namespace `fd`, which is closed?  `owner` becomes the user
 * who made the one just below ours, and with it has all rights in it.
 */
static enum place place_of(int fd, uid_t *owner)
{
	struct stat own, there;
	int parent;

	if (stat("/proc/thread-self/ns/user", &own) < 0 || fstat(fd, &there) < 0) {
		close(fd);
		return PLACE_UNKNOWN;
	}
	if (is_same(&own, &there)) {
		close(fd);
		return PLACE_OWN;
	}
	do {
		if (ioctl(fd, NS_GET_OWNER_UID, owner) < 0)
			*owner = (uid_t)-1;
		parent = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent;
	} while (fd >= 0 && !fstat(fd, &there) && !is_same(&own, &there));
	if (fd >= 0)
		close(fd);
	return PLACE_BELOW;
}

/* The kernel shows only the relations of namespaces below our own (ns_get_owner()). */
static enum place find_place(const struct source *source, uid_t *owner)
{
	int netns = source->netns, fd;
	enum place place;

	if (netns < 0 && source->may_enter)
		netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	fd = netns < 0 ? -1 : ioctl(netns, NS_GET_USERNS);
	if (fd >= 0)
		place = place_of(fd, owner);
	else
		place = netns >= 0 && errno == EPERM ? PLACE_OUTSIDE : PLACE_UNKNOWN;
	if (netns != source->netns)
		close(netns);
	return place;
}

/* In our user namespace: what we have ourselves, of others what is usual. */
static bool is_capable(uint32_t uid)
{
	if (uid == geteuid())
		return has_capability(CAP_NET_BIND_SERVICE);
	return uid == 0 && prctl(PR_CAPBSET_READ, CAP_NET_BIND_SERVICE) == 1;
}

enum truth facts_privileged(struct source *source, uint32_t uid)
{
	uid_t owner = (uid_t)-1;
	enum place place = source->replay ? PLACE_UNKNOWN : find_place(source, &owner);

	if (place == PLACE_UNKNOWN)
		return TRUTH_MAYBE;
	if (place == PLACE_OUTSIDE)
		return TRUTH_NO;
	return is_capable(uid) || (place == PLACE_BELOW && uid == owner) ? TRUTH_YES : TRUTH_NO;
}
