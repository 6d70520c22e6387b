/* SPDX-License-Identifier: MIT */
/*
 * Sorts of holders: who is in the way, how that comes about, and how it goes
 * away.  The first row that fits is the holder's.
 */
#include "holder_test.h"

#define RESTART \
	"{unset}start the server again: it works at once where both the old one and the new one " \
	"set SO_REUSEADDR before bind(), as most do"
#define END_CONNECTIONS "ss -K {-t} state connected {connections}"

static const struct {
	holder_test *test;
	bool knows_sharing;		/* the remedies tell what SO_REUSEADDR does here */
	const char *sentence;		/* NULL: nothing worth saying */
	struct remedy remedies[5];
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
	{ is_kernel_connected, true,
	  "The kernel itself holds this socket, connected to {peer}, as it does for L2TP tunnels: "
	  "there is no process to stop.",
	  { { "find the tunnel with this port, then delete it (ip l2tp del tunnel tunnel_id ID)",
	      LOOKS "ip l2tp show tunnel" } } },
	{ is_kernel_datagram, true,
	  "The kernel itself holds this socket, as it does for WireGuard, vxlan, geneve and other "
	  "tunnels: there is no process to stop.",
	  { { "look for a WireGuard interface with this port, then delete it or give it another",
	      LOOKS "wg show all listen-port | grep -w {port}" },
	    { "look for a tunnel with this port, then delete it (ip link del NAME)",
	      LOOKS "ip -o -d link | grep -w {port}" },
	    { "look for what FOU or GUE receives at this port (ip fou del port {port})",
	      LOOKS "ip fou show | grep -w {port}" },
	    { "look for a service of the kernel (NFS, RPC)", LOOKS "rpcinfo -p" } } },
	{ is_kernel_nfs, true,
	  "The kernel itself holds this socket, as its NFS server does: there is no process to "
	  "stop.",
	  { { "stop the NFS server", "{sudo}rpc.nfsd 0" } } },
	{ is_kernel, true,
	  "The kernel itself holds this socket, as it does for services like NFS and its locks: "
	  "there is no process to stop.",
	  { { "look for a service of the kernel (NFS, RPC)", LOOKS "rpcinfo -p" } } },
	{ is_in_flight, false,
	  "No process has it open: it is on its way in a message between two processes.",
	  { { "stop the unit that its cgroup belongs to", "{systemctl} stop {units}" },
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
	    { "stop the unit that its cgroup belongs to", "{systemctl} stop {units}" } } },
	{ is_not_found, false,
	  "Its process was not found: not all processes could be looked into, or the socket passed "
	  "from one to another meanwhile.",
	  { { "ask again", "conntab why {question}" },
	    { "stop the unit that its cgroup belongs to", "{systemctl} stop {units}" },
	    { "look at the processes of its cgroup: one of them may have it",
	      "cat /sys/fs/cgroup{cgroup}/cgroup.procs" } } },
	{ is_callers_own, true,
	  "The program that wants the port has it itself: it binds it twice.",
	  { { "let it bind the port once. For IPv4 and IPv6 that is [::] alone, or 0.0.0.0 and "
	      "[::] with IPV6_V6ONLY (nginx: ipv6only=on)", NULL },
	    { "see that its configuration names the port only once", NULL } } },
	{ is_socket_unit, false,
	  "systemd has it for a socket unit: to stop the service alone does not free the port, the "
	  "next connection starts it again.",
	  { { "stop the socket unit, and what it has started", "{systemctl} stop {units}" },
	    { "{no_units}find the socket unit by its port, then stop it and its service",
	      LOOKS "{manager_systemctl} list-sockets | grep -w {port}" } } },
	{ is_docker_proxy, false,
	  "{command} publishes this port for {published}.",
	  { { "find the container that publishes it, then stop it or publish another port",
	      LOOKS "{sudo}docker ps --filter publish={port}" } } },
	{ is_podman_proxy, false,
	  "{command} publishes this port for {published}.",
	  { { "stop that container, or publish another port", "{stop_published}" },
	    { "find the container that publishes it, then stop it or publish another port",
	      LOOKS "{as_holder}podman port --all | grep -w {port}" } } },
	{ is_first_process, false,
	  "The first process here (pid 1) has it, with which all others end: most likely this is a "
	  "container, and that is its server.",
	  { { "stop this container, from outside", NULL } } },
	{ is_forward, false,
	  "An ssh forward (-L, -R or -D) listens here.",
	  { { "end that ssh, or let it forward another port", "{kill}" } } },
	{ is_leaked, false,
	  "{command} is no server: it was started by one, and inherited the socket.",
	  { { "end what holds it{patience}", "{kill}" },
	    { "in the program that started it: open sockets with SOCK_CLOEXEC", NULL } } },
	{ is_left_behind, false,
	  "The process that opened it is gone, and those it left behind still hold it.",
	  { { "stop the unit that they belong to, and what is left of it{patience}",
	      "{systemctl} stop {units}; {kill}" },
	    { "end all that hold it{patience}", "{kill}" } } },
	{ is_bound_only, false,
	  "It is bound but does not listen: the program reserved the port, shut the socket down, "
	  "or failed before listen(). ss and netstat do not show such a socket.",
	  { { "stop the service", "{systemctl} stop {units}" },
	    { "stop its process{patience}", "{kill}" } } },
	{ is_bound_client, true,
	  "{This} {is} open, and {its} program has chosen the port by bind(){as_far}: it keeps the "
	  "port when only the connection ends.",
	  { { "stop the service, and end what is left of {connection} (root)",
	      "{systemctl} stop {units}; " END_CONNECTIONS },
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
	  { { "stop that container", "{stop_container}" },
	    { "{of_kubernetes}Kubernetes would start it again: delete its pod, or what made that",
	      NULL },
	    { "{of_no_engine}stop its process{patience}", "{kill}" } } },
	{ is_unit_of_user, false,
	  "Its unit is one of {manager}'s own systemd, not of the system's.",
	  { { "stop the service", "{systemctl} stop {units}" },
	    { "stop its process{patience}", "{kill}" } } },
	{ is_unit, false, NULL, { { "stop the service", "{systemctl} stop {units}" } } },
	{ is_led_from_outside, false,
	  "{command} is a worker. Its master, pid {master}, does not hold the socket itself, but "
	  "may start another in its place.",
	  { { "stop the master and its workers{patience}", "{kill_all}" } } },
	{ is_led, false,
	  "Several processes hold it. Pid {master} is their master, and may start others in place "
	  "of its workers.",
	  { { "stop the master, and its workers with it", "{kill}" },
	    { "if workers live on after some seconds, end them too{patience}", "{kill_all}" } } },
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
		account, blocker, snap, sk, owner ? owner_process(snap, owner) : NULL,
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
