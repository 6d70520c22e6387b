/* SPDX-License-Identifier: MIT */
/* Options of the sockets of others, read from real ones. */
#include "holder.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "collect/facts.h"
#include "collect/source.h"

/* ---- sockets to look at ---------------------------------------------- */

struct wish {
	int family, type;
	bool reuseaddr, reuseport, v6only;
};

static bool set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

/* Bound to a port of the kernel's choice, and listening where it can. */
static uint64_t make_socket(const void *context)
{
	const struct wish *wish = context;
	struct sockaddr_storage any = { .ss_family = (sa_family_t)wish->family };
	int fd = socket(wish->family, wish->type, 0);

	if (fd < 0 || !set(fd, SOL_SOCKET, SO_REUSEADDR, wish->reuseaddr) ||
	    !set(fd, SOL_SOCKET, SO_REUSEPORT, wish->reuseport))
		return 0;
	if (wish->family == AF_INET6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, wish->v6only))
		return 0;
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
		return 0;
	return wish->type == SOCK_STREAM && listen(fd, 1) < 0 ? 0 : cookie_of(fd);
}

static struct snapshot *collect(struct source *source)
{
	const struct query query = {
		.protocols = PROTOCOL_BIT(PROTOCOL_TCP) | PROTOCOL_BIT(PROTOCOL_UDP),
		.versions = IP_VERSIONS_ALL,
		.states = STATES_ALL,
		.needs = NEED_OWNER,
	};
	struct snapshot *snap;

	assert_int_equal(source_collect(source, &query, &snap), 0);
	return snap;
}

static uint32_t find(const struct snapshot *snap, uint64_t cookie)
{
	for (size_t i = 0; i < snap->count; i++)
		if (snap->sockets[i].cookie == cookie)
			return (uint32_t)i;
	fail_msg("the socket is not in the table");
	return 0;
}

/* A holder, the table it stands in, and what is known of its options: nothing yet. */
struct scene {
	struct holder holder;
	struct source *source;
	struct snapshot *snap;
	struct bind_options *options;
	uint32_t socket;
};

static struct bind_options *unknown_options(const struct snapshot *snap)
{
	struct bind_options *options = malloc((snap->count + 1) * sizeof(*options));

	assert_non_null(options);
	memset(options, TRUTH_MAYBE, (snap->count + 1) * sizeof(*options));
	return options;
}

static struct scene scene_make(holder_function *make, const struct wish *wish)
{
	struct scene scene = { .holder = holder_start(make, wish) };

	assert_int_equal(source_open(&scene.source, NULL), 0);
	scene.snap = collect(scene.source);
	scene.socket = find(scene.snap, scene.holder.cookie);
	scene.options = unknown_options(scene.snap);
	return scene;
}

static const struct bind_options *scene_read(struct scene *scene)
{
	facts_read_options(scene->source, scene->snap, &scene->socket, 1, scene->options);
	return &scene->options[scene->socket];
}

static void scene_free(struct scene *scene)
{
	free(scene->options);
	snapshot_free(scene->snap);
	source_close(scene->source);
	if (scene->holder.pid)
		holder_end(&scene->holder);
}

/* ---- tests ----------------------------------------------------------- */

static void check(const struct wish *wish)
{
	struct scene scene = scene_make(make_socket, wish);
	const struct bind_options *options = scene_read(&scene);

	assert_int_equal(options->reuseaddr, wish->reuseaddr ? TRUTH_YES : TRUTH_NO);
	assert_int_equal(options->reuseport, wish->reuseport ? TRUTH_YES : TRUTH_NO);
	assert_int_equal(options->v6only, wish->v6only ? TRUTH_YES : TRUTH_NO);
	scene_free(&scene);
}

static void options_are_those_of_the_holder(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 }, types[] = { SOCK_STREAM, SOCK_DGRAM };

	(void)state;
	for (unsigned i = 0; i < 1 << 5; i++) {
		const struct wish wish = {
			.family = families[i & 1],
			.type = types[i >> 1 & 1],
			.reuseaddr = i >> 2 & 1,
			.reuseport = i >> 3 & 1,
			.v6only = (i & 1) && (i >> 4 & 1),
		};

		check(&wish);
	}
}

static const struct wish reusable = {
	.family = AF_INET, .type = SOCK_STREAM, .reuseaddr = true,
};

/* Else the descriptor leads to another socket by now, as after its pid was used again. */
static void the_cookie_decides(void **state)
{
	struct scene scene = scene_make(make_socket, &reusable);
	struct socket *sk = &scene.snap->sockets[scene.socket];

	(void)state;
	sk->cookie++;
	assert_int_equal(scene_read(&scene)->reuseaddr, TRUTH_MAYBE);
	/* A row of /proc/net has none, but an inode. */
	sk->have &= (uint16_t)~HAVE_COOKIE;
	sk->inode++;
	assert_int_equal(scene_read(&scene)->reuseaddr, TRUTH_MAYBE);
	sk->inode--;
	assert_int_equal(scene_read(&scene)->reuseaddr, TRUTH_YES);
	scene_free(&scene);
}

