/* SPDX-License-Identifier: MIT */
/* Rows of inet_diag: what the base message says, and what it does not. */
#include "message.h"

static const struct address ten_one = { AF_INET, { 10, 0, 0, 1 } };
static const struct address ten_two = { AF_INET, { 10, 0, 0, 2 } };

/* What a single message of one protocol becomes, even if it came before. */
static const struct socket *take(struct snapshot *snap, enum protocol protocol,
				 struct message *message, size_t count)
{
	struct inbox inbox;

	inbox_start(&inbox, snap, protocol);
	assert_int_equal(inet_row(message_header(message), &inbox.dump), 0);
	assert_int_equal(snap->count, count);
	return count ? &snap->sockets[count - 1] : NULL;
}

static void the_base_message_is_read(void **state)
{
	const struct socket *sk;
	struct message m;

	message_start(&m, AF_INET, STATE_ESTAB);
	message_body(&m)->idiag_rqueue = 5;
	message_body(&m)->idiag_wqueue = 6;
	message_body(&m)->id.idiag_if = 2;
	sk = take(*state, PROTOCOL_TCP, &m, 1);
	assert_int_equal(sk->protocol, PROTOCOL_TCP);
	assert_int_equal(sk->state, STATE_ESTAB);
	assert_true(address_equal(&sk->local.address, &ten_one));
	assert_true(address_equal(&sk->peer.address, &ten_two));
	assert_int_equal(sk->local.port, 80);
	assert_int_equal(sk->peer.port, 40000);
	assert_int_equal(sk->cookie, 1ULL << 32 | 7);
	assert_int_equal(sk->recv_queue, 5);
	assert_int_equal(sk->send_queue, 6);
	assert_int_equal(sk->interface, 2);
	assert_int_equal(sk->inode, 4242);
	assert_int_equal(sk->uid, 1000);
	assert_int_equal(sk->have, HAVE_COOKIE | HAVE_UID | HAVE_INODE | HAVE_QUEUES | HAVE_PEER);
	assert_null(sk->detail);
}

static void an_ipv4_row_takes_four_bytes_only(void **state)
{
	struct message m;

	message_start(&m, AF_INET, STATE_ESTAB);
	message_body(&m)->id.idiag_src[1] = 0xffffffff;
	message_body(&m)->id.idiag_src[3] = 0xffffffff;
	assert_true(address_equal(&take(*state, PROTOCOL_TCP, &m, 1)->local.address, &ten_one));
}

static void a_short_message_is_passed_over(void **state)
{
	struct message m;

	message_start(&m, AF_INET, STATE_ESTAB);
	for (uint32_t cut = 1; cut <= sizeof(struct inet_diag_msg); cut++) {
		message_header(&m)->nlmsg_len = NLMSG_LENGTH(sizeof(struct inet_diag_msg) - cut);
		take(*state, PROTOCOL_TCP, &m, 0);
	}
}

static void other_families_and_states_are_passed_over(void **state)
{
	struct message m;

	message_start(&m, AF_UNIX, STATE_ESTAB);
	take(*state, PROTOCOL_TCP, &m, 0);
	message_start(&m, 0, STATE_ESTAB);
	take(*state, PROTOCOL_TCP, &m, 0);
	message_start(&m, AF_INET, 200);
	take(*state, PROTOCOL_TCP, &m, 0);
	message_start(&m, AF_INET, 0);
	take(*state, PROTOCOL_TCP, &m, 0);
}

static void a_listener_has_accept_queue_and_backlog_and_no_peer(void **state)
{
	const struct socket *sk;
	struct message m;

	message_start(&m, AF_INET6, STATE_LISTEN);
	message_body(&m)->idiag_rqueue = 3;
	message_body(&m)->idiag_wqueue = 511;
	sk = take(*state, PROTOCOL_TCP, &m, 1);
	assert_int_equal(sk->accept_queue, 3);
	assert_int_equal(sk->backlog, 511);
	assert_true(sk->have & HAVE_ACCEPT_QUEUE && sk->have & HAVE_BACKLOG);
	assert_false(sk->have & (HAVE_QUEUES | HAVE_PEER));
	assert_int_equal(sk->peer.port, 0);
}

