/* SPDX-License-Identifier: MIT */
/* CSV: quotes, escapes, one record a line, bare numbers; and which columns it has. */
#include "unit.h"

#include <stdlib.h>

#include "view/view.h"

/* NOLINTBEGIN(misc-misleading-bidirectional): that is what is tested. */
#define HOSTILE "a\"b,c;d\\e\r\n=1+1\033[2J\xff\xe2\x80\xae"
#define HOSTILE_ESCAPED "a\"\"b,c\\x3bd\\\\e\\r\\n=1+1\\x1b[2J\\xff\\u202e"

static struct columns columns_of(const char *names)
{
	struct columns columns = { .count = 0 };
	char name[40];

	for (const char *at = names; *at; at += *at == ',') {
		size_t length = strcspn(at, ",");

		assert_in_range(length, 1, sizeof(name) - 1);
		memcpy(name, at, length);
		name[length] = '\0';
		assert_non_null(field_find(name));
		columns_add(&columns, field_id(field_find(name)));
		at += length;
	}
	return columns;
}

static void assert_shows(struct snapshot *snap, const struct view_options *options,
			 const char *expected)
{
	struct listing listing;
	struct buf buf;

	if (!snap->listeners)
		assert_int_equal(listeners_find(snap), 0);
	listing_init(&listing, snap, STATES_ALL);
	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(views[VIEW_CSV].show(&listing, options, &buf), 0);
	assert_holds(&buf, expected);
	listing_free(&listing);
	buf_free(&buf);
}

static void assert_columns(struct snapshot *snap, const char *names, const char *expected)
{
	struct columns columns = columns_of(names);
	struct view_options options = { .extras = EXTRA_OWNERS, .columns = &columns };

	assert_shows(snap, &options, expected);
}

static void the_first_line_names_the_columns_with_their_units(void **state)
{
	struct columns columns = columns_of("local,rtt,timer_expires,delivery_rate,memory_recv");
	struct view_options options = { .header = true, .columns = &columns };

	assert_shows(*state, &options,
		     "local,rtt_us,timer_expires_ms,delivery_rate_bps,memory_recv\r\n");
}

static void the_usual_columns_are_those_of_the_manual(void **state)
{
	struct view_options options = { .extras = EXTRA_OWNERS, .header = true };

	assert_shows(*state, &options,
		     "protocol,state,role,scope,local_address,local_port,peer_address,peer_port,"
		     "interface,recv_queue,send_queue,accept_queue,backlog,uid,user,inode,cookie,"
		     "cgroup,unit,container,process,pid,command_line,owner_missing\r\n");
	options.extras = EXTRA_TIMERS;
	assert_shows(*state, &options,
		     "protocol,state,role,scope,local_address,local_port,peer_address,peer_port,"
		     "interface,recv_queue,send_queue,accept_queue,backlog,uid,user,inode,cookie,"
		     "cgroup,unit,container,timer,timer_expires_ms,timer_retransmits\r\n");
}

static void columns_are_added_behind_the_usual_ones_and_removed(void **state)
{
	struct columns columns = { .usual = true };
	struct view_options options = { .header = true, .columns = &columns };

	columns_remove(&columns, FIELD_CGROUP);
	columns_add(&columns, FIELD_TCP_FIRST);
	columns_add(&columns, FIELD_STATE);
	assert_shows(*state, &options,
		     "protocol,state,role,scope,local_address,local_port,peer_address,peer_port,"
		     "interface,recv_queue,send_queue,accept_queue,backlog,uid,user,inode,cookie,"
		     "unit,container,rtt_us\r\n");
	assert_true(views[VIEW_CSV].needs(&options) & NEED_TCP);
	assert_false(views[VIEW_CSV].needs(&options) & (NEED_OWNER | NEED_PROCESS | NEED_MEMORY));
}

