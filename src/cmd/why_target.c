/* SPDX-License-Identifier: MIT */
/* The words behind `conntab why`: each is one socket that is wanted, or several. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "collect/lookup.h"
#include "habit.h"
#include "why_target.h"

enum { HOST_MAX = 256, PORTS_OF_NAME = 4, ADDRESSES_MOST = 16 };

/* What a word is made of. */
struct target {
	const char *word;
	enum protocol protocol;		/* PROTOCOL_COUNT: it names none */
	struct address addresses[ADDRESSES_MOST];	/* AF_UNSPEC: all, IPv4 and IPv6 */
	size_t count;
	bool named;			/* by the name of a host */
	uint32_t scope;
	const char *ports;
};

static const char expected[] = "expected a port (8080, https, 8000-8010), an address and a port "
			       "(127.0.0.1:8080, [::1]:8080), udp:53, /run/app.sock or @name";

static enum status refuse(const char *word, const char *why)
{
	complain("target", word, why);
	return STATUS_USAGE;
}

/* "tcp 80": the word behind `word`, if it can be written behind it; NULL: it can't. */
static const char *next_of(const struct inquiries *all, const char *word)
{
	char **words = all->settings->words;

	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words && words[1] && habit_is_plain(words[1]) ? words[1] : NULL;
}

/* "80x"; "nginx": what is asked by the name of a process is the list. */
static enum status refuse_name(const char *word)
{
	char advice[ADVICE_MAX];

	if (isdigit((unsigned char)*word) && !strpbrk(word, ":/"))
		return refuse(word, "expected ports from 0 to 65535");
	if (!isalpha((unsigned char)*word) || !habit_is_plain(word) || strpbrk(word, ":/,"))
		return refuse(word, expected);
	snprintf(advice, sizeof(advice), "expected a port (8080, https), an address and a port "
		 "(127.0.0.1:8080) or a path; a process by its name: conntab process %s", word);
	return refuse(word, advice);
}

/* No target: what else may it be? */
static enum status refuse_unknown(const struct inquiries *all, const char *word)
{
	bool protocol = protocol_find(word, strlen(word)) != PROTOCOL_COUNT;
	const char *next = protocol ? next_of(all, word) : NULL;
	struct address address;
	char advice[ADVICE_MAX];

	if (next)
		snprintf(advice, sizeof(advice), "the protocol and its port are one word: "
			 "conntab why %s:%s", word, next);
	else if (inet_pton(AF_INET, word, address.bytes) == 1 ||
		 lookup_host_file(word, &address, 1))
		snprintf(advice, sizeof(advice), "expected a port behind it: conntab why %s:8080",
			 habit_is_plain(word) ? word : "HOST");
	else if (!habit_of_target(word, "conntab why", advice) &&
		 !habit_of_name(all->settings->replay ? NULL : all->source, word, advice))
		return refuse_name(word);
	return refuse(word, advice);
}

/* ---- parts of a word ------------------------------------------------- */

static const char *take_protocol(struct target *target, const char *text)
{
	size_t length = strcspn(text, ":");

	if (text[length])
		target->protocol = protocol_find(text, length);
	return target->protocol == PROTOCOL_COUNT ? text : text + length + 1;
}

bool why_take_scope(struct inquiries *all, char *host, uint32_t *scope)
{
	char *percent = strchr(host, '%');

	*scope = 0;
	if (!percent)
		return true;
	*percent = '\0';
	*scope = source_interface(all->source, percent + 1);
	return *scope && *scope != UINT32_MAX;
}

static bool parse_address(struct address *address, const char *host)
{
	*address = (struct address){ .family = AF_UNSPEC };
	if (!*host || strcmp(host, "*") == 0)
		return true;
	address->family = strchr(host, ':') ? AF_INET6 : AF_INET;
	return inet_pton(address->family, host, address->bytes) == 1;
}

/* A name of a host, and not of a service: "http:80" is a slip. */
static bool is_host_name(const char *host)
{
	uint16_t port;

	return isalpha((unsigned char)*host) &&
	       !host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-._")] &&
	       !lookup_service(host, &port, 1);
}

