/* SPDX-License-Identifier: MIT */
/*
 * Socket states.  The numbers are the kernel's (include/net/tcp_states.h), so
 * a set of states is the mask that inet_diag takes.
 */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include <stdint.h>

enum state {
	STATE_NONE,
	STATE_ESTAB,
	STATE_SYN_SENT,
	STATE_SYN_RECV,
	STATE_FIN_WAIT_1,
	STATE_FIN_WAIT_2,
	STATE_TIME_WAIT,
	STATE_UNCONN,
	STATE_CLOSE_WAIT,
	STATE_LAST_ACK,
	STATE_LISTEN,
	STATE_CLOSING,
	STATE_NEW_SYN_RECV,	/* the kernel's own; shown as SYN_RECV */
	STATE_BOUND,		/* bound, neither listening nor connected: asked for since 6.8 */
	STATE_COUNT
};

#define STATE_BIT(state) (1u << (state))

enum {
	STATES_ALL = (1u << STATE_COUNT) - 2,
	/* A listener gets these only as long as nobody accepted or answered. */
	STATES_LISTENING = STATE_BIT(STATE_LISTEN) | STATE_BIT(STATE_UNCONN),
	/* The local end has a peer. */
	STATES_CONNECTED = STATES_ALL & ~(STATES_LISTENING | STATE_BIT(STATE_BOUND)),
	/* The peer's FIN has arrived; the kernel counts it as one unread byte. */
	STATES_PEER_FIN = STATE_BIT(STATE_CLOSE_WAIT) | STATE_BIT(STATE_LAST_ACK) |
			  STATE_BIT(STATE_CLOSING),
	/* Left out of the list unless asked for: they belong to no process yet, or no more. */
	STATES_QUIET = STATE_BIT(STATE_TIME_WAIT) | STATE_BIT(STATE_SYN_RECV) |
		       STATE_BIT(STATE_BOUND),
};

/* As printed: "ESTAB", "TIME-WAIT". */
extern const char *const state_names[STATE_COUNT];

#endif
