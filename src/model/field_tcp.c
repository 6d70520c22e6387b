/* SPDX-License-Identifier: MIT */
/*
 * Getters of tcp_info and socket memory.  Figures are found by their offset
 * in what the kernel sent; beyond its end there is nothing known.
 */
#include <string.h>

#include "base/array.h"
#include "field_get.h"

enum {
	OFFSET_CA_STATE = 1,
	OFFSET_WSCALE = 6,
	OFFSET_APP_LIMITED = 7,		/* and why fast open failed */
	OFFSET_AGES = 44,		/* last_data_sent ... last_ack_recv */
	OFFSET_AGES_END = 60,
	OFFSET_CWND = 80,
	OFFSET_REORDERING = 88,
	OFFSET_PACING = 104,
	OFFSET_MAX_PACING = 112,
	OFFSET_BYTES_ACKED = 120,
	OFFSET_BYTES_RECEIVED = 128,
	OFFSET_BYTES_SENT = 200,
	OFFSET_BYTES_RETRANS = 208,
};

static const struct value none = { .type = VALUE_NONE };

static const struct tcp *tcp_of(const struct row *row)
{
	return row->sk->detail ? row->sk->detail->tcp : NULL;
}

/* Copied, never cast: attributes are only 4-byte aligned. */
static bool copy_figure(const struct tcp *tcp, size_t offset, size_t size, uint64_t *figure)
{
	uint8_t byte;
	uint16_t half;
	uint32_t word;

	if (!tcp || offset + size > tcp->length)
		return false;
	switch (size) {
	case 1:
		memcpy(&byte, tcp->info + offset, size);
		*figure = byte;
		break;
	case 2:
		memcpy(&half, tcp->info + offset, size);
		*figure = half;
		break;
	case 4:
		memcpy(&word, tcp->info + offset, size);
		*figure = word;
		break;
	default:
		memcpy(figure, tcp->info + offset, sizeof(*figure));
	}
	return true;
}

/*
 * tcp_get_info() fills only these for a listener (besides its queues, which
 * are members of their own), and before anything was sent or received counts
 * ages from the boot of the machine.
 */
static bool is_told(const struct row *row, size_t offset)
{
	switch (row->sk->state) {
	case STATE_LISTEN:
		return offset == OFFSET_REORDERING || offset == OFFSET_CWND ||
		       offset == OFFSET_PACING || offset == OFFSET_MAX_PACING;
	case STATE_SYN_SENT:
		return offset < OFFSET_AGES || offset >= OFFSET_AGES_END;
	default:
		return true;
	}
}

static bool read_figure(const struct row *row, size_t offset, size_t size, uint64_t *figure)
{
	return is_told(row, offset) && copy_figure(tcp_of(row), offset, size, figure);
}

/* The bit fields are C's: where the high byte comes first, so do the high bits. */
static unsigned shift_of(const struct place *place)
{
	bool c_bits = place->offset == OFFSET_WSCALE || place->offset == OFFSET_APP_LIMITED;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && c_bits)
		return 8u - place->shift - place->bits;
	return place->shift;
}

GETTER(tcp)
{
	const struct place *place = &field->place;
	uint64_t figure;

	if (!read_figure(row, place->offset, place->size, &figure))
		return none;
	if (place->unset && figure == place->unset)
		return none;
	if (place->bits)
		figure = figure >> shift_of(place) & ((1u << place->bits) - 1);
	if (field->type == VALUE_BOOL)
		return (struct value){ .type = VALUE_BOOL, .boolean = figure != 0 };
	return (struct value){ .type = VALUE_UNSIGNED, .number = figure };
}

GETTER(tcp_rate)
{
	struct value rate = get_tcp(row, field);

	rate.number = rate.type == VALUE_NONE ? 0 : rate.number * 8;
	return rate;
}

GETTER(tcp_name)
{
	const struct tcp *tcp = tcp_of(row);
	const char *name = tcp ? (const char *)tcp + field->place.offset : "";

	return *name ? (struct value){ .type = VALUE_TEXT, .text = name } : none;
}

GETTER(tcp_phase)
{
	uint64_t phase;

	(void)field;
	if (!read_figure(row, OFFSET_CA_STATE, 1, &phase) || phase >= ARRAY_SIZE(tcp_phase_names))
		return none;
	return (struct value){ .type = VALUE_TEXT, .text = tcp_phase_names[phase] };
}

GETTER(memory)
{
	const struct memory *memory = row->sk->detail ? row->sk->detail->memory : NULL;

	if (!memory || field->place.offset >= memory->length)
		return none;
	return (struct value){ .type = VALUE_UNSIGNED,
			       .number = memory->words[field->place.offset] };
}

/* bytes_received counts the peer's FIN as a byte (tcp_rcv_nxt_update()). */
GETTER(rx_bytes)
{
	uint64_t bytes;

	if (!read_figure(row, OFFSET_BYTES_RECEIVED, 8, &bytes))
		return none;
	if (bytes && (STATE_BIT(row->sk->state) & STATES_PEER_FIN))
		bytes--;
	return (struct value){ .type = field->type, .number = bytes };
}

/*
 * What was sent, once: bytes_acked counts the SYN and the FIN, so where the
 * kernel (4.19) has bytes_sent, that less its retransmissions is exact.
 */
GETTER(tx_bytes)
{
	uint64_t sent, again;

	if (read_figure(row, OFFSET_BYTES_SENT, 8, &sent) &&
	    read_figure(row, OFFSET_BYTES_RETRANS, 8, &again))
		return (struct value){ .type = field->type, .number = sent - again };
	if (!read_figure(row, OFFSET_BYTES_ACKED, 8, &sent))
		return none;
	if (sent && socket_role(row->snap, row->sk) == ROLE_OUTBOUND)
		sent--;
	if (sent && row->sk->state == STATE_FIN_WAIT_2)
		sent--;
	return (struct value){ .type = field->type, .number = sent };
}
