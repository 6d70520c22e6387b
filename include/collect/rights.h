/* SPDX-License-Identifier: MIT */
/*
 * Rights that the program has and its user has not: capabilities of the file
 * (AT_SECURE).  They are for looking at processes.  Files that the user names
 * are his own matter: with ours they would tell what he may not see.
 */
#ifndef COLLECT_RIGHTS_H
#define COLLECT_RIGHTS_H

/* Do without them, from here on; and take them again.  Where there are none nothing happens. */
void rights_lower(void);
void rights_raise(void);

#endif
