/* SPDX-License-Identifier: MIT */
/* Text of a setting in /proc/sys. */
#ifndef COLLECT_SYSCTL_H
#define COLLECT_SYSCTL_H

/* In place: one blank between words, none around them. */
void sysctl_normalise(char *text);

#endif
