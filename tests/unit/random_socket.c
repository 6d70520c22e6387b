/* SPDX-License-Identifier: MIT */
/* Random sockets, and the world of random filters. */
#include "unit.h"

#include <stdio.h>

#include "random_filter.h"

#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* One in `n`. */
static bool one_in(uint64_t *seed, uint32_t n)
{
	return !random_below(seed, n);
}

/* ---- the world --------------------------------------------------------- */

enum { BLUE = 1, NAMESPACES, CHAINS = 4 };

static const struct user users[] = { { 0, "root" }, { 1000, "alice" }, { 65534, "nobody" } };
static const struct service services[] = {
	{ 22, PROTOCOL_TCP, "ssh" }, { 80, PROTOCOL_TCP, "http" }, { 443, PROTOCOL_TCP, "https" },
	{ 8080, PROTOCOL_TCP, "twice" }, { 53, PROTOCOL_UDP, "twice" },
};
static const struct cgroup cgroups[] = {
	{ 1, "/", NULL, NULL }, { 50, "/system.slice/web.service", "web.service", NULL },
	{ 60, "/user.slice", NULL, NULL }, { 70, NULL, NULL, NULL },
};
static const char *const commands[] = { "web", "sshd", "my app", "a) S 1 (b", "a-name-of-15-by" };

static void *copy(struct arena *arena, const void *items, size_t bytes)
{
	void *memory = arena_alloc(arena, bytes);

	assert_non_null(memory);
	memcpy(memory, items, bytes);
	return memory;
}

/* Owners in chains: a socket's `owner` is the first of one. */
static void add_owners(struct snapshot *snap)
{
	for (uint32_t i = 0; i < COUNT_OF(commands); i++)
		add_process(snap, 100 * i, commands[i]);
	snap->processes[0].pid = 1;
	snap->processes[0].unit = "session-1.scope";
	for (uint32_t i = 0; i < CHAINS; i++) {
		struct socket sk = { .owner = 0 };

		assert_int_equal(snapshot_add(snap, &sk), 0);
		add_owner(snap, i, i, 3);
	}
	add_owner(snap, 0, CHAINS, 4);
	snap->count = 0;
}

struct snapshot *random_world(void)
{
	struct netns blue = { .inode = 4026532999, .name = "blue" };
	void *world;
	struct snapshot *snap;

	snapshot_setup(&world);
	snap = world;
	blue.interfaces = snap->netns->interfaces;
	blue.interface_count = snap->netns->interface_count;
	blue.ephemeral_first = 1024;
	blue.ephemeral_last = 45000;
	snap->netns = copy(&snap->arena, (struct netns[]){ *snap->netns, blue },
			   NAMESPACES * sizeof(blue));
	snap->netns_count = NAMESPACES;
	snap->states = STATES_ALL;
	snap->users = copy(&snap->arena, users, sizeof(users));
	snap->user_count = COUNT_OF(users);
	snap->services = copy(&snap->arena, services, sizeof(services));
	snap->service_count = COUNT_OF(services);
	for (uint32_t i = 0; i < COUNT_OF(cgroups); i++) {
		assert_int_equal(snapshot_cgroup(snap, cgroups[i].id), i);
		snap->cgroups[i] = cgroups[i];
	}
	add_owners(snap);
	return snap;
}

static size_t name_service(void *context, const char *name, uint16_t *ports, size_t most)
{
	size_t count = 0;

	(void)context;
	for (uint32_t i = 0; i < COUNT_OF(services) && count < most; i++)
		if (strcmp(services[i].name, name) == 0)
			ports[count++] = services[i].port;
	return count;
}

static size_t name_host(void *context, const char *name, bool ask, struct address *addresses,
			size_t most)
{
	(void)context;
	if (!ask || strcmp(name, "both.example") != 0 || most < 2)
		return 0;
	addresses[0] = address_of("10.0.0.1");
	addresses[1] = address_of("2001:db8::1");
	return 2;
}

