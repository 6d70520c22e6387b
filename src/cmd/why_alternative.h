/* SPDX-License-Identifier: MIT */
/* Other sockets than the wanted one, which may work where it does not. */
#ifndef CMD_WHY_ALTERNATIVE_H
#define CMD_WHY_ALTERNATIVE_H

#include "model/bind.h"

/* Sockets that differ in one thing from the wanted one: would they work? */
enum alternative {
	ALTERNATIVE_REUSEADDR,
	ALTERNATIVE_REUSEPORT,
	ALTERNATIVE_IPV4,
	ALTERNATIVE_IPV6,
	ALTERNATIVE_COUNT
};

struct alternative_row {
	const char *name;		/* in JSON */
	const char *text;		/* what is to be done for it */
	/* Makes it of the wanted one; false where it would be no other. */
	bool (*make)(struct bind_request *request);
};

extern const struct alternative_row alternatives[ALTERNATIVE_COUNT];

#endif
