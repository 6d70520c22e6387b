/* SPDX-License-Identifier: MIT */
/*
 * A source: the sockets of one network namespace, and all else the question
 * needs.
 */
#include "collect/source.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "collect.h"
#include "model/select.h"
#include "replay.h"
#include "source_inside.h"

/* A guess is seldom exceeded by more than this part of it. */
enum { EXPECTED_MORE = 64 };

/* ---- open ------------------------------------------------------------ */

/* Do something in another namespace and come back: what it returns, or -errno. */
static int inside(int netns, inside_function *act, void *context)
{
	int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int err;

	if (own < 0)
		return -errno;
	err = setns(netns, CLONE_NEWNET) < 0 ? -errno : act(context);
	if (setns(own, CLONE_NEWNET) < 0 && err >= 0)
		err = -errno;
	close(own);
	return err;
}

int source_inside(const struct source *source, inside_function *act, void *context)
{
	if (source->replay)
		return -EOPNOTSUPP;
	if (!source->may_enter)
		return -EPERM;
	return source->netns < 0 ? act(context) : inside(source->netns, act, context);
}

static int do_nothing(void *context)
{
	(void)context;
	return 0;
}

static bool use_proc_of(struct source *source, uint32_t pid)
{
	char table[PROC_NET_SIZE + 8];

	snprintf(source->proc_net, sizeof(source->proc_net), "/proc/%u/net", pid);
	snprintf(table, sizeof(table), "%s/tcp", source->proc_net);
	return access(table, R_OK) == 0;
}

static int use_netns(struct source *source, int netns, uint32_t pid)
{
	int err;

	source->netns = netns;
	/* Tried at once, so that the answer comes before any output. */
	err = netns < 0 ? netns : inside(netns, do_nothing, NULL);
	if (!err)
		return 0;
	source->may_enter = false;
	/* get_proc_task_net() asks for no right: anybody may read these tables. */
	return (err == -EPERM || err == -EACCES) && pid && use_proc_of(source, pid) ? 0 : err;
}

static struct source *source_new(void)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->netns = -1;
	source->may_enter = true;
	/* Not /proc/net: in a thread that changed its namespace that is the leader's. */
	strcpy(source->proc_net, "/proc/thread-self/net");
	return source;
}

int source_open_netns(struct source **result, int netns, uint32_t pid)
{
	struct source *source = source_new();
	int err = source ? use_netns(source, netns, pid) : -ENOMEM;

	if (!source && netns >= 0)
		close(netns);
	if (err < 0) {
		source_close(source);
		source = NULL;
	}
	*result = source;
	return err;
}

int source_open(struct source **result, const char *netns)
{
	uint32_t pid = 0;
	int fd;

	if (netns) {
		fd = netns_open(netns, &pid);
		return source_open_netns(result, fd, pid);
	}
	*result = source_new();
	return *result ? 0 : -ENOMEM;
}

int source_open_file(struct source **result, const char *path, char why[SOURCE_WHY_MAX])
{
	struct source *source = calloc(1, sizeof(*source));
	int err = -ENOMEM;

	snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
	if (source) {
		source->netns = -1;
		err = replay_open(&source->replay, path, why);
	}
	if (err < 0) {
		free(source);
		source = NULL;
	}
	*result = source;
	return err;
}

void source_close(struct source *source)
{
	if (source && source->netns >= 0)
		close(source->netns);
	if (source)
		replay_close(source->replay);
	free(source);
}

/* ---- collect --------------------------------------------------------- */

void snapshot_date(struct snapshot *snap)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snap->time = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int describe_system(struct collection *c)
{
	struct snapshot *snap = c->snap;
	struct utsname name;
	unsigned major = 0, minor = 0;

	if (uname(&name) < 0)
		return -errno;
	sscanf(name.release, "%u.%u", &major, &minor);
	c->kernel = major << 8 | minor;
	snapshot_date(snap);
	snap->host = arena_copy_text(&snap->arena, name.nodename);
	snap->kernel = arena_copy_text(&snap->arena, name.release);
	return snap->host && snap->kernel ? 0 : -ENOMEM;
}

static int describe_netns(struct collection *c, const struct source *source)
{
	struct snapshot *snap = c->snap;
	int own = -1;

	snap->netns = arena_alloc(&snap->arena, sizeof(*snap->netns));
	if (!snap->netns)
		return -ENOMEM;
	snap->netns_count = 1;
	if (!(c->query->needs & NEED_NETNS))
		return 0;
	if (source->netns < 0 && source->may_enter)
		own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (source->netns >= 0 || own >= 0)
		netns_identify(snap, source->netns >= 0 ? source->netns : own, snap->netns);
	if (own >= 0)
		close(own);
	return 0;
}

