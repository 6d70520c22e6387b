/* SPDX-License-Identifier: MIT */
/* Who may bind a privileged port, against who then can. */
#include "own_netns.h"

#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "collect/facts.h"

enum { PLAIN = 65534 };

/* Of port 80, in the namespace we are in. */
static enum truth may_bind(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(80) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int result = bind(fd, (struct sockaddr *)&in, sizeof(in));

	close(fd);
	return result < 0 ? TRUTH_NO : TRUTH_YES;
}

static bool drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capset, &header, none) == 0;
}

static bool be_plain(void)
{
	return setresuid(PLAIN, PLAIN, PLAIN) == 0;
}

/* A user who is root in a user namespace of his own still has no right in ours. */
static bool be_root_below(void)
{
	return be_plain() && unshare(CLONE_NEWUSER) == 0;
}

/* But has all in a network namespace that belongs to it. */
static bool be_root_of_both(void)
{
	return be_plain() && unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

static bool be_as_is(void)
{
	return true;
}

enum { SAID_AND_DONE, DIFFERS, CANNOT };

/* In a child that has become somebody: is what is said of it what it can do? */
static void check(bool (*become)(void), enum truth expected)
{
	struct source *source;
	enum truth said;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		if (!become() || source_open(&source, NULL) < 0)
			_exit(CANNOT);
		said = facts_privileged(source, geteuid());
		_exit(said == expected && may_bind() == expected ? SAID_AND_DONE : DIFFERS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* Not everywhere may users make user namespaces. */
	if (WEXITSTATUS(status) == CANNOT)
		skip();
	assert_int_equal(status, SAID_AND_DONE);
}

static void root_may(void **state)
{
	if (!*state)
		skip();
	check(be_as_is, TRUTH_YES);
}

static void root_without_capabilities_may_not(void **state)
{
	if (!*state)
		skip();
	check(drop_capabilities, TRUTH_NO);
}

static void a_plain_user_may_not(void **state)
{
	if (!*state)
		skip();
	check(be_plain, TRUTH_NO);
}

static void root_of_another_user_namespace_may_not(void **state)
{
	if (!*state)
		skip();
	check(be_root_below, TRUTH_NO);
}

static void root_of_a_namespaces_owner_may(void **state)
{
	if (!*state)
		skip();
	check(be_root_of_both, TRUTH_YES);
}

static void of_others_only_root_may(void **state)
{
	if (!*state)
		skip();
	assert_int_equal(facts_privileged(*state, 0), TRUTH_YES);
	assert_int_equal(facts_privileged(*state, PLAIN), TRUTH_NO);
}

/* Seen from outside: who made the user namespace may, and who may all that is below his. */
static void the_owner_of_a_namespace_may(void **state)
{
	int ready[2], wait[2];
	struct source *there;
	char byte, name[16];
	pid_t pid;

	if (!*state)
		skip();
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(wait), 0);
	pid = fork();
	if (!pid) {
		close(wait[1]);
		byte = be_root_of_both() ? 'y' : 'n';
		_exit(write(ready[1], &byte, 1) != 1 || read(wait[0], &byte, 1) != 0);
	}
	close(wait[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	snprintf(name, sizeof(name), "%d", (int)pid);
	if (byte == 'y') {
		assert_int_equal(source_open(&there, name), 0);
		assert_int_equal(facts_privileged(there, 0), TRUTH_YES);
		assert_int_equal(facts_privileged(there, PLAIN), TRUTH_YES);
		assert_int_equal(facts_privileged(there, PLAIN - 1), TRUTH_NO);
		source_close(there);
	}
	close(wait[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ready[0]);
	close(ready[1]);
	if (byte != 'y')
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NETNS(root_may),
		IN_NETNS(root_without_capabilities_may_not),
		IN_NETNS(a_plain_user_may_not),
		IN_NETNS(root_of_another_user_namespace_may_not),
		IN_NETNS(root_of_a_namespaces_owner_may),
		IN_NETNS(of_others_only_root_may),
		IN_NETNS(the_owner_of_a_namespace_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
