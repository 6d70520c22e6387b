/* SPDX-License-Identifier: MIT */
/*
 * Comparing two snapshots.  The sockets of each are put into places: one for
 * each address that is listened on or bound, and one for each four-tuple.
 * Then each earlier place is looked up among the later ones.
 */
#include "model/delta.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "join.h"
#include "model/select.h"
#include "order_text.h"

enum { NOWHERE = UINT32_MAX };

enum kind { KIND_LISTENER, KIND_BOUND, KIND_CONNECTION };

/* Where one or more sockets are; numbers are those of the later snapshot. */
struct place {
	const struct socket *sk;	/* the first of them */
	uint32_t last;			/* and the last one: an index */
	uint32_t hash;
	uint32_t netns, interface;	/* NOWHERE: the later snapshot has no such one */
	uint8_t kind;			/* enum kind */
	bool kept;			/* the other side has it too */
};

struct side {
	struct snapshot *snap;
	const struct snapshot *later;	/* whose numbers count */
	struct place *places;
	size_t count;
	struct hash *by_hash;
	uint32_t *next;			/* of each socket: index + 1 of the next in its place */
	uint32_t *programs;		/* of each process: a number for its command */
};

/* ---- numbers of the other snapshot ----------------------------------- */

static bool same_netns(const struct netns *a, const struct netns *b)
{
	if (a->name && b->name)
		return strcmp(a->name, b->name) == 0;
	return a->inode && a->inode == b->inode;
}

static uint32_t later_netns(const struct side *side, uint32_t netns)
{
	const struct snapshot *snap = side->snap, *later = side->later;

	if (snap == later)
		return netns;
	/* One each: that they are compared says that they are the same. */
	if (snap->netns_count == 1 && later->netns_count == 1)
		return 0;
	for (uint32_t i = 0; i < later->netns_count; i++)
		if (same_netns(&snap->netns[netns], &later->netns[i]))
			return i;
	return NOWHERE;
}

static uint32_t later_interface(const struct side *side, const struct socket *sk, uint32_t netns)
{
	const struct snapshot *later = side->later;
	const char *name;

	if (!sk->interface || side->snap == later || netns == NOWHERE ||
	    !later->netns[netns].interface_count)
		return sk->interface;
	name = snapshot_interface(side->snap, sk->netns, sk->interface);
	if (!name)
		return sk->interface;
	for (size_t i = 0; i < later->netns[netns].interface_count; i++)
		if (strcmp(later->netns[netns].interfaces[i].name, name) == 0)
			return later->netns[netns].interfaces[i].index;
	return NOWHERE;
}

/* ---- places ---------------------------------------------------------- */

static enum kind kind_of(const struct socket *sk)
{
	if (socket_is_listener(sk))
		return KIND_LISTENER;
	return sk->state == STATE_BOUND ? KIND_BOUND : KIND_CONNECTION;
}

static uint32_t hash_of(const struct place *place)
{
	const uint64_t prime = 0x9e3779b97f4a7c15ULL;
	const struct socket *sk = place->sk;
	uint64_t key = address_word(&sk->local.address) * prime + sk->local.port;

	if (place->kind == KIND_CONNECTION)
		key = (key ^ key >> 31) * prime + address_word(&sk->peer.address) * 3 +
		      ((uint64_t)sk->peer.port << 16);
	key = (key ^ key >> 29) * prime;
	return hash_mix(key + ((uint64_t)place->netns << 40) + ((uint64_t)place->interface << 8) +
			(uint64_t)(sk->protocol * 4 + place->kind));
}

static uint32_t place_hash(const void *places, uint32_t index)
{
	return ((const struct place *)places)[index].hash;
}

/* Where the one thing is not known it makes no difference: /proc/net does not tell. */
static bool same_v6only(const struct socket *a, const struct socket *b)
{
	return !(a->have & b->have & HAVE_V6ONLY) || a->v6only == b->v6only;
}

static bool same_place(const struct place *a, const struct place *b)
{
	const struct socket *left = a->sk, *right = b->sk;

	if (a->hash != b->hash || a->kind != b->kind || a->netns != b->netns ||
	    a->interface != b->interface || left->protocol != right->protocol ||
	    left->local.port != right->local.port ||
	    !address_equal(&left->local.address, &right->local.address))
		return false;
	if (a->kind != KIND_CONNECTION)
		return same_v6only(left, right);
	return left->peer.port == right->peer.port &&
	       address_equal(&left->peer.address, &right->peer.address);
}

/* Of the side's places from slot `*at` on, the next one that is the same; NULL: none. */
static struct place *find_place(const struct side *side, const struct place *place, size_t *at)
{
	uint32_t found;

	while ((found = hash_next(side->by_hash, place->hash, at)))
		if (same_place(&side->places[found - 1], place))
			return &side->places[found - 1];
	return NULL;
}

static int add_to_place(struct side *side, uint32_t index)
{
	const struct socket *sk = &side->snap->sockets[index];
	struct place place = { .sk = sk, .last = index, .kind = (uint8_t)kind_of(sk) }, *known;
	size_t at;

	place.netns = later_netns(side, sk->netns);
	place.interface = later_interface(side, sk, place.netns);
	place.hash = hash_of(&place);
	at = hash_start(side->by_hash, place.hash);
	known = find_place(side, &place, &at);
	if (known) {
		side->next[known->last] = index + 1;
		known->last = index;
		return 0;
	}
	side->places[side->count] = place;
	return hash_add(side->by_hash, place.hash, (uint32_t)side->count++, place_hash,
			side->places);
}

