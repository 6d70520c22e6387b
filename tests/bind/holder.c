/* SPDX-License-Identifier: MIT */
/* The sockets that are in the way: one for each thing that can become of a socket. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/time.h>
#include <unistd.h>

#include "bindcheck.h"

const char *const life_names[LIVES] = {
	[LIFE_BOUND] = "bound",
	[LIFE_LISTEN] = "listener",
	[LIFE_CHILD] = "accepted, listener closed",
	[LIFE_CHILD_BESIDE] = "listener and accepted",
	[LIFE_CHILD_OF_OTHER] = "accepted by another user, listener closed",
	[LIFE_UNACCEPTED] = "listener and not accepted",
	[LIFE_REQUEST] = "SYN-RECV, listener closed",
	[LIFE_CLIENT] = "bound and connected",
	[LIFE_AUTOMATIC] = "connected",
	[LIFE_SYN_SENT] = "SYN-SENT",
	[LIFE_CLOSE_WAIT] = "CLOSE-WAIT",
	[LIFE_FIN_WAIT_1] = "orphan FIN-WAIT-1",
	[LIFE_LAST_ACK] = "orphan LAST-ACK",
	[LIFE_CLOSING] = "orphan CLOSING",
	[LIFE_FIN_WAIT_2] = "FIN-WAIT-2",
	[LIFE_ORPHAN_FIN_WAIT_2] = "orphan FIN-WAIT-2",
	[LIFE_TIME_WAIT] = "TIME-WAIT",
	[LIFE_UDP] = "unconnected",
	[LIFE_UDP_CONNECTED] = "bound and connected",
	[LIFE_UDP_AUTOMATIC] = "connected",
};

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)) < 0)
		die("an option can be set");
}

static uint8_t get(int fd, int level, int name)
{
	socklen_t length = sizeof(int);
	int value = 0;

	if (getsockopt(fd, level, name, &value, &length) < 0)
		die("an option can be read");
	return value ? TRUTH_YES : TRUTH_NO;
}

/* Nothing may wait for ever: another socket on the port may get what this one waits for. */
static void limit_waiting(int fd)
{
	static const struct timeval limit = { .tv_usec = 10000 };

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		die("a time limit can be set");
}

void bind_to_device(int fd, enum bound_to device)
{
	const char *name = device_names[device];

	if (name &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1) < 0)
		die("a socket can be bound to a device");
}

int recipe_socket(const struct recipe *recipe)
{
	int family = place_family(recipe->place), fd;

	setfsuid(recipe->uid);
	fd = socket(family, (recipe->protocol == PROTOCOL_TCP ? SOCK_STREAM : SOCK_DGRAM) |
		    SOCK_CLOEXEC, 0);
	setfsuid(0);
	if (fd < 0)
		return -1;
	set(fd, SOL_SOCKET, SO_REUSEADDR, recipe->reuseaddr);
	set(fd, SOL_SOCKET, SO_REUSEPORT, recipe->reuseport);
	if (family == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, recipe->v6only);
	limit_waiting(fd);
	bind_to_device(fd, recipe->device);
	return fd;
}

/* ---- keeping book ---------------------------------------------------- */

static int keep(struct holder *holder, int fd)
{
	holder->fds[holder->fd_count++] = fd;
	return fd;
}

/* A socket on the port: what its options are now is what the kernel judges by later. */
static int remember(struct trial *trial, struct holder *holder, int fd)
{
	struct known *known = &trial->known[trial->known_count++];
	socklen_t length = sizeof(known->cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &known->cookie, &length) < 0)
		die("a cookie can be read");
	known->fd = fd;
	known->options.reuseaddr = get(fd, SOL_SOCKET, SO_REUSEADDR);
	known->options.reuseport = get(fd, SOL_SOCKET, SO_REUSEPORT);
	known->options.v6only = TRUTH_NO;
	if (place_family(holder->recipe.place) == AF_INET6)
		known->options.v6only = get(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	return keep(holder, fd);
}

void known_change(struct known *known)
{
	const uint32_t which = 1 + random_below(3);

	if (known->fd < 0)
		return;
	if (which & 1)
		set(known->fd, SOL_SOCKET, SO_REUSEADDR, !get(known->fd, SOL_SOCKET, SO_REUSEADDR));
	if (which & 2)
		set(known->fd, SOL_SOCKET, SO_REUSEPORT, !get(known->fd, SOL_SOCKET, SO_REUSEPORT));
	known->options.reuseaddr = get(known->fd, SOL_SOCKET, SO_REUSEADDR);
	known->options.reuseport = get(known->fd, SOL_SOCKET, SO_REUSEPORT);
}

static void drop(struct trial *trial, struct holder *holder, int fd)
{
	for (size_t i = 0; i < trial->known_count; i++)
		if (trial->known[i].fd == fd)
			trial->known[i].fd = -1;
	for (size_t i = 0; i < holder->fd_count; i++)
		if (holder->fds[i] == fd)
			holder->fds[i] = -1;
	close(fd);
}

void holder_close(struct trial *trial, struct holder *holder)
{
	for (size_t i = 0; i < holder->fd_count; i++)
		if (holder->fds[i] >= 0)
			drop(trial, holder, holder->fds[i]);
	holder->fd_count = 0;
}

/* ---- lives ----------------------------------------------------------- */

static bool bind_to(int fd, const struct recipe *recipe, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t length = place_bind(recipe->place, port, false, &to);

	return bind(fd, (struct sockaddr *)&to, length) == 0;
}

