/* SPDX-License-Identifier: MIT */
/* Lines of /proc/net, real ones and broken ones.  Addresses are as on a little-endian host. */
#include "unit.h"

#include <errno.h>

#include "collect/proc_net.h"

enum { TICK = 10 };

static const char established[] =
	"   1: 0100007F:1F90 0200007F:9C40 01 00000002:00000003 01:00000014 "
	"00000004  1000        0 4242 2 0000000000000000 20 4 30 10 -1";

static struct socket parse(enum protocol protocol, const char *line)
{
	struct socket sk = { .protocol = (uint8_t)protocol };

	assert_int_equal(proc_net_parse(line, TICK, &sk), 0);
	return sk;
}

static void assert_refused(const char *line)
{
	struct socket sk = { .protocol = PROTOCOL_TCP };

	assert_int_equal(proc_net_parse(line, TICK, &sk), -EINVAL);
}

/* The line above with the text at `what` replaced by `by`, of any length. */
static void assert_refuses_with(const char *what, const char *by)
{
	const char *at = strstr(established, what);
	char line[512] = "";

	assert_non_null(at);
	memcpy(line, established, (size_t)(at - established));
	strcat(line, by);
	strcat(line, at + strlen(what));
	assert_refused(line);
}

static void a_connection_is_read(void **state)
{
	struct socket sk = parse(PROTOCOL_TCP, established);
	struct address local = address_of("127.0.0.1"), peer = address_of("127.0.0.2");

	(void)state;
	assert_int_equal(sk.state, STATE_ESTAB);
	assert_true(address_equal(&sk.local.address, &local));
	assert_true(address_equal(&sk.peer.address, &peer));
	assert_int_equal(sk.local.port, 8080);
	assert_int_equal(sk.peer.port, 40000);
	assert_int_equal(sk.send_queue, 2);
	assert_int_equal(sk.recv_queue, 3);
	assert_int_equal(sk.timer, TIMER_RETRANSMIT);
	assert_int_equal(sk.timer_ms, 20 * TICK);
	assert_int_equal(sk.timer_tries, 4);
	assert_int_equal(sk.uid, 1000);
	assert_int_equal(sk.inode, 4242);
	assert_int_equal(sk.have, HAVE_UID | HAVE_INODE | HAVE_QUEUES | HAVE_PEER);
}

static void a_listener_has_an_accept_queue_and_no_backlog(void **state)
{
	struct socket sk = parse(PROTOCOL_TCP,
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000005 00:00000000 "
		"00000000     0        0 18446 1 0000000000000000 100 0 0 10 0");

	(void)state;
	assert_int_equal(sk.state, STATE_LISTEN);
	assert_int_equal(sk.accept_queue, 5);
	assert_int_equal(sk.local.port, 22);
	assert_int_equal(sk.have, HAVE_UID | HAVE_INODE | HAVE_ACCEPT_QUEUE);
	assert_int_equal(sk.timer, TIMER_NONE);
}

static void time_wait_has_no_user(void **state)
{
	struct socket sk = parse(PROTOCOL_TCP,
		"   2: 0100007F:0050 0100007F:C350 06 00000000:00000000 03:00000F0A "
		"00000000     0        0 0 3 0000000000000000");

	(void)state;
	assert_int_equal(sk.state, STATE_TIME_WAIT);
	assert_false(sk.have & HAVE_UID);
	assert_int_equal(sk.inode, 0);
	assert_int_equal(sk.timer, TIMER_TIME_WAIT);
	assert_int_equal(sk.timer_ms, 0xf0a * TICK);
}

static void ipv6_addresses_are_four_words(void **state)
{
	struct socket sk = parse(PROTOCOL_TCP,
		"   0: B80D0120000000000000000001000000:0050 "
		"0000000000000000FFFF00000100007F:9C40 01 00000000:00000000 "
		"00:00000000 00000000  1000        0 9 1 0000000000000000 20 0 0 10 -1");
	struct address local = address_of("2001:db8::1"), peer = address_of("::ffff:127.0.0.1");

	(void)state;
	assert_true(address_equal(&sk.local.address, &local));
	assert_true(address_equal(&sk.peer.address, &peer));
}

static void udp_in_state_7_is_unconnected(void **state)
{
	struct socket sk = parse(PROTOCOL_UDP,
		" 1163: 3500007F:0035 00000000:0000 07 00000000:00000680 00:00000000 "
		"00000000   101        0 13030 2 0000000000000000 0");

	(void)state;
	assert_int_equal(sk.state, STATE_UNCONN);
	assert_int_equal(sk.recv_queue, 0x680);
	assert_int_equal(sk.uid, 101);
	assert_false(sk.have & HAVE_PEER);
}

