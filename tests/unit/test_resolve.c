/* SPDX-License-Identifier: MIT */
/* Names of hosts by resolvers of our own: quick ones, late ones, and such that mean harm. */
#include "unit.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "collect/resolve.h"

enum { LONG = 20 * 1000, SHORT = 50 };	/* ms */

/* What the resolvers below have seen, and whether the late one may go on. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned calls, waiting, finished;
	bool released;
} seen = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void forget_calls(void)
{
	seen.calls = seen.waiting = seen.finished = 0;
	seen.released = false;
}

static int setup(void **state)
{
	forget_calls();
	return snapshot_setup(state);
}

#define WITH_RESOLVER(test) cmocka_unit_test_setup_teardown(test, setup, snapshot_teardown)

static void count_call(void)
{
	pthread_mutex_lock(&seen.lock);
	seen.calls++;
	pthread_mutex_unlock(&seen.lock);
}

/* 10.0.0.7 is host-7.example.org; addresses in 127/8 and those that end in .0 have no name. */
static int quick(const struct address *address, char *name, size_t size)
{
	uint8_t last = address->bytes[address->family == AF_INET ? 3 : 15];

	count_call();
	if (address->bytes[0] == 127 || !last)
		return EAI_NONAME;
	snprintf(name, size, "host-%u.example.org", last);
	return 0;
}

/* As quick(), but addresses that end in .9 come only when they are released. */
static int late(const struct address *address, char *name, size_t size)
{
	int err = quick(address, name, size);

	if (address->bytes[3] == 9) {
		pthread_mutex_lock(&seen.lock);
		seen.waiting++;
		pthread_cond_broadcast(&seen.changed);
		while (!seen.released)
			pthread_cond_wait(&seen.changed, &seen.lock);
		seen.finished++;
		pthread_cond_broadcast(&seen.changed);
		pthread_mutex_unlock(&seen.lock);
	}
	return err;
}

static void release_late_ones(void)
{
	pthread_mutex_lock(&seen.lock);
	seen.released = true;
	pthread_cond_broadcast(&seen.changed);
	while (seen.finished < seen.waiting)
		pthread_cond_wait(&seen.changed, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
}

/* Calls that are not waiting yet are given their time. */
static void assert_all_calls_waited(void)
{
	bool all = false;

	for (int i = 0; i < LONG / SHORT && !all; i++) {
		usleep(SHORT * 1000);
		pthread_mutex_lock(&seen.lock);
		all = seen.calls == seen.waiting;
		pthread_mutex_unlock(&seen.lock);
	}
	assert_true(all);
}

static int failing(const struct address *address, char *name, size_t size)
{
	return address->bytes[3] == 9 ? EAI_AGAIN : quick(address, name, size);
}

static void assert_host(const struct snapshot *snap, const char *address, const char *expected)
{
	struct address wanted = address_of(address);
	const char *name = snapshot_host(snap, &wanted);

	if (expected) {
		assert_non_null(name);
		assert_string_equal(name, expected);
	} else {
		assert_null(name);
	}
}

static unsigned long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

static void each_address_is_asked_for_once(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "::", 80);
	for (unsigned i = 0; i < 100; i++)
		add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 40000 + i);
	add_connection(snap, "::ffff:10.0.0.1", 80, "::ffff:10.0.0.3", 5);
	add_connection(snap, "fd00::1", 80, "fd00::4", 5);
	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 5);
	assert_int_equal(resolve_hosts_by(snap, STATES_ALL, LONG, quick), 0);
	/* 10.0.0.1, .2, .3, fd00::1, fd00::4, 127.0.0.1 */
	assert_int_equal(seen.calls, 6);
	assert_int_equal(snap->host_count, 5);
	assert_host(snap, "10.0.0.1", "host-1.example.org");
	assert_host(snap, "::ffff:10.0.0.1", "host-1.example.org");
	assert_host(snap, "10.0.0.3", "host-3.example.org");
	assert_host(snap, "fd00::4", "host-4.example.org");
	assert_host(snap, "127.0.0.1", NULL);
	assert_host(snap, "0.0.0.0", NULL);
	assert_host(snap, "::", NULL);
	/* That a host has no name is nothing to talk about. */
	assert_null(snap->notes);
}

static void nobody_is_asked_about_nothing(void **state)
{
	add_listener(*state, "0.0.0.0", 80);
	assert_int_equal(resolve_hosts_by(*state, STATES_ALL, LONG, quick), 0);
	assert_int_equal(seen.calls, 0);
}

static void what_is_not_shown_is_not_asked_for(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "10.0.0.1", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 40000)->state = STATE_TIME_WAIT;
	assert_int_equal(resolve_hosts_by(snap, STATES_ALL & ~STATES_QUIET, LONG, quick), 0);
	assert_int_equal(seen.calls, 1);
	assert_host(snap, "10.0.0.1", "host-1.example.org");
	assert_host(snap, "10.0.0.2", NULL);
}

/* The snapshot has ended when the answer comes, as when an answer is late. */
static void snapshot_renew(void **state)
{
	snapshot_free(*state);
	*state = snapshot_new();
	release_late_ones();
}

/* On a busy machine the quick ones may be late too: then there is more time for all. */
static struct snapshot *resolve_two_and_a_late_one(void **state, unsigned *given)
{
	for (*given = SHORT;; *given *= 4) {
		struct snapshot *snap = *state;

		add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
		add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 40000);
		assert_int_equal(resolve_hosts_by(snap, STATES_ALL, *given, late), 0);
		if (snap->host_count == 2 || *given > LONG)
			return snap;
		snapshot_renew(state);
		forget_calls();
	}
}

