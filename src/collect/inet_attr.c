/* SPDX-License-Identifier: MIT */
/*
 * The attribute table.  A row copies min(sent, known) bytes, so that older
 * and newer kernels are no special case; payloads are only 4-byte aligned and
 * therefore never cast.
 */
#include "inet_attr.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "uapi.h"

enum {
	/* From 7.0 on these last 4 bytes are bit fields, at the same total size. */
	INFO_SIZE_SURE = 276,
	KERNEL_7_0 = 7 << 8,
};

/* One attribute of one row on its way into the model. */
struct target {
	struct collection *c;
	struct socket *sk;
	const void *payload;
	size_t length;
};

static struct socket_detail *detail_of(struct target *t)
{
	if (!t->sk->detail)
		t->sk->detail = arena_alloc(&t->c->snap->arena, sizeof(*t->sk->detail));
	return t->sk->detail;
}

static struct tcp *tcp_of(struct target *t)
{
	struct socket_detail *detail = detail_of(t);

	if (detail && !detail->tcp)
		detail->tcp = arena_alloc(&t->c->snap->arena, sizeof(*detail->tcp));
	return detail ? detail->tcp : NULL;
}

static size_t known(const struct target *t, size_t size)
{
	return t->length < size ? t->length : size;
}

static int copy_info(struct target *t)
{
	struct tcp *tcp = tcp_of(t);
	size_t size = t->c->kernel >= KERNEL_7_0 ? INFO_SIZE_SURE : TCP_INFO_SIZE;

	if (!tcp)
		return -ENOMEM;
	tcp->length = (uint16_t)known(t, size);
	memcpy(tcp->info, t->payload, tcp->length);
	return 0;
}

static int copy_congestion(struct target *t)
{
	struct tcp *tcp = tcp_of(t);

	if (!tcp)
		return -ENOMEM;
	memcpy(tcp->congestion, t->payload, known(t, sizeof(tcp->congestion) - 1));
	return 0;
}

/* The nest comes without NLA_F_NESTED; keys that lie in it are not looked at. */
static int copy_ulp(struct target *t)
{
	struct tcp *tcp = tcp_of(t);
	const struct nlattr *attr;

	if (!tcp)
		return -ENOMEM;
	mnl_attr_for_each_payload(t->payload, t->length)
	{
		size_t length = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) != UAPI_ULP_INFO_NAME)
			continue;
		if (length > sizeof(tcp->ulp) - 1)
			length = sizeof(tcp->ulp) - 1;
		memcpy(tcp->ulp, mnl_attr_get_payload(attr), length);
	}
	return 0;
}

static int copy_memory(struct target *t)
{
	struct socket_detail *detail = detail_of(t);

	if (!detail)
		return -ENOMEM;
	detail->memory = arena_alloc(&t->c->snap->arena, sizeof(*detail->memory));
	if (!detail->memory)
		return -ENOMEM;
	detail->memory->length = (uint32_t)(known(t, sizeof(detail->memory->words)) / 4);
	memcpy(detail->memory->words, t->payload, detail->memory->length * 4);
	return 0;
}

static int copy_shutdown(struct target *t)
{
	memcpy(&t->sk->shutdown, t->payload, 1);
	return 0;
}

static int copy_v6only(struct target *t)
{
	t->sk->v6only = *(const uint8_t *)t->payload != 0;
	return 0;
}

static int copy_sockopt(struct target *t)
{
	t->sk->deaf = t->sk->protocol == PROTOCOL_UDP &&
		      !(*(const uint8_t *)t->payload & UAPI_SOCKOPT_MC_LOOP);
	return 0;
}

static int copy_mark(struct target *t)
{
	memcpy(&t->sk->mark, t->payload, sizeof(t->sk->mark));
	return 0;
}

static int copy_cgroup(struct target *t)
{
	uint64_t id;

	memcpy(&id, t->payload, sizeof(id));
	t->sk->cgroup = snapshot_cgroup(t->c->snap, id);
	return t->sk->cgroup == UINT32_MAX ? -ENOMEM : 0;
}

static const struct inet_attr {
	size_t least;			/* shorter payloads are ignored */
	int (*copy)(struct target *t);
	uint16_t have;			/* bit to set in socket.have */
	uint32_t need;			/* copied only for this; 0: always */
} inet_attrs[UAPI_DIAG_COUNT] = {
	[UAPI_DIAG_INFO] = { 1, copy_info, 0, NEED_TCP },
	[UAPI_DIAG_CONG] = { 1, copy_congestion, 0, NEED_TCP },
	[UAPI_DIAG_ULP_INFO] = { 4, copy_ulp, 0, NEED_TCP },
	[UAPI_DIAG_SKMEMINFO] = { 4, copy_memory, 0, NEED_MEMORY },
	[UAPI_DIAG_SHUTDOWN] = { 1, copy_shutdown, HAVE_SHUTDOWN, 0 },
	[UAPI_DIAG_SKV6ONLY] = { 1, copy_v6only, HAVE_V6ONLY, 0 },
	[UAPI_DIAG_MARK] = { 4, copy_mark, HAVE_MARK, 0 },
	[UAPI_DIAG_CGROUP_ID] = { 8, copy_cgroup, HAVE_CGROUP, NEED_CGROUP },
	[UAPI_DIAG_SOCKOPT] = { 1, copy_sockopt, 0, NEED_OWNER },
};

static int copy_attr(struct target *t, uint16_t type)
{
	const struct inet_attr *attr = &inet_attrs[type];

	if (!attr->copy || t->length < attr->least)
		return 0;
	if (attr->need && !(t->c->query->needs & attr->need))
		return 0;
	t->sk->have |= attr->have;
	return attr->copy(t);
}

/* Walked by hand: five calls into libmnl for each of a million attributes would be seen. */
int inet_attrs_copy(struct collection *c, struct socket *sk, const struct nlmsghdr *nlh)
{
	const char *at = (const char *)nlh + NLMSG_LENGTH(sizeof(struct inet_diag_msg));
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	int err = 0;

	while (!err && end - at >= NLA_HDRLEN) {
		struct target t = { .c = c, .sk = sk, .payload = at + NLA_HDRLEN };
		struct nlattr attr;

		memcpy(&attr, at, sizeof(attr));
		if (attr.nla_len < NLA_HDRLEN || attr.nla_len > end - at)
			break;
		t.length = attr.nla_len - (size_t)NLA_HDRLEN;
		if ((attr.nla_type & NLA_TYPE_MASK) < UAPI_DIAG_COUNT)
			err = copy_attr(&t, attr.nla_type & NLA_TYPE_MASK);
		at += NLA_ALIGN(attr.nla_len);
	}
	return err;
}
