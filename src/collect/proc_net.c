/* SPDX-License-Identifier: MIT */
/*
 * The fallback: /proc/net/{tcp,udp,udplite,raw}{,6}, where sock_diag is absent
 * or refused; and icmp{,6}, of which it never tells.  It knows no cookie,
 * cgroup, mark, device, backlog or tcp_info, and shows no bound-only sockets;
 * what it does not say stays unknown.
 */
#include "proc_net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect.h"

enum { READ_SIZE = 64 * 1024 };

/* ---- one line -------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits to the base, at least one and no more than 32 bits hold; then the byte `end`. */
static bool number(const char **at, unsigned base, char end, uint32_t *value)
{
	const char *start = *at;

	*value = 0;
	for (int d = digit(**at); d >= 0 && d < (int)base; d = digit(*++*at)) {
		if (*value > (UINT32_MAX - (unsigned)d) / base)
			return false;
		*value = *value * base + (unsigned)d;
	}
	if (*at == start || (end && **at != end && !(end == ' ' && !**at)))
		return false;
	*at += end && **at;
	return true;
}

static void skip_blanks(const char **at)
{
	while (**at == ' ')
		++*at;
}

/* A number after blanks, ended by a blank or the end of the line. */
static bool field(const char **at, unsigned base, uint32_t *value)
{
	skip_blanks(at);
	return number(at, base, ' ', value);
}

/* Addresses are printed as 32-bit words of this host's byte order. */
static bool address_words(const char **at, struct address *address)
{
	const char *colon = strchr(*at, ':');
	size_t length = colon ? (size_t)(colon - *at) : 0;

	if (length != 8 && length != 32)
		return false;
	address->family = length == 8 ? AF_INET : AF_INET6;
	for (size_t word = 0; word < length / 8; word++) {
		uint32_t value = 0;

		for (int i = 0; i < 8; i++) {
			int d = digit(*(*at)++);

			if (d < 0)
				return false;
			value = value << 4 | (uint32_t)d;
		}
		memcpy(address->bytes + 4 * word, &value, sizeof(value));
	}
	++*at;
	return true;
}

static bool endpoint(const char **at, struct endpoint *ep)
{
	uint32_t port;

	skip_blanks(at);
	if (!address_words(at, &ep->address) || !number(at, 16, ' ', &port) || port > UINT16_MAX)
		return false;
	ep->port = (uint16_t)port;
	return true;
}

static bool state(const char **at, struct socket *sk)
{
	uint32_t value;

	if (!field(at, 16, &value) || !value || value >= STATE_COUNT)
		return false;
	sk->state = (uint8_t)value;
	if (value == STATE_UNCONN)
		sk->state = (uint8_t)protocols[sk->protocol].idle;
	if (value == STATE_NEW_SYN_RECV)
		sk->state = STATE_SYN_RECV;
	return true;
}

/* For LISTEN tx_queue is always 0: the backlog is not told here. */
static bool queues(const char **at, struct socket *sk)
{
	uint32_t send, recv;

	skip_blanks(at);
	if (!number(at, 16, ':', &send) || !number(at, 16, ' ', &recv))
		return false;
	if (sk->state == STATE_LISTEN) {
		sk->accept_queue = recv;
		sk->have |= HAVE_ACCEPT_QUEUE;
		return true;
	}
	if (sk->state == STATE_BOUND)
		return true;
	if ((STATE_BIT(sk->state) & STATES_PEER_FIN) && recv)
		recv--;
	sk->recv_queue = recv;
	sk->send_queue = send;
	sk->have |= HAVE_QUEUES;
	return true;
}

static bool timer(const char **at, unsigned tick, struct socket *sk)
{
	uint32_t kind, ticks, tries;

	skip_blanks(at);
	if (!number(at, 16, ':', &kind) || !number(at, 16, ' ', &ticks) || !field(at, 16, &tries))
		return false;
	if (kind && kind < TIMER_COUNT) {
		sk->timer = (uint8_t)kind;
		sk->timer_ms = ticks > UINT32_MAX / tick ? UINT32_MAX : ticks * tick;
		sk->timer_tries = tries > UINT8_MAX ? UINT8_MAX : (uint8_t)tries;
	}
	return true;
}

