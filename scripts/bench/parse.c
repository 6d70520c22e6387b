/* SPDX-License-Identifier: MIT */
/*
 * parse - what it takes to make a filter out of its text, and a program for the kernel out of that.
 *
 * The arguments are filters; without any, a few of growing length.
 */
#include <stdio.h>
#include <time.h>

#include "filter/filter.h"
#include "model/protocol.h"

enum { ROUNDS = 20000 };

static const char *const usual[] = {
	"8080",
	"sport = :80",
	"state established and ( dport = 22 or sport = 22 ) and not user root",
	"src 10.0.0.0/8 and dst [2001:db8::]/32:443 or rtt > 200ms and process nginx or "
	"recvq > 64k and not ( uid 5 or inode 7 )",
};

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int measure(const char *text)
{
	double start = microseconds(), parsed;
	struct filter_error error;
	struct filter *filter;

	for (int i = 0; i < ROUNDS; i++) {
		filter = filter_parse(text, NULL, &error);
		if (!filter) {
			fprintf(stderr, "parse: %s\n", error.text);
			return 2;
		}
		filter_free(filter);
	}
	parsed = microseconds();
	filter = filter_parse(text, NULL, &error);
	for (int i = 0; i < ROUNDS; i++) {
		struct query query = { .protocols = PROTOCOLS_ALL, .states = STATES_ALL };

		filter_narrow(filter, &query);
	}
	printf("%8.2f us parsed  %8.2f us narrowed  %s\n", (parsed - start) / ROUNDS,
	       (microseconds() - parsed) / ROUNDS, text);
	filter_free(filter);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc && !status; i++)
		status = measure(argv[i]);
	for (size_t i = 0; argc == 1 && i < sizeof(usual) / sizeof(usual[0]) && !status; i++)
		status = measure(usual[i]);
	return status;
}
