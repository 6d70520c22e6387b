/* SPDX-License-Identifier: MIT */
/* The other namespaces of the machine: each once, our own not. */
#include "own_netns.h"
#include "holder.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "collect/facts.h"

enum { MOST = 256, PORT = 8080 };

static uint64_t listen_elsewhere(const void *context)
{
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	const pid_t holder = getpid();
	int fd;

	(void)context;
	if (unshare(CLONE_NEWNET) < 0)
		return 0;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (const struct sockaddr *)&in, sizeof(in)) < 0 || listen(fd, 1) < 0)
		return 0;
	/* Another process in the same namespace. */
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == holder)
			pause();
		_exit(0);
	}
	return cookie_of(fd);
}

static struct snapshot *collect(struct source *source)
{
	const struct query query = {
		.protocols = PROTOCOL_BIT(PROTOCOL_TCP),
		.versions = IP_VERSIONS_ALL,
		.states = STATES_LISTENING,
		.needs = NEED_NETNS,
	};
	struct snapshot *snap;

	assert_int_equal(source_collect(source, &query, &snap), 0);
	return snap;
}

/* Other tests on this machine may listen on the port, too; /proc/net tells no cookie. */
static bool has_listener(const struct snapshot *snap, uint64_t cookie)
{
	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].local.port == PORT &&
		    (!(snap->sockets[i].have & HAVE_COOKIE) || snap->sockets[i].cookie == cookie))
			return true;
	return false;
}

/* All others of this machine. */
struct others {
	struct source *sources[MOST];
	struct snapshot *tables[MOST];
	size_t count, refused;
};

static void others_find(struct others *others, struct source *source)
{
	others->count = facts_other_namespaces(source, others->sources, MOST, &others->refused);
	for (size_t i = 0; i < others->count; i++)
		others->tables[i] = collect(others->sources[i]);
}

static void others_free(struct others *others)
{
	for (size_t i = 0; i < others->count; i++) {
		snapshot_free(others->tables[i]);
		source_close(others->sources[i]);
	}
}

static size_t others_with(const struct others *others, uint64_t cookie)
{
	size_t count = 0;

	for (size_t i = 0; i < others->count; i++)
		count += has_listener(others->tables[i], cookie);
	return count;
}

static size_t others_of(const struct others *others, uint64_t inode)
{
	size_t count = 0;

	for (size_t i = 0; i < others->count; i++)
		count += others->tables[i]->netns->inode == inode;
	return count;
}

static void each_is_found_once(void **state)
{
	struct others others;
	struct snapshot *own;
	struct holder holder;

	if (!*state)
		skip();
	holder = holder_start(listen_elsewhere, NULL);
	others_find(&others, *state);
	assert_int_equal(others_with(&others, holder.cookie), 1);
	for (size_t i = 0; i < others.count; i++)
		assert_int_equal(others_of(&others, others.tables[i]->netns->inode), 1);
	own = collect(*state);
	assert_int_not_equal(own->netns->inode, 0);
	assert_int_equal(others_of(&others, own->netns->inode), 0);
	snapshot_free(own);
	others_free(&others);
	holder_end(&holder);
}

/* Seen from there, it is the one that is left out. */
static void the_sources_own_is_left_out(void **state)
{
	struct holder holder;
	struct source *there;
	struct others others;
	char name[16];

	if (!*state)
		skip();
	holder = holder_start(listen_elsewhere, NULL);
	snprintf(name, sizeof(name), "%d", (int)holder.pid);
	assert_int_equal(source_open(&there, name), 0);
	others_find(&others, there);
	assert_true(others.count > 0);
	assert_int_equal(others_with(&others, holder.cookie), 0);
	others_free(&others);
	source_close(there);
	holder_end(&holder);
}

static void one_with_a_name_needs_no_process(void **state)
{
	char name[32], command[64];
	struct others others;
	size_t found = 0;

	if (!*state)
		skip();
	snprintf(name, sizeof(name), "elsewhere-%d", (int)getpid());
	snprintf(command, sizeof(command), "ip netns add %s", name);
	assert_int_equal(system(command), 0);
	others_find(&others, *state);
	snprintf(command, sizeof(command), "ip netns del %s", name);
	assert_int_equal(system(command), 0);
	for (size_t i = 0; i < others.count; i++) {
		const char *named = others.tables[i]->netns->name;

		found += named && !strcmp(named, name);
	}
	assert_int_equal(found, 1);
	others_free(&others);
}

static void there_may_be_more_than_are_wanted(void **state)
{
	struct holder first, second;
	struct source *one;
	size_t refused;

	if (!*state)
		skip();
	first = holder_start(listen_elsewhere, NULL);
	second = holder_start(listen_elsewhere, NULL);
	assert_int_equal(facts_other_namespaces(*state, &one, 1, &refused), 1);
	source_close(one);
	/* The later one has inherited what ends the first. */
	holder_end(&second);
	holder_end(&first);
}

/* He may enter none, but read the tables in /proc of those that have a process. */
static void a_plain_user_sees_their_tables(void **state)
{
	struct others others;
	struct holder holder;
	struct source *own;
	int status;
	pid_t pid;

	if (!*state)
		skip();
	holder = holder_start(listen_elsewhere, NULL);
	pid = fork();
	if (!pid) {
		if (setresuid(65534, 65534, 65534) < 0 || source_open(&own, NULL) < 0)
			_exit(2);
		others_find(&others, own);
		_exit(others_with(&others, holder.cookie) == 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	holder_end(&holder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NETNS(each_is_found_once),
		IN_NETNS(the_sources_own_is_left_out),
		IN_NETNS(one_with_a_name_needs_no_process),
		IN_NETNS(there_may_be_more_than_are_wanted),
		IN_NETNS(a_plain_user_sees_their_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
