/* SPDX-License-Identifier: MIT */
/* Words about the holder: its socket and processes. */
#include "device.h"
#include "word.h"

#include <string.h>
#include <sys/socket.h>

#include "diagnose/master.h"

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

WORD(add_holder)
{
	const struct socket *sk = holder_of(scene);

	if (sk)
		scene_add_endpoint(out, scene, &sk->local, sk->interface,
			     (sk->have & HAVE_V6ONLY) && !sk->v6only);
	return sk;
}

WORD(add_holder_address)
{
	const struct socket *sk = holder_of(scene);

	if (sk)
		scene_add_address(out, scene, &sk->local.address, 0);
	return sk;
}

WORD(add_holder_protocol)
{
	const struct socket *sk = holder_of(scene);

	if (sk)
		buf_add_text(out, protocols[sk->protocol].name);
	return sk;
}

/* Whose wildcard it is about: that of the holder's addresses. */
WORD(add_ip)
{
	const struct socket *sk = holder_of(scene);
	struct address plain;

	if (!sk)
		return false;
	plain = address_unmapped(&sk->local.address);
	buf_add_text(out, plain.family == AF_INET ? "IPv4" : "IPv6");
	return true;
}

WORD(add_holder_user)
{
	const struct socket *sk = holder_of(scene);

	return sk && (sk->have & HAVE_UID) && scene_add_user(out, scene, sk->uid);
}

WORD(add_peer)
{
	const struct socket *sk = holder_of(scene);

	if (!sk || !(sk->have & HAVE_PEER))
		return false;
	scene_add_endpoint(out, scene, &sk->peer, 0, false);
	return true;
}

WORD(add_command)
{
	const struct process *process = process_of(scene);

	return process && scene_add_name(out, scene, process->command);
}

WORD(add_pid)
{
	const struct process *process = process_of(scene);

	return process && scene_add_number(out, process->pid);
}

WORD(add_master)
{
	const struct socket *sk = holder_of(scene);
	uint32_t master = sk ? socket_master(scene->account->facts->snap, sk) : 0;

	return master && scene_add_number(out, master);
}

/* What the kernel calls it by, behind the mount point. */
WORD(add_cgroup)
{
	const struct snapshot *snap = scene->account->facts->snap;
	const struct socket *sk = holder_of(scene);
	const char *path = sk && (sk->have & HAVE_CGROUP) ? snap->cgroups[sk->cgroup].path : NULL;

	return path && strcmp(path, "/") != 0 && scene_add_name(out, scene, path);
}

/* The interface that the holder is bound to by SO_BINDTODEVICE. */
WORD(add_holder_device)
{
	const struct bind_facts *facts = scene->account->facts;
	const struct socket *sk = holder_of(scene);

	return sk && sk->interface && !device_is_gone(facts, sk->interface) &&
	       !address_is_link_local(&sk->local.address) &&
	       scene_add_name(out, scene,
			      snapshot_interface(facts->snap, facts->netns, sk->interface));
}

WORD(is_on_any_device)
{
	const struct socket *sk = holder_of(scene);

	(void)out;
	return sk && !sk->interface;
}
const struct word holder_words[] = {
	{ "holder", add_holder }, { "holder_address", add_holder_address },
	{ "holder_protocol", add_holder_protocol },
	{ "ip", add_ip },
	{ "holder_user", add_holder_user }, { "holder_device", add_holder_device },
	{ "peer", add_peer }, { "command", add_command },
	{ "pid", add_pid }, { "master", add_master },
	{ "cgroup", add_cgroup }, { "on_any_device", is_on_any_device },
	{ NULL, NULL },
};