/* All its addresses, in the order in which a server will try them. */
static enum status take_name(const struct inquiries *all, struct target *target, const char *host)
{
	char advice[ADVICE_MAX];
	int found;

	if (habit_of_target(target->word, "conntab why", advice))
		return refuse(target->word, advice);
	if (!is_host_name(host))
		return refuse_unknown(all, target->word);
	target->named = true;
	found = lookup_host_within(host, LOOKUP_MS, target->addresses, ADDRESSES_MOST);
	target->count = found > 0 ? (size_t)found : 0;
	if (!target->count)
		target->count = lookup_host_file(host, target->addresses, ADDRESSES_MOST);
	if (target->count)
		return STATUS_FOUND;
	if (found == 0)
		return refuse(target->word, "no host of this name is known");
	complain("target", target->word, "the resolver did not answer in time: write an address");
	return STATUS_INCOMPLETE;
}

/* The colon between address and port: the last one, but none within brackets. */
static const char *find_colon(const char *text)
{
	const char *bracket = *text == '[' ? strchr(text, ']') : NULL;

	if (bracket)
		return bracket[1] == ':' ? bracket + 1 : NULL;
	return strrchr(text, ':');
}

static enum status take_host(struct inquiries *all, struct target *target, const char *text)
{
	const char *colon = find_colon(text);
	char host[HOST_MAX];
	size_t length = colon ? (size_t)(colon - text) : 0;

	target->ports = colon ? colon + 1 : text;
	if (!colon)
		return STATUS_FOUND;
	if (length >= 2 && *text == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= sizeof(host))
		return refuse(target->word, expected);
	memcpy(host, text, length);
	host[length] = '\0';
	if (!why_take_scope(all, host, &target->scope))
		return refuse(target->word, "there is no interface of the name behind the %");
	if (!parse_address(target->addresses, host))
		return take_name(all, target, host);
	if (!address_needs_scope(target->addresses))
		target->scope = 0;
	return STATUS_FOUND;
}

/* ---- requests -------------------------------------------------------- */

/* The default of servers: IPv4 and IPv6 on all addresses. */
static struct address any_address(const struct settings *settings)
{
	return (struct address){
		.family = settings->versions == IP_VERSION_4 ? AF_INET : AF_INET6,
	};
}

struct inquiry *why_add_inquiry(struct inquiries *all)
{
	struct inquiry *items = NULL;

	if (all->count < WHY_REQUESTS_MAX)
		items = array_reserve(all->items, &all->capacity, all->count + 1, sizeof(*items));
	if (!items)
		return NULL;
	all->items = items;
	items[all->count] = (struct inquiry){ .happened = 0 };
	return &items[all->count++];
}

static enum status add_request(struct inquiries *all, const struct target *target,
			       const struct address *address, uint16_t port)
{
	const struct settings *settings = all->settings;
	struct inquiry *inquiry = why_add_inquiry(all);
	struct bind_request *request;

	if (!inquiry)
		return refuse(target->word, "expected at most 4096 ports at once");
	request = &inquiry->request;
	*request = (struct bind_request){
		.protocol = target->protocol,
		.local = { .address = *address, .port = port },
		.reuseaddr = settings->why & WHY_REUSEADDR,
		.reuseport = settings->why & WHY_REUSEPORT,
		.v6only = settings->why & WHY_V6ONLY,
		.scope = target->scope,
	};
	if (address->family == AF_UNSPEC)
		request->local.address = any_address(settings);
	else
		inquiry->usual_v6only = !(settings->why & (WHY_V6ONLY | WHY_DUAL_STACK));
	return STATUS_FOUND;
}

/* A decimal port; -1: it is none. */
static long parse_port(const char *text, char **end)
{
	unsigned long port = strtoul(text, end, 10);

	return isdigit((unsigned char)*text) && port <= UINT16_MAX ? (long)port : -1;
}

