/* SPDX-License-Identifier: MIT */
/* Every enum has its table, and no table has a gap. */
#include "unit.h"

#include <netinet/in.h>

#include "model/listener.h"
#include "view/view.h"

/*
 * Names from `first` on: there, not empty, in `charset`, and no two alike.
 * (cppcheck does not see that callers fill `names` in a loop.)
 */
static void assert_names(const char *const *names, size_t first, size_t count, const char *charset)
{
	for (size_t i = first; i < count; i++) {
		assert_non_null(names[i]);
		assert_true(*names[i]);
		/* cppcheck-suppress legacyUninitvar */
		assert_int_equal(names[i][strspn(names[i], charset)], 0);
		for (size_t j = first; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
}

#define SMALL "abcdefghijklmnopqrstuvwxyz0123456789-"

static void protocols_are_complete(void **state)
{
	static const uint8_t numbers[PROTOCOL_COUNT] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_RAW, IPPROTO_ICMP,
	};
	const char *names[PROTOCOL_COUNT] = { NULL };

	(void)state;
	for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
		const struct protocol_info *info = &protocols[i];

		names[i] = info->name;
		assert_int_equal(info->number, numbers[i]);
		assert_int_equal(info->has_ports, i < PROTOCOL_RAW);
		assert_in_range(info->idle, STATE_ESTAB, STATE_COUNT - 1);
		assert_true(info->listening & STATES_LISTENING);
		assert_string_equal(info->proc_file[0], info->name);
		assert_memory_equal(info->proc_file[1], info->name, strlen(info->name));
		assert_string_equal(info->proc_file[1] + strlen(info->name), "6");
	}
	assert_names(names, 0, PROTOCOL_COUNT, SMALL);
}

static void states_have_the_names_of_the_contract(void **state)
{
	static const char *const words[STATE_COUNT] = {
		"-", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
		"UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECV", "BOUND",
	};

	(void)state;
	for (size_t i = 0; i < STATE_COUNT; i++)
		assert_string_equal(state_names[i], words[i]);
}

static void sets_of_states_fit_together(void **state)
{
	(void)state;
	assert_false(STATES_CONNECTED & STATES_LISTENING);
	assert_false(STATES_CONNECTED & STATE_BIT(STATE_BOUND));
	assert_true(STATES_CONNECTED & STATE_BIT(STATE_TIME_WAIT));
	assert_int_equal(STATES_PEER_FIN & STATES_CONNECTED, STATES_PEER_FIN);
	assert_false(STATES_PEER_FIN & STATE_BIT(STATE_FIN_WAIT_2));
	assert_false(STATES_ALL & STATE_BIT(STATE_NONE));
}

static void timers_have_names(void **state)
{
	(void)state;
	assert_null(timer_names[TIMER_NONE]);
	assert_names(timer_names, 1, TIMER_COUNT, SMALL);
}

static void reasons_for_missing_owners_are_the_words_of_the_contract(void **state)
{
	static const char *const words[MISSING_COUNT] = {
		NULL, "permission", "kernel", "orphan", "time-wait", "unaccepted", "in-flight",
		"other-pid-namespace", "unknown",
	};

	(void)state;
	assert_null(missing_names[MISSING_NONE]);
	for (size_t i = 1; i < MISSING_COUNT; i++)
		assert_string_equal(missing_names[i], words[i]);
}

static void roles_scopes_and_port_classes_have_names(void **state)
{
	static const char *const scopes[SCOPE_COUNT] = {
		NULL, "any", "any4", "any6", "loopback", "address", "device",
	};

	(void)state;
	assert_null(role_names[ROLE_NONE]);
	assert_names(role_names, 1, ROLE_COUNT, SMALL);
	assert_null(scope_names[SCOPE_NONE]);
	for (size_t i = 1; i < SCOPE_COUNT; i++)
		assert_string_equal(scope_names[i], scopes[i]);
	assert_null(port_class_names[PORT_NONE]);
	assert_names(port_class_names, 1, PORT_CLASS_COUNT, SMALL);
}

static void severities_have_names(void **state)
{
	(void)state;
	assert_names(severity_names, 0, SEVERITY_COUNT, SMALL);
}

static uint32_t needs_of(size_t view, uint32_t extras)
{
	struct view_options options = { .extras = extras };

	return views[view].needs(&options);
}

static void views_can_be_named_and_shown(void **state)
{
	const char *names[VIEW_COUNT] = { NULL };

	(void)state;
	for (size_t i = 0; i < VIEW_COUNT; i++) {
		names[i] = views[i].name;
		assert_non_null(views[i].help);
		assert_non_null(views[i].needs);
		assert_non_null(views[i].show);
		assert_false(needs_of(i, 0) & (NEED_OWNER | NEED_TCP | NEED_MEMORY));
		assert_true(needs_of(i, EXTRA_OWNERS) & NEED_OWNER);
		assert_true(needs_of(i, EXTRA_INFO) & NEED_TCP);
		assert_true(needs_of(i, EXTRA_MEMORY) & NEED_MEMORY);
	}
	assert_names(names, 0, VIEW_COUNT, SMALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocols_are_complete),
		cmocka_unit_test(states_have_the_names_of_the_contract),
		cmocka_unit_test(sets_of_states_fit_together),
		cmocka_unit_test(timers_have_names),
		cmocka_unit_test(reasons_for_missing_owners_are_the_words_of_the_contract),
		cmocka_unit_test(roles_scopes_and_port_classes_have_names),
		cmocka_unit_test(severities_have_names),
		cmocka_unit_test(views_can_be_named_and_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
