/* SPDX-License-Identifier: MIT */
/*
 * Words about units: what is to be stopped together so that the port is free,
 * and by whose systemd.  Never a manager itself, and no unit that is not sure
 * to be the holder's.
 */
#include "word.h"

#include <stdlib.h>
#include <string.h>

#include "base/shell.h"
#include "base/text.h"
#include "place.h"

enum { UNITS_MOST = 8 };

/* Units of one manager, each once. */
struct units {
	uint32_t user;			/* whose manager; CGROUP_NO_USER: the system's */
	struct component list[UNITS_MOST];
	size_t count;
	bool too_many;
};

static bool is_same(struct component a, struct component b)
{
	return a.length == b.length && memcmp(a.start, b.start, a.length) == 0;
}

static void add_unit(struct units *units, struct component unit)
{
	for (size_t i = 0; i < units->count; i++)
		if (is_same(units->list[i], unit))
			return;
	if (units->count < UNITS_MOST)
		units->list[units->count++] = unit;
	else
		units->too_many = true;
}

/* "inetd@0-192.0.2.1:7-192.0.2.2:4096.service" is an instance of "inetd@*.service". */
static size_t template_length(struct component unit)
{
	const char *at = memchr(unit.start, '@', unit.length);

	return at ? (size_t)(at + 1 - unit.start) : 0;
}

/* ---- the holder's ---------------------------------------------------- */

/* The socket unit whose cgroup the socket was made in. */
static bool find_socket_unit(const struct scene *scene, const struct socket *sk,
			     struct cgroup_place *place)
{
	return socket_place(scene->account->facts->snap, sk, place) &&
	       component_ends(place->unit, ".socket");
}

/* False: a process is in no service of that manager, so that to stop units is not enough. */
static bool add_services(const struct scene *scene, const struct socket *sk, struct units *units)
{
	const struct snapshot *snap = scene->account->facts->snap;
	const struct owner *owner = owner_first(snap, sk);

	for (; owner; owner = owner_next(snap, owner)) {
		const struct process *process = owner_process(snap, owner);
		struct cgroup_place place;

		if (process_is_manager(process))
			continue;
		if (!process_place(process, &place) || place.user != units->user ||
		    !component_ends(place.unit, ".service"))
			return false;
		add_unit(units, place.unit);
	}
	return true;
}

/* Connections that systemd has accepted for the same socket unit have an instance each. */
static bool add_instances(const struct scene *scene, const struct cgroup_place *socket,
			  struct units *units)
{
	const struct diagnosis *diagnosis = scene->account->diagnosis;

	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct socket *sk = blocker_socket(scene->account, &diagnosis->blockers[i]);
		struct cgroup_place place;

		if (find_socket_unit(scene, sk, &place) && place.user == socket->user &&
		    is_same(place.unit, socket->unit) && !add_services(scene, sk, units))
			return false;
	}
	return true;
}

/* Where the kernel does not tell the cgroup of the socket: the unit whose file has the port. */
static bool add_unit_of_files(const struct scene *scene, const struct socket *sk,
			      struct units *units)
{
	const struct process *manager = socket_manager(scene->account->facts->snap, sk);
	const char *name = scene->account->socket_unit;
	struct cgroup_place place;

	if (!name || !is_unit_name(name, strlen(name)) ||
	    (process_place(manager, &place) && place.user != CGROUP_NO_USER))
		return false;
	add_unit(units, (struct component){ name, strlen(name) });
	return true;
}

/* Of a socket without a process that is known: the service in whose cgroup it was made. */
static bool add_unit_of_socket(const struct scene *scene, const struct socket *sk,
			       struct units *units)
{
	struct cgroup_place place;

	if (!socket_place(scene->account->facts->snap, sk, &place) ||
	    place.user != units->user || !component_ends(place.unit, ".service"))
		return false;
	add_unit(units, place.unit);
	return true;
}

static bool add_units_of(const struct scene *scene, const struct socket *sk, struct units *units)
{
	const struct snapshot *snap = scene->account->facts->snap;
	struct cgroup_place place;

	if (find_socket_unit(scene, sk, &place)) {
		/* Its service has it too, perhaps: which that is, only its processes tell. */
		if (place.user != units->user || !owner_first(snap, sk))
			return false;
		add_unit(units, place.unit);
		return add_instances(scene, &place, units) && add_services(scene, sk, units);
	}
	if (!owner_first(snap, sk))
		return add_unit_of_socket(scene, sk, units);
	if (socket_manager(snap, sk) && !add_unit_of_files(scene, sk, units))
		return false;
	return add_services(scene, sk, units);
}

