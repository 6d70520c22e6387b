/* SPDX-License-Identifier: MIT */
/* Reads tests/filter/zoo: one socket and what is known of it. */
#include "unit.h"

#include <stdlib.h>

#include "model/field.h"
#include "zoo.h"

enum { NAME, PROTOCOL, STATE, LOCAL, PEER, KEYS };	/* words of a line */

static struct endpoint endpoint_of(const struct zoo *zoo, const char *text)
{
	const char *colon = strrchr(text, ':');
	bool brackets = *text == '[';
	char address[64];
	size_t length;

	if (!colon || (brackets && colon[-1] != ']'))
		zoo_fail(zoo, "no such endpoint", text);
	length = (size_t)(colon - text) - (brackets ? 2 : 0);
	assert_in_range(length, 1, sizeof(address) - 1);
	memcpy(address, text + brackets, length);
	address[length] = '\0';
	return (struct endpoint){ address_of(address),
				  (uint16_t)zoo_number(zoo, colon + 1, UINT16_MAX) };
}

/* Index of `word` in a table of names, which may have gaps. */
static unsigned index_of(const struct zoo *zoo, const char *const *names, size_t count,
			 const char *word)
{
	for (unsigned i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], word) == 0)
			return i;
	zoo_fail(zoo, "no such word", word);
}

/* ---- keys ------------------------------------------------------------- */

static void set_uid(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->uid = (uint32_t)zoo_number(zoo, value, UINT32_MAX);
	sk->have |= HAVE_UID;
}

static void set_inode(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->inode = (uint32_t)zoo_number(zoo, value, UINT32_MAX);
	sk->have |= HAVE_INODE;
}

static void set_cookie(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->cookie = zoo_number(zoo, value, UINT64_MAX);
	sk->have |= HAVE_COOKIE;
}

static void set_netns(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->netns = zoo_netns(zoo, value);
}

/* Comes after netns=. */
static void set_dev(struct zoo *zoo, struct socket *sk, char *value)
{
	const struct netns *netns = &zoo->snap->netns[sk->netns];

	for (size_t i = 0; i < netns->interface_count; i++)
		if (strcmp(netns->interfaces[i].name, value) == 0)
			sk->interface = netns->interfaces[i].index;
	if (!sk->interface)
		sk->interface = (uint32_t)zoo_number(zoo, value, UINT32_MAX);
}

static void set_mark(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->mark = (uint32_t)zoo_number(zoo, value, UINT32_MAX);
	sk->have |= HAVE_MARK;
}

static void set_v6only(struct zoo *zoo, struct socket *sk, char *value)
{
	static const char *const words[] = { "no", "yes" };

	sk->v6only = index_of(zoo, words, 2, value);
	sk->have |= HAVE_V6ONLY;
}

static void set_shutdown(struct zoo *zoo, struct socket *sk, char *value)
{
	static const char *const words[] = { "none", "receive", "send", "both" };

	sk->shutdown = (uint8_t)index_of(zoo, words, 4, value);
	sk->have |= HAVE_SHUTDOWN;
}

static void set_cgroup(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->cgroup = snapshot_cgroup(zoo->snap, zoo_number(zoo, value, UINT64_MAX));
	sk->have |= HAVE_CGROUP;
}

static void set_missing(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->missing = (uint8_t)index_of(zoo, missing_names, MISSING_COUNT, value);
}

static void set_queue(struct zoo *zoo, struct socket *sk, char *value)
{
	char *slash = strchr(value, '/');

	if (!slash)
		zoo_fail(zoo, "no such queues", value);
	*slash = '\0';
	sk->recv_queue = (uint32_t)zoo_number(zoo, value, UINT32_MAX);
	sk->send_queue = (uint32_t)zoo_number(zoo, slash + 1, UINT32_MAX);
	sk->have |= sk->state == STATE_LISTEN ? HAVE_ACCEPT_QUEUE | HAVE_BACKLOG : HAVE_QUEUES;
}

static void set_lost(struct zoo *zoo, struct socket *sk, char *value)
{
	sk->peer = endpoint_of(zoo, value);
}

/* The socket is the next one that will be added. */
static void set_pids(struct zoo *zoo, struct socket *sk, char *value)
{
	struct snapshot *snap = zoo->snap;
	char *rest;
	int fd = 3;

	assert_int_equal(snapshot_add(snap, sk), 0);
	for (char *pid = strtok_r(value, ",", &rest); pid; pid = strtok_r(NULL, ",", &rest)) {
		uint64_t number = zoo_number(zoo, pid, UINT32_MAX);
		uint32_t process = 0;

		while (process < snap->process_count && snap->processes[process].pid != number)
			process++;
		if (process == snap->process_count)
			zoo_fail(zoo, "no such process", pid);
		add_owner(snap, (uint32_t)snap->count - 1, process, fd++);
	}
	sk->owner = snap->sockets[--snap->count].owner;
}

static struct socket_detail *detail_of(struct zoo *zoo, struct socket *sk)
{
	if (!sk->detail)
		sk->detail = arena_alloc(&zoo->snap->arena, sizeof(*sk->detail));
	assert_non_null(sk->detail);
	return sk->detail;
}