static void a_row_has_bare_numbers_and_nothing_for_what_is_unknown(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_connection(snap, "2001:db8::1", 80, "10.0.0.2", 40000);

	sk->recv_queue = 123456789;
	sk->timer = TIMER_KEEPALIVE;
	sk->timer_ms = 7200000;
	sk->have |= HAVE_V6ONLY | HAVE_MARK;
	sk->mark = 255;
	assert_columns(snap, "state,local_address,local_port,peer_address,recv_queue,rtt,uid",
		       "ESTAB,2001:db8::1,80,10.0.0.2,123456789,,0\r\n");
	assert_columns(snap, "timer,timer_expires,v6only,mark,queue,local,netns",
		       "keepalive,7200000,false,255,123456789,[2001:db8::1]:80,4026531840\r\n");
}

static void hostile_text_stays_in_its_field(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	add_owner(snap, 0, add_process(snap, 7, HOSTILE), 3);
	assert_columns(snap, "process,pid", "\"" HOSTILE_ESCAPED "\",7\r\n");
	assert_columns(snap, "owners", "\"" HOSTILE_ESCAPED " 7\"\r\n");
	snap->processes[0].unit = "a\"b";
	assert_columns(snap, "unit", "\"a\"\"b\"\r\n");
	snap->processes[0].unit = "a,b";
	assert_columns(snap, "unit", "\"a,b\"\r\n");
	snap->processes[0].unit = "a b;c'd";
	assert_columns(snap, "unit", "a b;c'd\r\n");
	snap->processes[0].unit = "\xe6\x97\xa5 x";
	assert_columns(snap, "unit", "\xe6\x97\xa5 x\r\n");
}

static void lists_have_all_items_and_semicolons_between_them(void **state)
{
	struct snapshot *snap = *state;
	struct process *process;

	add_listener(snap, "0.0.0.0", 80);
	for (uint32_t i = 0; i < 6; i++)
		add_owner(snap, 0, add_process(snap, 10 + i, i % 2 ? "a" : "b"), 3);
	process = &snap->processes[0];
	process->command_line = "sh\0-c\0a; b,\"c\"";
	process->command_line_length = 15;
	assert_columns(snap, "pid,process,fd", "10;11;12;13;14;15,b;a,3\r\n");
	assert_columns(snap, "owners", "b 10;a 11;b 12;a 13;b 14;a 15\r\n");
	assert_columns(snap, "command_line", "\"sh -c a\\x3b b,\"\"c\"\"\"\r\n");
}

static void a_line_with_one_unknown_value_is_still_a_record(void **state)
{
	struct snapshot *snap = *state;

	add_listener(snap, "0.0.0.0", 80);
	assert_columns(snap, "peer", "\"\"\r\n");
	assert_columns(snap, "peer,rtt", ",\r\n");
}

static void every_field_can_be_a_column(void **state)
{
	struct snapshot *snap = *state;
	struct columns columns = { .count = 0 };
	struct view_options options = { .extras = UINT32_MAX, .columns = &columns };
	struct listing listing;
	size_t commas = 0;
	struct buf buf;

	add_listener(snap, "10.0.0.1", 80);
	for (size_t i = 0; i < FIELD_COUNT; i++)
		columns_add(&columns, (enum field_id)i);
	listing_init(&listing, snap, STATES_ALL);
	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(views[VIEW_CSV].show(&listing, &options, &buf), 0);
	for (size_t i = 0; i < buf.length; i++)
		commas += buf.data[i] == ',';
	assert_int_equal(commas, FIELD_COUNT - 1);
	listing_free(&listing);
	buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(the_first_line_names_the_columns_with_their_units),
		WITH_SNAPSHOT(the_usual_columns_are_those_of_the_manual),
		WITH_SNAPSHOT(columns_are_added_behind_the_usual_ones_and_removed),
		WITH_SNAPSHOT(a_row_has_bare_numbers_and_nothing_for_what_is_unknown),
		WITH_SNAPSHOT(hostile_text_stays_in_its_field),
		WITH_SNAPSHOT(lists_have_all_items_and_semicolons_between_them),
		WITH_SNAPSHOT(a_line_with_one_unknown_value_is_still_a_record),
		WITH_SNAPSHOT(every_field_can_be_a_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(misc-misleading-bidirectional) */
