/* SPDX-License-Identifier: MIT */
/* Names of states: as they are printed, as ss spells them, and groups of them. */
#include <string.h>

#include "base/array.h"
#include "base/spell.h"
#include "parse.h"

enum {
	CLOSED = STATE_BIT(STATE_UNCONN) | STATE_BIT(STATE_BOUND),
	BUCKET = STATE_BIT(STATE_SYN_RECV) | STATE_BIT(STATE_TIME_WAIT),
	SHOWN = STATES_ALL & ~STATE_BIT(STATE_NEW_SYN_RECV),
};

static const struct state_word {
	const char *name;
	uint32_t states;
} state_words[] = {
	{ "established", STATE_BIT(STATE_ESTAB) },
	{ "estab", STATE_BIT(STATE_ESTAB) },
	{ "syn-sent", STATE_BIT(STATE_SYN_SENT) },
	{ "syn-recv", STATE_BIT(STATE_SYN_RECV) },
	{ "syn-rcv", STATE_BIT(STATE_SYN_RECV) },
	{ "fin-wait-1", STATE_BIT(STATE_FIN_WAIT_1) },
	{ "fin-wait1", STATE_BIT(STATE_FIN_WAIT_1) },
	{ "fin-wait-2", STATE_BIT(STATE_FIN_WAIT_2) },
	{ "fin-wait2", STATE_BIT(STATE_FIN_WAIT_2) },
	{ "time-wait", STATE_BIT(STATE_TIME_WAIT) },
	{ "timewait", STATE_BIT(STATE_TIME_WAIT) },
	{ "close-wait", STATE_BIT(STATE_CLOSE_WAIT) },
	{ "closewait", STATE_BIT(STATE_CLOSE_WAIT) },
	{ "last-ack", STATE_BIT(STATE_LAST_ACK) },
	{ "lastack", STATE_BIT(STATE_LAST_ACK) },
	{ "listening", STATE_BIT(STATE_LISTEN) },
	{ "listen", STATE_BIT(STATE_LISTEN) },
	{ "closing", STATE_BIT(STATE_CLOSING) },
	{ "bound-inactive", STATE_BIT(STATE_BOUND) },
	{ "bound", STATE_BIT(STATE_BOUND) },
	{ "unconn", STATE_BIT(STATE_UNCONN) },
	{ "unconnected", CLOSED },
	{ "closed", CLOSED },
	{ "close", CLOSED },
	/* groups */
	{ "all", SHOWN },
	{ "connected", STATES_CONNECTED },
	{ "synchronized", STATES_CONNECTED & ~STATE_BIT(STATE_SYN_SENT) },
	{ "synchronised", STATES_CONNECTED & ~STATE_BIT(STATE_SYN_SENT) },
	{ "bucket", BUCKET },
	{ "big", SHOWN & ~BUCKET },
};

const char *filter_state(size_t index)
{
	return index < ARRAY_SIZE(state_words) ? state_words[index].name : NULL;
}

uint32_t states_named(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_words); i++)
		if (spell_same(state_words[i].name, text))
			return state_words[i].states;
	return 0;
}

uint32_t parse_states(struct parser *parser, const struct token *list)
{
	struct token piece = { .kind = TOKEN_END };
	uint32_t states = 0;
	size_t at = 0;

	while (next_piece(parser, list, &at, &piece)) {
		uint32_t more = states_named(piece.text);
		struct spell spell = { .word = piece.text, .length = strlen(piece.text) };

		states |= more;
		for (size_t i = 0; !more && i < ARRAY_SIZE(state_words); i++)
			spell_try(&spell, state_words[i].name);
		if (!more && spell.best)
			fail(parser, &piece, "no state, did you mean '%s'?", spell.best);
		else if (!more)
			fail(parser, &piece, "no state: expected established, listening, "
					     "time-wait, connected, ...");
	}
	return parser->failed ? 0 : states;
}
