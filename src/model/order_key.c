/* SPDX-License-Identifier: MIT */
/* Sort keys: what of a value decides its place. */
#include "order_key.h"

#include <endian.h>
#include <string.h>
#include <sys/socket.h>

#include "model/list.h"

static const struct key_part none = { .kind = KEY_NONE };

static struct key_part word_part(uint64_t word, bool more)
{
	return (struct key_part){ .kind = KEY_WORD, .word = word, .more = more };
}

static struct key_part text_part(const char *text, size_t length, bool more)
{
	return (struct key_part){ .kind = KEY_TEXT, .text = text, .length = length, .more = more };
}

/* Family, address and port as bytes in this order: one word for IPv4, three for IPv6. */
static struct key_part endpoint_part(const struct endpoint *ep, uint16_t port, unsigned part)
{
	size_t length = ep->address.family == AF_INET ? 4 : 16;
	uint8_t bytes[24] = { ep->address.family };
	uint64_t word;

	memcpy(bytes + 1, ep->address.bytes, length);
	bytes[1 + length] = (uint8_t)(port >> 8);
	bytes[2 + length] = (uint8_t)port;
	memcpy(&word, bytes + part * sizeof(word), sizeof(word));
	return word_part(be64toh(word), (part + 1) * sizeof(word) < 3 + length);
}

static struct key_part list_part(const struct row *row, const struct field *field, bool more)
{
	struct list_walk walk;
	struct list_item item;

	list_begin(&walk, row, field);
	if (!list_next(&walk, &item))
		return none;
	return item.text ? text_part(item.text, item.length, more) : word_part(item.number, more);
}

/* By command, then by pid. */
static struct key_part owners_part(const struct row *row, unsigned part)
{
	return list_part(row, &fields[part ? FIELD_PID : FIELD_PROCESS], !part);
}

static struct key_part timer_part(const struct socket *sk, unsigned part)
{
	const char *name = timer_names[sk->timer];

	return part ? word_part(sk->timer_ms, false) : text_part(name, strlen(name), true);
}

static struct key_part queue_part(const struct socket *sk)
{
	if (sk->have & HAVE_QUEUES)
		return word_part(sk->recv_queue, false);
	return sk->have & HAVE_ACCEPT_QUEUE ? word_part(sk->accept_queue, false) : none;
}

static struct key_part pair_part(const struct row *row, const struct socket *other, unsigned part)
{
	struct row far = { row->snap, other, NULL };

	return owners_part(&far, part);
}

struct key_part order_key(const struct row *row, const struct field *field, unsigned part)
{
	struct value value = field->get(row, field);

	switch (value.type) {
	case VALUE_BOOL:
		return word_part(value.boolean, false);
	case VALUE_UNSIGNED:
	case VALUE_HEX:
		/* A user without a name comes behind those that have one. */
		return word_part(value.number | (field->type == VALUE_TEXT ? KEY_BEHIND_TEXT : 0),
				 false);
	case VALUE_TEXT:
		return text_part(value.text, strlen(value.text), false);
	case VALUE_ENDPOINT:
		return endpoint_part(value.endpoint, value.endpoint->port, part);
	case VALUE_ADDRESS:
		return endpoint_part(value.endpoint, 0, part);
	case VALUE_LIST:
		return list_part(row, field, false);
	case VALUE_QUEUE:
		return queue_part(row->sk);
	case VALUE_OWNERS:
		return owners_part(row, part);
	case VALUE_PAIR:
		return pair_part(row, value.socket, part);
	case VALUE_TIMER:
		return timer_part(value.socket, part);
	case VALUE_NETNS:
		return word_part(row->snap->netns[row->sk->netns].inode, false);
	default:
		return none;
	}
}
