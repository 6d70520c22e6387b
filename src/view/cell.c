/* SPDX-License-Identifier: MIT */
/*
 * Values as text.  What comes from outside is escaped here, so no view can
 * forget it.  Columns are counted, not bytes.
 */
#include "view/cell.h"

#include <sys/socket.h>

#include "base/text.h"
#include "cell_list.h"
#include "model/query.h"

enum { HOST_LEAST = 8 };	/* columns that remain of a name */

static size_t add_text(struct buf *out, const char *text)
{
	return text_add_safe(out, text, strlen(text), SIZE_MAX);
}

/* Text that is our own and plain. */
static size_t add_plain(struct buf *out, const char *text)
{
	size_t length = strlen(text);

	buf_add(out, text, length);
	return length;
}

/* ---- endpoints ------------------------------------------------------- */

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

static bool wants_names(const struct row *row)
{
	return row->snap->asked & NEED_HOST;
}

/* NULL: a number.  A port that anybody is given has no service, whatever the list says. */
static const char *service_of(const struct row *row, uint16_t port)
{
	const struct netns *netns = &row->snap->netns[row->sk->netns];

	if (!wants_names(row) || !port)
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
	const char *name = wants_names(row) ? snapshot_host(row->snap, &ep->address) : NULL;
	size_t columns;

	if (!name && !is_any_version(row, ep))
		return add_address(out, row, ep, address);
	if (name)
		columns = add_shortened(out, name, room_for_host(row, ep->port, most));
	else
		columns = add_plain(out, "*");
	return socket_has_scope(row->sk, ep) ? columns + add_interface(out, row) : columns;
}

static size_t add_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep,
			   const struct address *address, size_t most)
{
	size_t columns = add_host(out, row, ep, address, most);
	const char *service = service_of(row, ep->port);

	buf_add_char(out, ':');
	return columns + 1 + (service ? add_text(out, service) : buf_add_unsigned(out, ep->port));
}

size_t cell_add_endpoint_within(struct buf *out, const struct row *row, const struct endpoint *ep,
				size_t most)
{
	struct address plain = address_unmapped(&ep->address);

	return add_endpoint(out, row, ep, &plain, most);
}

size_t cell_add_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep)
{
	return add_endpoint(out, row, ep, &ep->address, SIZE_MAX);
}

static size_t add_bare_address(struct buf *out, const struct endpoint *ep)
{
	struct address plain = address_unmapped(&ep->address);
	char *start = buf_room(out, ADDRESS_TEXT_MAX), *end = address_print(start, &plain);

	buf_used(out, end);
	return (size_t)(end - start);
}

/* ---- numbers with units ---------------------------------------------- */

/* 3 significant digits and a prefix: "1.5M".  `step` is 1000 or 1024. */
static size_t add_scaled(struct buf *out, uint64_t number, unsigned step)
{
	static const char prefixes[] = "KMGTPE";
	size_t before = out->length;
	uint64_t tenths;
	int prefix = 0;

	if (number < 10000) {
		buf_add_unsigned(out, number);
		return out->length - before;
	}
	/* One decimal is kept from the first division on. */
	for (tenths = number / step * 10 + number % step * 10 / step; tenths >= step * 10ULL;
	     tenths /= step)
		prefix++;
	buf_add_decimal(out, tenths >= 1000 ? tenths / 10 * 10 : tenths, 1);
	buf_add_char(out, prefixes[prefix]);
	return out->length - before;
}

static size_t add_duration_ms(struct buf *out, uint64_t ms)
{
	size_t before = out->length;

	if (ms < 1000) {
		buf_add_unsigned(out, ms);
		buf_add_literal(out, "ms");
	} else if (ms < 60 * 1000) {
		buf_add_decimal(out, ms / 100, 1);
		buf_add_literal(out, "s");
	} else if (ms < 3600 * 1000) {
		buf_add_unsigned(out, ms / 60000);
		buf_add_literal(out, "min");
	} else {
		buf_add_decimal(out, ms / 360000, 1);
		buf_add_literal(out, "h");
	}
	return out->length - before;
}

static size_t add_unit(struct buf *out, uint64_t number, enum unit unit)
{
	size_t before = out->length;

	switch (unit) {
	case UNIT_BYTES:
		add_scaled(out, number, 1024);
		if (number)
			buf_add_char(out, 'B');
		break;
	case UNIT_BPS:
		add_scaled(out, number, 1000);
		buf_add_literal(out, "bit/s");
		break;
	case UNIT_US:
		if (number >= 1000 * 1000)
			return add_duration_ms(out, number / 1000);
		buf_add_decimal(out, number, 3);
		buf_add_literal(out, "ms");
		break;
	case UNIT_MS:
		return add_duration_ms(out, number);
	default:
		buf_add_unsigned(out, number);
	}
	return out->length - before;
}

