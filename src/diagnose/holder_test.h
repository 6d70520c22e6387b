/* SPDX-License-Identifier: MIT */
/* Tests of the table of holders: how a sort is told. */
#ifndef DIAGNOSE_HOLDER_TEST_H
#define DIAGNOSE_HOLDER_TEST_H

#include "sentence.h"

struct holder {
	const struct account *account;
	const struct blocker *blocker;
	const struct snapshot *snap;
	const struct socket *sk;
	const struct process *process;	/* its first owner; NULL: none */
	uint8_t autobound;		/* enum truth: no bind() of its own chose its port */
};

typedef bool holder_test(const struct holder *holder);

/* By what the kernel tells of it where no process is known. */
holder_test is_time_wait, is_orphan_fin_wait, is_orphan, is_unaccepted, is_in_flight, is_elsewhere,
	is_not_permitted, is_not_found;

/* Held by the kernel itself: by what it looks like. */
holder_test is_kernel_connected, is_kernel_datagram, is_kernel_nfs, is_kernel;

/* By who holds it. */
holder_test is_callers_own, is_socket_unit, is_docker_proxy, is_podman_proxy, is_first_process,
	is_forward, is_leaked, is_left_behind, is_contained, is_unit_of_user, is_unit,
	is_led_from_outside, is_led, is_shared;

/* By its state. */
holder_test is_bound_only, is_bound_client, is_outgoing, is_perhaps_outgoing,
	is_half_closed, is_accepted, is_any;

#endif