static bool holder(const char **at, struct socket *sk)
{
	uint32_t uid, unused, inode;

	if (!field(at, 10, &uid) || !field(at, 10, &unused) || !field(at, 10, &inode))
		return false;
	sk->inode = inode;
	sk->uid = uid;
	sk->have |= HAVE_INODE;
	if (inode || (uid && sk->timer != TIMER_TIME_WAIT))
		sk->have |= HAVE_UID;
	return true;
}

int proc_net_parse(const char *line, unsigned tick, struct socket *sk)
{
	uint32_t slot;

	skip_blanks(&line);
	if (!number(&line, 10, ':', &slot) || !endpoint(&line, &sk->local) ||
	    !endpoint(&line, &sk->peer) || !state(&line, sk) || !queues(&line, sk) ||
	    !timer(&line, tick, sk) || !holder(&line, sk))
		return -EINVAL;
	if (STATE_BIT(sk->state) & STATES_CONNECTED)
		sk->have |= HAVE_PEER;
	else
		sk->peer = (struct endpoint){ .port = 0 };
	return 0;
}

/* ---- one file -------------------------------------------------------- */

struct table {
	struct collection *c;
	enum protocol protocol;
	unsigned tick;
	uint32_t sought;		/* an inode: no row is taken, and this one looked for */
	bool found;
	size_t lines, bad;
};

static int take_line(struct table *table, const char *line)
{
	struct socket sk = { .protocol = (uint8_t)table->protocol, .netns = table->c->netns };

	if (!table->lines++)
		return 0;		/* the heading */
	if (proc_net_parse(line, table->tick, &sk) < 0) {
		table->bad++;
		return 0;
	}
	if (table->sought) {
		table->found |= sk.inode == table->sought;
		return 0;
	}
	return collection_add(table->c, &sk);
}

/* Hand over the whole lines in `text`; returns how many bytes of a cut one are left. */
static long take_lines(struct table *table, char *text, size_t length)
{
	char *end;

	while ((end = memchr(text, '\n', length))) {
		int err;

		*end++ = '\0';
		err = take_line(table, text);
		if (err < 0)
			return err;
		length -= (size_t)(end - text);
		text = end;
	}
	return (long)length;
}

static int read_table(struct table *table, int fd)
{
	static char text[READ_SIZE];
	size_t kept = 0;

	for (;;) {
		ssize_t n = read(fd, text + kept, sizeof(text) - kept);
		long left;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		kept += (size_t)n;
		left = take_lines(table, text, kept);
		if (left < 0)
			return (int)left;
		memmove(text, text + kept - (size_t)left, (size_t)left);
		kept = (size_t)left == sizeof(text) ? 0 : (size_t)left;
	}
}

static int collect_file(struct table *table, const char *name)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", table->c->proc_net, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	table->lines = 0;
	err = read_table(table, fd);
	close(fd);
	return err;
}

static int collect_files(struct table *table)
{
	const char *const *files = protocols[table->protocol].proc_file;
	long hertz = sysconf(_SC_CLK_TCK);
	int err;

	table->tick = hertz > 0 ? (unsigned)(1000 / hertz) : 10;
	err = collect_file(table, files[0]);
	if (!err)
		err = collect_file(table, files[1]);
	if (err == -ENOENT && table->lines)
		err = 0;		/* a kernel without IPv6 */
	return err;
}

int proc_net_collect(struct collection *c, enum protocol protocol)
{
	struct table table = { .c = c, .protocol = protocol };
	int err = collect_files(&table);

	if (table.bad)
		snapshot_note(c->snap, SEVERITY_ERROR, protocols[protocol].name,
			      "%zu lines of %s/%s could not be understood and are not shown",
			      table.bad, c->proc_net, protocols[protocol].proc_file[0]);
	return err;
}

bool proc_net_is_there(struct collection *c, const struct socket *sk)
{
	struct table table = { .c = c, .protocol = sk->protocol, .sought = sk->inode };

	collect_files(&table);
	return table.found;
}
