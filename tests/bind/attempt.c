/* SPDX-License-Identifier: MIT */
/* The wanted socket: what the judge is told of it, and what the kernel does with it. */
#include <errno.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "attempt.h"
#include "collect/facts.h"

/* In the effective set of this thread; it stays in the permitted one. */
static void may_bind_service(bool may)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		die("capabilities can be read");
	data[0].effective &= ~(1u << CAP_NET_BIND_SERVICE);
	data[0].effective |= (uint32_t)may << CAP_NET_BIND_SERVICE;
	if (syscall(SYS_capset, &header, data) < 0)
		die("capabilities can be set");
}

int wanted_socket(const struct wanted *wanted)
{
	int fd = recipe_socket(&wanted->recipe), on = 1;
	bool ipv4 = place_family(wanted->recipe.place) == AF_INET;

	if (fd >= 0 && wanted->freebind &&
	    setsockopt(fd, ipv4 ? IPPROTO_IP : IPPROTO_IPV6, ipv4 ? IP_FREEBIND : IPV6_FREEBIND,
		       &on, sizeof(on)) < 0)
		die("IP_FREEBIND can be set");
	return fd;
}

/* To an address that it may have on any device, so that the next bind() is the second. */
static void bind_before(int fd, enum place place)
{
	struct sockaddr_storage to;
	socklen_t length = place_bind(place_family(place) == AF_INET ? ANY4 : ANY6, 0, false,
				      &to);

	if (bind(fd, (struct sockaddr *)&to, length) < 0)
		die("a socket can be bound for the first time");
}

int wanted_bind(int fd, const struct wanted *wanted, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t length = place_bind(wanted->recipe.place, port, wanted->scoped, &to);
	int err;

	if (wanted->bound)
		bind_before(fd, wanted->recipe.place);
	if (wanted->unprivileged)
		may_bind_service(false);
	err = bind(fd, (struct sockaddr *)&to, length) < 0 ? errno : 0;
	if (wanted->unprivileged)
		may_bind_service(true);
	return err;
}

int wanted_probe(const struct wanted *wanted, uint16_t port)
{
	int fd = wanted_socket(wanted), err;

	if (fd < 0)
		die("a probe can be made");
	err = wanted_bind(fd, wanted, port);
	close(fd);
	return err;
}

struct bind_request wanted_request(const struct wanted *wanted, uint16_t port)
{
	const struct recipe *recipe = &wanted->recipe;
	const struct address address = place_address(recipe->place);

	return (struct bind_request){
		.protocol = recipe->protocol,
		.local = { address, port },
		.reuseaddr = recipe->reuseaddr,
		.reuseport = recipe->reuseport,
		.v6only = recipe->v6only,
		.freebind = wanted->freebind,
		.bound = wanted->bound,
		.interface = recipe->device ? if_nametoindex(device_names[recipe->device]) : 0,
		.scope = wanted->scoped && address_needs_scope(&address),
		.uid = recipe->uid,
	};
}

/* ---- facts ----------------------------------------------------------- */

static const struct known *find_known(const struct trial *trial, const struct socket *sk)
{
	for (size_t i = 0; i < trial->known_count; i++)
		if (trial->known[i].cookie == sk->cookie)
			return &trial->known[i];
	return NULL;
}

/* As `why` asks for it. */
void surroundings_read(struct source *source, const struct bind_request *request,
		       const struct snapshot *snap, struct surroundings *around)
{
	size_t count = facts_add_device(source, request->interface, around->devices, 0);
	uint32_t device;

	for (size_t i = 0; i < snap->count && count < DEVICES; i++)
		count = facts_add_device(source, snap->sockets[i].interface, around->devices,
					 count);
	around->device_count = count;
	around->address = (uint8_t)facts_address(source, request, &device);
}

/* Before 6.8 nobody is told of sockets that are only bound (TCPF_BOUND_INACTIVE). */
bool kernel_hides_bound(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		die("the release of the kernel can be read");
	return major < 6 || (major == 6 && minor < 8);
}

void facts_fill(const struct trial *trial, enum knowledge knowledge, const struct snapshot *snap,
		const struct surroundings *around, struct bind_facts *facts,
		struct bind_options *options)
{
	*facts = (struct bind_facts){
		.snap = snap,
		.options = options,
		.devices = around->devices,
		.device_count = around->device_count,
		.address = around->address,
		.privileged = trial->wanted.unprivileged ? TRUTH_NO : TRUTH_YES,
		.whole = true,
		.hides_bound = trial->wanted.recipe.protocol == PROTOCOL_TCP &&
			       kernel_hides_bound(),
	};
	for (size_t i = 0; i < snap->count; i++) {
		const struct known *known = find_known(trial, &snap->sockets[i]);

		options[i] = (struct bind_options){ TRUTH_MAYBE, TRUTH_MAYBE, TRUTH_MAYBE };
		if (known && (knowledge == KNOWS_ALL ||
			      (knowledge == KNOWS_DESCRIPTORS && known->fd >= 0)))
			options[i] = known->options;
	}
}

/* ---- words ----------------------------------------------------------- */

static void say_recipe(const struct recipe *recipe)
{
	const char *device = device_names[recipe->device];

	printf("%s %s%s%s%s%s%s uid %u", protocols[recipe->protocol].name,
	       place_names[recipe->place], recipe->reuseaddr ? " reuseaddr" : "",
	       recipe->reuseport ? " reuseport" : "", recipe->v6only ? " v6only" : "",
	       device ? " on " : "", device ? device : "", recipe->uid);
}

void trial_say(const struct trial *trial)
{
	const struct wanted *wanted = &trial->wanted;

	for (size_t i = 0; i < trial->holder_count; i++) {
		const struct holder *holder = &trial->holders[i];

		printf("# holder: ");
		say_recipe(&holder->recipe);
		printf(", %s%s%s\n", life_names[holder->life], holder->made ? "" : ", NOT MADE",
		       holder->gone ? ", closed again" : "");
	}
	printf("%s# wanted: ", trial->changes ? "# holders changed their options\n" : "");
	say_recipe(&wanted->recipe);
	printf(" port %u%s%s%s%s%s\n", trial->port, wanted->freebind ? " freebind" : "",
	       wanted->bound ? " bound before" : "", wanted->scoped ? " scope lo" : "",
	       wanted->unprivileged ? " unprivileged" : "",
	       wanted->listens_late ? ", holders listen, then it" : "");
}
