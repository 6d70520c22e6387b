/* SPDX-License-Identifier: MIT */
/* Words about the container that the holder runs in, or that a port is published for. */
#include "word.h"

#include <stdlib.h>
#include <string.h>

#include "base/shell.h"
#include "base/text.h"
#include "place.h"

static const struct {
	const char *stop;		/* the command in front of a name; NULL: none is known */
} engines[ENGINE_COUNT] = {
	[ENGINE_DOCKER] = { "docker stop " },
	[ENGINE_PODMAN] = { "podman stop " },
	[ENGINE_NERDCTL] = { "nerdctl stop " },
	[ENGINE_CRI] = { "crictl stop " },
	[ENGINE_LXC] = { "lxc-stop -n " },
	[ENGINE_MACHINED] = { "machinectl terminate " },
};

enum { CONTAINERS_MOST = 8 };

/* Containers of one engine, each once. */
struct containers {
	struct cgroup_place list[CONTAINERS_MOST];
	size_t count;
};

static bool is_same(struct component a, struct component b)
{
	return a.length == b.length && memcmp(a.start, b.start, a.length) == 0;
}

/* False: it is none, of another engine than those before, or one too many. */
static bool add_container(struct containers *all, const struct process *process)
{
	struct cgroup_place place;

	if (!process_place(process, &place) || !place.container.length)
		return false;
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].engine != place.engine || all->list[i].user != place.user)
			return false;
		if (is_same(all->list[i].container, place.container))
			return true;
	}
	if (all->count == CONTAINERS_MOST)
		return false;
	all->list[all->count++] = place;
	return true;
}

/* Where all processes of all sockets run in containers of one engine. */
static bool find_containers(const struct scene *scene, struct containers *all)
{
	const struct snapshot *snap = scene->account->facts->snap;

	all->count = 0;
	for (size_t i = 0; i < scene_count(scene); i++) {
		const struct owner *owner = owner_first(snap, scene_socket(scene, i));

		for (; owner; owner = owner_next(snap, owner))
			if (!add_container(all, owner_process(snap, owner)))
				return false;
	}
	return all->count;
}

/* systemd writes "my-box" as "my\x2dbox" in the name of a unit. */
static void add_unescaped(struct buf *out, struct component name)
{
	for (size_t i = 0; i < name.length; i++) {
		char digits[3] = "", c = name.start[i];

		if (c == '\\' && name.length - i >= 4 && name.start[i + 1] == 'x') {
			memcpy(digits, name.start + i + 2, 2);
			c = (char)strtoul(digits, NULL, 16);
			i += 3;
		}
		buf_add_char(out, c);
	}
}

static bool add_container_name(struct buf *out, const struct scene *scene,
			       const struct cgroup_place *place)
{
	struct buf name;
	bool able;

	if (buf_init(&name, -1) < 0)
		return false;
	if (place->engine == ENGINE_MACHINED)
		add_unescaped(&name, place->container);
	else
		buf_add(&name, place->container.start, place->container.length);
	buf_add_char(&name, '\0');
	able = scene_add_name(out, scene, name.data);
	buf_free(&name);
	return able;
}

static bool add_names(struct buf *out, const struct scene *scene, const struct containers *all)
{
	for (size_t i = 0; i < all->count; i++) {
		buf_add_text(out, i ? " " : "");
		if (!add_container_name(out, scene, &all->list[i]))
			return false;
	}
	return true;
}

WORD(print_containers)
{
	struct containers all;

	return find_containers(scene, &all) && add_names(out, scene, &all);
}

/* As whom an engine has to be asked: each user's containers are the user's own. */
static bool add_user_switch(struct buf *out, const struct scene *scene, uint32_t user)
{
	const struct account *account = scene->account;
	const char *name = snapshot_user(account->facts->snap, user);

	if (user == account->asker)
		return true;
	if (!user) {
		buf_add_literal(out, "sudo ");
		return true;
	}
	buf_add_text(out, account->is_root ? "runuser -u " : "sudo -u ");
	if (!name || !scene_add_name(out, scene, name))
		return false;
	buf_add_text(out, account->is_root ? " -- " : " ");
	return true;
}

/* The command by which their engine stops them. */
WORD(print_stop)
{
	struct containers all;
	const struct cgroup_place *first = all.list;

	if (!find_containers(scene, &all) || !engines[first->engine].stop ||
	    !add_user_switch(out, scene, first->user == CGROUP_NO_USER ? 0 : first->user))
		return false;
	buf_add_text(out, engines[first->engine].stop);
	return add_names(out, scene, &all);
}

WORD(is_of_kubernetes)
{
	struct containers all;

	(void)out;
	return find_containers(scene, &all) && all.list[0].engine == ENGINE_CRI;
}

WORD(is_of_no_engine)
{
	struct containers all;

	(void)out;
	return find_containers(scene, &all) && !engines[all.list[0].engine].stop;
}

/* ---- published ports ------------------------------------------------- */

/* The process that has all sockets; NULL: there is no such one. */
static const struct process *process_of(const struct scene *scene)
{
	const struct snapshot *snap = scene->account->facts->snap;
	const struct process *process = NULL;

	for (size_t i = 0; i < scene_count(scene); i++) {
		const struct process *other = owner_first_process(snap, scene_socket(scene, i));

		if (!other || (process && other != process))
			return NULL;
		process = other;
	}
	return process;
}

/* What stands behind this option in the arguments of the holder; NULL: nothing. */
static const char *argument_of(const struct scene *scene, const char *option)
{
	const struct process *process = process_of(scene);
	const char *at = process ? process->command_line : NULL;
	const char *end = at ? at + process_arguments_length(process) : NULL;

	while (at && at < end) {
		bool found = strcmp(at, option) == 0;

		at += strlen(at) + 1;
		if (found && at < end)
			return at;
	}
	return NULL;
}

/* docker-proxy is told the container's address and port, conmon its name. */
WORD(add_published)
{
	const char *address = argument_of(scene, "-container-ip");
	const char *port = argument_of(scene, "-container-port");
	const char *name = argument_of(scene, "-n");

	if (!address || !port) {
		buf_add_text(out, name ? "the container " : "a container");
		return !name || scene_add_name(out, scene, name);
	}
	buf_add_literal(out, "the container at ");
	scene_add_name(out, scene, address);
	buf_add_literal(out, ", port ");
	return scene_add_name(out, scene, port);
}

/* Whose podman knows of it. */
WORD(add_as_holder)
{
	const struct process *process = process_of(scene);

	return process && process->uid != UINT32_MAX &&
	       add_user_switch(out, scene, process->uid);
}

WORD(add_stop_published)
{
	if (!argument_of(scene, "-c") || !argument_of(scene, "-n") ||
	    !add_as_holder(scene, out))
		return false;
	buf_add_literal(out, "podman stop ");
	return scene_add_name(out, scene, argument_of(scene, "-n"));
}

const struct word container_words[] = {
	{ "container", print_containers }, { "stop_container", print_stop },
	{ "published", add_published }, { "as_holder", add_as_holder },
	{ "stop_published", add_stop_published },
	{ "of_kubernetes", is_of_kubernetes }, { "of_no_engine", is_of_no_engine },
	{ NULL, NULL },
};