static struct tcp *tcp_of(struct zoo *zoo, struct socket *sk)
{
	struct socket_detail *detail = detail_of(zoo, sk);

	if (detail->tcp)
		return detail->tcp;
	detail->tcp = arena_alloc(&zoo->snap->arena, sizeof(*detail->tcp));
	assert_non_null(detail->tcp);
	detail->tcp->length = TCP_INFO_SIZE;
	return detail->tcp;
}

static void set_tcp_length(struct zoo *zoo, struct socket *sk, char *value)
{
	tcp_of(zoo, sk)->length = (uint16_t)zoo_number(zoo, value, TCP_INFO_SIZE);
}

static const struct key {
	const char *name;
	void (*set)(struct zoo *zoo, struct socket *sk, char *value);
} keys[] = {
	{ "uid", set_uid }, { "inode", set_inode }, { "cookie", set_cookie },
	{ "netns", set_netns }, { "dev", set_dev }, { "mark", set_mark },
	{ "v6only", set_v6only }, { "shutdown", set_shutdown }, { "cgroup", set_cgroup },
	{ "missing", set_missing }, { "queue", set_queue }, { "lost", set_lost },
	{ "pids", set_pids }, { "tcp_length", set_tcp_length },
};

/* ---- tcp.NAME= and memory.NAME=, where the field table has them -------- */

static void set_tcp(struct zoo *zoo, struct socket *sk, const struct place *place,
		    const char *value)
{
	uint64_t number = zoo_number(zoo, value, UINT64_MAX);
	uint8_t *at = tcp_of(zoo, sk)->info + place->offset;
	uint32_t word = (uint32_t)number;

	if (place->size == 8)
		memcpy(at, &number, sizeof(number));
	else if (place->size == 4)
		memcpy(at, &word, sizeof(word));
	else if (place->size == 1)
		*at |= (uint8_t)(number << place->shift);
	else
		zoo_fail(zoo, "a figure of this size cannot be set", value);
}

static void set_memory(struct zoo *zoo, struct socket *sk, const struct place *place,
		       const char *value)
{
	struct socket_detail *detail = detail_of(zoo, sk);

	if (!detail->memory)
		detail->memory = arena_alloc(&zoo->snap->arena, sizeof(*detail->memory));
	assert_non_null(detail->memory);
	detail->memory->length = MEMORY_COUNT;
	detail->memory->words[place->offset] = (uint32_t)zoo_number(zoo, value, UINT32_MAX);
}

static void set_figure(struct zoo *zoo, struct socket *sk, const char *key, const char *value)
{
	enum field_group group = strncmp(key, "tcp.", 4) == 0 ? GROUP_TCP : GROUP_MEMORY;
	const char *name = strchr(key, '.') + 1;
	size_t id = 0;

	while (id < FIELD_COUNT &&
	       (fields[id].group != group ||
		strcmp(fields[id].key ? fields[id].key : fields[id].name, name) != 0))
		id++;
	if (id == FIELD_COUNT)
		zoo_fail(zoo, "no such field", key);
	if (group == GROUP_MEMORY) {
		set_memory(zoo, sk, &fields[id].place, value);
	} else if (fields[id].type == VALUE_TEXT) {
		assert_in_range(strlen(value), 1, TCP_CONGESTION_MAX - 1);
		strcpy((char *)tcp_of(zoo, sk) + fields[id].place.offset, value);
	} else {
		set_tcp(zoo, sk, &fields[id].place, value);
	}
}

static void set_key(struct zoo *zoo, struct socket *sk, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		zoo_fail(zoo, "no value", word);
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].name, word) == 0) {
			keys[i].set(zoo, sk, value);
			return;
		}
	}
	if (strncmp(word, "tcp.", 4) != 0 && strncmp(word, "memory.", 7) != 0)
		zoo_fail(zoo, "no such key", word);
	set_figure(zoo, sk, word, value);
}

void zoo_add_socket(struct zoo *zoo, char **words, size_t count)
{
	struct socket sk = { .netns = 0 };
	const char *names[PROTOCOL_COUNT];

	if (count < KEYS)
		zoo_fail(zoo, "no such kind, and too short for a socket", words[0]);
	if (zoo_find(zoo, words[NAME], strlen(words[NAME])) != SIZE_MAX)
		zoo_fail(zoo, "named before", words[NAME]);
	for (size_t i = 0; i < PROTOCOL_COUNT; i++)
		names[i] = protocols[i].name;
	sk.protocol = (uint8_t)index_of(zoo, names, PROTOCOL_COUNT, words[PROTOCOL]);
	sk.state = (uint8_t)index_of(zoo, state_names, STATE_COUNT, words[STATE]);
	sk.local = endpoint_of(zoo, words[LOCAL]);
	if (strcmp(words[PEER], "-") != 0) {
		sk.peer = endpoint_of(zoo, words[PEER]);
		sk.have |= HAVE_PEER;
	}
	for (size_t i = KEYS; i < count; i++)
		set_key(zoo, &sk, words[i]);
	assert_in_range(zoo->snap->count, 0, ZOO_SOCKETS - 1);
	zoo->sockets[zoo->snap->count] = words[NAME];
	assert_int_equal(snapshot_add(zoo->snap, &sk), 0);
}
