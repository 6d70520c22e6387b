/* SPDX-License-Identifier: MIT */
/* The verdict in words, and the causes that are no sockets. */
#include "conflict.h"
#include "device.h"
#include "sentence.h"

#include <errno.h>

typedef bool account_test(const struct account *account);

#define IS(name) static bool name(const struct account *account)

/* ---- what was asked -------------------------------------------------- */

void explain_wanted(const struct account *account, struct buf *out)
{
	sentence_add(account, NULL, "{protocol} {wanted}", QUOTING_TEXT, out);
}

IS(is_free_to_choose)
{
	return account_is_free(account) && !account->request->local.port;
}

IS(is_unknown)
{
	return account->diagnosis->verdict == VERDICT_UNKNOWN;
}

static bool is_error(const struct account *account, int error)
{
	return account->diagnosis->error == error;
}

#define IS_ERROR(name, error) IS(name) { return is_error(account, error); }

IS(is_exhausted)
{
	return is_error(account, EADDRINUSE) && !account->request->local.port &&
	       !account->no_port;
}

static unsigned reserved_of_range(const struct account *account)
{
	const struct netns *netns = &account->facts->snap->netns[account->facts->netns];

	return ports_reserved(account->facts, netns->ephemeral_first, netns->ephemeral_last);
}

IS(is_all_reserved)
{
	const struct netns *netns = &account->facts->snap->netns[account->facts->netns];
	unsigned range = netns->ephemeral_last - netns->ephemeral_first + 1u;

	return is_exhausted(account) && reserved_of_range(account) == range;
}

IS(is_partly_reserved)
{
	return is_exhausted(account) && reserved_of_range(account);
}

IS(is_late_listen)
{
	return is_error(account, EADDRINUSE) && account->request->listen;
}

IS_ERROR(is_blocked, EADDRINUSE)
IS_ERROR(is_absent, EADDRNOTAVAIL)
IS_ERROR(is_invalid, EINVAL)
IS_ERROR(is_no_device, ENODEV)

IS(is_privileged_port)
{
	return is_error(account, EACCES) && account->facts->privileged != TRUTH_YES &&
	       port_is_privileged(account->request, account->facts) != TRUTH_NO;
}

IS(is_refused)
{
	return is_error(account, EACCES) || is_error(account, EPERM);
}

IS(is_forbidden_peer)
{
	return account->connecting && is_refused(account);
}

IS(is_out_of_ports)
{
	return account->connecting && is_error(account, EADDRNOTAVAIL);
}

/* With a port of its own it was not short of ports. */
IS(is_connected_already)
{
	return is_out_of_ports(account) && account->request->own_port;
}

/* "localhost" may be ::1, also where IPv6 is switched off. */
IS(is_loopback_absent)
{
	return is_out_of_ports(account) && account->facts->address == ADDRESS_ABSENT &&
	       address_is_loopback(&account->request->local.address);
}

/* An address that can't be used, and why. */
#define IS_ADDRESS(name, use) IS(name) { return is_absent(account) && \
						account->facts->address == (use); }

IS_ADDRESS(is_tentative, ADDRESS_TENTATIVE)
IS_ADDRESS(is_duplicate, ADDRESS_DUPLICATE)
IS_ADDRESS(is_on_link_that_is_down, ADDRESS_LINK_DOWN)
IS_ADDRESS(is_without_carrier, ADDRESS_NO_CARRIER)
IS_ADDRESS(is_in_other_vrf, ADDRESS_OTHER_VRF)
IS_ADDRESS(is_ipv6_off, ADDRESS_IPV6_OFF)

IS(is_in_vrf)
{
	return is_in_other_vrf(account) &&
	       device_vrf(account->facts, account->facts->address_device);
}

/* By a socket that the kernel does not list: where it does, remedies are the holders'. */
IS(is_taken_unseen)
{
	return is_blocked(account) && account->facts->hidden.pid;
}

IS(is_bound_twice)
{
	return is_error(account, EINVAL) && account->request->bound;
}

IS(is_without_scope)
{
	return is_error(account, EINVAL) &&
	       address_is_link_local(&account->request->local.address);
}

IS(is_mapped)
{
	return is_error(account, EINVAL) && address_is_mapped(&account->request->local.address);
}

IS(is_any)
{
	(void)account;
	return true;
}

#define TAKEN "is taken: {fails} with EADDRINUSE."