static void raw_has_the_protocol_where_others_have_the_port(void **state)
{
	struct socket sk = parse(PROTOCOL_RAW,
		"   58: 00000000000000000000000000000000:003A "
		"00000000000000000000000000000000:0000 07 00000000:00000000 "
		"00:00000000 00000000     0        0 25437 2 0000000000000000 0");

	(void)state;
	assert_int_equal(sk.state, STATE_UNCONN);
	assert_int_equal(sk.local.port, 58);
	assert_int_equal(sk.local.address.family, AF_INET6);
}

static void syn_recv_of_the_kernel_is_syn_recv(void **state)
{
	struct socket sk = parse(PROTOCOL_TCP,
		"   3: 0100007F:0050 0100007F:C350 0C 00000000:00000000 01:00000058 "
		"00000001  1000        0 0 1 0000000000000000");

	(void)state;
	assert_int_equal(sk.state, STATE_SYN_RECV);
	assert_true(sk.have & HAVE_PEER);
}

static void the_fin_is_no_unread_byte(void **state)
{
	struct socket sk = parse(PROTOCOL_TCP,
		"   1: 0100007F:1F90 0200007F:9C40 08 00000000:00000001 00:00000000 "
		"00000000  1000        0 7 1 0");

	(void)state;
	assert_int_equal(sk.recv_queue, 0);
}

static void a_line_that_ends_with_the_inode_is_whole(void **state)
{
	(void)state;
	assert_int_equal(parse(PROTOCOL_TCP,
				"0: 0100007F:1F90 0200007F:9C40 01 0:0 0:0 0 0 0 77").inode,
			 77);
}

static void a_line_cut_anywhere_is_refused(void **state)
{
	size_t needed = (size_t)(strstr(established, " 4242") - established) + 1;
	char line[sizeof(established)];

	(void)state;
	for (size_t length = 0; length <= needed; length++) {
		memcpy(line, established, length);
		line[length] = '\0';
		assert_refused(line);
	}
}

static void what_is_no_number_is_refused(void **state)
{
	(void)state;
	assert_refuses_with("   1:", "   x:");
	assert_refuses_with("0100007F", "0100007G");
	assert_refuses_with("0100007F", "-100007F");
	assert_refuses_with(":1F90", ":1FZ0");
	assert_refuses_with(":1F90", ": 1F90");
	assert_refuses_with(" 01 ", " 0x1 ");
	assert_refuses_with("00000002:", "00000002 ");
	assert_refuses_with("  1000 ", "  10a0 ");
	assert_refuses_with(" 4242 ", " 4242x ");
	assert_refuses_with(established, "  sl  local_address rem_address   st tx_queue");
}

static void what_is_out_of_range_is_refused(void **state)
{
	(void)state;
	assert_refuses_with("0100007F", "0100007F01");
	assert_refuses_with("0100007F", "0100007");
	assert_refuses_with("0100007F", "");
	assert_refuses_with(":1F90", ":10000");
	assert_refuses_with(" 01 ", " 00 ");
	assert_refuses_with(" 01 ", " 0E ");
	assert_refuses_with(" 01 ", " 101 ");
	assert_refuses_with(" 4242 ", " 18446744073709551616 ");
	assert_refuses_with("00000002:", "10000000000000000:");
}

/* Cut to 32 bits they would be another user's, or another socket's. */
static void what_does_not_fit_its_member_is_refused(void **state)
{
	(void)state;
	assert_refuses_with("  1000 ", "  4294967296 ");
	assert_refuses_with(" 4242 ", " 4294967297 ");
	assert_refuses_with("00000002:", "100000000:");
}

static void the_largest_numbers_fit(void **state)
{
	struct socket sk = parse(PROTOCOL_TCP,
		"   1: FFFFFFFF:FFFF FFFFFFFF:FFFF 01 FFFFFFFF:FFFFFFFF 00:00000000 "
		"00000000 4294967295        0 4294967295 1");

	(void)state;
	assert_int_equal(sk.local.port, 65535);
	assert_int_equal(sk.send_queue, UINT32_MAX);
	assert_int_equal(sk.uid, UINT32_MAX);
	assert_int_equal(sk.inode, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_read),
		cmocka_unit_test(a_listener_has_an_accept_queue_and_no_backlog),
		cmocka_unit_test(time_wait_has_no_user),
		cmocka_unit_test(ipv6_addresses_are_four_words),
		cmocka_unit_test(udp_in_state_7_is_unconnected),
		cmocka_unit_test(raw_has_the_protocol_where_others_have_the_port),
		cmocka_unit_test(syn_recv_of_the_kernel_is_syn_recv),
		cmocka_unit_test(the_fin_is_no_unread_byte),
		cmocka_unit_test(a_line_that_ends_with_the_inode_is_whole),
		cmocka_unit_test(a_line_cut_anywhere_is_refused),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(what_is_out_of_range_is_refused),
		cmocka_unit_test(what_does_not_fit_its_member_is_refused),
		cmocka_unit_test(the_largest_numbers_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
