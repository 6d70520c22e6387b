/* SPDX-License-Identifier: MIT */
/* Fields by name, by other names, and by something that looks like a name. */
#include <string.h>

#include "base/spell.h"
#include "model/field.h"

enum { NAME_MAX_BYTES = 64 };

const struct field_alias field_aliases[] = {
	/* headings of the table */
	{ "recvq", FIELD_RECV_QUEUE },
	{ "sendq", FIELD_SEND_QUEUE },
	{ "acceptq", FIELD_ACCEPT_QUEUE },
	{ "dir", FIELD_DIRECTION },
	{ "conns", FIELD_CONNECTIONS },
	{ "expires", FIELD_TIMER_EXPIRES },
	{ "tries", FIELD_TIMER_RETRANSMITS },
	{ "listener", FIELD_LISTENER_COOKIE },
	{ "twin", FIELD_TWIN_COOKIE },
	/* words of filters and of ss */
	{ "netid", FIELD_PROTOCOL },
	{ "proto", FIELD_PROTOCOL },
	{ "src", FIELD_LOCAL },
	{ "dst", FIELD_PEER },
	{ "sport", FIELD_LOCAL_PORT },
	{ "lport", FIELD_LOCAL_PORT },
	{ "dport", FIELD_PEER_PORT },
	{ "rport", FIELD_PEER_PORT },
	{ "recv_q", FIELD_RECV_QUEUE },
	{ "send_q", FIELD_SEND_QUEUE },
	{ "ino", FIELD_INODE },
	{ "sk", FIELD_COOKIE },
	{ "dev", FIELD_INTERFACE },
	{ "fwmark", FIELD_MARK },
	{ "command", FIELD_PROCESS },
	{ "comm", FIELD_PROCESS },
	{ "cmdline", FIELD_COMMAND_LINE },
	{ "exe", FIELD_EXECUTABLE },
	{ "rxbytes", FIELD_RX_BYTES },
	{ "txbytes", FIELD_TX_BYTES },
	{ "rxrate", FIELD_RX_RATE },
	{ "txrate", FIELD_TX_RATE },
	{ "drops", FIELD_MEMORY_FIRST + MEMORY_DROPS },
	{ NULL, FIELD_COUNT },
};

static bool has_name(const struct field *field, const char *name)
{
	size_t length = strlen(field->name);
	char start[NAME_MAX_BYTES];

	if (spell_same(name, field->name))
		return true;
	if (strnlen(name, length) < length || length >= sizeof(start))
		return false;
	memcpy(start, name, length);
	start[length] = '\0';
	return spell_same(start, field->name) &&
	       spell_same(name + length, unit_suffixes[field->unit]);
}

const struct field *field_find(const char *name)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (has_name(&fields[i], name))
			return &fields[i];
	for (size_t i = 0; field_aliases[i].word; i++)
		if (spell_same(field_aliases[i].word, name))
			return &fields[field_aliases[i].field];
	return NULL;
}

const struct field *field_nearest(const char *word)
{
	struct spell spell = { .word = word, .length = strlen(word) };
	const struct field *nearest = NULL;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (spell_try(&spell, fields[i].name))
			nearest = &fields[i];
	for (size_t i = 0; field_aliases[i].word; i++)
		if (spell_try(&spell, field_aliases[i].word))
			nearest = &fields[field_aliases[i].field];
	return nearest;
}
