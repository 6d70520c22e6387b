/* SPDX-License-Identifier: MIT */
/* The words in braces: what each stands for in an account. */
#include "sentence.h"

#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

enum { PIDS_SHOWN = 8, MILLI = 1000 };

struct scene {
	const struct account *account;
	const struct blocker *blocker;
	enum quoting quoting;
};

static const struct socket *holder_of(const struct scene *scene)
{
	return scene->blocker ? blocker_socket(scene->account, scene->blocker) : NULL;
}

static const struct process *process_of(const struct scene *scene)
{
	const struct snapshot *snap = scene->account->facts->snap;
	const struct socket *sk = holder_of(scene);
	const struct owner *owner = sk ? owner_first(snap, sk) : NULL;

	return owner ? owner_process(snap, owner) : NULL;
}

/* ---- names ----------------------------------------------------------- */

static bool is_shell_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%_+=:,./-";

	return *text && *text != '-' && !text[strspn(text, plain)];
}

/* A name may hold anything: on a command line it is one word, and a word of letters. */
static bool add_name(struct buf *out, const struct scene *scene, const char *name)
{
	if (!name || !*name)
		return false;
	if (scene->quoting == QUOTING_SHELL && !is_shell_plain(name))
		return false;
	text_add_safe(out, name, strlen(name), SIZE_MAX);
	return true;
}

static bool add_number(struct buf *out, uint64_t number)
{
	buf_add_unsigned(out, number);
	return true;
}

static bool add_user(struct buf *out, const struct scene *scene, uint32_t uid)
{
	if (!add_name(out, scene, snapshot_user(scene->account->facts->snap, uid))) {
		buf_add_literal(out, "uid ");
		buf_add_unsigned(out, uid);
	}
	return true;
}

/* ---- addresses ------------------------------------------------------- */

static void add_address(struct buf *out, const struct scene *scene, const struct address *address,
			uint32_t interface)
{
	const struct account *account = scene->account;
	bool brackets = address->family == AF_INET6;
	const char *name = interface ? snapshot_interface(account->facts->snap,
							  account->facts->netns, interface) : NULL;

	buf_add_text(out, brackets ? "[" : "");
	buf_used(out, address_print(buf_room(out, ADDRESS_TEXT_MAX), address));
	if (name) {
		buf_add_char(out, '%');
		text_add_safe(out, name, strlen(name), SIZE_MAX);
	}
	buf_add_text(out, brackets ? "]" : "");
}

/* The wildcard of IPv4 and IPv6 is "*", as lists have it. */
static void add_endpoint(struct buf *out, const struct scene *scene, const struct endpoint *ep,
			 uint32_t interface, bool dual)
{
	if (dual && !interface && ep->address.family == AF_INET6 && address_is_any(&ep->address))
		buf_add_char(out, '*');
	else
		add_address(out, scene, &ep->address, interface);
	buf_add_char(out, ':');
	buf_add_unsigned(out, ep->port);
}

/* ---- the words ------------------------------------------------------- */

typedef bool word_function(const struct scene *scene, struct buf *out);

#define WORD(name) static bool name(const struct scene *scene, struct buf *out)

WORD(add_wanted)
{
	const struct bind_request *request = scene->account->request;

	add_endpoint(out, scene, &request->local,
		     request->interface ? request->interface : request->scope, !request->v6only);
	return true;
}

WORD(add_wanted_address)
{
	add_address(out, scene, &scene->account->request->local.address, 0);
	return true;
}

WORD(add_wanted_user)
{
	return add_user(out, scene, scene->account->request->uid);
}

WORD(add_fails)
{
	buf_add_text(out, scene->account->happened ? "bind() failed" : "bind() would fail");
	return true;
}

WORD(add_port)
{
	return add_number(out, scene->account->request->local.port);
}

WORD(add_protocol)
{
	buf_add_text(out, protocols[scene->account->request->protocol].name);
	return true;
}

/* The letter that ss and conntab know the protocol by. */
WORD(add_protocol_option)
{
	buf_add_text(out, scene->account->request->protocol == PROTOCOL_TCP ? "-t" : "-u");
	return true;
}

