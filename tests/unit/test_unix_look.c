/* SPDX-License-Identifier: MIT */
/* Who has a unix path, and what is made of it, against a real bind() to it. */
#include "unix_scene.h"
#include "holder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PLAIN = 65534 };

static void a_path_is_free_or_somebody_listens(void **state)
{
	const struct unix_request request = path_request("socket");
	struct unix_request datagram = path_request("datagram");
	int fd;

	if (!*state)
		skip();
	check_found(*state, &request, UNIX_FREE);
	fd = socket_listening(&request);
	check_found(*state, &request, UNIX_LISTENING);
	close(fd);
	check_found(*state, &request, UNIX_STALE);
	fd = socket_bound(&datagram);
	assert_true(fd >= 0);
	check_found(*state, &datagram, UNIX_BOUND);
	datagram.type = SOCK_DGRAM;
	close(fd);
	check_found(*state, &datagram, UNIX_STALE);
}

static void other_files_are_in_the_way(void **state)
{
	static const struct {
		const char *name;
		enum unix_finding finding;
	} cases[] = {
		{ "file", UNIX_REGULAR }, { "directory", UNIX_DIRECTORY }, { "fifo", UNIX_OTHER },
		{ "link", UNIX_LINK }, { "dangling", UNIX_DANGLING },
		{ "nothing/socket", UNIX_NO_DIRECTORY }, { "file/socket", UNIX_NOT_DIRECTORY },
		{ "file/more/socket", UNIX_NOT_DIRECTORY }, { "directory/", UNIX_DIRECTORY },
		{ "directory/socket", UNIX_FREE }, { "/", UNIX_DIRECTORY },
	};

	if (!*state)
		skip();
	assert_int_equal(system("touch file; mkdir directory; mkfifo fifo; ln -s file link;"
				"ln -s nowhere dangling"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct unix_request request = path_request(cases[i].name);

		check_found(*state, &request, cases[i].finding);
	}
}

static void what_is_too_long_is_no_path(void **state)
{
	char name[UNIX_PATH_MAX + 2];
	struct unix_request request;
	struct unix_facts facts;

	if (!*state)
		skip();
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	request = path_request(name);
	facts = facts_look(*state, &request);
	assert_int_equal(unix_judge(&request, &facts).finding, UNIX_TOO_LONG);
	snapshot_free(facts.snap);
}

/* As a plain user, who may not make it. */
static void a_directory_may_be_closed(void **state)
{
	const struct unix_request closed = path_request("closed/socket");
	const struct unix_request hidden = path_request("hidden/socket");
	struct unix_request open = path_request("open/socket");
	int status;
	pid_t pid;

	if (!*state)
		skip();
	assert_int_equal(system("mkdir -m 755 closed; mkdir -m 700 hidden; mkdir -m 777 open"), 0);
	check_found(*state, &closed, UNIX_FREE);
	pid = fork();
	if (!pid) {
		struct unix_request mine = closed, seen = hidden;
		bool right = setresuid(PLAIN, PLAIN, PLAIN) == 0;

		mine.uid = seen.uid = open.uid = PLAIN;
		right = right && is_found(*state, &mine, UNIX_NOT_WRITABLE);
		right = right && is_found(*state, &seen, UNIX_NOT_SEARCHABLE);
		_exit(!(right && is_found(*state, &open, UNIX_FREE)));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* And said by root of that user: what is on the way counts too. */
static void another_user_has_his_own_rights(void **state)
{
	static const struct {
		const char *path;
		enum unix_finding root, plain;
	} rows[] = {
		{ "shut/socket", UNIX_FREE, UNIX_NOT_WRITABLE },
		{ "secret/open/socket", UNIX_FREE, UNIX_NOT_SEARCHABLE },
		{ "secret/open/file", UNIX_REGULAR, UNIX_NOT_SEARCHABLE },
		{ "shut/file", UNIX_REGULAR, UNIX_REGULAR },
		{ "shut/file/", UNIX_REGULAR, UNIX_REGULAR },
		{ "shut/none/", UNIX_NO_DIRECTORY, UNIX_NO_DIRECTORY },
		{ "/proc/socket", UNIX_NO_SOCKETS, UNIX_NO_SOCKETS },
		{ "/sys/socket", UNIX_NO_SOCKETS, UNIX_NOT_WRITABLE },
	};

	if (!*state)
		skip();
	assert_int_equal(system("mkdir -m 755 shut; mkdir -m 700 secret; mkdir -m 777 secret/open; "
				"touch shut/file secret/open/file"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct unix_request request = path_request(rows[i].path);
		struct unix_facts facts;

		check_found(*state, &request, rows[i].root);
		request.uid = PLAIN;
		facts = facts_look(*state, &request);
		assert_int_equal(unix_judge(&request, &facts).finding, rows[i].plain);
		snapshot_free(facts.snap);
	}
}

/* The text it was bound by means something else to us. */
static void the_file_decides_not_the_text(void **state)
{
	const struct unix_request near = path_request("socket");
	const struct unix_request far = path_request("directory/socket");
	int fd;

	if (!*state)
		skip();
	assert_int_equal(mkdir("directory", 0755), 0);
	assert_int_equal(chdir("directory"), 0);
	fd = socket_listening(&near);
	assert_int_equal(chdir(".."), 0);
	check_found(*state, &far, UNIX_LISTENING);
	check_found(*state, &near, UNIX_FREE);
	close(fd);
}

static void an_unlinked_listener_is_told_apart(void **state)
{
	const struct unix_request request = path_request("socket");
	struct unix_facts facts;
	int first, second;

	if (!*state)
		skip();
	first = socket_listening(&request);
	assert_int_equal(unlink("socket"), 0);
	facts = facts_look(*state, &request);
	assert_int_equal(facts.snap->count, 1);
	assert_true(facts.holders[0].unlinked);
	snapshot_free(facts.snap);
	second = socket_listening(&request);
	facts = facts_look(*state, &request);
	assert_int_equal(facts.snap->count, 2);
	for (size_t i = 0; i < 2; i++) {
		bool is_second = facts.snap->sockets[i].cookie == cookie_of(second);

		assert_int_equal(facts.holders[i].unlinked, !is_second);
		assert_int_equal(unix_is_holder(&request, &facts, i), is_second);
	}
	snapshot_free(facts.snap);
	check_found(*state, &request, UNIX_LISTENING);
	close(second);
	check_found(*state, &request, UNIX_STALE);
	close(first);
}

static void a_listener_of_another_namespace_is_found(void **state)
{
	const struct unix_request request = path_request("socket");
	struct unix_facts facts;
	struct holder holder;
	const struct owner *owner;

	if (!*state)
		skip();
	holder = holder_start(listen_elsewhere, &request);
	check_found(*state, &request, UNIX_ELSEWHERE);
	facts = facts_look(*state, &request);
	assert_int_equal(facts.snap->count, 1);
	assert_int_equal(facts.snap->sockets[0].netns, 1);
	assert_int_not_equal(facts.snap->netns[1].inode, 0);
	assert_int_not_equal(facts.snap->netns[1].inode, facts.snap->netns[0].inode);
	owner = owner_first(facts.snap, &facts.snap->sockets[0]);
	assert_non_null(owner);
	assert_int_equal(owner_process(facts.snap, owner)->pid, holder.pid);
	assert_int_equal(facts.snap->sockets[0].uid, 0);
	snapshot_free(facts.snap);
	holder_end(&holder);
	facts = facts_look(*state, &request);
	assert_int_equal(unix_judge(&request, &facts).finding, UNIX_STALE);
	/* There may be a namespace that even root may not enter here. */
	assert_int_equal(unix_judge(&request, &facts).alone, facts.whole);
	print_message("all namespaces were asked: %s\n", facts.whole ? "yes" : "no");
	snapshot_free(facts.snap);
}

/* He may not ask that namespace, but its table has the path. */
static void a_plain_user_finds_it_by_its_text(void **state)
{
	char name[64];
	struct unix_request request, nothing = path_request("nothing");
	struct holder holder;
	int status;
	pid_t pid;

	if (!*state)
		skip();
	assert_non_null(getcwd(name, sizeof(name)));
	strcat(name, "/socket");
	request = path_request(name);
	holder = holder_start(listen_elsewhere, &request);
	close(socket_listening(&nothing));
	pid = fork();
	if (!pid) {
		struct unix_facts facts;
		bool right = setresuid(PLAIN, PLAIN, PLAIN) == 0;

		request.uid = nothing.uid = PLAIN;
		right = right && is_found(*state, &request, UNIX_ELSEWHERE);
		facts = facts_look(*state, &nothing);
		right = right && unix_judge(&nothing, &facts).finding == UNIX_STALE;
		_exit(!right || unix_judge(&nothing, &facts).alone);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	holder_end(&holder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_path_is_free_or_somebody_listens),
		IN_PLACE(other_files_are_in_the_way),
		IN_PLACE(what_is_too_long_is_no_path),
		IN_PLACE(a_directory_may_be_closed),
		IN_PLACE(another_user_has_his_own_rights),
		IN_PLACE(the_file_decides_not_the_text),
		IN_PLACE(an_unlinked_listener_is_told_apart),
		IN_PLACE(a_listener_of_another_namespace_is_found),
		IN_PLACE(a_plain_user_finds_it_by_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
