/* SPDX-License-Identifier: MIT */
/*
 * Names of hosts.  A resolver may answer late or never and can't be stopped,
 * so threads ask it, and the collector waits for them a given time.  What it
 * shares with them is a struct job, which the last one who leaves frees: a
 * thread that is late never touches a snapshot.
 */
#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/array.h"
#include "collect.h"

enum { NAME_MOST = 253, EXPECTED_ADDRESSES = 1024 };

struct question {
	struct address address;
	uint32_t sockets;		/* that have it */
	char *name;			/* the answer; NULL: none, or not yet */
};

struct job {
	pthread_mutex_t lock;		/* of all below */
	pthread_cond_t complete;
	resolve_function *resolve;
	struct question *questions;
	size_t count;
	size_t next;			/* the first question that nobody has taken */
	size_t done;			/* questions that came back */
	size_t failed;			/* of them, without an answer */
	unsigned users;			/* threads, and who waits for them */
};

/* ---- which addresses ------------------------------------------------- */

struct addresses {
	struct question *items;
	size_t count, capacity;
	struct hash set;
};

static uint32_t hash_address(const void *items, uint32_t index)
{
	return hash_mix(address_word(&((const struct question *)items)[index].address));
}

static int add_address(struct addresses *list, const struct address *mapped)
{
	struct question *items, question = { .address = address_unmapped(mapped), .sockets = 1 };
	uint32_t key = hash_address(&question, 0), found;
	size_t at = hash_start(&list->set, key);

	if (question.address.family == AF_UNSPEC || address_is_any(&question.address))
		return 0;
	while ((found = hash_next(&list->set, key, &at))) {
		if (address_equal(&list->items[found - 1].address, &question.address)) {
			list->items[found - 1].sockets++;
			return 0;
		}
	}
	items = array_reserve(list->items, &list->capacity, list->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count] = question;
	return hash_add(&list->set, key, (uint32_t)list->count++, hash_address, items);
}

static int find_addresses(struct addresses *list, const struct snapshot *snap, uint32_t states)
{
	int err = hash_init(&list->set, EXPECTED_ADDRESSES);

	for (size_t i = 0; !err && i < snap->count; i++) {
		const struct socket *sk = &snap->sockets[i];

		if (sk->hidden || !(STATE_BIT(sk->state) & states))
			continue;
		err = add_address(list, &sk->local.address);
		if (!err && sk->have & HAVE_PEER)
			err = add_address(list, &sk->peer.address);
	}
	hash_free(&list->set);
	return err;
}

static int more_sockets_first(const void *a, const void *b)
{
	const struct question *left = a, *right = b;

	if (left->sockets != right->sockets)
		return left->sockets > right->sockets ? -1 : 1;
	return address_compare(&left->address, &right->address);
}

/* ---- asking ---------------------------------------------------------- */

/* Who sent the name may mean harm: it must not pass for an address, nor bring a port along. */
static bool is_host_name(const char *name)
{
	static const char marks[] = "-._";
	size_t length = strnlen(name, NAME_MOST + 1);
	struct in_addr number;

	if (!length || length > NAME_MOST || inet_aton(name, &number))
		return false;
	for (const unsigned char *at = (const unsigned char *)name; *at; at++)
		if (!(*at >= 'a' && *at <= 'z') && !(*at >= 'A' && *at <= 'Z') &&
		    !(*at >= '0' && *at <= '9') && *at < 0x80 && !strchr(marks, *at))
			return false;
	return true;
}

static int ask_system(const struct address *address, char *name, size_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to = { .any.sa_family = address->family };
	socklen_t length = sizeof(to.v4);

	if (address->family == AF_INET) {
		memcpy(&to.v4.sin_addr, address->bytes, sizeof(to.v4.sin_addr));
	} else {
		memcpy(&to.v6.sin6_addr, address->bytes, sizeof(to.v6.sin6_addr));
		length = sizeof(to.v6);
	}
	return getnameinfo(&to.any, length, name, (socklen_t)size, NULL, 0, NI_NAMEREQD);
}

/* Unlocks. */
static void leave_job(struct job *job)
{
	bool last = --job->users == 0;

	pthread_mutex_unlock(&job->lock);
	if (!last)
		return;
	for (size_t i = 0; i < job->count; i++)
		free(job->questions[i].name);
	free(job->questions);
	pthread_cond_destroy(&job->complete);
	pthread_mutex_destroy(&job->lock);
	free(job);
}