WORD(add_free_port)
{
	return scene->account->free_port && add_number(out, scene->account->free_port);
}

WORD(add_holder)
{
	const struct socket *sk = holder_of(scene);

	if (sk)
		add_endpoint(out, scene, &sk->local, sk->interface,
			     (sk->have & HAVE_V6ONLY) && !sk->v6only);
	return sk;
}

WORD(add_holder_address)
{
	const struct socket *sk = holder_of(scene);

	if (sk)
		add_address(out, scene, &sk->local.address, 0);
	return sk;
}

/* One address, not all of them. */
WORD(add_holder_single)
{
	const struct socket *sk = holder_of(scene);
	struct address plain = sk ? address_unmapped(&sk->local.address) : (struct address){ 0 };

	return sk && !address_is_any(&plain) && add_holder_address(scene, out);
}

/* Whose wildcard it is about: that of the holder's addresses. */
WORD(add_ip)
{
	const struct socket *sk = holder_of(scene);

	if (sk)
		buf_add_text(out, address_unmapped(&sk->local.address).family == AF_INET ? "IPv4" :
			     "IPv6");
	return sk;
}

WORD(add_holder_user)
{
	const struct socket *sk = holder_of(scene);

	return sk && (sk->have & HAVE_UID) && add_user(out, scene, sk->uid);
}

WORD(add_peer)
{
	const struct socket *sk = holder_of(scene);

	if (!sk || !(sk->have & HAVE_PEER))
		return false;
	add_endpoint(out, scene, &sk->peer, 0, false);
	return true;
}

WORD(add_seconds)
{
	const struct socket *sk = holder_of(scene);

	return sk && sk->timer != TIMER_NONE &&
	       add_number(out, (sk->timer_ms + MILLI - 1) / MILLI);
}

WORD(add_command)
{
	const struct process *process = process_of(scene);

	return process && add_name(out, scene, process->command);
}

WORD(add_pid)
{
	const struct process *process = process_of(scene);

	return process && add_number(out, process->pid);
}

WORD(add_pids)
{
	const struct snapshot *snap = scene->account->facts->snap;
	const struct socket *sk = holder_of(scene);
	uint32_t last = 0, count = 0;

	for (const struct owner *owner = sk ? owner_first(snap, sk) : NULL; owner;
	     owner = owner_next(snap, owner)) {
		uint32_t pid = owner_process(snap, owner)->pid;

		if (pid == last)
			continue;
		if (count++ == PIDS_SHOWN)
			break;
		buf_add_text(out, count > 1 ? " " : "");
		buf_add_unsigned(out, pid);
		last = pid;
	}
	return count;
}

static const char *unit_of(const struct scene *scene)
{
	const struct snapshot *snap = scene->account->facts->snap;
	const struct process *process = process_of(scene);
	const struct socket *sk = holder_of(scene);

	if (process)
		return process->unit;
	return sk && (sk->have & HAVE_CGROUP) ? snap->cgroups[sk->cgroup].unit : NULL;
}

WORD(add_unit)
{
	return add_name(out, scene, unit_of(scene));
}

WORD(add_socket_unit)
{
	return add_name(out, scene, scene->account->socket_unit);
}

/* What the kernel calls it by, behind the mount point. */
WORD(add_cgroup)
{
	const struct snapshot *snap = scene->account->facts->snap;
	const struct socket *sk = holder_of(scene);
	const char *path = sk && (sk->have & HAVE_CGROUP) ? snap->cgroups[sk->cgroup].path : NULL;

	return path && strcmp(path, "/") != 0 && add_name(out, scene, path);
}

WORD(add_container)
{
	const struct process *process = process_of(scene);

	return process && add_name(out, scene, process->container);
}

static bool add_sysctl(struct buf *out, const struct scene *scene, const char *name)
{
	const struct bind_facts *facts = scene->account->facts;

	return add_name(out, scene, snapshot_sysctl(facts->snap, facts->netns, name));
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
	return netns->ephemeral_first && add_number(out, netns->ephemeral_last);
}

