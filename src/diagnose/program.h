/* SPDX-License-Identifier: MIT */
/* What is known of programs by their names: measured, see docs/servers.md. */
#ifndef DIAGNOSE_PROGRAM_H
#define DIAGNOSE_PROGRAM_H

#include <stdbool.h>

#include "model/owner.h"

struct program {
	const char *name;		/* comm, or the script that an interpreter runs */
	const char *signal;		/* that ends it soon; NULL: SIGTERM does */
	const char *why;		/* ... and not SIGTERM */
	bool joins;			/* a second instance starts, and shares the port */
};

/* NULL: nothing is known. */
const struct program *program_of(const struct process *process);

/* The signal for kill that ends the process soon, "INT"; NULL: the usual one does. */
const char *program_signal(const struct process *process);

#endif
