/* SPDX-License-Identifier: MIT */
/* JSON: valid whatever the names are, every key of the contract, null for what is unknown. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "json_check.h"
#include "view/view.h"

/* NOLINTBEGIN(misc-misleading-bidirectional): that is what is tested. */
#define HOSTILE "a\"b\\c\n\033[2J\xff\xed\xa0\x80\xe2\x80\xae\xf3\xa0\x80\x81"

/* The document as text, valid; the caller frees it. */
static char *show(struct snapshot *snap)
{
	struct view_options options = { .extras = UINT32_MAX & ~(uint32_t)EXTRA_CHANGE };
	struct listing listing;
	struct buf buf;

	assert_int_equal(listeners_find(snap), 0);
	listeners_compare_owners(snap);
	assert_int_equal(pairs_find(snap), 0);
	listing_init(&listing, snap, STATES_ALL);
	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(views[VIEW_JSON].show(&listing, &options, &buf), 0);
	buf_add_char(&buf, '\0');
	listing_free(&listing);
	assert_true(json_is_valid(buf.data));
	return buf.data;
}

/* The member at a path of keys; a number is an index. */
static const char *at(const char *json, const char *path)
{
	char word[64];

	while (json && *path) {
		size_t length = strcspn(path, ".");

		assert_in_range(length, 1, sizeof(word) - 1);
		memcpy(word, path, length);
		word[length] = '\0';
		if (isdigit((unsigned char)*word))
			json = json_find(json, NULL, strtoul(word, NULL, 10));
		else
			json = json_find(json, word, 0);
		path += length + (path[length] == '.');
	}
	return json;
}

/* Is this what stands at the path? */
static void assert_at(const char *json, const char *path, const char *expected)
{
	const char *value = at(json, path);

	if (!value) {
		fail_msg("%s is missing", path);
		return;
	}
	if (strncmp(value, expected, strlen(expected)) != 0)
		fail_msg("%s is not %s: %.40s", path, expected, value);
	assert_non_null(memchr(",}] \n", value[strlen(expected)], 5));
}

static void assert_keys(const char *json, const char *path, const char *keys)
{
	char word[64];

	while (*keys) {
		size_t length = strcspn(keys, " ");

		snprintf(word, sizeof(word), "%.*s", (int)length, keys);
		if (!at(at(json, path), word))
			fail_msg("%s has no %s", path, word);
		keys += length + (keys[length] == ' ');
	}
}

static void add_detail(struct snapshot *snap, struct socket *sk)
{
	sk->detail = arena_alloc(&snap->arena, sizeof(*sk->detail));
	assert_non_null(sk->detail);
	sk->detail->tcp = arena_alloc(&snap->arena, sizeof(*sk->detail->tcp));
	sk->detail->memory = arena_alloc(&snap->arena, sizeof(*sk->detail->memory));
	assert_true(sk->detail->tcp && sk->detail->memory);
	sk->detail->tcp->length = 104;
	sk->detail->memory->length = 7;
}

static void an_empty_list_has_its_head(void **state)
{
	struct snapshot *snap = *state;
	char *json;

	snap->time = 1763682000.123;
	json = show(snap);
	assert_at(json, "schema", "\"conntab/1\"");
	assert_at(json, "host", "\"host\"");
	assert_at(json, "kernel", "\"6.18.44\"");
	assert_at(json, "time", "1763682000.123");
	assert_at(json, "complete", "true");
	assert_at(json, "notes", "[]");
	assert_at(json, "sockets", "[]");
	free(json);
}

