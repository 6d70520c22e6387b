/* SPDX-License-Identifier: MIT */
/*
 * Targets: "8080", ":https", "8000-8010", "22,80,443", "127.0.0.1:8080",
 * "[::1]:8080", "localhost:80", "udp:53", "tcp": sockets by their local end.
 */
#include <ctype.h>
#include <string.h>

#include "base/spell.h"
#include "word.h"

enum { HOST_MAX = 256 };

/* "udp:53" and "udp": the protocol is taken off. */
static uint32_t take_protocol(const char **text)
{
	size_t length = strcspn(*text, ":");
	enum protocol protocol = protocol_find(*text, length);

	if (protocol == PROTOCOL_COUNT)
		return 0;
	*text += length + ((*text)[length] && (*text)[length + 1]);
	return PROTOCOL_BIT(protocol);
}

static uint32_t protocols_with_ports(void)
{
	uint32_t mask = 0;

	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++)
		if (protocols[protocol].has_ports)
			mask |= PROTOCOL_BIT(protocol);
	return mask;
}

static struct node *protocol_term(struct parser *parser, const struct token *word, uint32_t mask)
{
	struct node *term = term_new(parser, TERM_PROTOCOL, word);

	if (term)
		term->mask = mask;
	return term;
}

/* Has it the form of an address, or of an address and a port? */
static bool is_address(const char *text)
{
	const char *colon = strchr(text, ':'), *end = text + strspn(text, "0123456789./");

	if (*text == '[' || *text == '*')
		return true;
	if (colon && strchr(colon + 1, ':'))
		return strspn(text, "0123456789abcdefABCDEF:./") >= strcspn(text, "%,");
	return end != text && (*end == ':' || *end == ',' || *end == '%' || !*end) &&
	       strpbrk(text, "./:%");
}

/* Does it name a port?  What a raw socket has in that place is another number. */
static bool has_port(const struct node *node)
{
	if (node->kind == NODE_TERM)
		return node->term == TERM_PORT &&
		       (node->ranges->first || node->ranges->last < UINT16_MAX);
	for (const struct node *child = node->child; child; child = child->next)
		if (has_port(child))
			return true;
	return false;
}

static bool is_service(const struct parser *parser, const char *text)
{
	const struct filter_names *names = parser->names;
	uint16_t port;

	return names->service && names->service(names->context, text, &port, 1) > 0;
}

/* "22,https,8000-8010", each a port; a number that begins with a digit is taken for one. */
static bool is_ports(const struct parser *parser, const char *text)
{
	const char *bare = text + (*text == ':');
	size_t length = strcspn(bare, ",");
	char name[64];

	if (isdigit((unsigned char)*bare) || *text == ':')
		return true;
	if (!length || length >= sizeof(name))
		return false;
	memcpy(name, bare, length);
	name[length] = '\0';
	return is_service(parser, name);
}

/* "80", "https" or "*" behind the colon of a host. */
static bool is_port(const struct parser *parser, const char *text, size_t length)
{
	char name[64];

	if (!length || length >= sizeof(name))
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	return isdigit((unsigned char)*name) || strcmp(name, "*") == 0 || is_service(parser, name);
}

/* As netstat has it, "tcp6". */
static bool is_versioned(const char *name)
{
	char version;

	return protocol_find_versioned(name, strlen(name), &version) != PROTOCOL_COUNT && version;
}

/* Words of the language are no hosts, and neither are services: "port:80", "http:80". */
static bool is_taken(const struct parser *parser, const char *name)
{
	struct word word;

	return word_find(name, &word) || states_named(name) || is_versioned(name) ||
	       is_service(parser, name);
}

/* The name in front of a colon or a comma; false: that is no name of a host. */
static bool take_name(const char *text, char name[HOST_MAX])
{
	static const char plain[] = "0123456789-._", letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t length = strcspn(text, ":,");

	if (!length || length >= HOST_MAX || *text == '-' || strspn(text, letters) != length)
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	return name[strspn(name, plain)] != '\0';
}

/* "db.example.org:5432" */
static bool is_host_and_port(const struct parser *parser, const char *text)
{
	const char *colon = strchr(text, ':');
	char name[HOST_MAX];

	return colon && take_name(text, name) && name[colon - text] == '\0' &&
	       is_port(parser, colon + 1, strcspn(colon + 1, ",-")) && !is_taken(parser, name);
}

/* "localhost": alone, only where a file knows it; a slip of the pen must not ask the network. */
static bool is_known_host(const struct parser *parser, const char *text)
{
	const struct filter_names *names = parser->names;
	struct address address;
	char name[HOST_MAX];

	return names->host && take_name(text, name) &&
	       names->host(names->context, name, false, &address, 1) > 0;
}

static struct node *ports_node(struct parser *parser, const struct token *word)
{
	struct node *term = term_new(parser, TERM_PORT, word);
	struct token piece = { .kind = TOKEN_END };
	size_t at = 0;

	while (term && next_piece(parser, word, &at, &piece))
		add_ports(parser, term, &piece);
	return parser->failed ? NULL : term;
}

static bool is_path(const char *text)
{
	return *text == '/' || strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0;
}

static struct node *fail_unknown(struct parser *parser, const struct token *word)
{
	const char *nearest = word_nearest(word->text);

	if (is_path(word->text) || *word->text == '@')
		return fail(parser, word, "unix sockets are not listed by this version; "
					  "conntab why PATH says who has one");
	if (states_named(word->text))
		return fail(parser, word, "a state is asked for with 'state' in front: state %s",
			    word->text);
	if (nearest)
		return fail(parser, word, "unknown word, did you mean '%s'?", nearest);
	return fail(parser, word, "unknown word: expected a port, an address, or a term like "
				  "'state listening', 'dport 443', 'user root'");
}

/* What stands behind the protocol; NULL: an error, or nothing that is known. */
static struct node *read_end(struct parser *parser, const struct token *end)
{
	const char *text = end->text;

	if (is_path(text) || *text == '@')
		return NULL;
	if (is_address(text) || is_host_and_port(parser, text))
		return parse_hosts(parser, end, END_TARGET);
	if (is_ports(parser, text))
		return ports_node(parser, end);
	return is_known_host(parser, text) ? parse_hosts(parser, end, END_TARGET) : NULL;
}

static struct node *read_target(struct parser *parser, const struct token *word)
{
	struct token rest = *word;
	uint32_t mask = take_protocol(&rest.text);
	struct node *node;

	if (*rest.text == ':' && !rest.text[1])
		return fail(parser, word, "expected a port behind the colon");
	if (mask && !*rest.text)
		return protocol_term(parser, word, mask);
	node = read_end(parser, &rest);
	if (!node)
		return parser->failed ? NULL : fail_unknown(parser, word);
	if (!mask && has_port(node))
		mask = protocols_with_ports();
	return mask ? node_join(parser, NODE_AND, protocol_term(parser, word, mask), node) : node;
}

struct node *parse_target(struct parser *parser, const struct token *word)
{
	struct node *node = read_target(parser, word);

	parser->error->target = !node && !word->quoted;
	return node;
}
