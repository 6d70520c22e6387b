/* SPDX-License-Identifier: MIT */
/*
 * Addresses of the language: "10.0.0.0/8", "127/8", "::1", "[::1]:80",
 * "[fe80::1%eth0]", "*:80", ":80", "example.org:https".
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "word.h"

enum { HOST_ADDRESSES_MAX = 64 };

/* The pieces of one; each a copy, NULL where it is absent. */
struct host_text {
	const char *address;		/* "" and "*": any */
	const char *bits;
	const char *zone;
	const char *port;
	bool brackets;
	uint32_t family;		/* IP_VERSION_*, 0: not said */
};

static const struct family_prefix {
	const char *text;
	uint32_t family;		/* 0: sockets of another kind */
} family_prefixes[] = {
	{ "inet:", IP_VERSION_4 }, { "inet6:", IP_VERSION_6 }, { "unix:", 0 }, { "link:", 0 },
	{ "netlink:", 0 }, { "vsock:", 0 }, { "tipc:", 0 },
};

static const char expected[] =
	"expected 10.0.0.0/8, ::1, [::1]:80, *:80, :80 or the name of a host";

static bool take_family(struct parser *parser, const struct token *piece, const char **text,
			uint32_t *family)
{
	for (size_t i = 0; i < ARRAY_SIZE(family_prefixes); i++) {
		size_t length = strlen(family_prefixes[i].text);

		if (strncmp(*text, family_prefixes[i].text, length) != 0)
			continue;
		*text += length;
		*family = family_prefixes[i].family;
		if (!*family)
			fail(parser, piece, "only inet and inet6 sockets are listed");
		return *family != 0;
	}
	return true;
}

/* Cut `text` at the first `separator`; what stands behind it, or NULL. */
static char *cut_at(char *text, char separator)
{
	char *found = strchr(text, separator);

	if (!found)
		return NULL;
	*found = '\0';
	return found + 1;
}

/* "[ADDRESS]", then "/BITS" and ":PORT" as there are. */
static bool split_brackets(char *text, struct host_text *host)
{
	char *rest = cut_at(text, ']');

	if (!rest)
		return false;
	host->brackets = true;
	host->address = text + 1;
	if (*rest == ':') {
		host->port = rest + 1;
		return true;
	}
	if (*rest != '/')
		return !*rest;
	host->bits = rest + 1;
	host->port = cut_at(rest + 1, ':');
	return true;
}

static bool split_host(char *text, struct host_text *host)
{
	char *colon = strchr(text, ':'), *inner;

	host->address = text;
	if (*text == '[') {
		if (!split_brackets(text, host))
			return false;
	} else if (colon && !strchr(colon + 1, ':')) {
		host->port = cut_at(text, ':');
	}
	inner = (char *)(uintptr_t)host->address;
	if (!host->bits)
		host->bits = cut_at(inner, '/');
	host->zone = cut_at(inner, '%');
	return true;
}