/* What is to be written to reserve the wanted port besides those that are. */
WORD(add_reserved)
{
	size_t before = out->length;

	add_sysctl(out, scene, "net.ipv4.ip_local_reserved_ports");
	buf_add_text(out, out->length > before ? "," : "");
	return add_port(scene, out);
}

WORD(add_device)
{
	const struct bind_facts *facts = scene->account->facts;
	uint32_t index = scene->account->request->interface;

	return index && add_name(out, scene, snapshot_interface(facts->snap, facts->netns, index));
}

/* The interface that the holder is bound to by SO_BINDTODEVICE. */
WORD(add_holder_device)
{
	const struct bind_facts *facts = scene->account->facts;
	const struct socket *sk = holder_of(scene);

	return sk && sk->interface && !address_is_link_local(&sk->local.address) &&
	       add_name(out, scene, snapshot_interface(facts->snap, facts->netns, sk->interface));
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
	buf_add_text(out, scene->account->request->local.address.family == AF_INET6 ? "ipv6" :
		     "ipv4");
	return true;
}

/* ---- conditions: nothing to say, and fit or not ---------------------- */

WORD(is_unset)
{
	(void)out;
	return !scene->account->request->reuseaddr;
}

WORD(is_for_any_device)
{
	(void)out;
	return !scene->account->request->interface;
}

WORD(is_on_any_device)
{
	const struct socket *sk = holder_of(scene);

	(void)out;
	return sk && !sk->interface;
}

static const struct {
	const char *name;
	word_function *add;
} words[] = {
	{ "wanted", add_wanted }, { "wanted_address", add_wanted_address },
	{ "wanted_user", add_wanted_user }, { "port", add_port }, { "protocol", add_protocol },
	{ "-t", add_protocol_option }, { "free_port", add_free_port }, { "holder", add_holder },
	{ "holder_address", add_holder_address },
	{ "holder_single", add_holder_single }, { "ip", add_ip }, { "holder_user", add_holder_user },
	{ "peer", add_peer }, { "seconds", add_seconds }, { "command", add_command },
	{ "pid", add_pid }, { "pids", add_pids }, { "unit", add_unit },
	{ "socket_unit", add_socket_unit }, { "container", add_container },
	{ "unprivileged", add_unprivileged }, { "range", add_range },
	{ "fails", add_fails }, { "reserved", add_reserved }, { "device", add_device },
	{ "holder_device", add_holder_device }, { "cgroup", add_cgroup },
	{ "wanted_host", add_wanted_host }, { "wanted_ip", add_wanted_ip },
	{ "unset", is_unset }, { "for_any_device", is_for_any_device },
	{ "on_any_device", is_on_any_device },
};

static bool add_word(const struct scene *scene, const char *name, size_t length, struct buf *out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == length && memcmp(words[i].name, name, length) == 0)
			return words[i].add(scene, out);
	return false;
}

static bool expand(const struct scene *scene, const char *text, struct buf *out)
{
	bool fits = true;

	for (const char *brace; (brace = strchr(text, '{')); ) {
		const char *end = strchr(brace, '}');

		if (!end)
			break;
		buf_add(out, text, (size_t)(brace - text));
		fits &= add_word(scene, brace + 1, (size_t)(end - brace - 1), out);
		text = end + 1;
	}
	buf_add_text(out, text);
	return fits;
}

void sentence_add(const struct account *account, const struct blocker *blocker, const char *text,
		  enum quoting quoting, struct buf *out)
{
	const struct scene scene = { account, blocker, quoting };

	expand(&scene, text, out);
}

bool sentence_fits(const struct account *account, const struct blocker *blocker, const char *text,
		   enum quoting quoting)
{
	const struct scene scene = { account, blocker, quoting };
	struct buf scratch;
	bool fits;

	if (buf_init(&scratch, -1) < 0)
		return false;
	fits = expand(&scene, text, &scratch);
	buf_free(&scratch);
	return fits;
}