static enum status add_service(struct inquiries *all, const struct target *target,
			       const struct address *address, const char *name)
{
	uint16_t ports[PORTS_OF_NAME];
	size_t count = lookup_service(name, ports, PORTS_OF_NAME);
	enum status status = STATUS_FOUND;

	if (!count)
		return refuse_unknown(all, target->word);
	for (size_t i = 0; i < count && status == STATUS_FOUND; i++)
		status = add_request(all, target, address, ports[i]);
	return status;
}

/* "8080", "8000-8010" or "https". */
static enum status add_ports(struct inquiries *all, const struct target *target,
			     const struct address *address, const char *text)
{
	enum status status = STATUS_FOUND;
	char *end;
	long first = parse_port(text, &end), last = first;

	if (!isdigit((unsigned char)*text))
		return add_service(all, target, address, text);
	if (first >= 0 && *end == '-')
		last = parse_port(end + 1, &end);
	if (*end)
		return refuse_unknown(all, target->word);
	if (first < 0 || last < 0)
		return refuse(target->word, "expected ports from 0 to 65535");
	if (last < first)
		return refuse(target->word, "the range ends before it begins");
	for (long port = first; port <= last && status == STATUS_FOUND; port++)
		status = add_request(all, target, address, (uint16_t)port);
	return status;
}

/* "22,80,443" */
static enum status add_list(struct inquiries *all, const struct target *target,
			    const struct address *address)
{
	char *list = strdup(target->ports), *rest = list;
	enum status status = STATUS_FOUND;

	if (!list) {
		complain_memory("the question could not be asked");
		return STATUS_INCOMPLETE;
	}
	while (rest && status == STATUS_FOUND)
		status = add_ports(all, target, address, strsep(&rest, ","));
	free(list);
	return status;
}

static enum status check(const struct inquiries *all, const struct target *target)
{
	uint32_t versions = all->settings->versions;
	int family = target->named ? AF_UNSPEC : target->addresses->family;

	if (!protocols[target->protocol].has_ports)
		return refuse(target->word, "sockets of this protocol have no ports to be in "
					    "the way of each other");
	if (target->protocol != PROTOCOL_TCP && (all->settings->why & WHY_LISTEN))
		return refuse(target->word, "--listen is for TCP: datagram sockets do not listen");
	if (family == AF_INET && versions == IP_VERSION_6)
		return refuse(target->word, "an IPv4 address, and -6 asks for IPv6");
	if (family == AF_INET6 && versions == IP_VERSION_4)
		return refuse(target->word, "an IPv6 address, and -4 asks for IPv4");
	return STATUS_FOUND;
}

bool why_is_asked(const struct settings *settings, const struct address *address)
{
	uint32_t version = address->family == AF_INET ? IP_VERSION_4 : IP_VERSION_6;

	return address->family == AF_UNSPEC || !settings->versions ||
	       (settings->versions & version);
}

static enum status add_target(struct inquiries *all, struct target *target,
			      enum protocol protocol)
{
	enum status status;
	size_t before = all->count;

	target->protocol = protocol;
	status = check(all, target);
	for (size_t i = 0; i < target->count && status == STATUS_FOUND; i++)
		if (why_is_asked(all->settings, &target->addresses[i]))
			status = add_list(all, target, &target->addresses[i]);
	if (status == STATUS_FOUND && all->count == before)
		return refuse(target->word, "it has no address of that IP version");
	return status;
}

/* By which protocols it is asked for: by that in front of it, else by those of the options. */
static uint32_t protocols_of(const struct settings *settings, const struct target *target)
{
	if (target->protocol != PROTOCOL_COUNT)
		return PROTOCOL_BIT(target->protocol);
	return settings->protocols ? settings->protocols : PROTOCOL_BIT(PROTOCOL_TCP);
}

enum status why_add_target(struct inquiries *all, const char *word)
{
	struct target target = { .word = word, .protocol = PROTOCOL_COUNT, .count = 1 };
	enum status status = take_host(all, &target, take_protocol(&target, word));
	uint32_t asked = protocols_of(all->settings, &target);

	for (enum protocol i = 0; i < PROTOCOL_COUNT && status == STATUS_FOUND; i++)
		if (asked & PROTOCOL_BIT(i))
			status = add_target(all, &target, i);
	return status;
}