static void every_key_of_the_contract_is_there(void **state)
{
	struct snapshot *snap = *state;
	char *json;

	add_listener(snap, "127.0.0.1", 80);
	add_connection(snap, "127.0.0.1", 80, "127.0.0.1", 40000);
	add_connection(snap, "127.0.0.1", 40000, "127.0.0.1", 80)->timer = TIMER_KEEPALIVE;
	add_owner(snap, 1, add_process(snap, 811, "nginx"), 6);
	add_detail(snap, &snap->sockets[2]);
	json = show(snap);
	for (int i = 0; i < 3; i++) {
		char path[32];

		snprintf(path, sizeof(path), "sockets.%d", i);
		assert_keys(json, path,
			    "protocol family state role scope local peer recv_queue send_queue "
			    "accept_queue backlog uid user inode cookie interface mark netns "
			    "cgroup unit container owners owner_missing timer tcp memory "
			    "listener_cookie other_end");
	}
	assert_keys(json, "sockets.0.local", "address port interface service host");
	assert_keys(json, "sockets.1.peer", "address port interface service host");
	assert_keys(json, "sockets.0.netns", "inode name");
	assert_keys(json, "sockets.1.owners.0", "pid fd command command_line uid");
	assert_keys(json, "sockets.2.other_end", "cookie owners");
	assert_keys(json, "sockets.2.timer", "name expires_ms retransmits");
	assert_keys(json, "sockets.2.tcp", "rtt_us min_rtt_us pacing_rate_bps bytes_acked cwnd");
	assert_keys(json, "sockets.2.memory", "recv send drops backlog");
	free(json);
}

static void the_host_is_beside_the_address(void **state)
{
	static struct host host = { .name = HOSTILE };
	struct snapshot *snap = *state;
	char *json;

	host.address = address_of("10.0.0.1");
	snap->hosts = &host;
	snap->host_count = 1;
	add_connection(snap, "10.0.0.1", 40000, "10.0.0.2", 443);
	json = show(snap);
	assert_at(json, "sockets.0.local.address", "\"10.0.0.1\"");
	assert_int_equal(*at(json, "sockets.0.local.host"), '"');
	assert_at(json, "sockets.0.peer.host", "null");
	free(json);
}

static void what_is_unknown_is_null(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "10.0.0.1", 80);
	char *json;

	sk->have = 0;
	add_connection(snap, "10.0.0.1", 40000, "10.0.0.2", 443);
	add_detail(snap, &snap->sockets[1]);
	json = show(snap);
	assert_at(json, "sockets.0.peer", "null");
	assert_at(json, "sockets.0.accept_queue", "null");
	assert_at(json, "sockets.0.recv_queue", "null");
	assert_at(json, "sockets.0.uid", "null");
	assert_at(json, "sockets.0.cookie", "null");
	assert_at(json, "sockets.0.tcp", "null");
	assert_at(json, "sockets.0.owners", "[]");
	assert_at(json, "sockets.0.local.service", "null");
	assert_at(json, "sockets.1.tcp.rtt_us", "0");
	assert_at(json, "sockets.1.tcp.bytes_acked", "null");
	assert_at(json, "sockets.1.memory.drops", "null");
	assert_at(json, "sockets.1.other_end", "null");
	free(json);
}

static void owners_are_null_when_nobody_looked(void **state)
{
	struct snapshot *snap = *state;
	char *json;

	snap->asked = NEED_LISTENER;
	add_listener(snap, "10.0.0.1", 80);
	json = show(snap);
	assert_at(json, "sockets.0.owners", "null");
	free(json);
}

static void values_are_as_the_model_has_them(void **state)
{
	struct snapshot *snap = *state;
	struct socket *sk = add_listener(snap, "::", 80);
	char *json;

	sk->have |= HAVE_V6ONLY | HAVE_MARK;
	sk->mark = 255;
	sk->backlog = 511;
	sk->cookie = UINT64_MAX;
	sk->inode = UINT32_MAX;
	json = show(snap);
	assert_at(json, "sockets.0.protocol", "\"tcp\"");
	assert_at(json, "sockets.0.family", "\"inet6\"");
	assert_at(json, "sockets.0.state", "\"LISTEN\"");
	assert_at(json, "sockets.0.role", "\"listener\"");
	assert_at(json, "sockets.0.scope", "\"any\"");
	assert_at(json, "sockets.0.local.address", "\"::\"");
	assert_at(json, "sockets.0.local.port", "80");
	assert_at(json, "sockets.0.backlog", "511");
	assert_at(json, "sockets.0.mark", "255");
	assert_at(json, "sockets.0.cookie", "18446744073709551615");
	assert_at(json, "sockets.0.inode", "4294967295");
	assert_at(json, "sockets.0.netns.inode", "4026531840");
	free(json);
}

