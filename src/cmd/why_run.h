/* SPDX-License-Identifier: MIT */
/* `conntab why -- COMMAND`: what is told of its calls and of what became of them. */
#ifndef CMD_WHY_RUN_H
#define CMD_WHY_RUN_H

#include "cmd.h"
#include "diagnose/outcome.h"

/* why_run.c: the namespace of a process; 0 or -errno. */
int why_open_namespace(struct source **source, uint32_t pid);

/* why_unread.c: append what can be told of a call whose address could not be read. */
void why_explain_unread(const struct settings *settings, const struct trace_result *result,
			struct buf *out);

/* why_outcome.c: a bind() or listen() as outcome.h wants it; false: its address is not known. */
bool why_attempt_of(const struct trace_result *result, struct attempt *attempt);

/* why_outcome.c: ask and tell on standard error; `context` leads to struct settings. */
bool why_is_there(void *context, const struct attempt *success);
void why_say_outcome(void *context, const struct outcome_failure *failure);

/* why_outcome.c: what comes later is not shown. */
void why_say_released(const struct settings *settings);

/* why_outcome.c: the clock of struct attempt. */
int64_t why_now_ms(void);

#endif
