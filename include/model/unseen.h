/* SPDX-License-Identifier: MIT */
/*
 * What could not be looked at.  A value that is not there because of it is not
 * known; any other value that is not there does not exist.
 */
#ifndef MODEL_UNSEEN_H
#define MODEL_UNSEEN_H

enum unseen {
	UNSEEN_OWNER,			/* who holds it: some process may not be looked into */
	UNSEEN_OWNER_UNKNOWN,		/* who holds it: a process may that was not found */
	UNSEEN_OWNER_ELSEWHERE,		/* who holds it, from another pid namespace */
	UNSEEN_MARK,			/* its mark: told with CAP_NET_ADMIN only */
	UNSEEN_CGROUP,			/* its cgroup: not told, or no tree of them is mounted */
	UNSEEN_DETAIL,			/* what only sock_diag tells, of a row of /proc/net */
	UNSEEN_UNASKED,			/* what was not recorded, or takes a second look */
	UNSEEN_COUNT
};

#define UNSEEN_BIT(unseen) (1u << (unseen))

#endif
