/* SPDX-License-Identifier: MIT */
/*
 * Counting by any fields.  The values of a socket become one string of bytes,
 * its key, which sorts as they do; sockets with equal keys are a group.
 */
#include "model/count.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/query.h"

enum { EXPECTED = 256 };

/* What a value of a key begins with: texts before numbers, the unknown last. */
enum { KEY_TEXT = 1, KEY_NUMBER, KEY_ADDRESS, KEY_REASON, KEY_UNKNOWN };

/* A socket, and the processes that its next group is about. */
struct counted {
	const struct socket *sk;
	const struct socket *other;	/* its other end, where that is asked for */
	const struct owner *owner, *other_owner;
};

void count_keys_add(struct count_keys *keys, enum field_id field)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->fields[i] == field)
			return;
	keys->fields[keys->count++] = field;
}

/* These say which process: by its pid, for two of one name are two. */
static bool names_process(enum field_id field)
{
	return field == FIELD_PROCESS || field == FIELD_OWNERS || field == FIELD_OTHER_END;
}

bool count_is_of_process(enum field_id field)
{
	return fields[field].type == VALUE_LIST || names_process(field);
}

uint32_t count_needs(const struct count_keys *keys)
{
	uint32_t needs = 0;

	for (size_t i = 0; i < keys->count; i++) {
		needs |= fields[keys->fields[i]].needs;
		if (count_is_of_process(keys->fields[i]))
			needs |= fields[FIELD_OWNER_MISSING].needs;
	}
	return needs;
}

/* ---- values ---------------------------------------------------------- */

static struct count_value value_of_process(const struct snapshot *snap,
					   const struct counted *counted, enum field_id field)
{
	bool other = field == FIELD_OTHER_END;
	const struct owner *owner = other ? counted->other_owner : counted->owner;
	const struct socket *held = other ? counted->other : counted->sk;
	struct count_value value = { .row = { snap, counted->sk, NULL } };

	if (!owner) {
		value.missing = held ? held->missing : MISSING_NONE;
	} else if (names_process(field)) {
		value.value.type = VALUE_OWNERS;
		value.process = owner_process(snap, owner);
	} else if (list_item_of(snap, &fields[field], owner, &value.item)) {
		value.value.type = VALUE_LIST;
	}
	return value;
}

static struct count_value value_of(const struct snapshot *snap, const struct counted *counted,
				   enum field_id field)
{
	struct count_value value = { .row = { snap, counted->sk, NULL } };

	if (count_is_of_process(field))
		return value_of_process(snap, counted, field);
	value.value = field_get(&value.row, field);
	/* How long it still runs differs from socket to socket. */
	if (value.value.type == VALUE_TIMER)
		value.value = (struct value){ .type = VALUE_TEXT,
					      .text = timer_names[counted->sk->timer] };
	return value;
}

struct count_value count_get(const struct count *count, const struct count_group *group,
			     enum field_id field)
{
	struct counted counted = {
		.sk = &count->snap->sockets[group->socket],
		.owner = group->owner, .other_owner = group->other_owner,
	};

	if (field == FIELD_OTHER_END)
		counted.other = pair_of(count->snap, counted.sk);
	return value_of(count->snap, &counted, field);
}

/* ---- keys ------------------------------------------------------------ */

/* Its end says how long it was: so no two rows of values make the same key. */
static void add_text(struct buf *key, const char *text, size_t length)
{
	uint32_t end = htobe32((uint32_t)length);

	buf_add_char(key, KEY_TEXT);
	buf_add(key, text, length);
	buf_add_char(key, '\0');
	buf_add(key, &end, sizeof(end));
}

static void add_number(struct buf *key, uint64_t number)
{
	uint64_t bytes = htobe64(number);

	buf_add_char(key, KEY_NUMBER);
	buf_add(key, &bytes, sizeof(bytes));
}

static void add_address(struct buf *key, const struct address *address)
{
	struct address plain = address_unmapped(address);

	buf_add_char(key, KEY_ADDRESS);
	buf_add(key, &plain, sizeof(plain));
}

/* As the table tells them apart: by port, by interface, and [::] by the versions it takes. */
static void add_endpoint(struct buf *key, const struct row *row, const struct endpoint *ep)
{
	const struct socket *sk = row->sk;

	add_address(key, &ep->address);
	add_number(key, ep->port);
	add_number(key, socket_has_scope(sk, ep) ? (uint64_t)sk->netns << 32 | sk->interface : 0);
	add_number(key, ep == &sk->local && socket_speaks(sk, 4));
}

static void add_process(struct buf *key, const struct process *process)
{
	add_text(key, process->command ? process->command : "",
		 process->command ? strlen(process->command) : 0);
	add_number(key, process->pid);
}

static void add_queue(struct buf *key, const struct socket *sk)
{
	add_number(key, sk->have & (HAVE_QUEUES | HAVE_BACKLOG));
	add_number(key, sk->recv_queue);		/* or the accept queue */
	add_number(key, sk->have & HAVE_BACKLOG ? sk->backlog : 0);
}

static void add_none(struct buf *key, enum missing missing)
{
	buf_add_char(key, missing ? KEY_REASON : KEY_UNKNOWN);
	buf_add_char(key, (char)missing);
}