static int find_places(struct side *side)
{
	const struct snapshot *snap = side->snap;
	int err = hash_init(side->by_hash, snap->count);

	side->places = calloc(snap->count + 1, sizeof(*side->places));
	side->next = calloc(snap->count + 1, sizeof(*side->next));
	if (!side->places || !side->next)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < snap->count; i++)
		if (!snap->sockets[i].hidden)
			err = add_to_place(side, (uint32_t)i);
	return err;
}

/* ---- programs -------------------------------------------------------- */

static int number_programs(struct side *side, struct text_ranks *names)
{
	const struct snapshot *snap = side->snap;
	int err = 0;

	side->programs = malloc((snap->process_count + 1) * sizeof(*side->programs));
	if (!side->programs)
		return -ENOMEM;
	for (size_t i = 0; !err && i < snap->process_count; i++) {
		const char *command = snap->processes[i].command;

		side->programs[i] = NOWHERE;
		if (command)
			err = ranks_add(names, command, strlen(command), &side->programs[i]);
	}
	return err;
}

/* What is done with each program that holds a socket of a place; false ends it. */
typedef bool visit_program(uint32_t *seen, uint32_t program, uint32_t mark);

static bool mark_program(uint32_t *seen, uint32_t program, uint32_t mark)
{
	seen[program] = mark;
	return true;
}

static bool is_not_marked(uint32_t *seen, uint32_t program, uint32_t mark)
{
	return seen[program] != mark;
}

/*
 * Visit the programs of a place.  False when one ended it, or a socket has no
 * known one: then it may be held by any.
 */
static bool visit_programs(const struct side *side, const struct place *place,
			   visit_program *visit, uint32_t *seen, uint32_t mark)
{
	const struct snapshot *snap = side->snap;
	uint32_t index = (uint32_t)(place->sk - snap->sockets) + 1;

	for (; index; index = side->next[index - 1]) {
		const struct owner *owner = owner_first(snap, &snap->sockets[index - 1]);

		if (!owner)
			return false;
		for (; owner; owner = owner_next(snap, owner)) {
			uint32_t program = side->programs[owner->process];

			if (program == NOWHERE || !visit(seen, program, mark))
				return false;
		}
	}
	return true;
}

/* Has all of it gone from its programs to others? */
static bool is_taken_over(const struct side *then, const struct place *before,
			  const struct side *now, const struct place *after, uint32_t *seen)
{
	uint32_t mark = (uint32_t)(before - then->places) + 1;

	return before->kind != KIND_CONNECTION &&
	       visit_programs(then, before, mark_program, seen, mark) &&
	       visit_programs(now, after, is_not_marked, seen, mark);
}

/* ---- the comparison -------------------------------------------------- */

static int match_places(struct side *then, struct side *now, const struct text_ranks *names)
{
	uint32_t *seen = calloc(names->count + 1, sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	for (size_t i = 0; i < then->count; i++) {
		struct place *before = &then->places[i], *after;
		size_t at = hash_start(now->by_hash, before->hash);

		while ((after = find_place(now, before, &at)))
			if (!is_taken_over(then, before, now, after, seen))
				before->kept = after->kept = true;
	}
	free(seen);
	return 0;
}

static void mark_changes(struct side *side, enum change change)
{
	struct socket *sockets = side->snap->sockets;

	for (size_t i = 0; i < side->count; i++) {
		const struct place *place = &side->places[i];
		uint32_t index = (uint32_t)(place->sk - sockets) + 1;

		for (; index; index = side->next[index - 1]) {
			sockets[index - 1].change = place->kept ? CHANGE_NONE : (uint8_t)change;
			sockets[index - 1].hidden = place->kept;
		}
	}
	snapshot_show_members(side->snap);
}

static int compare(struct side *then, struct side *now)
{
	struct text_ranks names;
	int err = ranks_init(&names);

	if (!err)
		err = number_programs(then, &names);
	if (!err)
		err = number_programs(now, &names);
	if (!err)
		err = find_places(now);
	if (!err)
		err = find_places(then);
	if (!err)
		err = match_places(then, now, &names);
	if (!err) {
		mark_changes(then, CHANGE_REMOVED);
		mark_changes(now, CHANGE_ADDED);
	}
	ranks_free(&names);
	return err;
}

static void side_free(struct side *side)
{
	hash_free(side->by_hash);
	free(side->places);
	free(side->next);
	free(side->programs);
}

int delta_make(struct snapshot *now, struct snapshot *then)
{
	struct hash hashes[2] = { { .slots = NULL }, { .slots = NULL } };
	struct side earlier = { .snap = then, .later = now, .by_hash = &hashes[0] };
	struct side later = { .snap = now, .later = now, .by_hash = &hashes[1] };
	int err = compare(&earlier, &later);

	side_free(&earlier);
	side_free(&later);
	return err < 0 ? err : snapshot_join(now, then);
}

void delta_show_only(struct snapshot *snap, enum change change)
{
	for (size_t i = 0; i < snap->count; i++)
		snap->sockets[i].hidden = snap->sockets[i].change != change;
}