/* The sanitizer sees whether it matters that the snapshot has ended when the answer comes. */
static void who_is_late_is_not_waited_for(void **state)
{
	unsigned long start = milliseconds();
	unsigned given;
	struct snapshot *snap = resolve_two_and_a_late_one(state, &given);

	/* The times that did not do are less than half of the last. */
	assert_in_range(milliseconds() - start, given - 1, 2 * given + LONG / 4);
	assert_host(snap, "10.0.0.1", "host-1.example.org");
	assert_host(snap, "10.0.0.2", "host-2.example.org");
	assert_host(snap, "10.0.0.9", NULL);
	assert_non_null(snap->notes);
	assert_int_equal(snap->notes->severity, SEVERITY_WARNING);
	assert_non_null(strstr(snap->notes->text, "1 of 3 addresses"));
	assert_null(snap->notes->next);
	snapshot_renew(state);
}

/* All threads hang, so others are never taken up; and not after the time is over either. */
static void what_is_left_when_time_is_over_is_never_asked(void **state)
{
	struct snapshot *snap = *state;
	char text[16];

	/* Distinct addresses that end in 9, of two sockets each, come before those of one. */
	for (unsigned i = 0; i < RESOLVE_THREADS; i++) {
		snprintf(text, sizeof(text), "10.0.%u.9", i);
		add_listener(snap, text, 80);
		add_listener(snap, text, 81);
	}
	add_listener(snap, "10.0.0.1", 80);
	assert_int_equal(resolve_hosts_by(snap, STATES_ALL, 10 * SHORT, late), 0);
	assert_int_equal(snap->host_count, 0);
	release_late_ones();
	assert_all_calls_waited();
	assert_in_range(seen.calls, 1, RESOLVE_THREADS);
}

static void a_failure_is_no_answer(void **state)
{
	struct snapshot *snap = *state;
	unsigned long start = milliseconds();

	add_connection(snap, "10.0.0.1", 80, "10.0.0.9", 40000);
	assert_int_equal(resolve_hosts_by(snap, STATES_ALL, LONG, failing), 0);
	assert_in_range(milliseconds() - start, 0, LONG / 4);
	assert_host(snap, "10.0.0.1", "host-1.example.org");
	assert_non_null(snap->notes);
	assert_non_null(strstr(snap->notes->text, "1 of 2 addresses:"));
}

static void of_too_many_the_most_frequent_are_asked_for(void **state)
{
	struct snapshot *snap = *state;
	struct address address = address_of("10.0.0.0");

	for (unsigned i = 0; i < RESOLVE_MOST + 10; i++) {
		struct socket *sk = add_listener(snap, "10.1.0.1", 80);

		address.bytes[2] = (uint8_t)(i >> 8);
		address.bytes[3] = (uint8_t)i;
		sk->local.address = address;
	}
	add_connection(snap, "10.2.0.1", 80, "10.2.0.2", 5);
	add_connection(snap, "10.2.0.1", 80, "10.2.0.2", 6);
	assert_int_equal(resolve_hosts_by(snap, STATES_ALL, LONG, quick), 0);
	assert_int_equal(seen.calls, RESOLVE_MOST);
	assert_host(snap, "10.2.0.1", "host-1.example.org");
	assert_host(snap, "10.2.0.2", "host-2.example.org");
	assert_non_null(snap->notes);
	assert_non_null(strstr(snap->notes->text, "4108 addresses"));
}

static const char *hostile_name;

static int hostile(const struct address *address, char *name, size_t size)
{
	(void)address;
	snprintf(name, size, "%s", hostile_name);
	return 0;
}

static void assert_name_is(void **state, const char *name, bool taken)
{
	struct snapshot *snap = *state;

	hostile_name = name;
	snap->count = snap->host_count = 0;
	add_listener(snap, "10.0.0.1", 80);
	assert_int_equal(resolve_hosts_by(snap, STATES_ALL, LONG, hostile), 0);
	assert_host(snap, "10.0.0.1", taken ? name : NULL);
}

static void what_is_no_name_is_not_taken_for_one(void **state)
{
	char text[300];

	assert_name_is(state, "web1", true);
	assert_name_is(state, "a_b.C-d.example", true);
	assert_name_is(state, "b\xc3\xbc" "cher.example", true);
	assert_name_is(state, "", false);
	assert_name_is(state, "10.9.9.9", false);
	assert_name_is(state, "0x7f000001", false);
	assert_name_is(state, "::1", false);
	assert_name_is(state, "web1:443", false);
	assert_name_is(state, "a b", false);
	assert_name_is(state, "a\nb", false);
	assert_name_is(state, "\033[31m", false);
	assert_name_is(state, "*", false);
	assert_name_is(state, "a%eth0", false);
	memset(text, 'x', sizeof(text));
	text[254] = '\0';
	assert_name_is(state, text, false);
	text[253] = '\0';
	assert_name_is(state, text, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RESOLVER(each_address_is_asked_for_once),
		WITH_RESOLVER(nobody_is_asked_about_nothing),
		WITH_RESOLVER(what_is_not_shown_is_not_asked_for),
		WITH_RESOLVER(who_is_late_is_not_waited_for),
		WITH_RESOLVER(what_is_left_when_time_is_over_is_never_asked),
		WITH_RESOLVER(a_failure_is_no_answer),
		WITH_RESOLVER(of_too_many_the_most_frequent_are_asked_for),
		WITH_RESOLVER(what_is_no_name_is_not_taken_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
