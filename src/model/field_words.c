/* SPDX-License-Identifier: MIT */
/* The words of fields that are enumerations. */
#include <string.h>

#include "base/array.h"
#include "field_get.h"

const char *const family_names[2] = { "inet", "inet6" };
const char *const shutdown_names[4] = { NULL, "receive", "send", "both" };
const char *const tcp_phase_names[5] = { "open", "disorder", "cwr", "recovery", "loss" };

/* Not a word: none, and a second number of the same name. */
static bool is_word(const char *const *names, size_t at)
{
	if (!names[at] || strcmp(names[at], "-") == 0)
		return false;
	for (size_t i = 0; i < at; i++)
		if (names[i] && strcmp(names[i], names[at]) == 0)
			return false;
	return true;
}

static const char *word_of(const char *const *names, size_t count, size_t index)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(names, i) && !index--)
			return names[i];
	return NULL;
}

#define WORDS(name, names)							\
	const char *word_##name(size_t index)					\
	{									\
		return word_of(names, ARRAY_SIZE(names), index);			\
	}

WORDS(family, family_names)
WORDS(state, state_names)
WORDS(role, role_names)
WORDS(scope, scope_names)
WORDS(port_class, port_class_names)
WORDS(shutdown, shutdown_names)
WORDS(missing, missing_names)
WORDS(timer, timer_names)
WORDS(change, change_names)
WORDS(tcp_phase, tcp_phase_names)

const char *word_protocol(size_t index)
{
	return index < PROTOCOL_COUNT ? protocols[index].name : NULL;
}