static uint32_t name_interface(void *context, const char *name)
{
	(void)context;
	return strcmp(name, "lo") == 0 ? 1 : strcmp(name, "eth0") == 0 ? 2 : 0;
}

static uint64_t name_cgroup(void *context, const char *path)
{
	(void)context;
	for (uint32_t i = 0; i < COUNT_OF(cgroups); i++)
		if (cgroups[i].path && strcmp(cgroups[i].path, path) == 0)
			return cgroups[i].id;
	return 0;
}

const struct filter_names random_names = { NULL, name_service, name_host, name_interface,
					   name_cgroup, NULL };

/* ---- details: some connections the kernel told more of than of others -- */

#define BYTE(number, which) ((uint8_t)((number) >> 8 * (which)))
#define WORD(at, number) \
	[at] = BYTE(number, 0), [(at) + 1] = BYTE(number, 1), [(at) + 2] = BYTE(number, 2)

static struct tcp tcps[] = {	/* retrans, rtt, cwnd; for a little-endian machine */
	{ .length = TCP_INFO_SIZE, .info = { WORD(36, 1), WORD(68, 100), WORD(80, 10) } },
	{ .length = TCP_INFO_SIZE, .info = { WORD(36, 0), WORD(68, 200000), WORD(80, 100) } },
	{ .length = TCP_INFO_SIZE, .info = { WORD(36, 10), WORD(68, 1000000), WORD(80, 1) } },
	{ .length = 72, .info = { WORD(36, 0), WORD(68, 1000), WORD(80, 10) } },
};
static struct memory memories[] = { { 9, { [MEMORY_DROPS] = 10 } }, { 9, { 0 } }, { 8, { 0 } } };
static struct socket_detail details[] = {
	{ &tcps[0], &memories[0] }, { &tcps[1], NULL }, { &tcps[2], &memories[1] },
	{ &tcps[3], &memories[2] }, { NULL, &memories[0] }, { NULL, NULL },
};

/* ---- sockets ----------------------------------------------------------- */

static const uint16_t ports[] = { 22, 53, 80, 80, 443, 443, 1023, 1024, 8080, 40000, 45001, 50000,
				  65535, 1, 0 };
static const char *const inet[] = { "127.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2",
				    "10.128.0.1", "192.0.2.1" };
static const char *const inet6[] = { "::1", "2001:db8::1", "2001:db8::1", "2001:db8::2",
				     "fe80::1" };
static const uint32_t numbers[] = { 0, 0, 1, 9, 10, 11, 100, 1000, 5000, UINT32_MAX };

#define PICK(seed, array) (array)[random_below((seed), COUNT_OF(array))]

enum kin { KIN_INET, KIN_INET6, KIN_MAPPED, KIN_COUNT };

static struct address random_address(uint64_t *seed, enum kin kin, bool wildcard)
{
	static const char *const wildcards[] = { "0.0.0.0", "::", "::ffff:0.0.0.0" };
	char mapped[64];

	if (wildcard)
		return address_of(wildcards[kin]);
	if (kin == KIN_INET6)
		return address_of(PICK(seed, inet6));
	if (kin == KIN_INET)
		return address_of(PICK(seed, inet));
	snprintf(mapped, sizeof(mapped), "::ffff:%s", PICK(seed, inet));
	return address_of(mapped);
}

static enum state random_state(uint64_t *seed, enum protocol protocol)
{
	if (protocol != PROTOCOL_TCP)
		return one_in(seed, 2) ? STATE_UNCONN : STATE_ESTAB;
	switch (random_below(seed, 8)) {
	case 0:
	case 1:
		return STATE_LISTEN;
	case 2:
	case 3:
		return STATE_ESTAB;
	case 4:
		return one_in(seed, 2) ? STATE_TIME_WAIT : STATE_SYN_RECV;
	case 5:
		return STATE_BOUND;
	default:
		break;
	}
	/* Any that TCP has: UNCONN is not among them, and NEW_SYN_RECV is shown as SYN_RECV. */
	for (;;) {
		enum state state = (enum state)(1 + random_below(seed, STATE_COUNT - 1));

		if (state != STATE_UNCONN && state != STATE_NEW_SYN_RECV)
			return state;
	}
}

