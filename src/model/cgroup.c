/* SPDX-License-Identifier: MIT */
/* Names of cgroups, as systemd and engines of containers give them. */
#include "model/cgroup.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum {
	ID_LENGTH = 64,		/* hexadecimal digits of an engine's container id */
	ID_SHOWN = 12,		/* of these, as the engines themselves print it */
	UNIT_LENGTH_MAX = 255,
};

static const char *const unit_suffixes[] = { ".service", ".scope", ".socket" };

/* Where engines put a container: prefix, id or name, suffix. */
static const struct container_form {
	const char *prefix, *suffix;
	const char *parent;	/* the component in front of it; NULL: any */
	const char *ancestor;	/* some component in front of it; NULL: any */
	bool is_name;		/* a name of any form, not an id */
	enum engine engine;
} container_forms[] = {
	{ .prefix = "docker-", .suffix = ".scope", .engine = ENGINE_DOCKER },
	{ .prefix = "nerdctl-", .suffix = ".scope", .engine = ENGINE_NERDCTL },
	{ .prefix = "cri-containerd-", .suffix = ".scope", .engine = ENGINE_CRI },
	{ .prefix = "crio-", .suffix = ".scope", .engine = ENGINE_CRI },
	{ .prefix = "libpod-", .suffix = ".scope", .engine = ENGINE_PODMAN },
	{ .prefix = "libpod-", .suffix = "", .engine = ENGINE_PODMAN },
	{ .prefix = "", .suffix = "", .parent = "docker", .engine = ENGINE_DOCKER },
	{ .prefix = "", .suffix = "", .ancestor = "kubepods", .engine = ENGINE_CRI },
	{ .prefix = "", .suffix = "", .parent = "lxc", .is_name = true, .engine = ENGINE_LXC },
	{ .prefix = "lxc.payload.", .suffix = "", .is_name = true, .engine = ENGINE_LXC },
	{ .prefix = "machine-", .suffix = ".scope", .parent = "machine.slice", .is_name = true,
	  .engine = ENGINE_MACHINED },
	{ .prefix = "systemd-nspawn@", .suffix = ".service", .parent = "machine.slice",
	  .is_name = true },
};

/* ---- components ------------------------------------------------------ */

/* The component that ends in front of `end`; an empty one when there is none. */
static struct component component_before(const char *path, const char *end)
{
	const char *start;

	while (end > path && end[-1] == '/')
		end--;
	for (start = end; start > path && start[-1] != '/';)
		start--;
	return (struct component){ start, (size_t)(end - start) };
}

/* The component that begins at `at` or behind the slashes there. */
static struct component component_at(const char *at)
{
	at += strspn(at, "/");
	return (struct component){ at, strcspn(at, "/") };
}

static struct component component_after(struct component part)
{
	return component_at(part.start + part.length);
}

static bool component_is(struct component part, const char *text)
{
	return part.length == strlen(text) && memcmp(part.start, text, part.length) == 0;
}

/* Take prefix and suffix off; an empty component when it has not both or nothing is left. */
static struct component component_inside(struct component part, const char *prefix,
					 const char *suffix)
{
	size_t front = strlen(prefix), back = strlen(suffix);

	if (part.length <= front + back || memcmp(part.start, prefix, front) != 0 ||
	    memcmp(part.start + part.length - back, suffix, back) != 0)
		return (struct component){ part.start, 0 };
	return (struct component){ part.start + front, part.length - front - back };
}

bool component_ends(struct component part, const char *suffix)
{
	return component_inside(part, "", suffix).length > 0;
}

/* ---- containers ------------------------------------------------------ */

static bool is_container_id(struct component part)
{
	return part.length == ID_LENGTH && strspn(part.start, "0123456789abcdef") >= ID_LENGTH;
}

static bool has_ancestor(const char *path, const char *end, const char *name)
{
	struct component part = component_before(path, end);

	while (part.length && !component_is(part, name))
		part = component_before(path, part.start);
	return part.length > 0;
}

static bool is_at_home(const struct container_form *form, const char *path, const char *end)
{
	if (form->parent && !component_is(component_before(path, end), form->parent))
		return false;
	return !form->ancestor || has_ancestor(path, end, form->ancestor);
}