static bool has_shared_listener(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->listener_count; i++)
		if (snap->listeners[i].count > 1)
			return true;
	return false;
}

static int collect_owners(struct collection *c)
{
	int err = owners_find(c);

	if (err < 0)
		return err;
	if (has_shared_listener(c->snap) || c->query->needs & NEED_ANCESTOR)
		processes_find_families(c->snap);
	if (c->query->needs & NEED_ANCESTOR)
		processes_find_ancestors(c->snap);
	listeners_compare_owners(c->snap);
	return 0;
}

/* Of listeners there are few; anything else may be a million. */
static int make_room(struct collection *c)
{
	size_t expected = 0;

	if ((c->query->protocols & PROTOCOL_BIT(PROTOCOL_TCP)) &&
	    (query_states(c->query) & ~STATES_LISTENING))
		expected = sockstat_tcp(c->proc_net);
	return expected ? snapshot_expect(c->snap, expected + expected / EXPECTED_MORE) : 0;
}

/* It tells a caller's port from a server's. */
static bool wants_port_range(const struct query *query)
{
	return (query->needs & NEED_PORT_CLASS) ||
	       ((query->needs & NEED_LISTENER) && (query_states(query) & STATES_CONNECTED));
}

/* What is read inside the namespace. */
static int collect_inside(struct collection *c, bool may_enter)
{
	/* Of what a selection may look at, this is read before it is made. */
	const uint32_t known = NEED_TCP | NEED_MEMORY | NEED_INTERFACE | NEED_PORT_CLASS |
			       NEED_NETNS;
	struct snapshot *snap = c->snap;
	uint32_t needs = c->query->needs;
	int err = make_room(c);

	if (err < 0)
		return err;
	sockets_collect(c, may_enter);
	if (needs & NEED_INTERFACE && (c->bound || needs & NEED_INTERFACES) && may_enter)
		netns_read_interfaces(snap, snap->netns);
	if (wants_port_range(c->query) && may_enter)
		netns_read_ports(snap->netns);
	if (needs & NEED_COUNTERS)
		counters_read(snap, snap->netns, c->proc_net);
	if (needs & NEED_SYSCTLS && may_enter)
		sysctls_read(snap, snap->netns);
	err = snapshot_drop_duplicates(snap);
	if (!err)
		err = snapshot_select(snap, c->query, known);
	if (!err && needs & NEED_LISTENER)
		err = listeners_find(snap);
	if (!err && needs & NEED_OWNER)
		err = collect_owners(c);
	return err;
}

static int collect_outside(struct collection *c)
{
	uint32_t needs = c->query->needs;

	if (needs & NEED_CGROUP)
		cgroups_resolve(c->snap);
	if (needs & NEED_USER)
		users_read(c->snap);
	if (needs & NEED_SERVICE)
		services_read(c->snap, c->query->protocols);
	snapshot_select_finally(c->snap, c->query);
	if (needs & NEED_HOST) {
		int err = resolve_hosts(c->snap, c->query->shown, RESOLVE_MS);

		if (err < 0)
			return err;
	}
	return needs & NEED_PAIR ? pairs_find(c->snap) : 0;
}

static int collect_entered(void *collection)
{
	return collect_inside(collection, true);
}

static int enter_and_collect(struct collection *c, const struct source *source)
{
	if (!source->may_enter)
		return collect_inside(c, false);
	return source_inside(source, collect_entered, c);
}

static int index_of_interface(void *name)
{
	return (int)if_nametoindex(name);
}

uint32_t source_interface(struct source *source, const char *name)
{
	int index;

	if (source->replay)
		return replay_interface(source->replay, name);
	if (source->netns < 0)
		return if_nametoindex(name);
	if (!source->may_enter)
		return UINT32_MAX;
	index = inside(source->netns, index_of_interface, (void *)(uintptr_t)name);
	return index < 0 ? UINT32_MAX : (uint32_t)index;
}

void source_narrow(const struct source *source, struct query *query)
{
	if (source->replay)
		replay_narrow(source->replay, query);
}

int source_collect(struct source *source, const struct query *query, struct snapshot **snap)
{
	struct collection c = {
		.query = query, .proc_net = source->proc_net, .tests = KERNEL_TESTS_ALL,
	};
	int err = -ENOMEM;

	if (source->replay)
		return replay_collect(source->replay, query, snap);
	c.snap = snapshot_new();
	if (!c.snap)
		goto out;
	c.snap->asked = query->needs;
	c.snap->states = query->states;
	err = describe_system(&c);
	if (!err)
		err = describe_netns(&c, source);
	if (!err)
		err = enter_and_collect(&c, source);
	if (!err)
		err = collect_outside(&c);
out:
	if (err < 0) {
		snapshot_free(c.snap);
		c.snap = NULL;
	}
	*snap = c.snap;
	return err;
}
