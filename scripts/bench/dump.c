/* SPDX-License-Identifier: MIT */
/*
 * dump - the bare kernel dump of the TCP sockets: the floor below every lister.
 *
 * It sends the legacy request TCPDIAG_GETSOCK, which covers IPv4 and IPv6 in one scan, receives the
 * answers into one 32 KiB buffer (the kernel never sends more at once) and counts them.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 32 * 1024 };

struct tally {
	unsigned long sockets;
	unsigned long datagrams;
};

static const char usage[] =
"usage: dump [-e EXTENSIONS] [-p PORT] STATES...\n"
"Receive a dump of the TCP sockets and count them; one request for each STATES.\n"
"Both are bit masks: 'dump 0x400 0x3bfe' asks for LISTEN, then for all other states.\n"
"With -p the kernel only tells of sockets with this local port.\n";

_Noreturn static void die(const char *what, int error)
{
	fprintf(stderr, "dump: %s: %s\n", what, strerror(error));
	exit(1);
}

static unsigned long bits(const char *text, unsigned long max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || end == text || *end || value > max) {
		fprintf(stderr, "dump: wanted a bit mask up to %#lx, not '%s'\n", max, text);
		exit(2);
	}
	return value;
}

/* `port` 0: all. */
static void request(int fd, unsigned int states, unsigned char extensions, unsigned short port)
{
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req req;
		struct nlattr attr;
		struct inet_diag_bc_op equal, operand;
	} msg = {
		.nlh.nlmsg_len = sizeof(msg),
		.nlh.nlmsg_type = TCPDIAG_GETSOCK,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.req.idiag_family = AF_INET,
		.req.idiag_ext = extensions,
		.req.idiag_states = states,
		.attr.nla_type = INET_DIAG_REQ_BYTECODE,
		.attr.nla_len = NLA_HDRLEN + sizeof(msg.equal) + sizeof(msg.operand),
		/* On to behind the program, or 4 bytes further: rejected. */
		.equal = { INET_DIAG_BC_S_EQ, 8, 12 },
		.operand.no = port,
	};

	if (!port)
		msg.nlh.nlmsg_len = offsetof(typeof(msg), attr);
	if (send(fd, &msg, msg.nlh.nlmsg_len, 0) < 0)
		die("cannot ask the kernel", errno);
}

/* The error that ends a dump, in NLMSG_ERROR or in NLMSG_DONE. */
static int end_of_dump(const struct nlmsghdr *nlh)
{
	int error = 0;

	if (nlh->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
		memcpy(&error, (const char *)nlh + NLMSG_HDRLEN, sizeof(error));
	return -error;
}

/* Count the messages of one datagram; true when the dump has ended. */
static int count(const char *data, size_t left, struct tally *tally)
{
	tally->datagrams++;
	while (left >= NLMSG_HDRLEN) {
		const struct nlmsghdr *nlh = (const void *)data;
		size_t step = NLMSG_ALIGN(nlh->nlmsg_len);

		if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR) {
			int error = end_of_dump(nlh);

			if (error)
				die("the kernel refused the dump", error);
			return 1;
		}
		if (nlh->nlmsg_len < NLMSG_HDRLEN || step > left)
			die("broken message", EBADMSG);
		tally->sockets++;
		data += step;
		left -= step;
	}
	return 0;
}

static void receive(int fd, struct tally *tally)
{
	static char buffer[BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n;

	do {
		n = recv(fd, buffer, sizeof(buffer), MSG_TRUNC);
		if (n < 0)
			die("cannot receive", errno);
		if ((size_t)n > sizeof(buffer))
			die("a datagram is larger than the buffer", EMSGSIZE);
	} while (!count(buffer, (size_t)n, tally));
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };
	unsigned char extensions = 0;
	unsigned short port = 0;
	int opt, fd;

	while ((opt = getopt(argc, argv, "e:p:")) != -1) {
		if (opt == 'e')
			extensions = (unsigned char)bits(optarg, 0xff);
		else if (opt == 'p')
			port = (unsigned short)bits(optarg, 0xffff);
		else
			optind = argc;
	}
	if (optind >= argc) {
		fputs(usage, stderr);
		return 2;
	}
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		die("no NETLINK_SOCK_DIAG", errno);
	for (; optind < argc; optind++) {
		request(fd, (unsigned int)bits(argv[optind], 0xffffffff), extensions, port);
		receive(fd, &tally);
	}
	printf("%lu sockets in %lu datagrams\n", tally.sockets, tally.datagrams);
	return 0;
}
