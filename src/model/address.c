/* SPDX-License-Identifier: MIT */
/*
 * Addresses.  Printing is by hand, for it is done twice per shown socket:
 * inet_ntop() costs ten times as much.
 */
#include "model/address.h"

#include <string.h>
#include <sys/socket.h>

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static size_t length_of(const struct address *address)
{
	return address->family == AF_INET ? 4 : 16;
}

bool address_is_any(const struct address *address)
{
	static const uint8_t zero[16];

	return address->family != AF_UNSPEC &&
	       memcmp(address->bytes, zero, length_of(address)) == 0;
}

bool address_is_mapped(const struct address *address)
{
	return address->family == AF_INET6 &&
	       memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

bool address_is_loopback(const struct address *address)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (address->family == AF_INET)
		return address->bytes[0] == 127;
	if (address_is_mapped(address))
		return address->bytes[12] == 127;
	return address->family == AF_INET6 && memcmp(address->bytes, one, sizeof(one)) == 0;
}

bool address_is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

bool address_is_multicast(const struct address *address)
{
	struct address plain = address_unmapped(address);

	if (plain.family == AF_INET)
		return (plain.bytes[0] & 0xf0) == 0xe0;
	return plain.family == AF_INET6 && plain.bytes[0] == 0xff;
}

/* __ipv6_addr_needs_scope_id() */
bool address_needs_scope(const struct address *address)
{
	uint8_t scope = address->bytes[1] & 0x0f;

	if (address->family == AF_INET6 && address->bytes[0] == 0xff)
		return scope == 1 || scope == 2;
	return address_is_link_local(address);
}

bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

int address_compare(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof(*a));
}

struct address address_unmapped(const struct address *address)
{
	struct address plain = { .family = AF_INET };

	if (!address_is_mapped(address))
		return *address;
	memcpy(plain.bytes, address->bytes + sizeof(mapped_prefix), 4);
	return plain;
}

struct address address_reached(const struct address *address)
{
	struct address reached = address_unmapped(address);

	if (!address_is_any(&reached))
		return reached;
	if (reached.family == AF_INET)
		reached.bytes[0] = 127;
	reached.bytes[reached.family == AF_INET ? 3 : 15] = 1;
	return reached;
}

bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	struct address plain_a, plain_b;

	if (a->port != b->port)
		return false;
	if (a->address.family == b->address.family)
		return address_equal(&a->address, &b->address);
	plain_a = address_unmapped(&a->address);
	plain_b = address_unmapped(&b->address);
	return address_equal(&plain_a, &plain_b);
}

/* Every octet as text, with a dot behind it and its length in the last byte. */
#define OCTET1(n) { '0' + (n), '.', 0, 0, 1 }
#define OCTET2(n) { '0' + (n) / 10, '0' + (n) % 10, '.', 0, 2 }
#define OCTET3(n) { '0' + (n) / 100, '0' + (n) / 10 % 10, '0' + (n) % 10, '.', 3 }
#define TEN(octet, n) octet(n), octet((n) + 1), octet((n) + 2), octet((n) + 3), octet((n) + 4), \
		      octet((n) + 5), octet((n) + 6), octet((n) + 7), octet((n) + 8), octet((n) + 9)

static const char octets[256][5] = {
	TEN(OCTET1, 0), TEN(OCTET2, 10), TEN(OCTET2, 20), TEN(OCTET2, 30), TEN(OCTET2, 40),
	TEN(OCTET2, 50), TEN(OCTET2, 60), TEN(OCTET2, 70), TEN(OCTET2, 80), TEN(OCTET2, 90),
	TEN(OCTET3, 100), TEN(OCTET3, 110), TEN(OCTET3, 120), TEN(OCTET3, 130), TEN(OCTET3, 140),
	TEN(OCTET3, 150), TEN(OCTET3, 160), TEN(OCTET3, 170), TEN(OCTET3, 180), TEN(OCTET3, 190),
	TEN(OCTET3, 200), TEN(OCTET3, 210), TEN(OCTET3, 220), TEN(OCTET3, 230), TEN(OCTET3, 240),
	OCTET3(250), OCTET3(251), OCTET3(252), OCTET3(253), OCTET3(254), OCTET3(255),
};

static char *print_ipv4(char *out, const uint8_t *bytes)
{
	for (int i = 0; i < 4; i++) {
		memcpy(out, octets[bytes[i]], 4);
		out += octets[bytes[i]][4] + 1;
	}
	return out - 1;
}

static char *print_group(char *out, unsigned group)
{
	for (int shift = 12; shift >= 0; shift -= 4)
		if (group >> shift || !shift)
			*out++ = "0123456789abcdef"[group >> shift & 15];
	return out;
}

/* The longest run of zero groups, two at least, the first of equals (RFC 5952, 4.2). */
static int longest_zeros(const unsigned groups[8], int *length)
{
	int best = -1;

	*length = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && !groups[i + n])
			n++;
		if (n > *length) {
			best = i;
			*length = n;
		}
		i += n;
	}
	return best;
}

static char *print_ipv6(char *out, const uint8_t *bytes)
{
	unsigned groups[8];
	int length, gap;

	for (int i = 0; i < 8; i++)
		groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	gap = longest_zeros(groups, &length);
	for (int i = 0; i < 8; i++) {
		if (i == gap) {
			*out++ = ':';
			i += length - 1;
			if (i == 7)
				*out++ = ':';
			continue;
		}
		if (i)
			*out++ = ':';
		out = print_group(out, groups[i]);
	}
	return out;
}

char *address_print(char *out, const struct address *address)
{
	if (address->family == AF_INET)
		return print_ipv4(out, address->bytes);
	if (!address_is_mapped(address))
		return print_ipv6(out, address->bytes);
	memcpy(out, "::ffff:", 7);
	return print_ipv4(out + 7, address->bytes + sizeof(mapped_prefix));
}

void address_add(struct buf *buf, const struct address *address)
{
	buf_used(buf, address_print(buf_room(buf, ADDRESS_TEXT_MAX), address));
}

size_t address_length(const struct address *address)
{
	const uint8_t *bytes = address->bytes;
	char text[ADDRESS_TEXT_MAX];
	size_t length = 3;

	if (address->family != AF_INET)
		return (size_t)(address_print(text, address) - text);
	for (int i = 0; i < 4; i++)
		length += (size_t)octets[bytes[i]][4];
	return length;
}
