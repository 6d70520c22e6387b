/* SPDX-License-Identifier: MIT */
/*
 * traced - run a command under the tracer of `conntab why -- COMMAND`, without the diagnosis.
 *
 * Each failing call is a line on standard error; the exit status is the command's.
 */
#include <stdio.h>
#include <string.h>

#include "diagnose/trace.h"

static void say(void *context, const struct trace_result *failure)
{
	static const char *const calls[] = { "bind", "listen", "connect" };

	(void)context;
	fprintf(stderr, "traced: %s(%d) of %u: %s\n", calls[failure->call], failure->fd,
		failure->pid, strerror(failure->error));
}

int main(int argc, char **argv)
{
	static const struct trace_watch watch = { .failed = say };
	struct trace_end end;
	int err;

	if (argc < 2) {
		fputs("usage: traced COMMAND [ARG]...\n", stderr);
		return 2;
	}
	err = trace_run(argv + 1, &watch, &end);
	if (err < 0) {
		fprintf(stderr, "traced: %s: %s\n", argv[1], strerror(-err));
		return 127;
	}
	return end.status;
}
