/* SPDX-License-Identifier: MIT */
/*
 * What a cgroup path says about who manages it: the systemd unit and the
 * container.  Knows the naming of systemd and of container engines; opens
 * nothing.
 */
#include "collect.h"

#include <string.h>

#include "base/array.h"

enum {
	ID_LENGTH = 64,		/* hexadecimal digits of an engine's container id */
	ID_SHOWN = 12,		/* of these, as the engines themselves print it */
};

/* One component of a cgroup path. */
struct component {
	const char *start;
	size_t length;
};

static const char *const unit_suffixes[] = { ".service", ".scope", ".socket" };

/* Where engines put a container: prefix, id or name, suffix. */
static const struct container_form {
	const char *prefix, *suffix;
	const char *parent;	/* the component in front of it; NULL: any */
	const char *ancestor;	/* some component in front of it; NULL: any */
	bool is_name;		/* a name of any form, not an id */
} container_forms[] = {
	{ .prefix = "docker-", .suffix = ".scope" },
	{ .prefix = "cri-containerd-", .suffix = ".scope" },
	{ .prefix = "crio-", .suffix = ".scope" },
	{ .prefix = "libpod-", .suffix = ".scope" },
	{ .prefix = "libpod-", .suffix = "" },
	{ .prefix = "", .suffix = "", .parent = "docker" },
	{ .prefix = "", .suffix = "", .ancestor = "kubepods" },
	{ .prefix = "", .suffix = "", .parent = "lxc", .is_name = true },
	{ .prefix = "lxc.payload.", .suffix = "", .is_name = true },
	{ .prefix = "machine-", .suffix = ".scope", .parent = "machine.slice", .is_name = true },
	{ .prefix = "systemd-nspawn@", .suffix = ".service", .parent = "machine.slice",
	  .is_name = true },
};

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

/* The container this component stands for, or NULL. */
static const char *container_of(struct arena *arena, const char *path, struct component part)
{
	for (size_t i = 0; i < ARRAY_SIZE(container_forms); i++) {
		const struct container_form *form = &container_forms[i];
		struct component id = component_inside(part, form->prefix, form->suffix);

		if (!id.length || !(form->is_name || is_container_id(id)) ||
		    !is_at_home(form, path, part.start))
			continue;
		return arena_copy(arena, id.start, form->is_name ? id.length : ID_SHOWN);
	}
	return NULL;
}

const char *container_of_cgroup(struct arena *arena, const char *path)
{
	struct component part = component_before(path, path + strlen(path));
	const char *container = NULL;

	for (; part.length && !container; part = component_before(path, part.start))
		container = container_of(arena, path, part);
	return container;
}

static bool is_unit(struct component part)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_suffixes); i++)
		if (component_inside(part, "", unit_suffixes[i]).length)
			return true;
	return false;
}

const char *unit_of_cgroup(struct arena *arena, const char *path)
{
	struct component part = component_before(path, path + strlen(path));

	while (part.length && !is_unit(part))
		part = component_before(path, part.start);
	return part.length ? arena_copy(arena, part.start, part.length) : NULL;
}
