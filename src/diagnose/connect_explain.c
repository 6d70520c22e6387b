/* SPDX-License-Identifier: MIT */
/* What is to be said of a connection that is refused, and done about it. */
#include "sentence.h"

#define ELSE_THERE { "or connect to {holder}, where it does listen", NULL }

static const struct {
	const char *sentence;
	struct remedy remedies[5];
} findings[CONNECT_COUNT] = {
	[CONNECT_GROUP] = {
		"{protocol} {wanted} is a multicast or broadcast address: no connection can be "
		"made there (ENETUNREACH), and of datagrams nobody learns who took them.",
		{ { "connect to an address of the host itself", NULL } },
	},
	[CONNECT_NO_PORT] = {
		"{protocol} {wanted} can't be reached from here: every local port that a "
		"connection there could have ({range}{of_them_reserved}) is in use or reserved "
		"({no_port}).",
		{ { "see who has so many", "conntab -s" },
		  { "widen the range", "sysctl -w net.ipv4.ip_local_port_range='10000 65535'" },
		  { "keep connections open in place of making new ones; connect from more than "
		    "one address, or to more than one", NULL },
		  { "look at the {reserved_count} that are reserved: some may be taken off the "
		    "list", "sysctl net.ipv4.ip_local_reserved_ports" } },
	},
	[CONNECT_NOT_HERE] = {
		"{protocol} {wanted} is no address of this machine: who listens there can only "
		"be seen on that host.",
		{ { "ask there", "conntab -l {port}" },
		  { "look for a firewall that refuses it on the way",
		    "tracepath {wanted_address}" } },
	},
	[CONNECT_NOT_FROM_HERE] = {
		"{protocol} {wanted} is an address of this machine, but on another interface or in "
		"another VRF than the client's: where the connection goes, its routes decide.",
		{ { "bind the client to the interface of the address, {address_device}; conntab "
		    "why --device {address_device} tells of that", NULL },
		  { "run the client in the VRF of the address: ip vrf exec {address_vrf} COMMAND",
		    NULL } },
	},
	[CONNECT_QUEUE_FULL] = {
		"{protocol} {wanted}: {holder} listens there, but its accept queue is full. The "
		"server takes connections too slowly, and new ones get no answer, or a refusal "
		"where net.ipv4.tcp_abort_on_overflow is 1.",
		{ { "see how many wait, and for whom", "conntab -l {port}" },
		  { "look what keeps the server from accept(): a debugger or its log tells", NULL },
		  { "if it is only a matter of bursts: a greater backlog in listen(), and",
		    "sysctl -w net.core.somaxconn=4096" } },
	},
	[CONNECT_LISTENS] = {
		"{protocol} {wanted}: {holder} listens there and would take it.",
		{ { "if it is refused all the same, look for a firewall", "nft list ruleset" } },
	},
	[CONNECT_OTHER_DEVICE] = {
		"{protocol} {wanted}: {holder} listens, but does not take what comes in by "
		"{address_device}.",
		{ { "come in by {holder_device}, or let the server do without SO_BINDTODEVICE",
		    NULL },
		  { "{on_any_device}start the server in that VRF: ip vrf exec {address_vrf} "
		    "COMMAND", NULL },
		  { "{on_any_device}or let servers without a VRF take what comes in by one",
		    "sysctl -w net.ipv4.{protocol}_l3mdev_accept=1" } },
	},
	[CONNECT_IPV6_ONLY] = {
		"{protocol} {wanted}: connect() is refused by IPv4. {holder} listens, but for "
		"IPv6 only.",
		{ { "let the server listen on {wanted_address} too, or clear IPV6_V6ONLY (nginx: "
		    "a line listen {port};)", NULL }, ELSE_THERE },
	},
	[CONNECT_IPV4_ONLY] = {
		"{protocol} {wanted}: connect() is refused by IPv6. {holder} listens, but for "
		"IPv4 only; a client that takes the first address of \"localhost\" may get ::1.",
		{ { "let the server listen on [::] too", NULL }, ELSE_THERE },
	},
	[CONNECT_LOOPBACK_ONLY] = {
		"{protocol} {wanted}: connect() is refused. {holder} listens, but for this "
		"machine only: nothing else reaches a loopback address.",
		{ { "let the server listen on {wanted_address} or on all addresses (its \"host\", "
		    "\"bind\" or \"listen\" setting)", NULL }, ELSE_THERE },
	},
	[CONNECT_OTHER_ADDRESS] = {
		"{protocol} {wanted}: connect() is refused. {holder} listens, but on that address "
		"alone.",
		{ { "let the server listen on {wanted_address} or on all addresses", NULL },
		  ELSE_THERE },
	},
	[CONNECT_BOUND_NOT_LISTENING] = {
		"{protocol} {wanted}: connect() is refused. {holder} has the port, but does not "
		"listen (yet, or any more).",
		{ { "see whether it starts to", "conntab -a {port}" },
		  { "look into its log, or see what it does",
		    "strace -f -e trace=network -p {pid}" } },
	},
	[CONNECT_OTHER_PROTOCOL] = {
		"{protocol} {wanted}: connect() is refused. The port is in use by another protocol "
		"({holder_protocol}), and each has ports of its own.",
		{ { "use {holder_protocol}, or start what serves {protocol}", NULL } },
	},
	[CONNECT_NOBODY] = {
		"{protocol} {wanted}: nobody listens there, so connect() is refused "
		"(ECONNREFUSED).",
		{ { "start the server; see whether it runs, and where it listens", "conntab -l" },
		  { "start it by conntab, to see what keeps it from listening",
		    "conntab why -- COMMAND" } },
	},
};

static const struct blocker *first_of(const struct connect_diagnosis *diagnosis,
				      struct blocker *blocker)
{
	if (!diagnosis->count)
		return NULL;
	blocker->socket = diagnosis->sockets[0];
	return blocker;
}

void connect_explain(const struct account *account, const struct connect_diagnosis *diagnosis,
		     struct buf *out)
{
	struct blocker blocker = { .blocks = TRUTH_YES };

	sentence_add(account, first_of(diagnosis, &blocker), findings[diagnosis->finding].sentence,
		     QUOTING_TEXT, out);
	if (!diagnosis->certain && diagnosis->finding > CONNECT_NOT_FROM_HERE)
		buf_add_literal(out, " (Not certain.)");
}

bool connect_remedy(const struct account *account, const struct connect_diagnosis *diagnosis,
		    size_t index, struct buf *text, struct buf *command)
{
	struct blocker blocker = { .blocks = TRUTH_YES };
	const struct blocker *about = first_of(diagnosis, &blocker);
	const struct remedy *remedy = findings[diagnosis->finding].remedies;

	for (; remedy->text; remedy++) {
		if (!remedy_fits(account, about, remedy) || index--)
			continue;
		remedy_add(account, about, remedy, text, command);
		return true;
	}
	return false;
}