static void *work(void *argument)
{
	struct job *job = argument;

	pthread_mutex_lock(&job->lock);
	while (job->next < job->count) {
		struct question *question = &job->questions[job->next++];
		struct address address = question->address;
		char name[NI_MAXHOST] = "";
		int err;

		pthread_mutex_unlock(&job->lock);
		err = job->resolve(&address, name, sizeof(name));
		pthread_mutex_lock(&job->lock);
		if (!err && is_host_name(name))
			question->name = strdup(name);
		/* That there is no name is an answer. */
		job->failed += err && err != EAI_NONAME;
		job->done++;
		if (job->done == job->count)
			pthread_cond_signal(&job->complete);
	}
	leave_job(job);
	return NULL;
}

/* Returns how many threads run now. */
static unsigned start_threads(struct job *job)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	unsigned started = 0;
	pthread_t thread;

	if (pthread_attr_init(&attributes))
		return 0;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	while (started < RESOLVE_THREADS && started < job->count &&
	       pthread_create(&thread, &attributes, work, job) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

struct timespec time_after(unsigned milliseconds)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += milliseconds / 1000;
	time.tv_nsec += (long)(milliseconds % 1000) * 1000 * 1000;
	if (time.tv_nsec >= 1000 * 1000 * 1000) {
		time.tv_nsec -= 1000 * 1000 * 1000;
		time.tv_sec++;
	}
	return time;
}

/* Takes the questions over, also when it fails: NULL. */
static struct job *new_job(struct question *questions, size_t count, resolve_function *resolve)
{
	struct job *job = malloc(sizeof(*job));
	pthread_condattr_t monotonic;

	if (!job) {
		free(questions);
		return NULL;
	}
	*job = (struct job){ .resolve = resolve, .questions = questions, .count = count };
	pthread_mutex_init(&job->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&job->complete, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return job;
}

/* ---- answers --------------------------------------------------------- */

static int take_names(struct snapshot *snap, const struct job *job)
{
	snap->hosts = arena_alloc(&snap->arena, job->count * sizeof(*snap->hosts));
	if (!snap->hosts)
		return -ENOMEM;
	for (size_t i = 0; i < job->count; i++) {
		const struct question *question = &job->questions[i];
		struct host *host = &snap->hosts[snap->host_count];

		if (!question->name)
			continue;
		host->address = question->address;
		host->name = arena_copy_text(&snap->arena, question->name);
		if (!host->name)
			return -ENOMEM;
		snap->host_count++;
	}
	qsort(snap->hosts, snap->host_count, sizeof(*snap->hosts), host_compare);
	return 0;
}

static void note_missing(struct snapshot *snap, const struct job *job, unsigned milliseconds)
{
	size_t late = job->count - job->done, missing = late + job->failed;
	char within[32] = "";

	if (!missing)
		return;
	/* Threads stay as long as there is something to ask. */
	if (late && job->users == 1) {
		snapshot_note(snap, SEVERITY_WARNING, "names",
			      "names of hosts could not be asked for: no thread could be started");
		return;
	}
	if (late)
		snprintf(within, sizeof(within), " within %u.%u s", milliseconds / 1000,
			 milliseconds % 1000 / 100);
	snapshot_note(snap, SEVERITY_WARNING, "names",
		      "the resolver did not answer for %zu of %zu addresses%s: they are shown as "
		      "numbers", missing, job->count, within);
}

static int ask(struct snapshot *snap, struct job *job, unsigned milliseconds)
{
	struct timespec end = time_after(milliseconds);
	int err;

	pthread_mutex_lock(&job->lock);
	/* Nobody can take a question before we wait, so all of them can be counted here. */
	job->users = 1 + start_threads(job);
	while (job->users > 1 && job->done < job->count &&
	       pthread_cond_timedwait(&job->complete, &job->lock, &end) == 0)
		continue;
	err = take_names(snap, job);
	note_missing(snap, job, milliseconds);
	job->next = job->count;
	leave_job(job);
	return err;
}

int resolve_hosts_by(struct snapshot *snap, uint32_t states, unsigned milliseconds,
		     resolve_function *resolve)
{
	struct addresses list = { .items = NULL };
	int err = find_addresses(&list, snap, states);
	struct job *job;

	if (err < 0 || !list.count) {
		free(list.items);
		return err;
	}
	qsort(list.items, list.count, sizeof(*list.items), more_sockets_first);
	if (list.count > RESOLVE_MOST) {
		snapshot_note(snap, SEVERITY_WARNING, "names",
			      "%zu addresses are too many: the names of %d were asked for, those "
			      "of the most sockets", list.count, RESOLVE_MOST);
		list.count = RESOLVE_MOST;
	}
	job = new_job(list.items, list.count, resolve);
	return job ? ask(snap, job, milliseconds) : -ENOMEM;
}

int resolve_hosts(struct snapshot *snap, uint32_t states, unsigned milliseconds)
{
	return resolve_hosts_by(snap, states, milliseconds, ask_system);
}
