/* SPDX-License-Identifier: MIT */
/* Endpoints as text: addresses, names of hosts and services, interfaces. */
#include "cell_endpoint.h"

#include <sys/socket.h>

#include "base/text.h"
#include "model/query.h"

#define ELLIPSIS "…"

enum {
	HOST_LEAST = 8,			/* columns that remain of a name */
	ENDPOINT_LEAST = 5,		/* and of an address */
};

static size_t add_text(struct buf *out, const char *text)
{
	return text_add_safe(out, text, strlen(text), SIZE_MAX);
}

static size_t add_interface(struct buf *out, const struct row *row)
{
	const struct socket *sk = row->sk;
	const char *name = snapshot_interface(row->snap, sk->netns, sk->interface);

	buf_add_char(out, '%');
	if (name)
		return 1 + add_text(out, name);
	/* Deleted since, or its name can't be read: the number is still true. */
	buf_add_literal(out, "if");
	return 3 + buf_add_unsigned(out, sk->interface);
}

static bool is_any_version(const struct row *row, const struct endpoint *ep)
{
	return ep == &row->sk->local && (row->sk->have & HAVE_V6ONLY) &&
	       address_is_any(&ep->address) && ep->address.family == AF_INET6 &&
	       socket_speaks(row->sk, 4);
}

/* `address` is that of the endpoint, as it is to be written. */
static size_t add_address(struct buf *out, const struct row *row, const struct endpoint *ep,
			  const struct address *address)
{
	bool brackets = address->family == AF_INET6;
	size_t columns = brackets ? 2 : 0;
	char *start = buf_room(out, ADDRESS_TEXT_MAX + 2), *end = start;

	if (brackets)
		*end++ = '[';
	end = address_print(end, address);
	columns += (size_t)(end - start) - (brackets ? 1 : 0);
	buf_used(out, end);
	if (socket_has_scope(row->sk, ep))
		columns += add_interface(out, row);
	if (brackets)
		buf_add_char(out, ']');
	return columns;
}

bool cell_wants_names(const struct row *row)
{
	return row->snap->asked & NEED_HOST;
}

/* NULL: a number.  A port that anybody is given has no service, whatever the list says. */
static const char *service_of(const struct row *row, uint16_t port)
{
	const struct netns *netns = &row->snap->netns[row->sk->netns];

	if (!cell_wants_names(row) || !port)
		return NULL;
	if (protocols[row->sk->protocol].has_ports && netns_gives_port(netns, port))
		return NULL;
	return snapshot_service(row->snap, row->sk->protocol, port);
}

/* Columns for a name where `most` are for all of the endpoint. */
static size_t room_for_host(const struct row *row, uint16_t port, size_t most)
{
	const char *service = service_of(row, port);
	size_t others = 1 + (service ? text_width(service, strlen(service)) : digits_of(port));

	return most > others + HOST_LEAST ? most - others : HOST_LEAST;
}

/* The middle of a long name says least: who it is stands in front, whose it is at the end. */
static size_t add_shortened(struct buf *out, const char *name, size_t most)
{
	size_t length = strlen(name), columns = text_width(name, length), used;
	const char *tail = name;

	if (columns <= most)
		return add_text(out, name);
	columns = text_add_safe(out, name, length, most / 2);
	buf_add_literal(out, "…");
	while (columns + 1 + text_width(tail, length) > most) {
		text_decode(tail, length, &used);
		tail += used;
		length -= used;
	}
	return columns + 1 + text_add_safe(out, tail, length, SIZE_MAX);
}

/* Name or address of the host.  `most` is for all of the cell. */
static size_t add_host(struct buf *out, const struct row *row, const struct endpoint *ep,
		       const struct address *address, size_t most)
{
	const char *name = cell_wants_names(row) ? snapshot_host(row->snap, &ep->address) : NULL;
	size_t columns = 1;

	if (!name && !is_any_version(row, ep))
		return add_address(out, row, ep, address);
	if (name)
		columns = add_shortened(out, name, room_for_host(row, ep->port, most));
	else
		buf_add_char(out, '*');
	return socket_has_scope(row->sk, ep) ? columns + add_interface(out, row) : columns;
}

/* Of what stands behind `start`, `columns` wide, the middle is left out; returns what is left. */
static size_t leave_out_middle(struct buf *out, size_t start, size_t columns, size_t most)
{
	size_t head = most / 2, rest = columns - (most - 1 - head);
	size_t front, skipped, length;
	char *text;

	if (columns <= most || most < ENDPOINT_LEAST)
		return columns;
	text = buf_room(out, sizeof(ELLIPSIS)) - (out->length - start);
	length = out->length - start;
	front = text_fit(text, length, &head);
	skipped = text_fit(text, length, &rest);
	memmove(text + front + strlen(ELLIPSIS), text + skipped, length - skipped);
	memcpy(text + front, ELLIPSIS, strlen(ELLIPSIS));
	out->length = start + front + strlen(ELLIPSIS) + length - skipped;
	return head + 1 + columns - rest;
}

static size_t add_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep,
			   const struct address *address, size_t most)
{
	const char *service = service_of(row, ep->port);
	size_t start = out->length, port, columns = add_host(out, row, ep, address, most);

	if (most != SIZE_MAX) {
		port = 1 + (service ? text_width(service, strlen(service)) : digits_of(ep->port));
		columns = leave_out_middle(out, start, columns, most > port ? most - port : 0);
	}
	buf_add_char(out, ':');
	return columns + 1 + (service ? add_text(out, service) : buf_add_unsigned(out, ep->port));
}

size_t cell_add_endpoint_within(struct buf *out, const struct row *row, const struct endpoint *ep,
				size_t most)
{
	struct address plain;

	if (!address_is_mapped(&ep->address))
		return add_endpoint(out, row, ep, &ep->address, most);
	plain = address_unmapped(&ep->address);
	return add_endpoint(out, row, ep, &plain, most);
}

size_t cell_add_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep)
{
	return add_endpoint(out, row, ep, &ep->address, SIZE_MAX);
}

size_t cell_add_address(struct buf *out, const struct endpoint *ep)
{
	struct address plain = address_unmapped(&ep->address);
	char *start = buf_room(out, ADDRESS_TEXT_MAX), *end = address_print(start, &plain);

	buf_used(out, end);
	return (size_t)(end - start);
}
