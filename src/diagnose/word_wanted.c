/* SPDX-License-Identifier: MIT */
/* Words about the wanted socket and its namespace. */
#include "conflict.h"
#include "device.h"
#include "word.h"

#include <string.h>
#include <sys/socket.h>

enum { WELL_KNOWN = 1024 };

WORD(add_wanted)
{
	const struct bind_request *request = scene->account->request;

	scene_add_endpoint(out, scene, &request->local,
		     request->scope ? request->scope : request->interface, !request->v6only);
	return true;
}

WORD(add_wanted_address)
{
	scene_add_address(out, scene, &scene->account->request->local.address, 0);
	return true;
}

WORD(add_wanted_user)
{
	return scene_add_user(out, scene, scene->account->request->uid);
}

WORD(add_fails)
{
	buf_add_text(out, scene->account->connecting ? "connect()" : "bind()");
	buf_add_text(out, scene->account->happened ? " failed" : " would fail");
	return true;
}

WORD(add_port)
{
	uint16_t port = scene->account->request->local.port;

	return scene_add_number(out, port) && port;
}

/* The port that a client was bound to before it connected. */
WORD(add_own_port)
{
	uint16_t port = scene->account->request->own_port;

	return port && scene_add_number(out, port);
}

WORD(add_protocol)
{
	buf_add_text(out, protocols[scene->account->request->protocol].name);
	return true;
}

WORD(add_traffic)
{
	bool tcp = scene->account->request->protocol == PROTOCOL_TCP;

	buf_add_text(out, tcp ? "connections" : "datagrams");
	return true;
}

/* The letter that ss and conntab know the protocol by. */
WORD(add_protocol_option)
{
	buf_add_text(out, scene->account->request->protocol == PROTOCOL_TCP ? "-t" : "-u");
	return true;
}

static bool add_sysctl(struct buf *out, const struct scene *scene, const char *name)
{
	const struct bind_facts *facts = scene->account->facts;

	return scene_add_name(out, scene, snapshot_sysctl(facts->snap, facts->netns, name));
}

WORD(add_unprivileged)
{
	return add_sysctl(out, scene, "net.ipv4.ip_unprivileged_port_start");
}

WORD(add_range)
{
	const struct bind_facts *facts = scene->account->facts;
	const struct netns *netns = &facts->snap->netns[facts->netns];

	buf_add_unsigned(out, netns->ephemeral_first);
	buf_add_char(out, '-');
	return netns->ephemeral_first && scene_add_number(out, netns->ephemeral_last);
}

/* How many of that range are reserved. */
WORD(add_reserved_count)
{
	const struct bind_facts *facts = scene->account->facts;
	const struct netns *netns = &facts->snap->netns[facts->netns];
	unsigned count = ports_reserved(facts, netns->ephemeral_first, netns->ephemeral_last);

	return count && scene_add_number(out, count);
}

WORD(add_of_them_reserved)
{
	const size_t before = out->length;

	buf_add_literal(out, ", of which net.ipv4.ip_local_reserved_ports has ");
	if (!add_reserved_count(scene, out))
		out->length = before;
	return true;
}

static bool add_interface(const struct scene *scene, uint32_t index, struct buf *out)
{
	const struct bind_facts *facts = scene->account->facts;

	return index && scene_add_name(out, scene,
				       snapshot_interface(facts->snap, facts->netns, index));
}

/* The interface that has the wanted address, whether the socket may have it or not. */
WORD(add_address_device)
{
	return add_interface(scene, scene->account->facts->address_device, out);
}

WORD(add_address_vrf)
{
	const struct bind_facts *facts = scene->account->facts;

	return add_interface(scene, device_vrf(facts, facts->address_device), out);
}

WORD(is_unknown_device)
{
	(void)out;
	return !scene->account->facts->address_device;
}

/* The setting by which IPv6 is off for the wanted address: of one interface, or of all. */
WORD(add_ipv6_switch)
{
	const struct bind_request *request = scene->account->request;
	uint32_t device = request->scope ? request->scope : request->interface;

	buf_add_literal(out, "net.ipv6.conf.");
	if (address_is_loopback(&request->local.address))
		buf_add_literal(out, "lo");
	else if (!device || !add_interface(scene, device, out))
		buf_add_literal(out, "all");
	buf_add_literal(out, ".disable_ipv6");
	return true;
}

/* What is to be written to reserve the wanted port besides those that are. */
WORD(add_reserved)
{
	size_t before = out->length;

	if (account_is_reserved(scene->account))
		return false;
	add_sysctl(out, scene, "net.ipv4.ip_local_reserved_ports");
	buf_add_text(out, out->length > before ? "," : "");
	return add_port(scene, out);
}

WORD(add_device)
{
	return add_interface(scene, scene->account->request->interface, out);
}

/* Root may have a port that this user may not, and share none with him. */
static bool is_about_user(const struct bind_request *request)
{
	return request->uid && (request->reuseport || request->local.port < WELL_KNOWN);
}

