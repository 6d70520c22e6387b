/* SPDX-License-Identifier: MIT */
/* Unix sockets, and what is said of them. */
#include "unix_scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "holder.h"
#include "own_netns.h"

/* ---- addresses -------------------------------------------------------- */

struct unix_request path_request(const char *name)
{
	return (struct unix_request){
		.name = name, .length = strlen(name), .type = SOCK_STREAM, .uid = geteuid(),
	};
}

struct unix_request name_request(const char *name, size_t length, int type)
{
	return (struct unix_request){
		.name = name, .length = length, .abstract = true, .type = type, .uid = geteuid(),
	};
}

/* A socket bound as wanted; -1 with errno. */
int socket_bound(const struct unix_request *request)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + request->length);
	int fd = socket(AF_UNIX, request->type, 0);

	memcpy(un.sun_path + request->abstract, request->name, request->length);
	if (bind(fd, (struct sockaddr *)&un, length + 1) == 0)
		return fd;
	close(fd);
	return -1;
}

int socket_listening(const struct unix_request *request)
{
	int fd = socket_bound(request);

	assert_true(fd >= 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

/* A client, bound to `own` if there is one, and the end that accept() returns. */
void sockets_connected(int listener, const struct unix_request *request,
		       const struct unix_request *own, int ends[2])
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + request->length);

	memcpy(un.sun_path + request->abstract, request->name, request->length);
	ends[0] = own ? socket_bound(own) : socket(AF_UNIX, request->type, 0);
	assert_int_equal(connect(ends[0], (struct sockaddr *)&un, length + 1), 0);
	ends[1] = accept(listener, NULL, NULL);
	assert_true(ends[1] >= 0);
}

/* ---- looking ---------------------------------------------------------- */

struct unix_facts facts_look(struct source *source, const struct unix_request *request)
{
	struct unix_facts facts;

	assert_int_equal(unix_look(source, request, &facts), 0);
	return facts;
}

bool is_found(struct source *source, const struct unix_request *request,
		     enum unix_finding expected)
{
	struct unix_facts facts = facts_look(source, request);
	struct unix_diagnosis diagnosis = unix_judge(request, &facts);
	int fd, err;

	snapshot_free(facts.snap);
	if (diagnosis.finding != expected) {
		print_error("%s is %s, not %s\n", request->name,
			    unix_finding_names[diagnosis.finding], unix_finding_names[expected]);
		return false;
	}
	if (diagnosis.verdict == VERDICT_UNKNOWN)
		return true;
	fd = socket_bound(request);
	err = fd < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !request->abstract)
		unlink(request->name);
	if (err != diagnosis.error)
		print_error("%s is %s, but bind() says %s\n", request->name,
			    unix_finding_names[diagnosis.finding], strerror(err));
	return err == diagnosis.error;
}

void check_found(struct source *source, const struct unix_request *request,
		 enum unix_finding expected)
{
	assert_true(is_found(source, request, expected));
}

/* ---- a directory for each test ---------------------------------------- */

int place_setup(void **state)
{
	char directory[] = "/tmp/unix-look-XXXXXX";

	return !mkdtemp(directory) || chdir(directory) < 0 || chmod(".", 0755) < 0 ||
	       netns_setup(state) < 0;
}

int place_teardown(void **state)
{
	char directory[64], command[128];

	netns_teardown(state);
	if (!getcwd(directory, sizeof(directory)) || chdir("/") < 0)
		return -1;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

/* A holder_function. */
uint64_t listen_elsewhere(const void *request)
{
	return unshare(CLONE_NEWNET) < 0 ? 0 : cookie_of(socket_listening(request));
}