/* "127", "10.1": missing octets are 0; only in front of "/BITS". */
static bool parse_short_ipv4(const char *text, struct address *address)
{
	size_t octet = 0;

	for (; octet < 4; octet++) {
		unsigned value = 0, digits = 0;

		for (; isdigit((unsigned char)*text) && digits < 4; text++, digits++)
			value = value * 10 + (unsigned)(*text - '0');
		if (!digits || value > UINT8_MAX)
			return false;
		address->bytes[octet] = (uint8_t)value;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
	return false;
}

static bool read_address(const struct host_text *host, struct address *address)
{
	*address = (struct address){ .family = AF_INET6 };
	if (strchr(host->address, ':'))
		return inet_pton(AF_INET6, host->address, address->bytes) == 1;
	address->family = AF_INET;
	if (inet_pton(AF_INET, host->address, address->bytes) == 1)
		return !host->brackets;
	return host->bits && !host->brackets && parse_short_ipv4(host->address, address);
}

static uint8_t bits_of(const struct address *address)
{
	return address->family == AF_INET ? BITS_IPV4 : BITS_IPV6;
}

static bool parse_bits(struct parser *parser, const struct token *piece, const char *text,
		       const struct address *address, uint8_t *bits)
{
	unsigned most = bits_of(address), number = 0;

	*bits = bits_of(address);
	if (!text)
		return true;
	for (const char *at = text; isdigit((unsigned char)*at) && number <= most; at++)
		number = number * 10 + (unsigned)(*at - '0');
	if (!*text || text[strspn(text, "0123456789")] || number > most) {
		fail(parser, piece, "the prefix length of this address is 0 to %u", most);
		return false;
	}
	*bits = (uint8_t)number;
	return true;
}

/* May something come to an address of the prefix, so that a wildcard can take it? */
static bool is_own(const struct parser *parser, const struct prefix *prefix)
{
	const struct filter_names *names = parser->names;

	return address_is_any(&prefix->address) || address_is_loopback(&prefix->address) ||
	       !names->own || names->own(names->context, &prefix->address, prefix->bits);
}

/* Listeners on a wildcard that take what comes to the prefix. */
static struct node *wildcard_term(struct parser *parser, const struct token *piece,
				  const struct prefix *prefix)
{
	struct address plain = address_unmapped(&prefix->address);
	struct node *term = term_new(parser, TERM_WILDCARD, piece);

	if (term)
		term->mask = plain.family == AF_INET ? IP_VERSION_4 : IP_VERSION_6;
	return term;
}

static struct node *host_term(struct parser *parser, const struct token *piece, enum end end,
			      struct prefix prefix)
{
	struct node *term = term_new(parser, TERM_HOST, piece);

	if (term) {
		term->peer = end == END_PEER;
		term->prefix = prefix;
	}
	if (end != END_TARGET || !is_own(parser, &prefix))
		return term;
	return node_join(parser, NODE_OR, term, wildcard_term(parser, piece, &prefix));
}

/* "inet:" and "inet6:" say how an address is written, not what it matches. */
static bool is_of_family(const struct host_text *host, const struct address *address)
{
	uint32_t version = address->family == AF_INET ? IP_VERSION_4 : IP_VERSION_6;

	return !host->family || host->family == version;
}

/* Once for both ends: it may take long, and the answer may change. */
static size_t look_up(struct parser *parser, const char *name, bool ask)
{
	const struct filter_names *names = parser->names;

	if (parser->host && strcmp(parser->host, name) == 0)
		return parser->found_count;
	if (!parser->found)
		parser->found = arena_alloc(&parser->filter->arena,
					    HOST_ADDRESSES_MAX * sizeof(*parser->found));
	parser->host = name;
	parser->found_count = 0;
	if (parser->found && names->host)
		parser->found_count = names->host(names->context, name, ask, parser->found,
						  HOST_ADDRESSES_MAX);
	return parser->found_count;
}

static struct node *named_host(struct parser *parser, const struct token *piece,
			       const struct host_text *host, enum end end)
{
	const struct address *addresses;
	struct node *any = NULL;
	size_t count;

	/* Figures without a letter are a mistyped address, not a name to ask the network for. */
	if (!host->address[strspn(host->address, "0123456789")])
		return fail(parser, piece, "no address: a port is asked for with sport, dport or "
					   "port, or has a colon in front");
	if (host->bits || host->brackets || strchr(host->address, ':') ||
	    !host->address[strspn(host->address, "0123456789./")])
		return fail(parser, piece, "no address: %s", expected);
	/* A target without a port may be a slip of the pen, which must not ask the network. */
	count = look_up(parser, host->address, end != END_TARGET || host->port);
	addresses = parser->found;
	if (count == FILTER_HOST_LATE)
		return fail(parser, piece, "the resolver did not answer in time: who has this "
					   "name is not known");
	if (!count)
		return fail(parser, piece, "no host of this name is known; %s", expected);
	for (size_t i = 0; i < count; i++) {
		struct prefix prefix = { addresses[i], bits_of(&addresses[i]) };
		struct node *one;

		if (!is_of_family(host, &addresses[i]))
			continue;
		one = host_term(parser, piece, end, prefix);
		any = any ? node_join(parser, NODE_OR, any, one) : one;
	}
	if (!any)
		return fail(parser, piece, "this host has no address of the family");
	return any;
}

static struct node *address_node(struct parser *parser, const struct token *piece,
				 const struct host_text *host, enum end end)
{
	struct prefix prefix;

	if (!read_address(host, &prefix.address))
		return named_host(parser, piece, host, end);
	if (!is_of_family(host, &prefix.address))
		return fail(parser, piece, "the address is of the other family");
	if (!parse_bits(parser, piece, host->bits, &prefix.address, &prefix.bits))
		return NULL;
	return host_term(parser, piece, end, prefix);
}

/* A port, or any: then the end must exist, which a listener's peer does not. */
static struct node *port_node(struct parser *parser, const struct token *piece, const char *text,
			      enum end end)
{
	struct node *term = term_new(parser, TERM_PORT, piece);
	struct token port = *piece;
	bool any = !text || strcmp(text, "*") == 0;

	if (!term)
		return NULL;
	term->peer = end == END_PEER;
	port.text = text;
	if (any ? !add_range(parser, term, 0, UINT16_MAX) : !add_ports(parser, term, &port))
		return NULL;
	return term;
}

static struct node *device_node(struct parser *parser, const struct token *piece,
				enum pattern_kind kind, const char *name)
{
	struct node *term = term_new(parser, TERM_DEVICE, piece);

	if (!term || !add_pattern(parser, term, kind, name) ||
	    !resolve_devices(parser, term, piece))
		return NULL;
	return term;
}

/* What is bound to no interface takes what comes in by this one. */
static struct node *zone_node(struct parser *parser, const struct token *piece, const char *zone,
			      enum end end)
{
	struct node *term = device_node(parser, piece, PATTERN_EQUAL, zone), *bound;

	if (!term || end != END_TARGET)
		return term;
	bound = device_node(parser, piece, PATTERN_GLOB, "*");
	return node_join(parser, NODE_OR, term, node_not(parser, bound));
}

static struct node *family_node(struct parser *parser, const struct token *piece, uint32_t family)
{
	struct node *term = term_new(parser, TERM_FAMILY, piece);

	if (term)
		term->mask = family;
	return term;
}

struct node *parse_host(struct parser *parser, const struct token *piece, enum end end)
{
	struct host_text host = { .address = "" };
	const char *text = piece->text;
	struct node *node = NULL;
	bool any;
	char *copy;

	if (!take_family(parser, piece, &text, &host.family))
		return NULL;
	copy = arena_copy_text(&parser->filter->arena, text);
	if (!copy)
		return fail(parser, piece, "out of memory");
	if (!split_host(copy, &host) || (host.port && !*host.port))
		return fail(parser, piece, "no address: %s", expected);
	any = !*host.address || strcmp(host.address, "*") == 0 ||
	      strcmp(host.address, "any") == 0 || strcmp(host.address, "all") == 0;
	if (any && (host.bits || host.brackets || (!*host.address && !host.port)))
		return fail(parser, piece, "no address: %s", expected);
	if (!any)
		node = address_node(parser, piece, &host, end);
	if (any || (node && host.port)) {
		struct node *port = port_node(parser, piece, host.port, end);

		node = node ? node_join(parser, NODE_AND, node, port) : port;
	}
	if (node && host.zone)
		node = node_join(parser, NODE_AND, node, zone_node(parser, piece, host.zone, end));
	if (any && node && host.family)
		node = node_join(parser, NODE_AND, node, family_node(parser, piece, host.family));
	return node;
}

struct node *parse_hosts(struct parser *parser, const struct token *list, enum end end)
{
	struct token piece = { .kind = TOKEN_END };
	struct node *any = NULL;
	size_t at = 0;

	while (next_piece(parser, list, &at, &piece)) {
		struct node *one = parse_host(parser, &piece, end);

		any = any ? node_join(parser, NODE_OR, any, one) : one;
	}
	return parser->failed ? NULL : any;
}