static void all_owners_are_listed_with_their_arguments(void **state)
{
	/* An empty argument is one; those that a title written over the others left are none. */
	static const char line[] = "nginx: worker\0\0-x\0\0\0";
	struct snapshot *snap = *state;
	char *json;

	add_listener(snap, "0.0.0.0", 80);
	for (uint32_t i = 0; i < 9; i++)
		add_owner(snap, 0, add_process(snap, 811 + i, "nginx"), i ? (int)i : OWNER_NO_FD);
	snap->processes[8].command_line = line;
	snap->processes[8].command_line_length = sizeof(line) - 1;
	json = show(snap);
	assert_at(json, "sockets.0.owners.0.fd", "null");
	assert_at(json, "sockets.0.owners.0.command_line", "null");
	assert_at(json, "sockets.0.owners.8.pid", "819");
	assert_at(json, "sockets.0.owners.8.fd", "8");
	assert_at(json, "sockets.0.owners.8.command_line", "[\"nginx: worker\",\"\",\"-x\"]");
	assert_null(at(json, "sockets.0.owners.9"));
	free(json);
}

static void hostile_names_leave_it_valid(void **state)
{
	static const char line[] = HOSTILE "\0" HOSTILE;
	struct snapshot *snap = *state;
	struct process *process;
	char *json;

	add_listener(snap, "0.0.0.0", 80)->interface = 2;
	add_owner(snap, 0, add_process(snap, 811, HOSTILE), 6);
	process = snap->processes;
	process->executable = process->cgroup = process->unit = process->container = HOSTILE;
	process->command_line = line;
	process->command_line_length = sizeof(line) - 1;
	snap->host = snap->kernel = HOSTILE;
	snap->netns->name = snap->netns->interfaces[1].name = HOSTILE;
	snapshot_note(snap, SEVERITY_ERROR, HOSTILE, "%s", HOSTILE);
	json = show(snap);
	assert_at(json, "complete", "false");
	assert_at(json, "notes.0.severity", "\"error\"");
	assert_at(json, "sockets.0.owners.0.command",
		  "\"a\\\"b\\\\c\\u000a\\u001b[2J"
		  "\\\\xff\\\\xed\\\\xa0\\\\x80\\u202e\\udb40\\udc01\"");
	free(json);
}

/* Each line is the object that "sockets" would hold, and there is nothing else. */
static void json_lines_are_the_sockets_of_the_document(void **state)
{
	struct snapshot *snap = *state;
	struct view_options options = { .extras = UINT32_MAX & ~(uint32_t)EXTRA_CHANGE };
	struct listing listing;
	char *line, *rest, *whole;
	size_t lines = 0;
	struct buf buf;

	add_listener(snap, "0.0.0.0", 80);
	add_connection(snap, "10.0.0.1", 80, "10.0.0.2", 5000);
	add_owner(snap, 0, add_process(snap, 7, HOSTILE), 3);
	whole = show(snap);
	listing_init(&listing, snap, STATES_ALL);
	assert_int_equal(buf_init(&buf, -1), 0);
	assert_int_equal(views[VIEW_JSONL].show(&listing, &options, &buf), 0);
	buf_add_char(&buf, '\0');
	assert_int_equal(buf.data[buf.length - 2], '\n');
	for (rest = buf.data; (line = strsep(&rest, "\n")) && *line; lines++) {
		assert_true(json_is_valid(line));
		assert_int_equal(*line, '{');
		assert_non_null(strstr(whole, line));
	}
	assert_int_equal(lines, 2);
	listing_free(&listing);
	buf_free(&buf);
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SNAPSHOT(json_lines_are_the_sockets_of_the_document),
		WITH_SNAPSHOT(an_empty_list_has_its_head),
		WITH_SNAPSHOT(every_key_of_the_contract_is_there),
		WITH_SNAPSHOT(the_host_is_beside_the_address),
		WITH_SNAPSHOT(what_is_unknown_is_null),
		WITH_SNAPSHOT(owners_are_null_when_nobody_looked),
		WITH_SNAPSHOT(values_are_as_the_model_has_them),
		WITH_SNAPSHOT(all_owners_are_listed_with_their_arguments),
		WITH_SNAPSHOT(hostile_names_leave_it_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(misc-misleading-bidirectional) */
