/* SPDX-License-Identifier: MIT */
/* The state table. */
#include "model/state.h"

const char *const state_names[STATE_COUNT] = {
	[STATE_NONE] = "-",
	[STATE_ESTAB] = "ESTAB",
	[STATE_SYN_SENT] = "SYN-SENT",
	[STATE_SYN_RECV] = "SYN-RECV",
	[STATE_FIN_WAIT_1] = "FIN-WAIT-1",
	[STATE_FIN_WAIT_2] = "FIN-WAIT-2",
	[STATE_TIME_WAIT] = "TIME-WAIT",
	[STATE_UNCONN] = "UNCONN",
	[STATE_CLOSE_WAIT] = "CLOSE-WAIT",
	[STATE_LAST_ACK] = "LAST-ACK",
	[STATE_LISTEN] = "LISTEN",
	[STATE_CLOSING] = "CLOSING",
	[STATE_NEW_SYN_RECV] = "SYN-RECV",
	[STATE_BOUND] = "BOUND",
};