/* The form of the container that this component stands for, and its id; or NULL. */
static const struct container_form *form_of(const char *path, struct component part,
					    struct component *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(container_forms); i++) {
		const struct container_form *form = &container_forms[i];

		*id = component_inside(part, form->prefix, form->suffix);
		if (!id->length || !(form->is_name || is_container_id(*id)) ||
		    !is_at_home(form, path, part.start))
			continue;
		if (!form->is_name)
			id->length = ID_SHOWN;
		return form;
	}
	return NULL;
}

/* The innermost container; `part` is its component. */
static const struct container_form *find_container(const char *path, struct component *part,
						   struct component *id)
{
	const struct container_form *form = NULL;

	*part = component_before(path, path + strlen(path));
	while (part->length && !(form = form_of(path, *part, id)))
		*part = component_before(path, part->start);
	return form;
}

const char *container_of_cgroup(struct arena *arena, const char *path)
{
	struct component part, id;

	return find_container(path, &part, &id) ? arena_copy(arena, id.start, id.length) : NULL;
}

/* ---- units ----------------------------------------------------------- */

/* systemd puts an underscore in front of what would look like a file of the kernel's. */
static struct component unescaped(struct component part)
{
	if (part.length && *part.start == '_') {
		part.start++;
		part.length--;
	}
	return part;
}

static bool is_unit(struct component part)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_suffixes); i++)
		if (component_ends(part, unit_suffixes[i]))
			return true;
	return false;
}

bool is_unit_name(const char *name, size_t length)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:-_.\\@";

	if (length > UNIT_LENGTH_MAX || !is_unit((struct component){ name, length }))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!memchr(allowed, name[i], sizeof(allowed) - 1))
			return false;
	return true;
}

const char *unit_of_cgroup(struct arena *arena, const char *path)
{
	struct component part = component_before(path, path + strlen(path));

	while (part.length && !is_unit(part))
		part = component_before(path, part.start);
	part = unescaped(part);
	return part.length ? arena_copy(arena, part.start, part.length) : NULL;
}

/* ---- who manages it -------------------------------------------------- */

/* The first component that is no slice. */
static struct component skip_slices(struct component part)
{
	while (component_ends(part, ".slice"))
		part = component_after(part);
	return part;
}

/* "user@1000.service": whose manager that is. */
static bool read_user(struct component part, uint32_t *user)
{
	struct component digits = component_inside(part, "user@", ".service");
	char *end;
	unsigned long number;

	if (!digits.length || strspn(digits.start, "0123456789") != digits.length)
		return false;
	number = strtoul(digits.start, &end, 10);
	*user = (uint32_t)number;
	return number < CGROUP_NO_USER;
}

/* Nothing but slices and engines' own directories lead there: no one else's names. */
static bool is_reached(struct component from, struct component to)
{
	for (; from.length && from.start < to.start; from = component_after(from))
		if (is_unit(from))
			return false;
	return true;
}

static void take_container(const char *path, struct component home, struct cgroup_place *place)
{
	struct component part, id;
	const struct container_form *form = find_container(path, &part, &id);

	if (!form)
		return;
	place->container = id;
	if (part.start < home.start || !is_reached(home, part))
		return;
	/* A user's podman is told as that user; a user's cgroup called docker proves nothing. */
	if (place->user == CGROUP_NO_USER || form->engine == ENGINE_PODMAN)
		place->engine = form->engine;
}

void cgroup_place(const char *path, struct cgroup_place *place)
{
	struct component home = component_at(path), part;

	*place = (struct cgroup_place){ .user = CGROUP_NO_USER };
	part = skip_slices(home);
	if (read_user(part, &place->user)) {
		home = component_after(part);
		part = skip_slices(home);
	}
	place->is_manager = component_is(part, "init.scope");
	part = unescaped(part);
	if (!place->is_manager && is_unit_name(part.start, part.length))
		place->unit = part;
	if (place->user != CGROUP_NO_USER || !component_is(component_at(path), "user.slice"))
		take_container(path, home, place);
}
