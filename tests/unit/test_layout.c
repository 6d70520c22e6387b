/* SPDX-License-Identifier: MIT */
/* Which columns a table has, how wide they are, and the lines below a row. */
#include "shown.h"

enum { TERMINAL = 80 };

/* What says nothing is left out; what the user named stays. */
static void columns_that_tell_nothing_are_left_out(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };
	struct columns columns = { .usual = true };
	struct snapshot *snap = *state;
	char *text;

	add_listener(snap, "0.0.0.0", 80);
	add_listener(snap, "0.0.0.0", 8080);
	snap->states = STATES_LISTENING;
	text = show(snap, &options);
	assert_null(strstr(text, "CONNS"));
	assert_null(strstr(text, "SOCKETS"));
	assert_null(strstr(text, "PORT-CLASS"));
	assert_null(strstr(text, "SERVICE"));
	assert_non_null(strstr(text, "STATE"));
	free(text);
	columns_add(&columns, FIELD_SOCKETS);
	options.columns = &columns;
	text = show(snap, &options);
	assert_non_null(strstr(text, "QUEUE  SOCKETS  USER"));
	columns.usual = false;
	free(text);
	text = show(snap, &options);
	assert_non_null(strstr(text, "SOCKETS"));
	free(text);
	options.columns = NULL;
	add_listener(snap, "0.0.0.0", 8080);
	add_listener(snap, "0.0.0.0", 40000);
	snap->states = STATES_ALL;
	assert_int_equal(listeners_find(snap), 0);
	text = show(snap, &options);
	assert_non_null(strstr(text, "CONNS"));
	assert_non_null(strstr(text, "SOCKETS"));
	assert_non_null(strstr(text, "PORT-CLASS"));
	free(text);
}

/* Where room is short, and not elsewhere. */
static void columns_that_are_alike_go_first(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true, .width = 100 };
	struct snapshot *snap = *state;
	char *text;

	for (unsigned i = 0; i < 3; i++)
		add_connection(snap, "2001:db8:1234:5678::1", 443, "2001:db8:1234:5678::2", i + 1)
			->recv_queue = i;
	text = show(snap, &options);
	assert_non_null(strstr(text, "PROTO  STATE"));
	assert_non_null(strstr(text, "RECVQ"));
	free(text);
	options.width = 70;
	text = show(snap, &options);
	assert_null(strstr(text, "USER"));
	assert_null(strstr(text, "STATE"));
	assert_non_null(strstr(text, "RECVQ"));
	free(text);
}

static void a_full_queue_stays_and_has_a_colour(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true, .color = true };
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "2001:db8:1234:5678:9abc:def0:1234:5678", 443);

	sk->accept_queue = 4;
	sk->backlog = 3;
	for (options.width = 80; options.width >= 40; options.width -= 20) {
		char *text = show(snap, &options);

		assert_non_null(strstr(text, "\033[31m!4/3\033[0m"));
		free(text);
	}
}

/* Their names are those of filters; on a terminal two lines of them, elsewhere one. */
static void figures_have_names_and_no_zeros(void **state)
{
	struct view_options options = { .extras = EXTRA_INFO, .width = TERMINAL };
	struct snapshot *snap = *state;
	struct socket *sk = add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 443);
	struct socket_detail detail = { .memory = NULL };
	struct tcp tcp = { .length = sizeof(tcp.info) };
	char *text;

	tcp.info[68] = 1000 % 256;		/* rtt */
	tcp.info[69] = 1000 / 256;
	tcp.info[80] = 10;			/* cwnd */
	detail.tcp = &tcp;
	sk->detail = &detail;
	text = show(snap, &options);
	assert_non_null(strstr(text, "\n    rtt 1ms  cwnd 10  congestion_state open\n"));
	free(text);
	memset(tcp.info, 1, sizeof(tcp.info));
	text = show(snap, &options);
	assert_non_null(strstr(text, "\n    rtt 16.8s  min_rtt 16.8s  rttvar 16.8s  cwnd "));
	assert_non_null(strstr(text, "  …\n"));
	assert_null(strstr(text, "round trip"));
	free(text);
	options.width = 0;
	text = show(snap, &options);
	assert_null(strstr(text, "…"));
	assert_non_null(strstr(text, "  total_retrans 16843009  "));
	free(text);
}

/* LOCAL begins and ends at the same place in both groups. */
static void groups_share_their_widths(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };
	struct snapshot *snap = *state;
	const char *first, *second;
	char *text;

	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "2001:db8::1234", 80, "2001:db8::1", 40000)->state = STATE_CLOSE_WAIT;
	text = show(snap, &options);
	first = strstr(text, "LOCAL");
	second = strstr(first + 1, "LOCAL");
	assert_int_equal(strstr(first, "SCOPE") - first, strstr(second, "DIR") - second);
	assert_int_equal(first - strchr(text, '\n'),
			 second - strchr(strstr(text, "Connections"), '\n'));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(columns_that_tell_nothing_are_left_out),
		WITH_SNAPSHOT(columns_that_are_alike_go_first),
		WITH_SNAPSHOT(a_full_queue_stays_and_has_a_colour),
		WITH_SNAPSHOT(groups_share_their_widths),
		WITH_SNAPSHOT(figures_have_names_and_no_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
