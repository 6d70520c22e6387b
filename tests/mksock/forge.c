/* SPDX-License-Identifier: MIT */
/*
 * A liar: sends to every sock_diag socket of its network namespace what looks like an answer of the
 * kernel.  Sequence and port number are 0, which libmnl takes for any.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>

#include "fixtures.h"
#include "mksock.h"

struct forged {
	struct nlmsghdr header;
	struct inet_diag_msg row;
	struct nlattr attr;
};

struct forger {
	int fd;
	unsigned port;			/* our own */
	struct forged message;
};

/* A listener of root on 192.0.2.1:22. */
static void forge_row(struct forged *forged)
{
	forged->header.nlmsg_len = sizeof(*forged);
	forged->header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	forged->row.idiag_family = AF_INET;
	forged->row.idiag_state = 10;	/* TCP_LISTEN */
	forged->row.idiag_inode = 1;
	forged->row.id.idiag_sport = htons(22);
	forged->row.id.idiag_src[0] = htonl(0xc0000201);
	forged->row.id.idiag_cookie[0] = 4242;
	forged->attr.nla_len = sizeof(forged->attr);
}

/* As an int it is less than what was received; the attribute leads far beyond that. */
static void forge_length(struct forged *forged)
{
	forge_row(forged);
	forged->header.nlmsg_len = 0x80000000;
	forged->attr.nla_len = 0xfffc;
}

/* The status 0 lies in what would be the row. */
static void forge_end(struct forged *forged)
{
	forged->header.nlmsg_len = NLMSG_LENGTH(sizeof(int));
	forged->header.nlmsg_type = NLMSG_DONE;
}

static void send_to(const struct forger *forger, unsigned port)
{
	const struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = port };

	sendto(forger->fd, &forger->message, sizeof(forger->message), MSG_DONTWAIT,
	       (const struct sockaddr *)&to, sizeof(to));
}

static void send_to_all(const struct forger *forger)
{
	FILE *table = fopen("/proc/self/net/netlink", "r");
	unsigned protocol, port;
	char line[256];

	if (!table)
		die("/proc/self/net/netlink");
	while (fgets(line, sizeof(line), table))
		if (sscanf(line, "%*s %u %u", &protocol, &port) == 2 &&
		    protocol == NETLINK_SOCK_DIAG && port && port != forger->port)
			send_to(forger, port);
	fclose(table);
}

static void forge_work(const void *data)
{
	for (;;)
		send_to_all(data);
}

void make_forge(const struct args *args)
{
	static const struct {
		const char *name;
		void (*forge)(struct forged *forged);
	} kinds[] = { { "row", forge_row }, { "length", forge_length }, { "end", forge_end } };
	struct sockaddr_nl own = { .nl_family = AF_NETLINK };
	struct forger forger = { .fd = sock_new(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG) };
	socklen_t length = sizeof(own);

	if (bind(forger.fd, (struct sockaddr *)&own, sizeof(own)) ||
	    getsockname(forger.fd, (struct sockaddr *)&own, &length))
		die("a netlink socket");
	forger.port = own.nl_pid;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(arg_text(args, "kind"), kinds[i].name))
			kinds[i].forge(&forger.message);
	if (!forger.message.header.nlmsg_len)
		die("kind is row, length or end");
	child_start(forge_work, &forger);
}
