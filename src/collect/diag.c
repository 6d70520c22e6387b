/* SPDX-License-Identifier: MIT */
/*
 * The dump loop, for every protocol.  Knows netlink; does not know what a row
 * means.  Dumps of sock_diag never carry NLM_F_DUMP_INTR (no handler calls
 * nl_dump_check_consistent()), so who wants no row twice has to look himself.
 */
#include "diag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/array.h"
#include "model/query.h"
#include "uapi.h"

enum {
	/* The kernel fills at most 32 KiB at a time (netlink_dump()). */
	RECEIVE_SIZE = 32 * 1024,
	REQUEST_MAX = 256 + PROGRAM_MAX,
	TRIES = 3,
};

struct dump {
	const struct diag_request *request;
	int bus;
	struct mnl_socket *nl;
	void *room;			/* RECEIVE_SIZE bytes: too many for a small stack */
	unsigned seq;
	int row_error;
};

static int on_row(const struct nlmsghdr *nlh, void *data)
{
	struct dump *dump = data;

	dump->row_error = dump->request->row(nlh, dump->request->context);
	return dump->row_error < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

static int status_of(const struct nlmsghdr *nlh)
{
	int status = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(status))
		memcpy(&status, mnl_nlmsg_get_payload(nlh), sizeof(status));
	return status;
}

/* A missing handler (say, raw_diag) is told here, behind zero rows: mnl_cb_run() drops it. */
static int on_end(const struct nlmsghdr *nlh, void *data)
{
	int status = status_of(nlh);

	(void)data;
	if (status >= 0)
		return MNL_CB_STOP;
	errno = -status;
	return MNL_CB_ERROR;
}

static int on_overrun(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	errno = ENOBUFS;
	return MNL_CB_ERROR;
}

size_t diag_whole(const void *data, size_t size)
{
	const char *start = data;
	size_t whole = 0;

	while (size - whole >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(const void *)(start + whole);

		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > size - whole)
			break;
		whole += NLMSG_ALIGN((size_t)nlh->nlmsg_len);
		if (whole > size)
			return size;
	}
	return whole;
}

/*
 * Anybody with CAP_NET_ADMIN in the namespace, which a user may make himself,
 * can send to our port, and libmnl takes a sequence or port number of 0 for
 * any.  A connected socket refuses all but the kernel; what came before that
 * is told by its sender.
 */
static int connect_to_kernel(struct mnl_socket *nl)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return connect(mnl_socket_get_fd(nl), (struct sockaddr *)&kernel, sizeof(kernel)) ? -errno
											  : 0;
}

/* One datagram of whole messages, RECEIVE_SIZE bytes at most; its length or -errno. */
static ssize_t receive_messages(struct mnl_socket *nl, void *room)
{
	struct sockaddr_nl from = { .nl_pid = UINT32_MAX };
	ssize_t length;

	do {
		socklen_t size = sizeof(from);

		length = recvfrom(mnl_socket_get_fd(nl), room, RECEIVE_SIZE, MSG_TRUNC,
				  (struct sockaddr *)&from, &size);
	} while (length < 0 ? errno == EINTR : from.nl_pid != 0);
	if (length <= 0)
		return length ? -errno : -EPIPE;
	if (length > RECEIVE_SIZE || diag_whole(room, (size_t)length) != (size_t)length)
		return -EBADMSG;
	return length;
}

/*
 * Until a socket has received with a large buffer, the kernel's first chunk
 * is one page, and a row that does not fit it ends the dump without a word.
 * The answer to a message that asks for nothing is such a receive.
 */
static int prime(const struct dump *dump)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(dump->room);
	ssize_t length;

	nlh->nlmsg_type = NLMSG_NOOP;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_sendto(dump->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	length = receive_messages(dump->nl, dump->room);
	return length < 0 ? (int)length : 0;
}

static int send_request(struct dump *dump)
{
	char room[REQUEST_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);

	nlh->nlmsg_type = dump->request->type;
	/* The end of what is no dump is its receipt. */
	nlh->nlmsg_flags = NLM_F_REQUEST | (dump->request->single ? NLM_F_ACK : NLM_F_DUMP);
	nlh->nlmsg_seq = dump->seq;
	memcpy(mnl_nlmsg_put_extra_header(nlh, dump->request->size), dump->request->body,
	       dump->request->size);
	if (dump->request->program_size)
		mnl_attr_put(nlh, INET_DIAG_REQ_BYTECODE, dump->request->program_size,
			     dump->request->program);
	return mnl_socket_sendto(dump->nl, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

static int receive(struct dump *dump)
{
	mnl_cb_t control[] = {
		[NLMSG_ERROR] = on_end,
		[NLMSG_DONE] = on_end,
		[NLMSG_OVERRUN] = on_overrun,
	};
	unsigned port = mnl_socket_get_portid(dump->nl);
	int more = MNL_CB_OK;

	do {
		ssize_t length = receive_messages(dump->nl, dump->room);

		if (length < 0)
			return (int)length;
		more = mnl_cb_run2(dump->room, (size_t)length, dump->seq, port, on_row, dump,
				   control, ARRAY_SIZE(control));
		if (more == MNL_CB_ERROR)
			return dump->row_error ? dump->row_error : -errno;
	} while (more != MNL_CB_STOP);
	return 0;
}

/* An unfinished dump keeps its socket busy: each try has a socket of its own. */
static int dump_once(struct dump *dump)
{
	int strict = 1, err;

	dump->nl = mnl_socket_open2(dump->bus, SOCK_CLOEXEC);
	if (!dump->nl)
		return -errno;
	/* Before 4.20 all rows come. */
	if (dump->bus == NETLINK_ROUTE)
		mnl_socket_setsockopt(dump->nl, NETLINK_GET_STRICT_CHK, &strict, sizeof(strict));
	err = connect_to_kernel(dump->nl);
	if (!err)
		err = prime(dump);
	if (!err)
		err = send_request(dump);
	if (!err)
		err = receive(dump);
	mnl_socket_close(dump->nl);
	return err;
}

static int is_passing(int err)
{
	return err == -EBUSY || err == -ENOBUFS || err == -ENOMEM || err == -EINTR ||
	       err == -EAGAIN;
}

static int dump_on(int bus, const struct diag_request *request)
{
	struct dump dump = { .request = request, .bus = bus, .seq = (unsigned)time(NULL) };
	int err = -EBUSY;

	dump.room = malloc(RECEIVE_SIZE);
	if (!dump.room)
		return -ENOMEM;
	for (int try = 0; try < TRIES && is_passing(err) && !dump.row_error; try++) {
		dump.seq++;
		err = dump_once(&dump);
	}
	free(dump.room);
	return err;
}

int diag_dump(const struct diag_request *request)
{
	return dump_on(NETLINK_SOCK_DIAG, request);
}

int route_dump(const struct diag_request *request)
{
	return dump_on(NETLINK_ROUTE, request);
}

int netfilter_dump(const struct diag_request *request)
{
	return dump_on(NETLINK_NETFILTER, request);
}
