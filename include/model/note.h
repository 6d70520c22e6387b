/* SPDX-License-Identifier: MIT */
/* What is to be said about a snapshot. */
#ifndef MODEL_NOTE_H
#define MODEL_NOTE_H

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_COUNT };

extern const char *const severity_names[SEVERITY_COUNT];

/* Something the reader should know about the snapshot: partial data is data. */
struct note {
	struct note *next;
	enum severity severity;		/* an error: a table is missing or cut */
	const char *subject;		/* "owners", "raw", ... */
	const char *text;		/* one sentence; may hold bytes from outside */
};

#endif
