/* SPDX-License-Identifier: MIT */
/*
 * Addresses of a host, by name.  A resolver may answer late or never and can't
 * be stopped, so a thread asks it: what it shares with us is a struct job,
 * which the last one who leaves frees.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "collect/lookup.h"
#include "resolve.h"

enum { ADDRESSES_MOST = 64 };

/* ---- /etc/hosts ------------------------------------------------------ */

static bool read_address(const char *text, struct address *address)
{
	*address = (struct address){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	return inet_pton(address->family, text, address->bytes) == 1;
}

static size_t add_once(struct address *addresses, size_t count, const struct address *address)
{
	for (size_t i = 0; i < count; i++)
		if (address_equal(&addresses[i], address))
			return count;
	addresses[count] = *address;
	return count + 1;
}

/* "address name alias... # comment" */
static bool has_name(char *line, const char *name, struct address *address)
{
	char *rest = NULL, *first;

	line[strcspn(line, "#\n")] = '\0';
	first = strtok_r(line, " \t\r", &rest);
	if (!first || !read_address(first, address))
		return false;
	for (char *word = strtok_r(NULL, " \t\r", &rest); word;
	     word = strtok_r(NULL, " \t\r", &rest))
		if (strcasecmp(word, name) == 0)
			return true;
	return false;
}

/* This name means this machine whatever a file says (RFC 6761). */
static size_t add_localhost(struct address *addresses, size_t most)
{
	static const struct address own[] = {
		{ AF_INET6, { [15] = 1 } }, { AF_INET, { 127, 0, 0, 1 } },
	};
	size_t count = 0;

	while (count < most && count < sizeof(own) / sizeof(own[0])) {
		addresses[count] = own[count];
		count++;
	}
	return count;
}

size_t lookup_host_file(const char *name, struct address *addresses, size_t most)
{
	FILE *file = fopen("/etc/hosts", "re");
	size_t count = 0, size = 0;
	struct address address;
	char *line = NULL;

	while (file && count < most && getline(&line, &size, file) >= 0)
		if (has_name(line, name, &address))
			count = add_once(addresses, count, &address);
	free(line);
	if (file)
		fclose(file);
	if (!count && strcasecmp(name, "localhost") == 0)
		count = add_localhost(addresses, most);
	return count;
}

/* ---- the resolver ---------------------------------------------------- */

struct job {
	pthread_mutex_t lock;		/* of all below but the name */
	pthread_cond_t complete;
	char name[NI_MAXHOST];
	struct address addresses[ADDRESSES_MOST];
	size_t count;
	bool done;
	unsigned users;			/* the thread, and who waits for it */
};

static bool copy_address(struct address *address, const struct addrinfo *info)
{
	*address = (struct address){ .family = (uint8_t)info->ai_family };
	if (info->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)info->ai_addr;

		memcpy(address->bytes, &in->sin_addr, sizeof(in->sin_addr));
		return true;
	}
	if (info->ai_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)info->ai_addr;

		memcpy(address->bytes, &in6->sin6_addr, sizeof(in6->sin6_addr));
		return true;
	}
	return false;
}

size_t lookup_host(const char *name, struct address *addresses, size_t most)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	struct address address;
	size_t count = 0;

	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return 0;
	for (const struct addrinfo *info = list; info && count < most; info = info->ai_next)
		if (copy_address(&address, info))
			count = add_once(addresses, count, &address);
	freeaddrinfo(list);
	return count;
}

/* Unlocks. */
static void leave(struct job *job)
{
	bool last = --job->users == 0;

	pthread_mutex_unlock(&job->lock);
	if (!last)
		return;
	pthread_cond_destroy(&job->complete);
	pthread_mutex_destroy(&job->lock);
	free(job);
}

static void *work(void *argument)
{
	struct address addresses[ADDRESSES_MOST];
	struct job *job = argument;
	size_t count = lookup_host(job->name, addresses, ADDRESSES_MOST);

	pthread_mutex_lock(&job->lock);
	memcpy(job->addresses, addresses, count * sizeof(*addresses));
	job->count = count;
	job->done = true;
	pthread_cond_signal(&job->complete);
	leave(job);
	return NULL;
}

static struct job *job_new(const char *name)
{
	struct job *job = calloc(1, sizeof(*job));
	pthread_condattr_t monotonic;

	if (!job || strlen(name) >= sizeof(job->name)) {
		free(job);
		return NULL;
	}
	strcpy(job->name, name);
	job->users = 1;
	pthread_mutex_init(&job->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&job->complete, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return job;
}

/* Signals are for the main thread. */
static void start(struct job *job)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	job->users++;
	if (pthread_create(&thread, NULL, work, job) == 0)
		pthread_detach(thread);
	else
		job->users--;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int lookup_host_within(const char *name, unsigned milliseconds, struct address *addresses,
		       size_t most)
{
	struct timespec end = time_after(milliseconds);
	struct job *job = job_new(name);
	int found = -ETIMEDOUT;

	if (!job)
		return 0;
	pthread_mutex_lock(&job->lock);
	start(job);
	while (job->users > 1 && !job->done &&
	       pthread_cond_timedwait(&job->complete, &job->lock, &end) == 0)
		continue;
	if (job->done) {
		found = (int)(job->count < most ? job->count : most);
		memcpy(addresses, job->addresses, (size_t)found * sizeof(*addresses));
	}
	leave(job);
	return found;
}
