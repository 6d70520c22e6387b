/* SPDX-License-Identifier: MIT */
/* The protocol table: what a new protocol has to say of itself. */
#include "model/protocol.h"

#include <netinet/in.h>
#include <string.h>
#include <strings.h>

const struct protocol_info protocols[PROTOCOL_COUNT] = {
	[PROTOCOL_TCP] = {
		.name = "tcp",
		.number = IPPROTO_TCP,
		.has_ports = true,
		.idle = STATE_BOUND,
		.listening = STATE_BIT(STATE_LISTEN),
		.proc_file = { "tcp", "tcp6" },
	},
	[PROTOCOL_UDP] = {
		.name = "udp",
		.number = IPPROTO_UDP,
		.has_ports = true,
		.idle = STATE_UNCONN,
		.listening = STATE_BIT(STATE_UNCONN),
		.proc_file = { "udp", "udp6" },
	},
	[PROTOCOL_UDPLITE] = {
		.name = "udplite",
		.number = IPPROTO_UDPLITE,
		.has_ports = true,
		.idle = STATE_UNCONN,
		.listening = STATE_BIT(STATE_UNCONN),
		.proc_file = { "udplite", "udplite6" },
	},
	[PROTOCOL_RAW] = {
		.name = "raw",
		.number = IPPROTO_RAW,
		.idle = STATE_UNCONN,
		.listening = STATE_BIT(STATE_UNCONN),
		.proc_file = { "raw", "raw6" },
	},
	[PROTOCOL_ICMP] = {
		.name = "icmp",
		.number = IPPROTO_ICMP,
		.idle = STATE_UNCONN,
		.listening = STATE_BIT(STATE_UNCONN),
		.proc_file = { "icmp", "icmp6" },
	},
};

enum protocol protocol_find(const char *text, size_t length)
{
	enum protocol protocol = 0;

	while (protocol < PROTOCOL_COUNT &&
	       (strlen(protocols[protocol].name) != length ||
		strncasecmp(text, protocols[protocol].name, length) != 0))
		protocol++;
	return protocol;
}

enum protocol protocol_find_versioned(const char *text, size_t length, char *version)
{
	char last = length ? text[length - 1] : '\0';

	*version = last == '4' || last == '6' ? last : '\0';
	return protocol_find(text, *version ? length - 1 : length);
}