static void a_holder_that_is_gone_says_nothing(void **state)
{
	struct scene scene = scene_make(make_socket, &reusable);

	(void)state;
	holder_end(&scene.holder);
	scene.holder.pid = 0;
	assert_int_equal(scene_read(&scene)->reuseaddr, TRUTH_MAYBE);
	scene_free(&scene);
}

static void another_user_reads_nothing(void **state)
{
	struct scene scene;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	scene = scene_make(make_socket, &reusable);
	pid = fork();
	if (!pid) {
		if (setresuid(65534, 65534, 65534) < 0)
			_exit(2);
		_exit(scene_read(&scene)->reuseaddr != TRUTH_MAYBE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	scene_free(&scene);
}

struct thread_wish {
	const struct wish *wish;
	int ready;
};

static void *hold_alone(void *context)
{
	const struct thread_wish *wish = context;
	uint64_t cookie = unshare(CLONE_FILES) < 0 ? 0 : make_socket(wish->wish);

	if (write(wish->ready, &cookie, sizeof(cookie)) == sizeof(cookie))
		pause();
	return NULL;
}

/* In the table of a thread, which the process does not share. */
static uint64_t make_in_thread(const void *context)
{
	static struct thread_wish wish;
	pthread_t thread;
	uint64_t cookie;
	int ready[2];

	if (pipe(ready) < 0)
		return 0;
	wish = (struct thread_wish){ context, ready[1] };
	if (pthread_create(&thread, NULL, hold_alone, &wish) != 0 ||
	    read(ready[0], &cookie, sizeof(cookie)) != sizeof(cookie))
		return 0;
	return cookie;
}

/* Since 6.9: before, there is no way to that table. */
static bool threads_can_be_opened(void)
{
	int fd = (int)syscall(SYS_pidfd_open, gettid(), O_EXCL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void the_table_of_a_thread_is_looked_into(void **state)
{
	struct scene scene;

	(void)state;
	if (!threads_can_be_opened())
		skip();
	scene = scene_make(make_in_thread, &reusable);
	assert_int_not_equal(scene.snap->sockets[scene.socket].owner, 0);
	assert_int_equal(scene_read(&scene)->reuseaddr, TRUTH_YES);
	scene_free(&scene);
}

/* Returns its inode: the table has the cookie of the TCP socket below. */
static uint64_t make_mptcp(const void *context)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	struct stat st;

	(void)context;
	if (fd < 0 || !set(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0 || listen(fd, 1) < 0 ||
	    fstat(fd, &st) < 0)
		return 0;
	return st.st_ino;
}

static void mptcp_sets_the_options_of_its_tcp(void **state)
{
	struct scene scene = { .options = NULL };
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	(void)state;
	if (fd < 0)
		skip();
	close(fd);
	scene.holder = holder_start(make_mptcp, NULL);
	assert_int_equal(source_open(&scene.source, NULL), 0);
	scene.snap = collect(scene.source);
	while (scene.snap->sockets[scene.socket].inode != scene.holder.cookie)
		assert_true(++scene.socket < scene.snap->count);
	scene.options = unknown_options(scene.snap);
	assert_int_equal(scene_read(&scene)->reuseaddr, TRUTH_YES);
	assert_int_equal(scene_read(&scene)->reuseport, TRUTH_NO);
	scene_free(&scene);
}

enum { MANY = 1000 };

static uint64_t make_many(const void *context)
{
	uint64_t cookie = 0;

	for (int i = 0; i < MANY; i++)
		cookie = make_socket(context);
	return cookie;
}

static void a_thousand_are_read_at_once(void **state)
{
	struct scene scene = scene_make(make_many, &reusable);
	uint32_t sockets[MANY];
	size_t count = 0, known = 0;

	(void)state;
	for (size_t i = 0; i < scene.snap->count && count < MANY; i++)
		if (scene.snap->sockets[i].owner)
			sockets[count++] = (uint32_t)i;
	facts_read_options(scene.source, scene.snap, sockets, count, scene.options);
	for (size_t i = 0; i < count; i++)
		known += scene.options[sockets[i]].reuseport != TRUTH_MAYBE;
	assert_int_equal(count, MANY);
	assert_in_range(known, MANY / 2, MANY);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_those_of_the_holder),
		cmocka_unit_test(the_cookie_decides),
		cmocka_unit_test(a_holder_that_is_gone_says_nothing),
		cmocka_unit_test(another_user_reads_nothing),
		cmocka_unit_test(the_table_of_a_thread_is_looked_into),
		cmocka_unit_test(mptcp_sets_the_options_of_its_tcp),
		cmocka_unit_test(a_thousand_are_read_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