/* ---- composite values ------------------------------------------------ */

/*
 * Waiting connections and how many may wait, over all members of a listener.
 * "!" where one member's queue is full, so that it drops what comes to it now.
 */
static size_t add_queue(struct buf *out, const struct row *row)
{
	uint64_t waiting = 0, backlog = 0, bytes = 0;
	size_t columns = 0;
	bool full = false;

	for (uint32_t i = 0; i < row_count(row); i++) {
		const struct socket *sk = row_member(row, i);

		if (sk->have & HAVE_QUEUES) {
			bytes += sk->recv_queue;
			continue;
		}
		waiting += sk->accept_queue;
		backlog += sk->have & HAVE_BACKLOG ? sk->backlog : 0;
		full |= socket_is_full(sk);
	}
	if (row->sk->have & HAVE_QUEUES)
		return bytes ? add_unit(out, bytes, UNIT_BYTES) : add_plain(out, "-");
	if (full)
		columns += add_plain(out, "!");
	columns += buf_add_unsigned(out, waiting);
	columns += add_plain(out, "/");
	if (!(row->sk->have & HAVE_BACKLOG))
		return columns + add_plain(out, "?");
	return columns + buf_add_unsigned(out, backlog);
}

static size_t add_timer(struct buf *out, const struct socket *sk)
{
	size_t columns = add_plain(out, timer_names[sk->timer]);

	columns += add_plain(out, " ");
	columns += add_duration_ms(out, sk->timer_ms);
	if (sk->timer_tries) {
		columns += add_plain(out, " try ");
		columns += buf_add_unsigned(out, sk->timer_tries);
	}
	return columns;
}

static size_t add_pair(struct buf *out, const struct row *row, const struct socket *other)
{
	struct row far = { row->snap, other, NULL };

	return cell_add_owners(out, &far);
}

static size_t add_netns(struct buf *out, const struct row *row)
{
	const struct netns *netns = &row->snap->netns[row->sk->netns];

	return netns->name ? add_text(out, netns->name) : buf_add_unsigned(out, netns->inode);
}

size_t cell_add_value(struct buf *out, const struct row *row, const struct field *field,
		      struct value value)
{
	size_t before = out->length;

	if (VALUE_IS_PLAIN(value.type) && row_is_merged(row))
		return cell_add_merged(out, row, field, value);
	switch (value.type) {
	case VALUE_BOOL:
		return add_plain(out, value.boolean ? "yes" : "no");
	case VALUE_UNSIGNED:
		return add_unit(out, value.number, field->unit);
	case VALUE_HEX:
		buf_add_hex(out, value.number);
		return out->length - before;
	case VALUE_TEXT:
		return add_text(out, value.text);
	case VALUE_ENDPOINT:
		return cell_add_endpoint_within(out, row, value.endpoint, SIZE_MAX);
	case VALUE_QUEUE:
		return add_queue(out, row);
	case VALUE_ADDRESS:
		return add_bare_address(out, value.endpoint);
	case VALUE_LIST:
		return cell_add_list(out, row, field);
	case VALUE_OWNERS:
		return cell_add_owners(out, row);
	case VALUE_PAIR:
		return add_pair(out, row, value.socket);
	case VALUE_TIMER:
		return add_timer(out, value.socket);
	case VALUE_NETNS:
		return add_netns(out, row);
	default:
		return add_plain(out, "-");
	}
}

size_t cell_columns(struct buf *scratch, const struct row *row, const struct field *field,
		    struct value value)
{
	if (value.type == VALUE_ENDPOINT && value.endpoint->address.family == AF_INET &&
	    !row->sk->interface && !wants_names(row))
		return address_length(&value.endpoint->address) + 1 +
		       digits_of(value.endpoint->port);
	scratch->length = 0;
	return cell_add_value(scratch, row, field, value);
}

size_t cell_clip(struct buf *cell, size_t most)
{
	size_t taken = 0, bytes = 0, used;

	while (bytes < cell->length) {
		size_t width;

		text_decode(cell->data + bytes, cell->length - bytes, &used);
		width = used == 1 ? 1 : text_width(cell->data + bytes, used);
		if (taken + width >= most)
			break;
		taken += width;
		bytes += used;
	}
	cell->length = bytes;
	buf_add_literal(cell, "…");
	return taken + 1;
}
