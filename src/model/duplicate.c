/* SPDX-License-Identifier: MIT */
/*
 * A dump is no moment: a socket that moves in the kernel's table while it is
 * read may come twice.  It is told by its identity, and kept once.
 */
#include <errno.h>

#include "base/hash.h"
#include "model/snapshot.h"

/* Sockets whose slot is asked for ahead: memory answers slower than we ask. */
enum { AHEAD = 16 };

static uint32_t identity(const void *sockets, uint32_t index)
{
	return socket_hash((const struct socket *)sockets + index);
}

/* Index + 1 of the kept socket that is `sk`, 0: none is. */
static uint32_t find(const struct socket *sockets, const struct hash *kept, uint32_t key,
		     const struct socket *sk)
{
	size_t at = hash_start(kept, key);
	uint32_t found;

	while ((found = hash_next(kept, key, &at)))
		if (socket_same(&sockets[found - 1], sk))
			break;
	return found;
}

/* Keep `sk` as the socket at `count`, or what it adds to its first appearance. */
static int keep(struct socket *sockets, struct hash *kept, uint32_t key, const struct socket *sk,
		size_t *count)
{
	uint32_t known = find(sockets, kept, key, sk);

	if (known) {
		if (!sockets[known - 1].detail)
			sockets[known - 1].detail = sk->detail;
		return 0;
	}
	if (sk != &sockets[*count])
		sockets[*count] = *sk;
	return hash_add(kept, key, (uint32_t)(*count)++, identity, sockets);
}

int snapshot_drop_duplicates(struct snapshot *snap)
{
	struct socket *sockets = snap->sockets;
	uint32_t keys[AHEAD] = { 0 };
	struct hash kept;
	size_t count = 0;
	int err;

	if (!sockets)
		return 0;
	err = hash_init(&kept, snap->count);
	for (size_t i = 0; !err && i < snap->count + AHEAD; i++) {
		uint32_t key = keys[i % AHEAD];

		if (i < snap->count) {
			keys[i % AHEAD] = socket_hash(&sockets[i]);
			hash_prefetch(&kept, keys[i % AHEAD]);
		}
		if (i >= AHEAD)
			err = keep(sockets, &kept, key, &sockets[i - AHEAD], &count);
	}
	if (!err)
		snap->count = count;
	hash_free(&kept);
	return err;
}
