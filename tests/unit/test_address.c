/* SPDX-License-Identifier: MIT */
/* Addresses: printed as RFC 5952 has it, compared, classified. */
#include "unit.h"

#include <stdio.h>

#include "model/address.h"

static uint32_t seed = 1;

static uint8_t random_byte(void)
{
	seed = seed * 1664525 + 1013904223;
	return (uint8_t)(seed >> 24);
}

static void assert_prints(const struct address *address, const char *expected)
{
	char text[ADDRESS_TEXT_MAX + 1], *end = address_print(text, address);

	assert_in_range(end - text, 1, ADDRESS_TEXT_MAX);
	*end = '\0';
	assert_string_equal(text, expected);
	assert_int_equal(address_length(address), strlen(expected));
}

static void prints(const char *text)
{
	struct address address = address_of(text);

	assert_prints(&address, text);
}

/* glibc writes ::a.b.c.d for addresses that RFC 5952 does not write so. */
static bool is_compatible(const struct address *address)
{
	static const uint8_t zero[12];

	return memcmp(address->bytes, zero, sizeof(zero)) == 0 &&
	       (address->bytes[12] || address->bytes[13]);
}

static void random_addresses_print_as_inet_ntop_does(void **state)
{
	char expected[INET6_ADDRSTRLEN];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct address address = { .family = i % 4 ? AF_INET6 : AF_INET };
		size_t length = i % 4 ? 16 : 4;

		/* Mostly zeros, so that runs of them of all lengths come. */
		for (size_t j = 0; j < length; j++)
			address.bytes[j] = random_byte() & (i & 8 ? 0xff : -(random_byte() > 170));
		if (is_compatible(&address))
			continue;
		assert_non_null(inet_ntop(address.family, address.bytes, expected,
					  sizeof(expected)));
		assert_prints(&address, expected);
	}
}

static void every_octet_prints(void **state)
{
	char text[64];

	(void)state;
	for (int i = 0; i < 256; i++) {
		snprintf(text, sizeof(text), "%d.%d.%d.%d", i, 255 - i, i, i);
		prints(text);
	}
}

static void examples_of_rfc_5952_print(void **state)
{
	(void)state;
	prints("::");
	prints("::1");
	prints("1::");
	prints("2001:db8::1");
	prints("2001:db8:0:1:1:1:1:1");
	prints("2001:0:0:1::1");
	prints("2001:db8::1:0:0:1");
	prints("fe80::1");
	prints("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	prints("1:2:3:4:5:6:7:0");
	prints("0:2:3:4:5:6:7:8");
}

static void mapped_addresses_print_as_ipv4_inside(void **state)
{
	(void)state;
	prints("::ffff:10.0.0.1");
	prints("::ffff:0.0.0.0");
	prints("::ffff:255.255.255.255");
	prints("0.0.0.0");
}

static void addresses_are_classified(void **state)
{
	static const struct {
		const char *text;
		bool any, loopback, mapped, link_local;
	} known[] = {
		{ .text = "0.0.0.0", .any = true },
		{ .text = "::", .any = true },
		{ .text = "127.0.0.1", .loopback = true },
		{ .text = "127.255.0.53", .loopback = true },
		{ .text = "::1", .loopback = true },
		{ .text = "::ffff:127.0.0.1", .loopback = true, .mapped = true },
		{ .text = "::ffff:10.0.0.1", .mapped = true },
		{ .text = "fe80::1", .link_local = true },
		{ .text = "febf::1", .link_local = true },
		{ .text = "fec0::1" },
		{ .text = "169.254.1.1" },
		{ .text = "128.0.0.1" },
		{ .text = "::2" },
		{ .text = "7f00::1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct address address = address_of(known[i].text);

		assert_int_equal(address_is_any(&address), known[i].any);
		assert_int_equal(address_is_loopback(&address), known[i].loopback);
		assert_int_equal(address_is_mapped(&address), known[i].mapped);
		assert_int_equal(address_is_link_local(&address), known[i].link_local);
	}
}

static void no_address_is_not_the_wildcard(void **state)
{
	struct address none = { .family = AF_UNSPEC };

	(void)state;
	assert_false(address_is_any(&none));
	assert_false(address_is_loopback(&none));
}

static void order_is_by_family_then_bytes(void **state)
{
	static const char *const sorted[] = {
		"0.0.0.0", "9.0.0.0", "10.0.0.1", "10.0.0.2", "255.0.0.0", "::", "::1", "ff::",
		"2001::",
	};
	size_t count = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			struct address a = address_of(sorted[i]), b = address_of(sorted[j]);
			int order = address_compare(&a, &b);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(address_equal(&a, &b), i == j);
		}
}

static void unmapped_is_the_ipv4_inside(void **state)
{
	struct address mapped = address_of("::ffff:10.0.0.1"), plain = address_of("10.0.0.1");
	struct address other = address_of("::fffe:10.0.0.1"), result = address_unmapped(&mapped);

	(void)state;
	assert_true(address_equal(&result, &plain));
	result = address_unmapped(&plain);
	assert_true(address_equal(&result, &plain));
	result = address_unmapped(&other);
	assert_true(address_equal(&result, &other));
}

static void endpoints_are_the_same_across_mapping(void **state)
{
	struct endpoint mapped = { address_of("::ffff:10.0.0.1"), 80 };
	struct endpoint plain = { address_of("10.0.0.1"), 80 };
	struct endpoint port = { address_of("10.0.0.1"), 81 };
	struct endpoint any4 = { address_of("0.0.0.0"), 80 }, any6 = { address_of("::"), 80 };

	(void)state;
	assert_true(endpoint_same(&mapped, &plain));
	assert_true(endpoint_same(&plain, &mapped));
	assert_true(endpoint_same(&plain, &plain));
	assert_false(endpoint_same(&plain, &port));
	assert_false(endpoint_same(&any4, &any6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_addresses_print_as_inet_ntop_does),
		cmocka_unit_test(every_octet_prints),
		cmocka_unit_test(examples_of_rfc_5952_print),
		cmocka_unit_test(mapped_addresses_print_as_ipv4_inside),
		cmocka_unit_test(addresses_are_classified),
		cmocka_unit_test(no_address_is_not_the_wildcard),
		cmocka_unit_test(order_is_by_family_then_bytes),
		cmocka_unit_test(unmapped_is_the_ipv4_inside),
		cmocka_unit_test(endpoints_are_the_same_across_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
