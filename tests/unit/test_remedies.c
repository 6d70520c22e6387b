/* SPDX-License-Identifier: MIT */
/* What is advised against several blockers at once. */
#include "bind_case.h"

#include "diagnose/explain.h"

static void keep(void *context, struct buf *text, struct buf *command)
{
	struct buf *kept = context;

	buf_add(kept, text->data, text->length);
	buf_add_char(kept, '|');
	buf_add(kept, command->data, command->length);
	buf_add_char(kept, '\n');
}

/* All remedies against what is in the way of 0.0.0.0; the caller frees the buffer. */
static struct buf remedies_of(struct facts *f)
{
	const struct bind_request request = request_of(PROTOCOL_TCP, "0.0.0.0", 0);
	struct diagnosis diagnosis = judge(f, &request);
	const struct account account = {
		.request = &request, .facts = &f->facts, .diagnosis = &diagnosis, .is_root = true,
		.with_reuseaddr = VERDICT_BLOCKED,
	};
	struct buf kept;

	assert_int_equal(diagnosis.verdict, VERDICT_BLOCKED);
	assert_int_equal(buf_init(&kept, -1), 0);
	assert_int_equal(explain_remedies(&account, keep, &kept), 0);
	buf_add_char(&kept, '\0');
	diagnosis_done(&diagnosis);
	return kept;
}

static void listen_at(struct facts *f, const char *address, uint32_t pid, const char *command)
{
	const struct holder holder = { STATE_LISTEN, address, RA };

	add_holder(f, PROTOCOL_TCP, holder);
	add_owner(f->snap, (uint32_t)f->snap->count - 1, add_process(f->snap, pid, command), 3);
}

static void one_listener_is_stopped(void **state)
{
	struct facts f;
	struct buf kept;

	init_facts(&f, usual(state));
	listen_at(&f, "127.0.0.1", 811, "app");
	kept = remedies_of(&f);
	assert_non_null(strstr(kept.data, "|kill 811\n"));
	buf_free(&kept);
}

static void one_kill_ends_several_listeners(void **state)
{
	struct facts f;
	struct buf kept;

	init_facts(&f, usual(state));
	listen_at(&f, "127.0.0.1", 811, "app");
	listen_at(&f, "127.0.0.2", 815, "other");
	kept = remedies_of(&f);
	assert_non_null(strstr(kept.data, "|kill 811 815\n"));
	buf_free(&kept);
}

static void each_program_has_its_signal(void **state)
{
	struct facts f;
	struct buf kept;

	init_facts(&f, usual(state));
	listen_at(&f, "127.0.0.1", 811, "uwsgi_python3");
	listen_at(&f, "127.0.0.2", 815, "app");
	listen_at(&f, "127.0.0.3", 819, "postgres");
	kept = remedies_of(&f);
	assert_non_null(strstr(kept.data, "|kill -INT 811 819; kill 815\n"));
	buf_free(&kept);
}

static void listener_and_connection_go_by_one_remedy(void **state)
{
	struct facts f;
	struct buf kept;

	init_facts(&f, usual(state));
	listen_at(&f, "127.0.0.1", 811, "app");
	add_connection(f.snap, "127.0.0.1", PORT, "127.0.0.9", 50000)->state = STATE_TIME_WAIT;
	f.options[1].reuseaddr = TRUTH_YES;
	f.snap->sockets[1].missing = MISSING_TIME_WAIT;
	kept = remedies_of(&f);
	assert_non_null(strstr(kept.data, "|kill 811; ss -K -t state connected "
				       "'sport = :8080 and dst 127.0.0.9:50000'\n"));
	assert_null(strstr(kept.data, "|ss"));
	assert_null(strstr(kept.data, "|sleep"));
	buf_free(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(one_listener_is_stopped),
		WITH_SNAPSHOT(one_kill_ends_several_listeners),
		WITH_SNAPSHOT(each_program_has_its_signal),
		WITH_SNAPSHOT(listener_and_connection_go_by_one_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
