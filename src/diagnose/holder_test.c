/* SPDX-License-Identifier: MIT */
/* How a sort of holder is told. */
#include "holder_test.h"

#include <string.h>

#include "base/array.h"
#include "diagnose/master.h"
#include "place.h"

enum { PORT_SSH = 22, PORT_NFS = 2049, PID_INIT = 1 };

#define IS(name) bool name(const struct holder *holder)

static bool is_called(const struct holder *holder, const char *const *names, size_t count)
{
	const char *command = holder->process ? holder->process->command : NULL;

	for (size_t i = 0; command && i < count; i++)
		if (strcmp(command, names[i]) == 0)
			return true;
	return false;
}

#define IS_CALLED(name, ...) \
	static IS(name) \
	{ \
		static const char *const names[] = { __VA_ARGS__ }; \
		\
		return is_called(holder, names, sizeof(names) / sizeof(names[0])); \
	}

IS_CALLED(is_called_docker_proxy, "docker-proxy")
IS_CALLED(is_called_podman_proxy, "rootlessport", "conmon", "slirp4netns", "pasta", "pasta.avx2")
IS_CALLED(is_ssh, "ssh", "autossh")
IS_CALLED(is_ssh_server, "sshd", "sshd-session")
/* Programs that open no port of their own accord: they were born with it. */
IS_CALLED(is_no_server, "sleep", "sh", "bash", "dash", "zsh", "tail", "cat", "tee", "less", "vi",
	  "vim", "su", "sudo", "cron", "timeout", "nohup", "screen", "tmux", "logger", "gdb",
	  "strace")

static bool is_connection(const struct socket *sk)
{
	return sk->state != STATE_LISTEN && sk->state != STATE_BOUND && sk->state != STATE_UNCONN;
}

static IS(is_listening)
{
	return socket_is_listener(holder->sk);
}

IS(is_time_wait)
{
	return holder->sk->state == STATE_TIME_WAIT;
}

IS(is_orphan_fin_wait)
{
	return holder->sk->state == STATE_FIN_WAIT_2 && holder->sk->missing == MISSING_ORPHAN;
}

IS(is_orphan)
{
	return holder->sk->missing == MISSING_ORPHAN;
}

IS(is_unaccepted)
{
	return holder->sk->missing == MISSING_UNACCEPTED;
}

/* Tunnels and services of the kernel; a tunnel that has one far end is connected to it (L2TP). */
IS(is_kernel)
{
	return holder->sk->missing == MISSING_KERNEL;
}

IS(is_kernel_datagram)
{
	return is_kernel(holder) && holder->sk->protocol == PROTOCOL_UDP;
}

IS(is_kernel_nfs)
{
	return is_kernel(holder) && is_listening(holder) && holder->sk->local.port == PORT_NFS;
}

IS(is_kernel_connected)
{
	return is_kernel_datagram(holder) && (holder->sk->have & HAVE_PEER);
}

IS(is_in_flight)
{
	return holder->sk->missing == MISSING_IN_FLIGHT;
}

IS(is_elsewhere)
{
	return holder->sk->missing == MISSING_OTHER_PID_NAMESPACE;
}

IS(is_not_permitted)
{
	return holder->sk->missing == MISSING_PERMISSION;
}

/* Perhaps the kernel's: of a collection that could not look everywhere nothing more is known. */
IS(is_not_found)
{
	return holder->sk->missing == MISSING_UNKNOWN;
}

IS(is_callers_own)
{
	const uint32_t caller = holder->account->caller;

	return caller && holder->process && holder->process->pid == caller;
}

/* It listens for its units; of a connection it keeps a copy only while the instance runs. */
IS(is_socket_unit)
{
	return socket_manager(holder->snap, holder->sk) && !is_connection(holder->sk);
}

/* Anybody may call a program so: only root's is the engine's, and not where a user has put it. */
IS(is_docker_proxy)
{
	struct cgroup_place place;

	return is_listening(holder) && is_called_docker_proxy(holder) && !holder->process->uid &&
	       (!process_place(holder->process, &place) || place.user == CGROUP_NO_USER);
}

IS(is_podman_proxy)
{
	return is_listening(holder) && is_called_podman_proxy(holder);
}

/* With it the container would end: it is never killed, be it a master or not. */
IS(is_first_process)
{
	const struct owner *owner = owner_first(holder->snap, holder->sk);

	for (; owner; owner = owner_next(holder->snap, owner)) {
		const struct process *process = owner_process(holder->snap, owner);

		if (process->pid == PID_INIT && !process_is_manager(process))
			return true;
	}
	return socket_master(holder->snap, holder->sk) == PID_INIT;
}

/* The server itself, which init has started, may listen on another port than 22. */
IS(is_forward)
{
	return is_listening(holder) && holder->sk->local.port != PORT_SSH &&
	       (is_ssh(holder) || (is_ssh_server(holder) && holder->process->parent > PID_INIT));
}

IS(is_leaked)
{
	return is_listening(holder) && is_no_server(holder);
}

IS(is_left_behind)
{
	return is_listening(holder) && socket_is_left_behind(holder->snap, holder->sk);
}

IS(is_led)
{
	return socket_master(holder->snap, holder->sk);
}

static bool holds(const struct holder *holder, uint32_t pid)
{
	const struct owner *owner = owner_first(holder->snap, holder->sk);

	while (owner && owner_process(holder->snap, owner)->pid != pid)
		owner = owner_next(holder->snap, owner);
	return owner;
}

IS(is_led_from_outside)
{
	return is_led(holder) && !holds(holder, socket_master(holder->snap, holder->sk));
}

IS(is_shared)
{
	return socket_holders(holder->snap, holder->sk) > 1;
}

IS(is_bound_only)
{
	return holder->sk->state == STATE_BOUND;
}

static bool is_given(const struct holder *holder, uint16_t port)
{
	return netns_gives_port(&holder->snap->netns[holder->sk->netns], port);
}

/* Unless a server had this port and is gone: then its connections look the same. */
IS(is_perhaps_outgoing)
{
	return is_connection(holder->sk) && !holder->sk->listener &&
	       is_given(holder, holder->sk->local.port);
}

IS(is_outgoing)
{
	return is_perhaps_outgoing(holder) && !is_given(holder, holder->sk->peer.port);
}

/* It keeps its port when the connection ends, until its program closes it. */
IS(is_bound_client)
{
	return is_connection(holder->sk) && holder->process && holder->autobound != TRUTH_YES;
}

IS(is_half_closed)
{
	return holder->sk->state == STATE_CLOSE_WAIT;
}

IS(is_accepted)
{
	return is_connection(holder->sk);
}

static bool fits(const struct holder *holder, const char *words)
{
	return sentence_fits(holder->account, holder->blocker, words, QUOTING_SHELL);
}

IS(is_contained)
{
	return fits(holder, "{container}");
}

IS(is_unit)
{
	return fits(holder, "{systemctl}{units}");
}

IS(is_unit_of_user)
{
	return is_unit(holder) && fits(holder, "{manager}");
}

IS(is_any)
{
	(void)holder;
	return true;
}