static const struct {
	account_test *test;
	const char *sentence;		/* goes on from what is wanted */
	struct remedy remedies[4];
} causes[] = {
	{ is_free_to_choose,
	  "leaves the port to the kernel, which has one of {range} left: bind() would work.",
	  { { NULL, NULL } } },
	{ account_is_free, "is free: bind() would work.", { { NULL, NULL } } },
	{ is_unknown, "may be free or not: it can't be told from here.",
	  { { "{no_probe}let one harmless bind() be tried: leave out --no-probe", NULL },
	    { "{no_root}ask again as root: it may look at the holder's options, or try",
	      LOOKS "sudo conntab why {question}" } } },
	{ is_all_reserved,
	  "can't be had: every port from which the kernel chooses ({range}) is reserved "
	  "(net.ipv4.ip_local_reserved_ports), and {fails} with EADDRINUSE.",
	  { { "see which are reserved, and take some off that list",
	      LOOKS "sysctl net.ipv4.ip_local_reserved_ports" },
	    { "or widen the range", "sysctl -w net.ipv4.ip_local_port_range='10000 65535'" } } },
	{ is_partly_reserved,
	  "can't be had: of the ports from which the kernel chooses ({range}) {reserved_count} "
	  "are reserved (net.ipv4.ip_local_reserved_ports), and all others are taken "
	  "(EADDRINUSE).",
	  { { "see which are reserved, and take some off that list",
	      LOOKS "sysctl net.ipv4.ip_local_reserved_ports" },
	    { "see who has the others", LOOKS "conntab -s" },
	    { "widen the range", "sysctl -w net.ipv4.ip_local_port_range='10000 65535'" } } },
	{ is_exhausted,
	  "can't be had: every port from which the kernel chooses ({range}) is taken "
	  "(EADDRINUSE).",
	  { { "see who has so many", LOOKS "conntab -s" },
	    { "widen the range", "sysctl -w net.ipv4.ip_local_port_range='10000 65535'" },
	    { "in clients that bind an address: set IP_BIND_ADDRESS_NO_PORT before bind()",
	      NULL } } },
	{ is_late_listen,
	  "is bound, but listen() failed: another socket has begun to listen there (EADDRINUSE).",
	  { { "start only one of the two, or set SO_REUSEPORT in both", NULL } } },
	{ is_taken_unseen, TAKEN,
	  { { "stop the process that has it, {hidden_command}", "kill {hidden_pid}" } } },
	{ is_blocked, TAKEN, { { NULL, NULL } } },
	{ is_forbidden_peer,
	  "may not be connected to: {fails} because this machine forbids it. That is a firewall "
	  "rule for what goes out, a route that prohibits, a security module, or a broadcast "
	  "address without SO_BROADCAST.",
	  { { "look at the rules of the firewall", LOOKS "nft list ruleset" },
	    { "look at the route", LOOKS "ip route get {wanted_host}" },
	    { "look what was denied", LOOKS "journalctl -k -g 'denied|apparmor|avc'" } } },
	{ is_privileged_port,
	  "is not allowed to {wanted_user}: ports below {unprivileged} need the capability "
	  "CAP_NET_BIND_SERVICE, and {fails} with EACCES.",
	  { { "let systemd bind it: a .socket unit, or AmbientCapabilities=CAP_NET_BIND_SERVICE "
	      "in the service", NULL },
	    { "give the program that capability",
	      LOOKS "setcap cap_net_bind_service=+ep PROGRAM" },
	    { "or lower the limit for everybody",
	      "sysctl -w net.ipv4.ip_unprivileged_port_start={port}" } } },
	{ is_refused,
	  "is refused by a sandbox or a security module (Landlock, SELinux, a BPF program of the "
	  "cgroup), not by another socket.",
	  { { "look what the unit allows: SocketBindAllow=, SocketBindDeny=, SystemCallFilter=",
	      LOOKS "systemctl cat UNIT" },
	    { "look what was denied", LOOKS "journalctl -k -g 'denied|apparmor|avc'" } } },
	{ is_ipv6_off,
	  "can't be used: IPv6 is switched off here ({ipv6_switch} is 1), so that there is no "
	  "such address, and {fails} with EADDRNOTAVAIL.",
	  { { "use IPv4 in its place: 127.0.0.1 for ::1 (\"localhost\" may mean either)", NULL },
	    { "or switch IPv6 on; an address that was given before has to be given again",
	      "sysctl -w {ipv6_switch}=0" } } },
	{ is_on_link_that_is_down,
	  "is an address of the interface {address_device}, which is down: {fails} with "
	  "EADDRNOTAVAIL.",
	  { { "bring it up", "ip link set {address_device} up" } } },
	{ is_without_carrier,
	  "is an address of the interface {address_device}, which has no carrier: nothing is at "
	  "its other end, so that the kernel can't ask whether another host has the address, and "
	  "{fails} with EADDRNOTAVAIL as long as that is so.",
	  { { "plug in the cable, or bring up the other end; see",
	      LOOKS "ip -brief link show {address_device}" },
	    { "or give the address without that question", LOOKS
	      "ip address add ADDRESS dev DEVICE nodad" },
	    { "or set IPV6_FREEBIND before bind()", NULL } } },
	{ is_duplicate,
	  "can't be used: another host has {wanted_address} too, as the kernel found when it "
	  "asked on {address_device} (duplicate address, dadfailed), and {fails} with "
	  "EADDRNOTAVAIL. That does not pass.",
	  { { "give one of the two hosts another address; if the other one has let go of it: "
	      "take it away here and give it again", LOOKS "ip -6 address show dadfailed" } } },
	{ is_in_vrf,
	  "is an address of the interface {address_device}, which belongs to the VRF "
	  "{address_vrf}: a socket that does not belong to it may not have it, and {fails} with "
	  "EADDRNOTAVAIL.",
	  { { "run the program in that VRF", LOOKS "ip vrf exec {address_vrf} COMMAND" },
	    { "or bind the socket to {address_device} or {address_vrf} by SO_BINDTODEVICE before "
	      "bind() (here: --device {address_vrf})", NULL } } },
	{ is_in_other_vrf,
	  "is an address of the interface {address_device}, which is not in the VRF of the "
	  "wanted socket: {fails} with EADDRNOTAVAIL.",
	  { { "run the program outside of that VRF, and without SO_BINDTODEVICE", NULL },
	    { "see which addresses the VRF has", LOOKS "ip -brief address" } } },
	{ is_loopback_absent,
	  "can't be reached: this machine has no address {wanted_address}, and {fails} with "
	  "EADDRNOTAVAIL. IPv6 is switched off, or the loopback interface is down.",
	  { { "connect to 127.0.0.1 in its place: \"localhost\" may mean ::1", NULL },
	    { "see which addresses there are", LOOKS "ip -brief address" } } },
	{ is_connected_already,
	  "can't be connected to from port {own_port}: a connection between these two ports and "
	  "addresses is there already, or one in TIME-WAIT is left of it, and {fails} with "
	  "EADDRNOTAVAIL.",
	  { { "see it", LOOKS "conntab -a sport {own_port} and dport {port}" },
	    { "let the client do without bind(), or bind port 0: the kernel chooses another one",
	      NULL } } },
	{ is_out_of_ports,
	  "can't be reached from here: every local port that a connection there could have "
	  "({range}{of_them_reserved}) is in use or reserved (EADDRNOTAVAIL).",
	  { { "see who has so many", LOOKS "conntab -s" },
	    { "widen the range", "sysctl -w net.ipv4.ip_local_port_range='10000 65535'" },
	    { "keep connections open in place of making new ones; connect from more than one "
	      "address", NULL } } },
	{ is_tentative,
	  "is not usable yet: the kernel still asks whether another host has {wanted_address} "
	  "(tentative), and {fails} with EADDRNOTAVAIL.",
	  { { "wait two seconds; in a unit: After=network-online.target", "sleep 2" },
	    { "or give the address without that question",
	      LOOKS "ip address add ADDRESS dev DEVICE nodad" },
	    { "or set IPV6_FREEBIND before bind()", NULL } } },
	{ is_absent,
	  "is not an address of this machine: {fails} with EADDRNOTAVAIL.",
	  { { "see which addresses it has", LOOKS "ip -brief address" },
	    { "for an address that comes later (VRRP, keepalived): set IP_FREEBIND, or allow it "
	      "to all", "sysctl -w net.{wanted_ip}.ip_nonlocal_bind=1" } } },
	{ is_bound_twice,
	  "can't be bound: the socket has an address already, and {fails} with EINVAL.",
	  { { "make a new socket", NULL } } },
	{ is_without_scope,
	  "means nothing without an interface: {fails} with EINVAL.",
	  { { "name the interface that has it (sin6_scope_id): "
	      "{wanted_host}%{address_device}", NULL },
	    { "{unknown_device}name the interface (sin6_scope_id) behind a %; no interface has "
	      "{wanted_address} now", LOOKS "ip -6 -brief address" } } },
	{ is_mapped,
	  "is an IPv4 address, which a socket with IPV6_V6ONLY does not take: bind() would fail "
	  "with EINVAL.",
	  { { "clear IPV6_V6ONLY, or use a socket for IPv4", NULL } } },
	{ is_invalid,
	  "is no address that can be bound: {fails} with EINVAL.", { { NULL, NULL } } },
	{ is_no_device,
	  "names an interface that is not there: {fails} with ENODEV.",
	  { { "see which there are", LOOKS "ip -brief link" } } },
	{ is_any, "can't be bound.", { { NULL, NULL } } },
};

static size_t cause_of(const struct account *account)
{
	size_t i = 0;

	while (!causes[i].test(account))
		i++;
	return i;
}

void explain_verdict(const struct account *account, struct buf *out)
{
	explain_wanted(account, out);
	buf_add_char(out, ' ');
	sentence_add(account, NULL, causes[cause_of(account)].sentence, QUOTING_TEXT, out);
}

const struct remedy *cause_remedies(const struct account *account)
{
	return causes[cause_of(account)].remedies;
}
