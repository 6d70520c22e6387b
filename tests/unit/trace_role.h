/* SPDX-License-Identifier: MIT */
/* Programs to be traced: the test program itself, called anew with the name of a role. */
#ifndef TESTS_UNIT_TRACE_ROLE_H
#define TESTS_UNIT_TRACE_ROLE_H

#define ROLE_WORD "--be"

/* Play the role: words[0] is its name, the rest are its words, then NULL.  Does not return. */
_Noreturn void trace_role(char **words);

#endif