static void add_flags(struct buf *out, const struct bind_request *request)
{
	buf_add_text(out, request->reuseaddr ? "--reuseaddr " : "");
	buf_add_text(out, request->reuseport ? "--reuseport " : "");
	buf_add_text(out, request->v6only ? "--v6only " : "");
	if (!is_about_user(request))
		return;
	buf_add_literal(out, "--user ");
	buf_add_unsigned(out, request->uid);
	buf_add_char(out, ' ');
}

static void add_target(const struct scene *scene, struct buf *out)
{
	const struct endpoint *local = &scene->account->request->local;
	bool is_ipv6 = local->address.family == AF_INET6;
	bool is_all = is_ipv6 && address_is_any(&local->address);

	buf_add_text(out, is_ipv6 && !is_all ? "'" : "");
	add_protocol(scene, out);
	buf_add_char(out, ':');
	if (!is_all) {
		scene_add_address(out, scene, &local->address, 0);
		buf_add_char(out, ':');
	}
	add_port(scene, out);
	buf_add_text(out, is_ipv6 && !is_all ? "'" : "");
}

/* What was asked, to be asked again by root: options, target. */
WORD(add_question)
{
	const struct bind_request *request = scene->account->request;

	add_flags(out, request);
	if (request->interface) {
		buf_add_literal(out, "--device ");
		if (!add_device(scene, out))
			return false;
		buf_add_char(out, ' ');
	}
	add_target(scene, out);
	return !request->scope && !scene->account->no_port;
}

/* An address as in a configuration, without brackets. */
WORD(add_wanted_host)
{
	const struct address *address = &scene->account->request->local.address;

	buf_used(out, address_print(buf_room(out, ADDRESS_TEXT_MAX), address));
	return true;
}

WORD(add_wanted_ip)
{
	int family = scene->account->request->local.address.family;

	buf_add_text(out, family == AF_INET6 ? "ipv6" : "ipv4");
	return true;
}

/* Who gets the datagrams of a port that is shared. */
WORD(add_delivery)
{
	const size_t before = out->length;

	explain_delivery(scene->account, out);
	return out->length > before;
}

/* How connect() fails where no local port is left. */
WORD(add_no_port)
{
	bool is_tcp = scene->account->request->protocol == PROTOCOL_TCP;

	buf_add_text(out, is_tcp ? "EADDRNOTAVAIL" : "EAGAIN");
	return true;
}

/* Who has the port by a socket that the kernel does not tell of. */
WORD(add_hidden_pid)
{
	const uint32_t pid = scene->account->facts->hidden.pid;

	return pid && scene_add_number(out, pid) && pid != 1;
}

WORD(add_hidden_command)
{
	return scene_add_name(out, scene, scene->account->facts->hidden.command);
}

/* ---- conditions: nothing to say, and fit or not ---------------------- */

WORD(is_no_root)
{
	(void)out;
	return !scene->account->is_root;
}

/* In front of what only root may do. */
WORD(add_sudo)
{
	buf_add_text(out, scene->account->is_root ? "" : "sudo ");
	return true;
}

WORD(is_no_probe)
{
	(void)out;
	return scene->account->forbids_probe;
}

WORD(is_unset)
{
	(void)out;
	return !scene->account->request->reuseaddr &&
	       scene->account->with_reuseaddr != VERDICT_BLOCKED;
}

WORD(is_unreserved)
{
	(void)out;
	return !account_is_reserved(scene->account);
}

WORD(is_for_any_device)
{
	(void)out;
	return !scene->account->request->interface;
}

const struct word wanted_words[] = {
	{ "wanted", add_wanted }, { "wanted_address", add_wanted_address },
	{ "wanted_host", add_wanted_host }, { "wanted_ip", add_wanted_ip },
	{ "wanted_user", add_wanted_user },
	{ "port", add_port }, { "own_port", add_own_port }, { "protocol", add_protocol },
	{ "traffic", add_traffic },
	{ "-t", add_protocol_option }, { "fails", add_fails }, { "no_port", add_no_port },
	{ "unprivileged", add_unprivileged }, { "range", add_range },
	{ "reserved", add_reserved }, { "reserved_count", add_reserved_count },
	{ "of_them_reserved", add_of_them_reserved },
	{ "device", add_device }, { "address_device", add_address_device },
	{ "address_vrf", add_address_vrf }, { "unknown_device", is_unknown_device },
	{ "ipv6_switch", add_ipv6_switch }, { "delivery", add_delivery },
	{ "hidden_pid", add_hidden_pid }, { "hidden_command", add_hidden_command },
	{ "question", add_question }, { "unset", is_unset },
	{ "sudo", add_sudo }, { "no_root", is_no_root }, { "no_probe", is_no_probe },
	{ "unreserved", is_unreserved }, { "for_any_device", is_for_any_device },
	{ NULL, NULL },
};
