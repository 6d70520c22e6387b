/* SPDX-License-Identifier: MIT */
/*
 * Values as text.  What comes from outside is escaped here, so no view can
 * forget it.  Columns are counted, not bytes.
 */
#include "view/cell.h"

#include <sys/socket.h>

#include "base/text.h"
#include "cell_endpoint.h"
#include "cell_list.h"
#include "model/query.h"

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

	for (uint32_t i = 0; i < row_count(row); i++) {
		const struct socket *sk = row_member(row, i);

		if (sk->have & HAVE_QUEUES) {
			bytes += sk->recv_queue;
			continue;
		}
		waiting += sk->accept_queue;
		backlog += sk->have & HAVE_BACKLOG ? sk->backlog : 0;
	}
	if (row->sk->have & HAVE_QUEUES)
		return bytes ? add_unit(out, bytes, UNIT_BYTES) : add_plain(out, "-");
	if (row_is_full(row))
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

static size_t add_pair(struct buf *out, const struct row *row, const struct socket *other,
		       size_t most)
{
	struct row far = { row->snap, other, NULL };

	return cell_add_owners(out, &far, most);
}

static size_t add_netns(struct buf *out, const struct row *row)
{
	const struct netns *netns = &row->snap->netns[row->sk->netns];

	return netns->name ? add_text(out, netns->name) : buf_add_unsigned(out, netns->inode);
}

size_t cell_add_value(struct buf *out, const struct row *row, const struct field *field,
		      struct value value, size_t most)
{
	size_t before = out->length;

	if (VALUE_IS_PLAIN(value.type) && row_is_merged(row))
		return cell_add_merged(out, row, field, value, most);
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
		return cell_add_endpoint_within(out, row, value.endpoint, most);
	case VALUE_QUEUE:
		return add_queue(out, row);
	case VALUE_ADDRESS:
		return cell_add_address(out, value.endpoint);
	case VALUE_LIST:
		return cell_add_list(out, row, field, most);
	case VALUE_OWNERS:
		return cell_add_owners(out, row, most);
	case VALUE_PAIR:
		return add_pair(out, row, value.socket, most);
	case VALUE_TIMER:
		return add_timer(out, value.socket);
	case VALUE_NETNS:
		return add_netns(out, row);
	default:
		return add_plain(out, "-");
	}
}

size_t cell_columns(struct buf *scratch, const struct row *row, const struct field *field,
		    struct value value, size_t most)
{
	if (value.type == VALUE_ENDPOINT && value.endpoint->address.family == AF_INET &&
	    !row->sk->interface && !cell_wants_names(row))
		return address_length(&value.endpoint->address) + 1 +
		       digits_of(value.endpoint->port);
	scratch->length = 0;
	return cell_add_value(scratch, row, field, value, most);
}

size_t cell_clip(struct buf *cell, size_t most)
{
	size_t columns = most - 1;

	cell->length = text_fit(cell->data, cell->length, &columns);
	buf_add_literal(cell, "…");
	return columns + 1;
}