static void time_wait_has_no_uid(void **state)
{
	const struct socket *sk;
	struct message m;

	message_start(&m, AF_INET, STATE_TIME_WAIT);
	message_body(&m)->idiag_inode = 0;
	message_body(&m)->idiag_uid = 0;
	message_body(&m)->idiag_timer = TIMER_TIME_WAIT;
	message_body(&m)->idiag_expires = 59000;
	sk = take(*state, PROTOCOL_TCP, &m, 1);
	assert_false(sk->have & HAVE_UID);
	assert_true(sk->have & HAVE_PEER);
	assert_int_equal(sk->timer, TIMER_TIME_WAIT);
	assert_int_equal(sk->timer_ms, 59000);
}

static void syn_recv_without_inode_has_no_root_user(void **state)
{
	const struct socket *sk;
	struct message m;

	message_start(&m, AF_INET, STATE_NEW_SYN_RECV);
	message_body(&m)->idiag_inode = 0;
	message_body(&m)->idiag_uid = 0;
	sk = take(*state, PROTOCOL_TCP, &m, 1);
	assert_int_equal(sk->state, STATE_SYN_RECV);
	assert_false(sk->have & HAVE_UID);
}

static void root_and_orphans_of_others_have_a_uid(void **state)
{
	struct message m;

	message_start(&m, AF_INET, STATE_ESTAB);
	message_body(&m)->idiag_uid = 0;
	assert_true(take(*state, PROTOCOL_TCP, &m, 1)->have & HAVE_UID);
	message_start(&m, AF_INET, STATE_FIN_WAIT_1);
	message_body(&m)->id.idiag_cookie[0] = 8;
	message_body(&m)->idiag_inode = 0;
	assert_true(take(*state, PROTOCOL_TCP, &m, 2)->have & HAVE_UID);
}

static void inodes_and_uids_are_unsigned(void **state)
{
	struct message m;

	message_start(&m, AF_INET, STATE_ESTAB);
	message_body(&m)->idiag_inode = 4294967290u;
	message_body(&m)->idiag_uid = 4294967290u;
	assert_int_equal(take(*state, PROTOCOL_TCP, &m, 1)->inode, 4294967290u);
	assert_int_equal(take(*state, PROTOCOL_TCP, &m, 2)->uid, 4294967290u);
}

static void the_fin_is_no_unread_byte(void **state)
{
	static const uint8_t states[] = { STATE_CLOSE_WAIT, STATE_LAST_ACK, STATE_CLOSING };
	struct message m;

	for (size_t i = 0; i < sizeof(states); i++) {
		message_start(&m, AF_INET, states[i]);
		message_body(&m)->idiag_rqueue = 1;
		message_body(&m)->id.idiag_cookie[0] = (uint32_t)i;
		assert_int_equal(take(*state, PROTOCOL_TCP, &m, i + 1)->recv_queue, 0);
	}
	message_body(&m)->idiag_rqueue = 0;
	assert_int_equal(take(*state, PROTOCOL_TCP, &m, 4)->recv_queue, 0);
	message_start(&m, AF_INET, STATE_FIN_WAIT_2);
	message_body(&m)->idiag_rqueue = 1;
	assert_int_equal(take(*state, PROTOCOL_TCP, &m, 5)->recv_queue, 1);
}

static void state_7_is_bound_for_tcp_and_unconnected_for_others(void **state)
{
	const struct socket *sk;
	struct message m;

	message_start(&m, AF_INET, STATE_UNCONN);
	assert_int_equal(take(*state, PROTOCOL_TCP, &m, 1)->state, STATE_BOUND);
	sk = take(*state, PROTOCOL_UDP, &m, 2);
	assert_int_equal(sk->state, STATE_UNCONN);
	assert_false(sk->have & HAVE_PEER);
	assert_int_equal(take(*state, PROTOCOL_RAW, &m, 3)->state, STATE_UNCONN);
	message_start(&m, AF_INET, STATE_BOUND);
	sk = take(*state, PROTOCOL_TCP, &m, 4);
	assert_int_equal(sk->state, STATE_BOUND);
	assert_false(sk->have & (HAVE_PEER | HAVE_QUEUES));
}

