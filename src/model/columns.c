/* SPDX-License-Identifier: MIT */
/* Chosen columns, and the table of named sets. */
#include "model/columns.h"

#include <string.h>

#include "base/spell.h"

const struct column_set column_sets[COLUMN_SETS] = {
	{ "default", "the usual columns; they come before all others", NULL },
	{ "listeners", "what listens, how far it reaches, and whose it is",
	  "protocol,state,local,scope,port_class,service,queue,connections,sockets,user_or_uid,"
	  "owners" },
	{ "owner", "who holds the sockets",
	  "protocol,state,local,peer,user_or_uid,unit,container,pid,process,owner_missing,"
	  "command_line" },
	{ "queues", "what waits, and what was dropped",
	  "protocol,state,local,peer,recv_queue,send_queue,accept_queue,backlog,memory_drops" },
	{ "tcp", "how well connections do",
	  "state,local,peer,rtt,min_rtt,cwnd,delivery_rate,unacked,total_retrans,lost,rx_bytes,"
	  "tx_bytes,congestion" },
	{ "timers", "what the kernel waits for",
	  "protocol,state,local,peer,timer,rto,backoff,probes" },
	{ "memory", "memory of the kernel",
	  "protocol,state,local,peer,memory_recv,memory_recv_limit,memory_send,"
	  "memory_send_limit,memory_forward,memory_send_queued,memory_options,"
	  "memory_backlog,memory_drops" },
};

const struct column_set *column_set_find(const char *name)
{
	for (size_t i = 0; i < COLUMN_SETS; i++)
		if (spell_same(column_sets[i].name, name))
			return &column_sets[i];
	return NULL;
}

void columns_add(struct columns *columns, enum field_id field)
{
	columns->removed[field] = false;
	for (size_t i = 0; i < columns->count; i++)
		if (columns->fields[i] == field)
			return;
	columns->fields[columns->count++] = field;
}

/* The table calls the field owners PROCESS, and user_or_uid USER: who reads that types it so. */
static void remove_usual(struct columns *columns, enum field_id field)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (strcmp(fields[i].title, fields[field].title) == 0)
			columns->removed[i] = true;
}

void columns_remove(struct columns *columns, enum field_id field)
{
	size_t kept = 0;

	remove_usual(columns, field);
	for (size_t i = 0; i < columns->count; i++)
		if (columns->fields[i] != field)
			columns->fields[kept++] = columns->fields[i];
	columns->count = kept;
}

bool columns_have_usual(const struct columns *columns, enum field_id field)
{
	return !columns || (columns->usual && !columns->removed[field]);
}

uint32_t columns_needs(const struct columns *columns)
{
	uint32_t needs = 0;

	for (size_t i = 0; i < columns->count; i++)
		needs |= fields[columns->fields[i]].needs;
	return needs;
}
