/* SPDX-License-Identifier: MIT */
/* Capabilities that came with the program's file, put aside and taken again. */
#include "collect/rights.h"

#include <linux/capability.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of the process, as what they are about. */
static struct __user_cap_data_struct before[_LINUX_CAPABILITY_U32S_3];

static void put(const struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	syscall(SYS_capset, &header, data);
}

void rights_lower(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

	if (!getauxval(AT_SECURE) || syscall(SYS_capget, &header, before))
		return;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		none[i] = before[i];
		none[i].effective = 0;
	}
	put(none);
}

void rights_raise(void)
{
	if (getauxval(AT_SECURE))
		put(before);
}
