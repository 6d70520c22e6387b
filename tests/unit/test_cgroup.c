/* SPDX-License-Identifier: MIT */
/* Units and containers in cgroup paths, and who manages them. */
#include "unit.h"

#include "model/cgroup.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHORT "0123456789ab"

static const struct {
	const char *path, *unit, *container;
} paths[] = {
	{ "/", NULL, NULL },
	{ "", NULL, NULL },
	{ "/system.slice/nginx.service", "nginx.service", NULL },
	{ "/system.slice/nginx.service/", "nginx.service", NULL },
	{ "/init.scope", "init.scope", NULL },
	{ "/system.slice", NULL, NULL },
	{ "/system.slice/.service", NULL, NULL },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/vim.scope", "vim.scope", NULL },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice", "user@1000.service", NULL },
	{ "/system.slice/nginx.service/worker", "nginx.service", NULL },
	{ "/docker/" ID, NULL, SHORT },
	{ "/system.slice/docker-" ID ".scope", "docker-" ID ".scope", SHORT },
	{ "/docker/" ID "/system.slice/nginx.service", "nginx.service", SHORT },
	{ "/docker/" SHORT, NULL, NULL },
	{ "/somewhere/" ID, NULL, NULL },
	{ "/kubepods/burstable/pod42/" ID, NULL, SHORT },
	{ "/kubepods.slice/kubepods-pod42.slice/cri-containerd-" ID ".scope",
	  "cri-containerd-" ID ".scope", SHORT },
	{ "/kubepods.slice/crio-" ID ".scope/container", "crio-" ID ".scope", SHORT },
	{ "/machine.slice/libpod-" ID ".scope", "libpod-" ID ".scope", SHORT },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope", NULL },
	{ "/libpod_parent/libpod-" ID, NULL, SHORT },
	{ "/lxc/web1", NULL, "web1" },
	{ "/lxc.payload.web1/system.slice/sshd.service", "sshd.service", "web1" },
	{ "/machine.slice/machine-web1.scope", "machine-web1.scope", "web1" },
	{ "/machine.slice/systemd-nspawn@web1.service/payload", "systemd-nspawn@web1.service",
	  "web1" },
	{ "/system.slice/machine-web1.scope", "machine-web1.scope", NULL },
	{ "/docker/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", NULL, NULL },
};

static void assert_text(const char *text, const char *expected)
{
	if (expected) {
		assert_non_null(text);
		assert_string_equal(text, expected);
	} else {
		assert_null(text);
	}
}

static void units_are_found(void **state)
{
	struct arena arena = { NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_text(unit_of_cgroup(&arena, paths[i].path), paths[i].unit);
	arena_free(&arena);
}

static void containers_are_found(void **state)
{
	struct arena arena = { NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_text(container_of_cgroup(&arena, paths[i].path), paths[i].container);
	arena_free(&arena);
}

enum { SYSTEM = CGROUP_NO_USER };

static const struct {
	const char *path, *unit, *container;
	enum engine engine;
	uint32_t user;
} places[] = {
	{ "/", "", "", ENGINE_NONE, SYSTEM },
	{ "", "", "", ENGINE_NONE, SYSTEM },
	{ "/init.scope", "", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/a.service", "a.service", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/a.socket", "a.socket", "", ENGINE_NONE, SYSTEM },
	{ "/my.slice/my-apps.slice/a.service/worker", "a.service", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/system-inetd.slice/inetd@0-127.0.0.1:7-127.0.0.1:8.service",
	  "inetd@0-127.0.0.1:7-127.0.0.1:8.service", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/_cpu.service", "cpu.service", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/a\\x2db.service", "a\\x2db.service", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/a;b.service", "", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/*.service", "", "", ENGINE_NONE, SYSTEM },
	/* What is below a unit may be named by whoever runs in it. */
	{ "/system.slice/evil.service/sshd.service", "evil.service", "", ENGINE_NONE, SYSTEM },
	{ "/system.slice/evil.service/docker/" ID, "evil.service", SHORT, ENGINE_NONE, SYSTEM },
	{ "/user.slice/user-7.slice/user@7.service/init.scope", "", "", ENGINE_NONE, 7 },
	{ "/user.slice/user-7.slice/user@7.service/app.slice/sshd.service", "sshd.service", "",
	  ENGINE_NONE, 7 },
	{ "/user.slice/user-7.slice/user@7.service/docker/" ID, "", SHORT, ENGINE_NONE, 7 },
	{ "/user.slice/user-7.slice/user@7.service/a.service/libpod-" ID, "a.service", SHORT,
	  ENGINE_NONE, 7 },
	{ "/user.slice/user-7.slice/user@7.service/user.slice/libpod-" ID ".scope/container",
	  "libpod-" ID ".scope", SHORT, ENGINE_PODMAN, 7 },
	{ "/user.slice/user-7.slice/user@7.service/user.slice/docker-" ID ".scope",
	  "docker-" ID ".scope", SHORT, ENGINE_NONE, 7 },
	{ "/user.slice/user-7.slice/session-3.scope/docker/" ID, "session-3.scope", "",
	  ENGINE_NONE, SYSTEM },
	{ "/docker/" ID, "", SHORT, ENGINE_DOCKER, SYSTEM },
	{ "/system.slice/docker-" ID ".scope", "docker-" ID ".scope", SHORT, ENGINE_DOCKER,
	  SYSTEM },
	{ "/docker/" ID "/system.slice/nginx.service", "", SHORT, ENGINE_DOCKER, SYSTEM },
	{ "/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", SHORT,
	  ENGINE_PODMAN, SYSTEM },
	{ "/lxc.payload.web1/system.slice/sshd.service", "", "web1", ENGINE_LXC, SYSTEM },
	{ "/machine.slice/machine-my\\x2dbox.scope/payload", "machine-my\\x2dbox.scope",
	  "my\\x2dbox", ENGINE_MACHINED, SYSTEM },
	{ "/machine.slice/systemd-nspawn@web1.service/payload", "systemd-nspawn@web1.service",
	  "web1", ENGINE_NONE, SYSTEM },
	{ "/kubepods.slice/crio-" ID ".scope/container", "crio-" ID ".scope", SHORT, ENGINE_CRI,
	  SYSTEM },
};

static void assert_part(struct component part, const char *expected)
{
	assert_int_equal(part.length, strlen(expected));
	assert_memory_equal(part.start ? part.start : "", expected, part.length);
}

static void only_what_its_manager_named_is_its_own(void **state)
{
	struct cgroup_place place;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		cgroup_place(places[i].path, &place);
		assert_part(place.unit, places[i].unit);
		assert_part(place.container, places[i].container);
		assert_int_equal(place.engine, places[i].engine);
		assert_int_equal(place.user, places[i].user);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_found),
		cmocka_unit_test(containers_are_found),
		cmocka_unit_test(only_what_its_manager_named_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
