/* SPDX-License-Identifier: MIT */
/* Wrappers: they make no sockets, but run a command in a changed world. */
#ifndef MKSOCK_WRAP_H
#define MKSOCK_WRAP_H

/* NAME -- COMMAND... */
struct wrapper {
	const char *name;
	const char *help;
	void (*run)(char **command);
};

void wrap_nodiag(char **command);
void wrap_nokcmp(char **command);
void wrap_nodents(char **command);
void wrap_nolinks(char **command);
void wrap_noopenat2(char **command);
void wrap_badopenat2(char **command);
void wrap_nofiles(char **command);
void wrap_nobind(char **command);

#endif
