/* SPDX-License-Identifier: MIT */
/* Rules that send a port elsewhere, made by nft in a namespace of the test's own. */
#include "own_netns.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "collect/facts.h"

enum { PORT = 8080, OTHER = 8081 };

#define CHAIN "add table ip t; add chain ip t c { type nat hook prerouting priority 0; }; "

/* Can the rules be made?  There may be no nft, or no such kernel. */
static bool nft(const char *rules)
{
	char command[512];

	snprintf(command, sizeof(command), "nft '%s' 2>/dev/null", rules);
	return system(command) == 0;
}

static void nothing_is_redirected_without_rules(void **state)
{
	if (!*state)
		skip();
	assert_int_equal(facts_redirected(*state, PORT), TRUTH_NO);
}

static void a_rule_that_names_the_port_is_found(void **state)
{
	if (!*state || !nft(CHAIN "add rule ip t c tcp dport 8080 redirect to :80"))
		skip();
	assert_int_equal(facts_redirected(*state, PORT), TRUTH_YES);
	assert_int_equal(facts_redirected(*state, OTHER), TRUTH_NO);
}

static void a_range_names_all_in_it(void **state)
{
	if (!*state || !nft(CHAIN "add rule ip t c udp dport 8000-8080 dnat to 10.0.0.1"))
		skip();
	assert_int_equal(facts_redirected(*state, PORT), TRUTH_YES);
	assert_int_equal(facts_redirected(*state, OTHER), TRUTH_NO);
}

static void what_a_rule_excepts_is_not_named(void **state)
{
	if (!*state || !nft(CHAIN "add rule ip t c tcp dport != 8080 redirect to :80"))
		skip();
	assert_int_equal(facts_redirected(*state, PORT), TRUTH_NO);
	assert_int_equal(facts_redirected(*state, OTHER), TRUTH_YES);
}

static void all_from_a_port_on_are_named(void **state)
{
	if (!*state || !nft(CHAIN "add rule ip t c tcp dport > 8080 redirect to :80"))
		skip();
	assert_int_equal(facts_redirected(*state, PORT), TRUTH_NO);
	assert_int_equal(facts_redirected(*state, OTHER), TRUTH_YES);
}

static void a_rule_without_a_port_may_be_for_any(void **state)
{
	if (!*state || !nft(CHAIN "add rule ip t c ip daddr 10.0.0.9 dnat to 10.0.0.1"))
		skip();
	assert_int_equal(facts_redirected(*state, PORT), TRUTH_MAYBE);
}

static void other_rules_do_not_redirect(void **state)
{
	if (!*state || !nft(CHAIN "add rule ip t c tcp dport 8080 counter accept; "
				  "add chain ip t s { type nat hook postrouting priority 0; }; "
				  "add rule ip t s tcp dport 8080 snat to 10.0.0.1"))
		skip();
	assert_int_equal(facts_redirected(*state, PORT), TRUTH_NO);
}

static void a_plain_user_can_not_know(void **state)
{
	int status;
	pid_t pid;

	if (!*state || !nft(CHAIN "add rule ip t c tcp dport 8080 redirect to :80"))
		skip();
	pid = fork();
	if (!pid) {
		if (setresuid(65534, 65534, 65534) < 0)
			_exit(2);
		_exit(facts_redirected(*state, PORT) != TRUTH_MAYBE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NETNS(nothing_is_redirected_without_rules),
		IN_NETNS(a_rule_that_names_the_port_is_found),
		IN_NETNS(a_range_names_all_in_it),
		IN_NETNS(what_a_rule_excepts_is_not_named),
		IN_NETNS(all_from_a_port_on_are_named),
		IN_NETNS(a_rule_without_a_port_may_be_for_any),
		IN_NETNS(other_rules_do_not_redirect),
		IN_NETNS(a_plain_user_can_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
