/* SPDX-License-Identifier: MIT */
/* Questions that are near to another: by their text. */
#include "unit.h"

#include "filter/near.h"

static const char *const names[NEAR_COUNT] = {
	[NEAR_PEER] = "peer",	  [NEAR_LOCAL] = "local", [NEAR_BRACKETS] = "brackets",
	[NEAR_PART] = "part",	  [NEAR_PROCESS] = "process",
	[NEAR_PROTOCOL] = "protocol", [NEAR_PORT] = "port",
};

static const struct {
	const char *text;
	enum filter_near near;
	const char *expected;		/* NULL: there is none */
} cases[] = {
	{ "10.0.0.2", NEAR_PEER, "dst 10.0.0.2" },
	{ "[::1]:80", NEAR_PEER, "dst [::1]:80" },
	{ "80", NEAR_PEER, "dport 80" },
	{ ":80", NEAR_PEER, "dport 80" },
	{ "80,443", NEAR_PEER, "dport 80,443" },
	{ "tcp:80", NEAR_PEER, "tcp dport 80" },
	{ "tcp 80", NEAR_PEER, "tcp dport 80" },
	{ "src 10.0.0.2", NEAR_PEER, "dst 10.0.0.2" },
	{ "sport = 80 and state estab", NEAR_PEER, "dport = 80 and state estab" },
	{ "not (local_port 80)", NEAR_PEER, "not (dport 80)" },
	{ "dst 10.0.0.2", NEAR_PEER, NULL },
	{ "process nginx", NEAR_PEER, NULL },
	{ "udp", NEAR_PEER, NULL },
	{ "dst 10.0.0.2:80", NEAR_LOCAL, "src 10.0.0.2:80" },
	{ "dport > 80 tcp", NEAR_LOCAL, "sport > 80 tcp" },
	{ "10.0.0.2", NEAR_LOCAL, NULL },
	{ "::1:8080", NEAR_BRACKETS, "[::1]:8080" },
	{ "fe80::1:2:80", NEAR_BRACKETS, "[fe80::1:2]:80" },
	{ "tcp:::1:80", NEAR_BRACKETS, "tcp:[::1]:80" },
	{ "2001:db8::80", NEAR_BRACKETS, "[2001:db8::]:80" },
	{ "10.0.0.1:80", NEAR_BRACKETS, NULL },
	{ "process redis", NEAR_PART, "process contains redis" },
	{ "process = redis", NEAR_PART, "process contains redis" },
	{ "process eq \"my app\"", NEAR_PART, "process contains \"my app\"" },
	{ "unit ssh or user www", NEAR_PART, "unit contains ssh or user contains www" },
	{ "process ~ redis", NEAR_PART, NULL },
	{ "process != redis", NEAR_PART, NULL },
	{ "pid 7", NEAR_PART, NULL },
	{ "redis", NEAR_PROCESS, "process contains redis" },
	{ "80", NEAR_PROCESS, NULL },
	{ "tcp", NEAR_PROCESS, NULL },
	{ "udp:53", NEAR_PROTOCOL, "53" },
	{ "udp:127.0.0.1:53", NEAR_PROTOCOL, "127.0.0.1:53" },
	{ "53", NEAR_PROTOCOL, NULL },
	{ "127.0.0.1:80", NEAR_PORT, "80" },
	{ "[::1]:80", NEAR_PORT, "80" },
	{ "tcp:[::1]:80", NEAR_PORT, "tcp:80" },
	{ "localhost:http", NEAR_PORT, "http" },
	{ "::1", NEAR_PORT, NULL },
	{ ":80", NEAR_PORT, NULL },
	{ "", NEAR_PEER, NULL },
};

static size_t one_service(void *context, const char *name, uint16_t *ports, size_t most)
{
	(void)context;
	(void)name;
	ports[0] = 6379;
	return most > 0;
}

static size_t one_host(void *context, const char *name, bool ask, struct address *addresses,
		       size_t most)
{
	(void)context;
	(void)ask;
	(void)most;
	addresses[0] = (struct address){ .family = 2, .bytes = { 127, 0, 0, 1 } };
	return strcmp(name, "localhost") == 0;
}

static void test_texts(void **state)
{
	const struct filter_names known = { .service = one_service, .host = one_host };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter_error error;
		struct filter *filter = filter_parse(cases[i].text, &known, &error);
		struct buf out;
		bool found;

		if (!filter)
			fail_msg("%s: %s", cases[i].text, error.text);
		assert_int_equal(buf_init(&out, -1), 0);
		found = filter_near(filter, cases[i].near, &out);
		buf_add_char(&out, '\0');
		if (found != (cases[i].expected != NULL) ||
		    (found && strcmp(out.data, cases[i].expected) != 0))
			fail_msg("%s, %s: %s", cases[i].text, names[cases[i].near],
				 found ? out.data : "none");
		buf_free(&out);
		filter_free(filter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_texts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
