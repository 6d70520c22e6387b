/* SPDX-License-Identifier: MIT */
/* What `conntab why` is asked about: targets, and the inquiries that they make. */
#ifndef CMD_WHY_TARGET_H
#define CMD_WHY_TARGET_H

#include "why.h"

/* Append an inquiry, all zero; NULL where there are too many, or no memory. */
struct inquiry *why_add_inquiry(struct inquiries *all);

/*
 * Append what a word asks for: "8080", "127.0.0.1:https", "udp:53",
 * "8000-8010"; on bad input say so.
 */
enum status why_add_target(struct inquiries *all, const char *word);

/*
 * "fe80::1%eth0": cut off the % and the name of an interface behind it, and set
 * `*scope` to its index, 0 without.  False: there is none of the name.
 */
bool why_take_scope(struct inquiries *all, char *host, uint32_t *scope);

/* Of a host with addresses of both IP versions, -4 and -6 take those of one. */
bool why_is_asked(const struct settings *settings, const struct address *address);

#endif
