/* SPDX-License-Identifier: MIT */
/* The table of unix sockets: by unix_diag, or as /proc/net/unix has it. */
#include "unix_table.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"
#include "uapi.h"

/* ---- unix_diag ------------------------------------------------------- */

struct taking {
	unix_row_function *take;
	void *context;
};

static uint32_t number(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 : mnl_attr_get_u32(attr);
}

static void take_file(struct unix_row *row, const struct nlattr *attr)
{
	struct unix_diag_vfs vfs;

	if (mnl_attr_get_payload_len(attr) < sizeof(vfs))
		return;
	memcpy(&vfs, mnl_attr_get_payload(attr), sizeof(vfs));
	row->has_file = true;
	row->file_inode = vfs.udiag_vfs_ino;
	row->file_device = vfs.udiag_vfs_dev;
}

static void take_attribute(struct unix_row *row, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case UNIX_DIAG_NAME:
		row->name = mnl_attr_get_payload(attr);
		row->length = mnl_attr_get_payload_len(attr);
		break;
	case UNIX_DIAG_VFS:
		take_file(row, attr);
		break;
	case UNIX_DIAG_PEER:
		row->peer = number(attr);
		break;
	case UAPI_UNIX_DIAG_UID:
		row->uid = number(attr);
		row->has_uid = true;
		break;
	}
}

static int message_take(const struct nlmsghdr *nlh, void *context)
{
	const struct taking *taking = context;
	const struct nlattr *attr;
	struct unix_diag_msg msg;
	struct unix_row row;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY || mnl_nlmsg_get_payload_len(nlh) < sizeof(msg))
		return 0;
	memcpy(&msg, mnl_nlmsg_get_payload(nlh), sizeof(msg));
	row = (struct unix_row){
		.cookie = (uint64_t)msg.udiag_cookie[1] << 32 | msg.udiag_cookie[0],
		.inode = msg.udiag_ino,
		.type = msg.udiag_type,
		.state = msg.udiag_state,
		.has_cookie = true,
	};
	mnl_attr_for_each(attr, nlh, sizeof(msg)) {
		take_attribute(&row, attr);
	}
	/* A path ends with its NUL, and an abstract name begins with one. */
	if (row.length && row.name[0])
		row.length = strnlen(row.name, row.length);
	return taking->take(&row, taking->context);
}

static int ask(struct unix_diag_req *body, unix_row_function *take, void *context)
{
	struct taking taking = { take, context };
	const struct diag_request request = {
		.type = SOCK_DIAG_BY_FAMILY, .single = body->udiag_ino != 0, .body = body,
		.size = sizeof(*body), .row = message_take, .context = &taking,
	};

	body->sdiag_family = AF_UNIX;
	body->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UAPI_UDIAG_SHOW_UID;
	body->udiag_cookie[0] = body->udiag_cookie[1] = UINT32_MAX;
	return diag_dump(&request);
}

int unix_table_dump(unix_row_function *take, void *context)
{
	struct unix_diag_req body = { .udiag_states = UINT32_MAX };

	return ask(&body, take, context);
}

int unix_table_ask(uint32_t inode, unix_row_function *take, void *context)
{
	struct unix_diag_req body = { .udiag_ino = inode, .udiag_states = UINT32_MAX };

	return ask(&body, take, context);
}

/* ---- /proc/net/unix -------------------------------------------------- */

/* "ffff888: 00000002 00000000 00010000 0001 01 16163 /run/path", without a name "... 16163". */
static int line_take(char *line, size_t length, unix_row_function *take, void *context)
{
	/* SS_UNCONNECTED, __SO_ACCEPTCON; unix_seq_show() says 1 or 3 of the state. */
	enum { UNCONNECTED = 1, ACCEPTS = 1 << 16, IDLE = 7 };
	unsigned flags, type, state, inode;
	struct unix_row row;
	int at = 0;

	if (sscanf(line, "%*s %*x %*x %x %x %x %u%n", &flags, &type, &state, &inode, &at) < 4)
		return 0;
	row = (struct unix_row){
		.inode = inode,
		.type = (uint8_t)type,
		.state = state != UNCONNECTED ? UNIX_CONNECTED : IDLE,
	};
	if (flags & ACCEPTS)
		row.state = UNIX_LISTEN;
	if ((size_t)at + 1 < length && line[at] == ' ') {
		row.name = line + at + 1;
		row.length = length - (size_t)at - 1;
	}
	/* So an abstract name begins, and all its NULs are shown. */
	if (row.length && row.name[0] == '@')
		line[at + 1] = '\0';
	return take(&row, context);
}

int unix_table_read(const char *proc_net, unix_row_function *take, void *context)
{
	char path[256], *line = NULL;
	size_t size = 0;
	ssize_t length;
	int err = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/unix", proc_net);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (!err && (length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		err = line_take(line, (size_t)length, take, context);
	}
	if (!err && ferror(file))
		err = -EIO;
	free(line);
	fclose(file);
	return err;
}
