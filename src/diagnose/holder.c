/* SPDX-License-Identifier: MIT */
/*
 * Sorts of holders: who is in the way, how that comes about, and how it goes
 * away.  The first row that fits is the holder's.
 */
#include "sentence.h"

#include <string.h>

enum { PORT_SSH = 22, PID_INIT = 1 };

struct holder {
	const struct snapshot *snap;
	const struct socket *sk;
	const struct process *process;	/* its first owner; NULL: none */
	uint32_t caller;		/* pid of who wants its port; 0: not known */
	uint8_t autobound;		/* enum truth: no bind() of its own chose its port */
};

typedef bool holder_test(const struct holder *holder);

#define IS(name) static bool name(const struct holder *holder)

static bool is_called(const struct holder *holder, const char *const *names, size_t count)
{
	const char *command = holder->process ? holder->process->command : NULL;

	for (size_t i = 0; command && i < count; i++)
		if (strcmp(command, names[i]) == 0)
			return true;
	return false;
}

#define IS_CALLED(name, ...) \
	IS(name) \
	{ \
		static const char *const names[] = { __VA_ARGS__ }; \
		\
		return is_called(holder, names, sizeof(names) / sizeof(names[0])); \
	}

IS_CALLED(is_docker_proxy, "docker-proxy", "rootlesskit")
IS_CALLED(is_podman_proxy, "rootlessport", "conmon", "slirp4netns", "pasta", "pasta.avx2")
IS_CALLED(is_init, "systemd", "init")
IS_CALLED(is_ssh, "ssh", "autossh")
IS_CALLED(is_ssh_server, "sshd", "sshd-session")
/* Programs that open no port of their own accord: they were born with it. */
IS_CALLED(is_no_server, "sleep", "sh", "bash", "dash", "zsh", "tail", "cat", "tee", "less", "vi",
	  "vim", "su", "sudo", "cron", "timeout", "nohup", "screen", "tmux", "logger", "gdb",
	  "strace")

IS(is_listening)
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

IS(is_kernel)
{
	return holder->sk->missing == MISSING_KERNEL;
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
	return holder->caller && holder->process && holder->process->pid == holder->caller;
}

/* In a container the first process may be any server. */
IS(is_socket_unit)
{
	struct holder one = *holder;

	if (!is_listening(holder))
		return false;
	for (const struct owner *owner = owner_first(holder->snap, holder->sk); owner;
	     owner = owner_next(holder->snap, owner)) {
		one.process = owner_process(holder->snap, owner);
		if (one.process->pid == PID_INIT && is_init(&one))
			return true;
	}
	return false;
}

/* The server itself, which init has started, may listen on another port than 22. */
IS(is_forward)
{
	return is_listening(holder) && holder->sk->local.port != PORT_SSH &&
	       (is_ssh(holder) || (is_ssh_server(holder) && holder->process->parent > PID_INIT));
}

/* Of the processes that hold it, is one no child of another? */
static size_t count_processes(const struct holder *holder)
{
	uint32_t last = 0;
	size_t count = 0;

	for (const struct owner *owner = owner_first(holder->snap, holder->sk); owner;
	     owner = owner_next(holder->snap, owner)) {
		uint32_t pid = owner_process(holder->snap, owner)->pid;

		count += pid != last;
		last = pid;
	}
	return count;
}

IS(is_leaked)
{
	return is_no_server(holder) && is_listening(holder);
}

/* Who has made it is gone, its children go on: they were given to init. */
IS(is_inherited)
{
	return is_listening(holder) && holder->process && !holder->process->unit &&
	       holder->process->parent == PID_INIT && count_processes(holder) > 1;
}

IS(is_shared)
{
	return count_processes(holder) > 1;
}

IS(is_bound_only)
{
	return holder->sk->state == STATE_BOUND;
}