static void add_value(struct buf *key, const struct count_value *value)
{
	const struct row *row = &value->row;

	switch (value->value.type) {
	case VALUE_BOOL:
		add_number(key, value->value.boolean);
		break;
	case VALUE_UNSIGNED:
	case VALUE_HEX:
		add_number(key, value->value.number);
		break;
	case VALUE_TEXT:
		add_text(key, value->value.text, strlen(value->value.text));
		break;
	case VALUE_ENDPOINT:
		add_endpoint(key, row, value->value.endpoint);
		break;
	case VALUE_ADDRESS:
		add_address(key, &value->value.endpoint->address);
		break;
	case VALUE_LIST:
		if (value->item.text)
			add_text(key, value->item.text, value->item.length);
		else
			add_number(key, value->item.number);
		break;
	case VALUE_QUEUE:
		add_queue(key, row->sk);
		break;
	case VALUE_OWNERS:
		add_process(key, value->process);
		break;
	case VALUE_NETNS:
		add_number(key, row->snap->netns[row->sk->netns].inode);
		break;
	default:
		add_none(key, value->missing);
	}
}

/* ---- groups ---------------------------------------------------------- */

static uint32_t hash_of(const char *key, size_t length)
{
	uint64_t hash = length, word = 0;

	for (; length >= sizeof(word); length -= sizeof(word), key += sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	word = 0;
	memcpy(&word, key, length);
	return hash_mix(hash ^ word);
}

static uint32_t group_hash(const void *groups, uint32_t index)
{
	return ((const struct count_group *)groups)[index].hash;
}

static struct count_group *find_group(const struct count *count, const struct buf *key,
				      uint32_t hash)
{
	size_t at = hash_start(&count->set, hash);
	uint32_t found;

	while ((found = hash_next(&count->set, hash, &at))) {
		struct count_group *group = &count->groups[found - 1];

		if (group->length == key->length &&
		    memcmp(group->key, key->data, key->length) == 0)
			return group;
	}
	return NULL;
}

static struct count_group *add_group(struct count *count, const struct buf *key, uint32_t hash)
{
	struct count_group *groups = array_reserve(count->groups, &count->capacity,
						   count->count + 1, sizeof(*groups));
	char *copy = arena_copy(&count->arena, key->data, key->length);

	if (groups)
		count->groups = groups;
	if (!groups || !copy || key->error || count->count >= HASH_INDEX_MAX)
		return NULL;
	groups[count->count] = (struct count_group){
		.key = copy, .length = key->length, .hash = hash, .last = UINT32_MAX,
	};
	if (hash_add(&count->set, hash, (uint32_t)count->count, group_hash, groups) < 0)
		return NULL;
	return &groups[count->count++];
}

/* Once for each socket, in however many ways it belongs to the group. */
static int count_socket(struct count *count, const struct counted *counted, struct buf *key)
{
	uint32_t index = (uint32_t)(counted->sk - count->snap->sockets), hash;
	struct count_group *group;

	key->length = 0;
	for (size_t i = 0; i < count->keys->count; i++) {
		struct count_value value = value_of(count->snap, counted, count->keys->fields[i]);

		add_value(key, &value);
	}
	hash = hash_of(key->data, key->length);
	group = find_group(count, key, hash);
	if (!group) {
		group = add_group(count, key, hash);
		if (!group)
			return -ENOMEM;
		group->socket = index;
		group->owner = counted->owner;
		group->other_owner = counted->other_owner;
	}
	group->sockets += group->last != index;
	group->last = index;
	return 0;
}

/* For each process at the other end, or once where there is none, or none is asked for. */
static int count_other_ends(struct count *count, struct counted *counted, struct buf *key)
{
	const struct snapshot *snap = count->snap;
	const struct owner **owner = &counted->other_owner;
	int err;

	*owner = counted->other ? owner_first(snap, counted->other) : NULL;
	do {
		err = count_socket(count, counted, key);
		*owner = *owner ? owner_next(snap, *owner) : NULL;
	} while (!err && *owner);
	return err;
}

static bool any_key(const struct count_keys *keys, bool (*is)(enum field_id field))
{
	for (size_t i = 0; i < keys->count; i++)
		if (is(keys->fields[i]))
			return true;
	return false;
}

static bool is_of_other_end(enum field_id field)
{
	return field == FIELD_OTHER_END;
}

static bool is_of_owner(enum field_id field)
{
	return count_is_of_process(field) && !is_of_other_end(field);
}

static int count_sockets(struct count *count, const struct listing *listing, struct buf *key)
{
	bool owners = any_key(count->keys, is_of_owner);
	bool other = any_key(count->keys, is_of_other_end);
	const struct snapshot *snap = count->snap;
	struct counted counted;
	size_t at = 0;
	int err = 0;

	while (!err && (counted.sk = listing_next(listing, &at))) {
		counted.other = other ? pair_of(snap, counted.sk) : NULL;
		counted.owner = owners ? owner_first(snap, counted.sk) : NULL;
		do {
			err = count_other_ends(count, &counted, key);
			counted.owner = counted.owner ? owner_next(snap, counted.owner) : NULL;
		} while (!err && counted.owner);
		count->sockets++;
	}
	return err;
}

static int largest_first(const void *a, const void *b)
{
	const struct count_group *left = a, *right = b;
	size_t common = left->length < right->length ? left->length : right->length;

	if (left->sockets != right->sockets)
		return left->sockets < right->sockets ? 1 : -1;
	return memcmp(left->key, right->key, common);
}

int count_make(struct count *count, const struct listing *listing, const struct count_keys *keys)
{
	struct buf key;
	int err;

	*count = (struct count){ .snap = listing->snap, .keys = keys };
	err = hash_init(&count->set, EXPECTED);
	if (err < 0)
		return err;
	err = buf_init(&key, -1);
	if (err < 0)
		return err;
	err = count_sockets(count, listing, &key);
	buf_free(&key);
	if (!err && count->count)
		qsort(count->groups, count->count, sizeof(*count->groups), largest_first);
	return err;
}

void count_free(struct count *count)
{
	hash_free(&count->set);
	arena_free(&count->arena);
	free(count->groups);
}
