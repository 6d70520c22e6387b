/* SPDX-License-Identifier: MIT */
/* The rules by which one socket is in the way of another, in words. */
#include "sentence.h"

const char *const rule_names[RULE_COUNT] = {
	[RULE_SAME_ADDRESS] = "same-address",
	[RULE_WILDCARD_COVERS_ADDRESS] = "wildcard-covers-address",
	[RULE_ADDRESS_UNDER_WILDCARD] = "address-under-wildcard",
	[RULE_DUAL_STACK_COVERS_IPV4] = "dual-stack-covers-ipv4",
	[RULE_IPV4_UNDER_DUAL_STACK] = "ipv4-under-dual-stack",
	[RULE_IPV6_CONNECTION_BLOCKS_IPV4] = "ipv6-connection-blocks-ipv4",
};

#define REMEDIES (const struct remedy[])

static const struct {
	const char *sentence;		/* how the addresses meet; goes on with a sharing row */
	const struct remedy *remedies;
	bool of_connections;		/* the remedies are for what passes by itself, too */
} rules[RULE_COUNT] = {
	[RULE_SAME_ADDRESS] = {
		"{holder} is the very address and port that is wanted", NULL, false,
	},
	[RULE_WILDCARD_COVERS_ADDRESS] = {
		"{holder} takes every {ip} address of this machine, {wanted_address} too",
		REMEDIES {
			{ "let the holder bind the addresses it needs one by one, without "
			  "{wanted_address}; {wanted} is free then", NULL },
			{ NULL, NULL },
		}, false,
	},
	[RULE_ADDRESS_UNDER_WILDCARD] = {
		"{wanted} would take every {ip} address of this machine, {holder_address} too",
		NULL, false,
	},
	[RULE_DUAL_STACK_COVERS_IPV4] = {
		"{holder} takes IPv4 as well as IPv6, for its IPV6_V6ONLY is off, so it takes "
		"{wanted} too",
		REMEDIES {
			{ "if both are yours: leave out the socket for IPv4, {holder} serves it",
			  NULL },
			{ "let the holder set IPV6_V6ONLY (nginx: listen [::]:{port} ipv6only=on)",
			  NULL },
			{ NULL, NULL },
		}, false,
	},
	[RULE_IPV4_UNDER_DUAL_STACK] = {
		"{wanted} means all IPv4 and all IPv6 addresses, and so {holder} too",
		NULL, false,
	},
	[RULE_IPV6_CONNECTION_BLOCKS_IPV4] = {
		"{holder} carries IPv6 only, but came from a socket whose IPV6_V6ONLY was off, "
		"and the kernel counts such a connection as one that has {wanted_address}",
		REMEDIES {
			{ "bind [::] for IPv4 and IPv6 with SO_REUSEADDR, or one IPv4 address: "
			  "only the wildcard 0.0.0.0 meets it", NULL },
			{ NULL, NULL },
		}, true,
	},
};

static const struct {
	const char *sentence;
	const struct remedy *remedies;
} sharings[SHARING_COUNT] = {
	[SHARING_LISTENER] = {
		"SO_REUSEADDR does not share a port that a socket listens on", NULL,
	},
	[SHARING_NEITHER] = {
		"sockets share it by SO_REUSEADDR only where both have set it, and the wanted "
		"one has not",
		REMEDIES {
			{ "set SO_REUSEADDR in both programs before bind()", NULL },
			{ NULL, NULL },
		},
	},
	[SHARING_UNKNOWN] = {
		"the wanted socket has not set SO_REUSEADDR, which both must do",
		REMEDIES {
			{ "{unset}set SO_REUSEADDR on the new socket before bind(); it helps if "
			  "the holder has set it too", NULL },
			{ NULL, NULL },
		},
	},
	[SHARING_HOLDER] = {
		"it has not set SO_REUSEADDR, which both must do",
		REMEDIES {
			{ "set SO_REUSEADDR in the program of the holder too, before its bind()",
			  NULL },
			{ NULL, NULL },
		},
	},
	[SHARING_WANTED] = {
		"the wanted socket has not set SO_REUSEADDR, as the holder has",
		REMEDIES {
			{ "{unset}set SO_REUSEADDR on the new socket before bind()", NULL },
			{ NULL, NULL },
		},
	},
	[SHARING_PORT_HOLDER] = {
		"it has not set SO_REUSEPORT, which both must do before bind()",
		REMEDIES {
			{ "set SO_REUSEPORT in the program of the holder too, if both are to "
			  "share the port", NULL },
			{ NULL, NULL },
		},
	},
	[SHARING_PORT_WANTED] = {
		"the wanted socket has not set SO_REUSEPORT, as the holder has",
		REMEDIES {
			{ "set SO_REUSEPORT on the new socket before bind(), if both are to "
			  "share the port", NULL },
			{ NULL, NULL },
		},
	},
	[SHARING_PORT_USER] = {
		"SO_REUSEPORT shares a port only between sockets of one user: this one is "
		"{holder_user}'s, the wanted one {wanted_user}'s; root is no exception",
		REMEDIES {
			{ "run both programs as one user, or let both bind before they change "
			  "to another", NULL },
			{ NULL, NULL },
		},
	},
};

/* SO_BINDTODEVICE keeps two apart only where both are bound, and to different interfaces. */
static const struct remedy devices[] = {
	{ "{for_any_device}bind the new socket to an interface by SO_BINDTODEVICE, another than "
	  "{holder_device}, which the holder is bound to", NULL },
	{ "{on_any_device}let the holder bind to an interface by SO_BINDTODEVICE, another than "
	  "{device}", NULL },
	{ NULL, NULL },
};

void explain_rule(const struct account *account, const struct blocker *blocker, struct buf *out)
{
	sentence_add(account, blocker, rules[blocker->rule].sentence, QUOTING_TEXT, out);
}

void explain_sharing(const struct account *account, const struct blocker *blocker,
		     struct buf *out)
{
	sentence_add(account, blocker, sharings[blocker->sharing].sentence, QUOTING_TEXT, out);
	if (blocker->blocks == TRUTH_MAYBE)
		buf_add_literal(out, " (as far as that can be told)");
	buf_add_char(out, '.');
}

void explain_blocker(const struct account *account, const struct blocker *blocker,
		     struct buf *out)
{
	explain_rule(account, blocker, out);
	buf_add_literal(out, "; ");
	explain_sharing(account, blocker, out);
}

/* Nobody changes addresses because of a connection, which ends sooner or later. */
static bool is_lasting(const struct account *account, const struct blocker *blocker)
{
	const struct socket *sk = blocker_socket(account, blocker);

	return socket_is_listener(sk) || sk->state == STATE_BOUND;
}

void rule_remedies(const struct account *account, const struct blocker *blocker,
		   const struct remedy *lists[RULE_LISTS])
{
	bool lasts = rules[blocker->rule].of_connections || is_lasting(account, blocker);
	bool knows = holder_knows_sharing(account, blocker);

	lists[0] = lasts ? rules[blocker->rule].remedies : NULL;
	lists[1] = knows ? NULL : sharings[blocker->sharing].remedies;
	lists[2] = devices;
}
