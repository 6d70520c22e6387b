/* SPDX-License-Identifier: MIT */
/* Options that people know from ss and netstat. */
#include <string.h>

#include "base/array.h"
#include "option.h"

/* Options of ss and netstat that we have not, or have by another name. */
static const struct foreign_option {
	char letter;
	const char *name;
	const char *advice;
} foreign_options[] = {
	{ 'x', "unix", "unix sockets are not listed by this version" },
	{ '0', "packet", "packet sockets are not listed by this version" },
	{ 'S', "sctp", "SCTP sockets are not listed by this version" },
	{ 'M', "mptcp", "MPTCP sockets are not listed by this version; "
			"their TCP connections are: 'ulp mptcp'" },
	{ 'A', "query", "use -t, -u, -w or --udplite" },
	{ 'f', "family", "use -4 or -6" },
	{ 'K', "kill", "this version closes no sockets" },
	{ 'E', "events", "this version does not follow connections as they open and close" },
	{ 'T', "threads", "threads are named in JSON (-j, tid)" },
	{ 'B', "bound-inactive", "use the filter 'state bound'" },
	{ 'O', "oneline", "not needed: without -i and -m a socket is one line, "
			  "and --jsonl and --csv always have one" },
	{ 'Q', "no-queues", "use --columns -recv_queue,-send_queue,-queue" },
	{ 'D', "diag", "use conntab record FILE" },
	{ 'W', "wide", "not needed: nothing is cut when the output is no terminal" },
};

const char *option_foreign(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign_options); i++) {
		const struct foreign_option *option = &foreign_options[i];

		if (word[1] == '-' && strcmp(word + 2, option->name) == 0)
			return option->advice;
		if (word[1] == option->letter)
			return option->advice;
	}
	return NULL;
}