static bool is_connection(const struct socket *sk)
{
	return sk->state != STATE_LISTEN && sk->state != STATE_BOUND && sk->state != STATE_UNCONN;
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

IS(is_contained)
{
	return holder->process && holder->process->container;
}

IS(is_unit)
{
	return holder->process && holder->process->unit &&
	       strstr(holder->process->unit, ".service");
}

IS(is_any)
{
	(void)holder;
	return true;
}

/* ---- the table ------------------------------------------------------- */

#define RESTART \
	"{unset}start the server again: it works at once where both the old one and the new one " \
	"set SO_REUSEADDR before bind(), as most do"
#define END_CONNECTIONS "ss -K {-t} state connected {connections}"

static const struct {
	holder_test *test;
	bool knows_sharing;		/* the remedies tell what SO_REUSEADDR does here */
	const char *sentence;		/* NULL: nothing worth saying */
	struct remedy remedies[4];
} holders[] = {
	{ is_time_wait, true,
	  "TIME-WAIT belongs to no process: {this} {is} over, and the kernel keeps the port for "
	  "{seconds} s more.",
	  { { RESTART, NULL },
	    { "end {connection} now (root)", END_CONNECTIONS },
	    { "wait {seconds} s", "sleep {seconds}" } } },
	{ is_orphan_fin_wait, true,
	  "No process has {this} any more: the kernel waits up to {seconds} s for the other side "
	  "to close too.",
	  { { RESTART, NULL },
	    { "end {connection} now (root)", END_CONNECTIONS } } },
	{ is_orphan, true,
	  "No process has {this} any more: the kernel still tries to deliver the last bytes.",
	  { { RESTART, NULL },
	    { "end {connection} now (root)", END_CONNECTIONS } } },
	{ is_unaccepted, false,
	  "No program has accepted {this} yet: what waits for accept() ends with the listener.",
	  { { "end {connection} (root)", END_CONNECTIONS } } },
	{ is_kernel, true,
	  "The kernel itself holds this socket, as it does for tunnels (vxlan, geneve, WireGuard), "
	  "NFS and the like: there is no process to stop.",
	  { { "look for a tunnel with this port", LOOKS "ip -d link | grep -w {port}" },
	    { "look for a service of the kernel (NFS, RPC)", LOOKS "rpcinfo -p" } } },
	{ is_in_flight, false,
	  "No process has it open: it is on its way in a message between two processes.",
	  { { "stop the unit that its cgroup belongs to", "systemctl stop {unit}" },
	    { "look at the processes of its cgroup: one of them has sent it",
	      LOOKS
	      "cat /sys/fs/cgroup{cgroup}/cgroup.procs" } } },
	{ is_elsewhere, false,
	  "Its process lives in a PID namespace that can't be seen from here: most likely on the "
	  "host, or in another container.",
	  { { "look for it on the host", LOOKS "conntab {-t} {port}" } } },
	{ is_not_permitted, false,
	  "It belongs to {holder_user}, and its process may only be seen by that user and root.",
	  { { "ask again as root", LOOKS "sudo conntab why {question}" },
	    { "stop the unit that its cgroup belongs to", "sudo systemctl stop {unit}" } } },
	{ is_not_found, false,
	  "Its process was not found: not all processes could be looked into, or the socket passed "
	  "from one to another meanwhile.",
	  { { "ask again", "conntab why {question}" },
	    { "stop the unit that its cgroup belongs to", "systemctl stop {unit}" },
	    { "look at the processes of its cgroup: one of them may have it",
	      "cat /sys/fs/cgroup{cgroup}/cgroup.procs" } } },
	{ is_callers_own, true,
	  "The program that wants the port has it itself: it binds it twice.",
	  { { "let it bind the port once. For IPv4 and IPv6 that is [::] alone, or 0.0.0.0 and "
	      "[::] with IPV6_V6ONLY (nginx: ipv6only=on)", NULL },
	    { "see that its configuration names the port only once", NULL } } },
	{ is_socket_unit, false,
	  "systemd listens here for a socket unit: to stop the service alone does not free the "
	  "port, the next connection starts it again.",
	  { { "stop the socket unit", "systemctl stop {socket_unit}" },
	    { "find the socket unit by its port",
	      LOOKS "systemctl list-sockets | grep -w {port}" } } },
	{ is_docker_proxy, false,
	  "{command} publishes this port for a container.",
	  { { "find the container that publishes it, then stop it or publish another port",
	      LOOKS "docker ps --filter publish={port}" } } },
	{ is_podman_proxy, false,
	  "{command} publishes this port for a container.",
	  { { "find the container that publishes it, then stop it or publish another port",
	      LOOKS "podman port --all | grep -w {port}" } } },
	{ is_forward, false,
	  "An ssh forward (-L, -R or -D) listens here.",
	  { { "end that ssh, or let it forward another port", "{kill}" } } },
	{ is_leaked, false,
	  "{command} is no server: it was started by one, and inherited the socket.",
	  { { "end what holds it{patience}", "{kill}" },
	    { "in the program that started it: open sockets with SOCK_CLOEXEC", NULL } } },
	{ is_inherited, false,
	  "The process that opened it is gone, and those it left behind still hold it.",
	  { { "end all that hold it{patience}", "{kill}" } } },
	{ is_bound_only, false,
	  "It is bound but does not listen: the program reserved the port, shut the socket down, "
	  "or failed before listen(). ss and netstat do not show such a socket.",
	  { { "stop the service", "systemctl stop {unit}" },
	    { "stop its process{patience}", "{kill}" } } },
	{ is_bound_client, true,
	  "{This} {is} open, and {its} program has chosen the port by bind(){as_far}: it keeps the "
	  "port when only the connection ends.",
	  { { "stop the service, and end what is left of {connection} (root)",
	      "systemctl stop {unit}; " END_CONNECTIONS },
	    { "stop {its} process{patience}, and end what is left of {connection} (root)",
	      "{kill}; " END_CONNECTIONS } } },
	{ is_outgoing, true,
	  "{This} {is} outgoing: {port} is in the range from which the kernel takes ports for "
	  "such ({range}).",
	  { { "{unreserved}reserve the port, so that no connection is given it from now on, and "
	      "end {connection} (root); the program will see an error",
	      "sysctl -w net.ipv4.ip_local_reserved_ports={reserved}; " END_CONNECTIONS },
	    { "end {connection} (root); the program will see an error", END_CONNECTIONS },
	    { "let the server use a port outside that range", NULL } } },
	{ is_perhaps_outgoing, false,
	  "{This} {is} still open, and may be outgoing: {port} is in the range from which the "
	  "kernel takes ports for such ({range}).",
	  { { "{unreserved}reserve the port, so that no connection is given it from now on, and "
	      "end {connection} (root); the program will see an error",
	      "sysctl -w net.ipv4.ip_local_reserved_ports={reserved}; " END_CONNECTIONS },
	    { "end {connection} (root); the program will see an error", END_CONNECTIONS } } },
	{ is_half_closed, false,
	  "The other side has closed {this}; the program that has {it} has not, and the port is "
	  "kept until it does.",
	  { { "end {connection} (root); the program will see an error", END_CONNECTIONS },
	    { "stop {its} process{patience}", "{kill}" } } },
	{ is_accepted, false,
	  "{This} {is} still open: the port is kept until {they} end{s}.",
	  { { "end {connection} (root); the program will see an error", END_CONNECTIONS } } },
	{ is_contained, false,
	  "Its process runs in the container {container}.",
	  { { "stop that container", "docker stop {container}" },
	    { "stop its process{patience}", "{kill}" } } },
	{ is_unit, false, NULL, { { "stop the service", "systemctl stop {unit}" } } },
	{ is_shared, false,
	  "Several processes hold it, and all must let go of it.",
	  { { "stop its processes{patience}", "{kill}" } } },
	{ is_any, false, NULL, { { "stop its process{patience}", "{kill}" } } },
};

static size_t sort_of(const struct account *account, const struct blocker *blocker)
{
	const struct snapshot *snap = account->facts->snap;
	const struct socket *sk = blocker_socket(account, blocker);
	const struct owner *owner = owner_first(snap, sk);
	const struct holder holder = {
		snap, sk, owner ? owner_process(snap, owner) : NULL, account->caller,
		bind_facts_autobound(account->facts, blocker->socket),
	};
	size_t i = 0;

	while (!holders[i].test(&holder))
		i++;
	return i;
}

void explain_holder(const struct account *account, const struct blocker *blocker,
		    struct buf *out)
{
	const char *sentence = holders[sort_of(account, blocker)].sentence;

	if (sentence && sentence_fits(account, blocker, sentence, QUOTING_TEXT))
		sentence_add(account, blocker, sentence, QUOTING_TEXT, out);
}

const struct remedy *holder_remedies(const struct account *account, const struct blocker *blocker)
{
	return holders[sort_of(account, blocker)].remedies;
}

bool holder_knows_sharing(const struct account *account, const struct blocker *blocker)
{
	return holders[sort_of(account, blocker)].knows_sharing;
}