static void an_unknown_timer_is_none(void **state)
{
	struct message m;

	message_start(&m, AF_INET, STATE_ESTAB);
	message_body(&m)->idiag_timer = TIMER_COUNT;
	message_body(&m)->idiag_retrans = 4;
	assert_int_equal(take(*state, PROTOCOL_TCP, &m, 1)->timer, TIMER_NONE);
	message_body(&m)->idiag_timer = TIMER_RETRANSMIT;
	assert_int_equal(take(*state, PROTOCOL_TCP, &m, 2)->timer_tries, 4);
}

static void a_cookie_seen_twice_is_one_socket(void **state)
{
	struct inbox inbox;
	struct message m;

	inbox_start(&inbox, *state, PROTOCOL_TCP);
	message_start(&m, AF_INET, STATE_ESTAB);
	inbox_take(&inbox, &m, 1);
	message_body(&m)->idiag_state = STATE_TIME_WAIT;
	assert_int_equal(inbox_take(&inbox, &m, 1)->state, STATE_ESTAB);
	message_body(&m)->id.idiag_cookie[1] = 2;
	inbox_take(&inbox, &m, 2);
	for (uint32_t i = 0; i < 2000; i++) {
		message_body(&m)->id.idiag_cookie[0] = 100 + i / 2;
		inbox_take(&inbox, &m, 3 + i / 2);
	}
}

static void a_second_answer_brings_the_detail_of_the_first(void **state)
{
	static const uint8_t info[104];
	const struct socket *sk;
	struct inbox inbox;
	struct message m;

	inbox_start(&inbox, *state, PROTOCOL_TCP);
	message_start(&m, AF_INET, STATE_LISTEN);
	inbox_take(&inbox, &m, 1);
	message_add(&m, UAPI_DIAG_INFO, info, sizeof(info));
	sk = inbox_take(&inbox, &m, 1);
	assert_non_null(sk->detail);
	assert_non_null(sk->detail->tcp);
}

static void what_the_query_leaves_out_is_not_kept(void **state)
{
	struct inbox inbox;
	struct message m;

	inbox_start(&inbox, *state, PROTOCOL_TCP);
	inbox.query.states = STATE_BIT(STATE_LISTEN);
	message_start(&m, AF_INET, STATE_ESTAB);
	inbox_take(&inbox, &m, 0);
	message_start(&m, AF_INET, STATE_LISTEN);
	inbox_take(&inbox, &m, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(the_base_message_is_read),
		WITH_SNAPSHOT(an_ipv4_row_takes_four_bytes_only),
		WITH_SNAPSHOT(a_short_message_is_passed_over),
		WITH_SNAPSHOT(other_families_and_states_are_passed_over),
		WITH_SNAPSHOT(a_listener_has_accept_queue_and_backlog_and_no_peer),
		WITH_SNAPSHOT(time_wait_has_no_uid),
		WITH_SNAPSHOT(syn_recv_without_inode_has_no_root_user),
		WITH_SNAPSHOT(root_and_orphans_of_others_have_a_uid),
		WITH_SNAPSHOT(inodes_and_uids_are_unsigned),
		WITH_SNAPSHOT(the_fin_is_no_unread_byte),
		WITH_SNAPSHOT(state_7_is_bound_for_tcp_and_unconnected_for_others),
		WITH_SNAPSHOT(an_unknown_timer_is_none),
		WITH_SNAPSHOT(a_cookie_seen_twice_is_one_socket),
		WITH_SNAPSHOT(a_second_answer_brings_the_detail_of_the_first),
		WITH_SNAPSHOT(what_the_query_leaves_out_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
