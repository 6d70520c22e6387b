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

static char *print_octet(char *out, unsigned octet)
{
	if (octet >= 100)
		*out++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*out++ = (char)('0' + octet / 10 % 10);
	*out++ = (char)('0' + octet % 10);
	return out;
}

static char *print_ipv4(char *out, const uint8_t *bytes)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*out++ = '.';
		out = print_octet(out, bytes[i]);
	}
	return out;
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