static void set_ends(uint64_t *seed, struct socket *sk)
{
	enum kin kin = (enum kin)random_below(seed, KIN_COUNT);
	bool connected = STATE_BIT(sk->state) & STATES_CONNECTED;
	bool lost = (sk->state == STATE_BOUND || sk->state == STATE_UNCONN) && one_in(seed, 3);

	sk->local.address = random_address(seed, kin, !connected && one_in(seed, 2));
	sk->local.port = PICK(seed, ports);
	if (connected)
		sk->have |= HAVE_PEER;
	if (connected || lost) {
		sk->peer.address = random_address(seed, kin, false);
		sk->peer.port = PICK(seed, ports);
	} else if (one_in(seed, 2)) {
		/* As the kernel sends it: zeros of the family. */
		sk->peer.address.family = sk->local.address.family;
	}
}

/* Requests, TIME-WAIT and what FIN-WAIT-2 becomes: no socket behind them any more or yet. */
static bool is_mini(uint64_t *seed, const struct socket *sk)
{
	return sk->state == STATE_TIME_WAIT || sk->state == STATE_SYN_RECV ||
	       (sk->state == STATE_FIN_WAIT_2 && one_in(seed, 2));
}

static void set_queues(uint64_t *seed, struct socket *sk)
{
	sk->recv_queue = PICK(seed, numbers);
	sk->send_queue = PICK(seed, numbers);
	sk->have |= sk->state == STATE_LISTEN ? HAVE_ACCEPT_QUEUE | HAVE_BACKLOG : HAVE_QUEUES;
}

static void set_rest(uint64_t *seed, struct socket *sk)
{
	static const uint32_t uids[] = { 0, 0, 33, 1000, 1000, 65534 };

	sk->uid = PICK(seed, uids);
	sk->inode = PICK(seed, numbers);
	sk->have |= HAVE_UID | HAVE_INODE;
	set_queues(seed, sk);
	if (one_in(seed, 2)) {
		sk->cgroup = random_below(seed, COUNT_OF(cgroups));
		sk->have |= HAVE_CGROUP;
	}
	if (sk->local.address.family == AF_INET6) {
		sk->v6only = one_in(seed, 2);
		sk->have |= HAVE_V6ONLY;
	}
	if (one_in(seed, 2))
		sk->owner = 1 + random_below(seed, CHAINS);
	else
		sk->missing = (uint8_t)random_below(seed, MISSING_COUNT);
	if (one_in(seed, 2))
		sk->detail = &PICK(seed, details);
}

void random_socket(uint64_t *seed, struct socket *sk)
{
	static const uint8_t kinds[] = { PROTOCOL_TCP, PROTOCOL_TCP, PROTOCOL_TCP, PROTOCOL_UDP,
					 PROTOCOL_UDP, PROTOCOL_UDPLITE, PROTOCOL_RAW };
	static const uint32_t marks[] = { 0, 0, 1, 0x10, 0x11, UINT32_MAX };

	*sk = (struct socket){ .protocol = PICK(seed, kinds) };
	sk->state = (uint8_t)random_state(seed, sk->protocol);
	set_ends(seed, sk);
	sk->netns = one_in(seed, 8) ? BLUE : 0;
	if (one_in(seed, 3))
		sk->interface = 1 + random_below(seed, 3);
	if (!is_mini(seed, sk))
		set_rest(seed, sk);
	if (one_in(seed, 8))
		return;		/* /proc/net tells neither */
	sk->cookie = PICK(seed, numbers);
	sk->have |= HAVE_COOKIE;
	if (one_in(seed, 4))
		return;		/* without CAP_NET_ADMIN */
	sk->mark = PICK(seed, marks);
	sk->have |= HAVE_MARK;
}