static bool connect_to(int fd, const struct recipe *recipe, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t length = place_peer(recipe, port, &to);

	return connect(fd, (struct sockaddr *)&to, length) == 0 || errno == EINPROGRESS;
}

/* The socket itself, bound; -1: another is in its way. */
static int make_bound(struct trial *trial, struct holder *holder)
{
	int fd = recipe_socket(&holder->recipe);

	if (fd < 0)
		return -1;
	if (!bind_to(fd, &holder->recipe, trial->port)) {
		close(fd);
		return -1;
	}
	return remember(trial, holder, fd);
}

static bool is_remote(int fd, struct trial *trial, struct holder *holder)
{
	(void)trial;
	keep(holder, fd);
	limit_waiting(fd);
	if (holder->recipe.device >= DEVICES_WITHOUT_VRF)
		bind_to_device(fd, holder->recipe.device);
	/* So that its window is soon full. */
	set(fd, SOL_SOCKET, SO_RCVBUF, 2048);
	return connect_to(fd, &holder->recipe, trial->port);
}

static bool has_data_waiting(enum life life)
{
	return life == LIFE_FIN_WAIT_1 || life == LIFE_LAST_ACK || life == LIFE_CLOSING;
}

/* More than the peer takes, so that a FIN has to wait. */
static void stuff(int fd)
{
	static const char data[65536];

	set(fd, SOL_SOCKET, SO_SNDBUF, 4096);
	for (int i = 0; i < 100; i++)
		if (send(fd, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return;
}

/* What becomes of an accepted connection. */
static void age(struct trial *trial, struct holder *holder, int child, int client)
{
	enum life life = holder->life;

	if (life == LIFE_CLOSE_WAIT || life == LIFE_LAST_ACK)
		shutdown(client, SHUT_WR);
	if (has_data_waiting(life))
		stuff(child);
	if (life == LIFE_FIN_WAIT_2)
		shutdown(child, SHUT_WR);
	if (has_data_waiting(life) || life == LIFE_ORPHAN_FIN_WAIT_2 || life == LIFE_TIME_WAIT)
		drop(trial, holder, child);
	if (life == LIFE_CLOSING)
		shutdown(client, SHUT_WR);
	if (life == LIFE_TIME_WAIT)
		drop(trial, holder, client);
}

static bool make_connection(struct trial *trial, struct holder *holder, int listener)
{
	int client = socket(place_family(holder->recipe.place), SOCK_STREAM | SOCK_CLOEXEC, 0);
	int child;

	if (client < 0 || !is_remote(client, trial, holder))
		return false;
	if (holder->life == LIFE_UNACCEPTED)
		return true;
	if (holder->life == LIFE_REQUEST) {
		drop(trial, holder, listener);
		return true;
	}
	setfsuid(holder->life == LIFE_CHILD_OF_OTHER ? OTHER_USER : holder->recipe.uid);
	child = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	setfsuid(0);
	if (child < 0)
		return false;
	remember(trial, holder, child);
	if (holder->life != LIFE_CHILD_BESIDE)
		drop(trial, holder, listener);
	age(trial, holder, child, client);
	return true;
}

static bool make_listener(struct trial *trial, struct holder *holder)
{
	int fd = make_bound(trial, holder);

	if (fd < 0)
		return false;
	if (holder->life == LIFE_BOUND)
		return true;
	if (holder->life == LIFE_REQUEST)
		set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 60);
	if (listen(fd, 8) < 0)
		return false;
	return holder->life == LIFE_LISTEN || make_connection(trial, holder, fd);
}

static bool make_client(struct trial *trial, struct holder *holder)
{
	uint16_t port = holder->life == LIFE_SYN_SENT ? FULL_PORT : SINK_PORT;
	int fd = make_bound(trial, holder);

	if (fd < 0)
		return false;
	if (holder->life == LIFE_SYN_SENT && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		die("a socket can be non-blocking");
	return connect_to(fd, &holder->recipe, port);
}

static bool make_automatic(struct trial *trial, struct holder *holder)
{
	struct sockaddr_storage own = { 0 };
	socklen_t length = sizeof(own);
	int fd = recipe_socket(&holder->recipe);

	if (fd < 0)
		return false;
	if (!connect_to(fd, &holder->recipe, SINK_PORT)) {
		close(fd);
		return false;
	}
	remember(trial, holder, fd);
	if (getsockname(fd, (struct sockaddr *)&own, &length) < 0)
		die("a port can be read");
	trial->port = ntohs(((struct sockaddr_in *)&own)->sin_port);
	return true;
}

static bool make_udp(struct trial *trial, struct holder *holder)
{
	return make_bound(trial, holder) >= 0;
}

bool holder_make(struct trial *trial, struct holder *holder)
{
	static const struct {
		bool (*make)(struct trial *trial, struct holder *holder);
	} lives[LIVES] = {
		[LIFE_CLIENT] = { make_client },
		[LIFE_AUTOMATIC] = { make_automatic },
		[LIFE_SYN_SENT] = { make_client },
		[LIFE_UDP] = { make_udp },
		[LIFE_UDP_CONNECTED] = { make_client },
		[LIFE_UDP_AUTOMATIC] = { make_automatic },
	};

	holder->made = lives[holder->life].make ? lives[holder->life].make(trial, holder)
						: make_listener(trial, holder);
	if (!holder->made)
		holder_close(trial, holder);
	return holder->made;
}