static uint32_t manager_of(const struct snapshot *snap, const struct socket *sk)
{
	struct cgroup_place place;

	if (process_place(owner_first_process(snap, sk), &place) || socket_place(snap, sk, &place))
		return place.user;
	return CGROUP_NO_USER;
}

/* What has to be stopped so that all sockets of the scene go; false: that is not enough. */
static bool find_units(const struct scene *scene, struct units *units)
{
	const struct snapshot *snap = scene->account->facts->snap;

	*units = (struct units){ .user = CGROUP_NO_USER };
	for (size_t i = 0; i < scene_count(scene); i++) {
		const struct socket *sk = scene_socket(scene, i);

		if (!i)
			units->user = manager_of(snap, sk);
		if (!add_units_of(scene, sk, units))
			return false;
	}
	return units->count;
}

/* ---- words ----------------------------------------------------------- */

static bool add_name(struct buf *out, const struct scene *scene, const char *name, size_t length)
{
	if (scene->quoting == QUOTING_SHELL)
		return shell_quote(out, name, length);
	text_add_safe(out, name, length, SIZE_MAX);
	return true;
}

/* All instances of a template, where they are too many to be named. */
static bool add_template(struct buf *out, const struct scene *scene, struct component unit)
{
	struct buf text;
	bool able;

	if (!template_length(unit) || buf_init(&text, -1) < 0)
		return false;
	buf_add(&text, unit.start, template_length(unit));
	buf_add_literal(&text, "*.service");
	able = add_name(out, scene, text.data, text.length);
	buf_free(&text);
	return able;
}

static bool add_many(struct buf *out, const struct scene *scene, const struct units *units)
{
	size_t first = component_ends(units->list[0], ".socket"), length;

	length = template_length(units->list[first]);
	for (size_t i = first; i < units->count; i++)
		if (template_length(units->list[i]) != length ||
		    memcmp(units->list[i].start, units->list[first].start, length) != 0)
			return false;
	if (first) {
		add_name(out, scene, units->list[0].start, units->list[0].length);
		buf_add_char(out, ' ');
	}
	return add_template(out, scene, units->list[first]);
}

/* What a manager is to stop so that the socket goes: its socket unit, and the services. */
WORD(print_units)
{
	struct units units;

	if (!find_units(scene, &units))
		return false;
	if (scene->quoting == QUOTING_SHELL && *units.list[0].start == '-')
		buf_add_literal(out, "-- ");
	if (units.too_many)
		return add_many(out, scene, &units);
	for (size_t i = 0; i < units.count; i++) {
		buf_add_text(out, i ? " " : "");
		if (!add_name(out, scene, units.list[i].start, units.list[i].length))
			return false;
	}
	return true;
}

static bool add_manager_of(struct buf *out, const struct scene *scene, uint32_t user)
{
	const char *name = snapshot_user(scene->account->facts->snap, user);
	struct buf text;
	bool able;

	if (user == scene->account->asker) {
		buf_add_literal(out, "systemctl --user");
		return true;
	}
	if (buf_init(&text, -1) < 0)
		return false;
	if (name)
		buf_add_text(&text, name);
	else
		buf_add_unsigned(&text, user);
	buf_add_char(&text, '@');
	buf_add_text(out, scene->account->is_root ? "" : "sudo ");
	buf_add_literal(out, "systemctl --user -M ");
	able = add_name(out, scene, text.data, text.length);
	buf_free(&text);
	return able;
}

/* The command that reaches the manager of these units. */
WORD(add_systemctl)
{
	struct units units;

	if (!find_units(scene, &units))
		return false;
	if (units.user != CGROUP_NO_USER)
		return add_manager_of(out, scene, units.user);
	buf_add_text(out, scene->account->is_root ? "systemctl" : "sudo systemctl");
	return true;
}

/* The command that asks the systemd which has the socket: what it tells is no secret. */
WORD(add_manager_systemctl)
{
	const struct socket *sk = scene_count(scene) ? scene_socket(scene, 0) : NULL;
	struct cgroup_place place;

	if (sk && process_place(socket_manager(scene->account->facts->snap, sk), &place) &&
	    place.user != CGROUP_NO_USER)
		return add_manager_of(out, scene, place.user);
	buf_add_literal(out, "systemctl");
	return true;
}

/* Whose systemd it is, where that is not the system's. */
WORD(add_manager)
{
	struct units units;

	return find_units(scene, &units) && units.user != CGROUP_NO_USER &&
	       scene_add_user(out, scene, units.user);
}

WORD(has_no_units)
{
	struct units units;

	(void)out;
	return !find_units(scene, &units);
}

const struct word unit_words[] = {
	{ "units", print_units }, { "systemctl", add_systemctl }, { "manager", add_manager },
	{ "manager_systemctl", add_manager_systemctl }, { "no_units", has_no_units },
	{ NULL, NULL },
};
