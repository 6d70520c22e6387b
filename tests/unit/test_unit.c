/* SPDX-License-Identifier: MIT */
/* Units and containers in cgroup paths. */
#include "unit.h"

#include "collect/collect.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_found),
		cmocka_unit_test(containers_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
