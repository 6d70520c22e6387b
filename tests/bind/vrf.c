/* SPDX-License-Identifier: MIT */
/* VRFs: d1 is in red, d2 in blue, e0 in none.  Whether they share ports is left to chance. */
#include <stdio.h>

#include "bindcheck.h"

const char *const device_names[DEVICES] = {
	[TO_NONE] = NULL,   [TO_LOOPBACK] = "lo",  [TO_RED] = "red",  [TO_RED_PORT] = "d1",
	[TO_BLUE] = "blue", [TO_BLUE_PORT] = "d2", [TO_PLAIN] = "e0",
};

static const char commands[] = "link add red type vrf table 10\n"
			       "link add blue type vrf table 20\n"
			       "link add d1 type dummy\n"
			       "link add d2 type dummy\n"
			       "link add e0 type dummy\n"
			       "link set d1 master red\n"
			       "link set d2 master blue\n"
			       "link set red up\n"
			       "link set blue up\n"
			       "link set d1 up\n"
			       "link set d2 up\n"
			       "link set e0 up\n"
			       "addr add 10.1.1.1/24 dev d1\n"
			       "addr add 10.2.2.1/24 dev d2\n"
			       "addr add 10.3.3.1/24 dev e0\n"
			       "addr add 2001:db8:1::1/64 dev d1 nodad\n"
			       "addr add 2001:db8:2::1/64 dev d2 nodad\n"
			       "addr add 2001:db8:3::1/64 dev e0 nodad\n";

static bool setting_write(const char *path, bool on)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	fputs(on ? "1" : "0", file);
	return fclose(file) == 0;
}

bool vrfs_make(void)
{
	/* Its complaint is in the way of a test that is left out. */
	FILE *ip = popen("ip -batch - 2>/dev/null", "we");

	if (!ip)
		return false;
	fputs(commands, ip);
	return pclose(ip) == 0 &&
	       setting_write("/proc/sys/net/ipv4/tcp_l3mdev_accept", random_chance(40));
}
