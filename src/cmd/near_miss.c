/* SPDX-License-Identifier: MIT */
/*
 * A list that is empty, and what is near: the address is that of a peer, the
 * name is part of another, it listens in another namespace.  Each is a
 * question of its own, asked only where nothing was found and a person reads.
 */
#include "near_miss.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ask.h"
#include "base/array.h"
#include "base/shell.h"
#include "base/text.h"
#include "collect/facts.h"
#include "filter/near.h"
#include "model/protocol.h"

enum { NAMES_MOST = 3, NAMESPACES_MOST = 64, STATES_USUAL = STATES_ALL & ~STATES_QUIET };

/* What was found of a question: how many, the first of them, and names. */
struct found {
	size_t count;			/* that would be shown */
	size_t hidden;			/* that only -a shows */
	struct socket first;
	const char *names[NAMES_MOST];	/* in the snapshot */
	size_t name_count;
	bool more_names;
};

struct near_search {
	const struct settings *settings;
	struct source *source;
	const struct filter *filter;	/* that found nothing */
	struct buf text;		/* of the question that is near */
	struct found found;
	struct snapshot *snap;		/* what `found` points into */
};

/* ---- asking ---------------------------------------------------------- */

static void take_name(struct found *found, const char *name)
{
	for (size_t i = 0; i < found->name_count; i++)
		if (!name || strcmp(found->names[i], name) == 0)
			return;
	if (name && found->name_count < NAMES_MOST)
		found->names[found->name_count++] = name;
	else
		found->more_names |= name != NULL;
}

static void count(struct near_search *n, const struct filter *filter, uint32_t shown)
{
	for (size_t i = 0; i < n->snap->count; i++) {
		const struct socket *sk = &n->snap->sockets[i];
		const struct row row = { n->snap, sk, NULL };

		if (sk->hidden)
			continue;
		take_name(&n->found, filter_near_name(filter, &row));
		if (!(shown & STATE_BIT(sk->state))) {
			n->found.hidden++;
			continue;
		}
		if (!n->found.count++)
			n->found.first = *sk;
	}
}

/* Ask `source` what `filter` selects in `states`; false: nothing is there. */
static bool ask_source(struct near_search *n, struct source *source, const struct filter *filter,
		       uint32_t states)
{
	struct query query = selected_query(n->settings);
	bool all = n->settings->all || filter_decides_states(filter);

	query.states = states;
	query.needs = NEED_NETNS;
	filter_narrow(filter, &query);
	source_narrow(source, &query);
	snapshot_free(n->snap);
	n->found = (struct found){ .count = 0 };
	if (source_collect(source, &query, &n->snap) < 0)
		n->snap = NULL;
	else
		count(n, filter, all ? STATES_ALL : STATES_USUAL);
	return n->found.count || n->found.hidden;
}

/* ---- saying ---------------------------------------------------------- */

static void add_name(struct buf *out, const char *name)
{
	text_add_safe(out, name, strlen(name), SIZE_MAX);
}

/* "-u -6 ": the options by which the question was asked, for the command that is printed. */
static void add_options(struct buf *out, const struct settings *settings)
{
	for (enum protocol protocol = 0; protocol < PROTOCOL_COUNT; protocol++) {
		if (!(settings->protocols & PROTOCOL_BIT(protocol)))
			continue;
		buf_add_literal(out, "--");
		buf_add_text(out, protocols[protocol].name);
		buf_add_char(out, ' ');
	}
	if (settings->versions && settings->versions != IP_VERSIONS_ALL)
		buf_add_text(out, settings->versions == IP_VERSION_4 ? "-4 " : "-6 ");
}

static bool add_option(struct buf *out, const char *option, const char *value)
{
	if (!value)
		return true;
	buf_add_text(out, option);
	buf_add_char(out, ' ');
	if (!shell_quote(out, value, strlen(value)))
		return false;
	buf_add_char(out, ' ');
	return true;
}

/* What a shell takes for itself makes one word of the filter; false: it can't be pasted. */
static bool add_filter(struct buf *out, const char *text)
{
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			      "-._:/,+@% =")])
		return shell_quote(out, text, strlen(text));
	buf_add_text(out, text);
	return true;
}

/* "SENTENCE: conntab OPTIONS FILTER" */
static void say(const struct near_search *n, struct buf *sentence, const char *netns,
		const char *text)
{
	struct buf out;

	if (buf_init(&out, STDERR_FILENO) < 0)
		return;
	buf_add_literal(&out, "conntab: ");
	buf_add(&out, sentence->data, sentence->length);
	buf_add_literal(&out, ": conntab ");
	add_options(&out, n->settings);
	if (!n->found.count)
		buf_add_literal(&out, "-a ");
	if (add_option(&out, "-N", netns) && add_option(&out, "--replay", n->settings->replay) &&
	    add_filter(&out, text)) {
		buf_add_char(&out, '\n');
		buf_flush(&out);
	}
	buf_free(&out);
}

/* ---- sentences ------------------------------------------------------- */

static size_t total(const struct near_search *n)
{
	return n->found.count ? n->found.count : n->found.hidden;
}

static void add_count(struct buf *out, size_t number, const char *one, const char *many)
{
	buf_add_unsigned(out, number);
	buf_add_text(out, number == 1 ? one : many);
}

static void tell_peer(const struct near_search *n, struct buf *out)
{
	bool port = strstr(n->text.data, "dport ");

	add_count(out, total(n), " connection has it as ", " connections have it as ");
	buf_add_text(out, port ? "the port of " : "");
	buf_add_text(out, total(n) == 1 ? "its peer" : "their peer");
}

static void tell_local(const struct near_search *n, struct buf *out)
{
	add_count(out, total(n), " socket has it as its own end",
		  " sockets have it as their own end");
}

static void tell_brackets(const struct near_search *n, struct buf *out)
{
	(void)n;
	buf_add_literal(out, "an IPv6 address with a port stands in brackets");
}

static void tell_names(const struct near_search *n, struct buf *out)
{
	const struct found *found = &n->found;

	buf_add_literal(out, "the name is part of ");
	for (size_t i = 0; i < found->name_count; i++) {
		buf_add_text(out, i ? ", " : "");
		add_name(out, found->names[i]);
	}
	buf_add_text(out, found->more_names ? " and others" : "");
}

static void tell_protocol(const struct near_search *n, struct buf *out)
{
	add_count(out, total(n), " socket has it with ", " sockets have it with ");
	if (n->found.count)
		buf_add_text(out, protocols[n->found.first.protocol].name);
	else
		buf_add_literal(out, "another protocol");
}

static void add_end(struct buf *out, const struct endpoint *ep)
{
	bool brackets = ep->address.family == AF_INET6;

	buf_add_text(out, brackets ? "[" : "");
	address_add(out, &ep->address);
	buf_add_text(out, brackets ? "]" : "");
	buf_add_char(out, ':');
	buf_add_unsigned(out, ep->port);
}

static void tell_port(const struct near_search *n, struct buf *out)
{
	buf_add_literal(out, "of that address there is none, but of ");
	if (n->found.count)
		add_end(out, &n->found.first.local);
	else
		buf_add_literal(out, "another");
}

static const struct near_miss {
	enum filter_near near;
	bool listening;			/* only listeners count */
	void (*tell)(const struct near_search *n, struct buf *out);
} near_misses[] = {
	{ NEAR_PEER, false, tell_peer },
	{ NEAR_LOCAL, false, tell_local },
	{ NEAR_BRACKETS, false, tell_brackets },
	{ NEAR_PART, false, tell_names },
	{ NEAR_PROCESS, false, tell_names },
	{ NEAR_PROTOCOL, false, tell_protocol },
	{ NEAR_PORT, true, tell_port },
};

/* ---- what is near ---------------------------------------------------- */

/* In a state that the list leaves out; the table has said so in its last line. */
static bool say_hidden(struct near_search *n)
{
	const struct settings *settings = n->settings;
	bool told = settings->view == VIEW_TABLE && !settings->no_header && !settings->listening;
	struct buf sentence;

	if (settings->all || !ask_source(n, n->source, n->filter, STATES_ALL))
		return false;
	if (told || buf_init(&sentence, -1) < 0)
		return true;
	if (settings->listening)
		add_count(&sentence, total(n), " socket has it that does not listen",
			  " sockets have it that do not listen");
	else
		add_count(&sentence, total(n), " is in a state that only -a shows",
			  " are in states that only -a shows");
	say(n, &sentence, settings->netns, filter_text(n->filter));
	buf_free(&sentence);
	return true;
}

/* The question that is near, into `n->text`; for another protocol the options may go, too. */
static bool make_text(struct near_search *n, enum filter_near near)
{
	bool changed;

	n->text.length = 0;
	changed = filter_near(n->filter, near, &n->text);
	buf_add_char(&n->text, '\0');
	return !n->text.error && (changed || (near == NEAR_PROTOCOL && n->settings->protocols));
}

static bool say_one(struct near_search *n, const struct near_miss *miss)
{
	const struct settings *asked = n->settings;
	struct settings settings = *asked;
	struct filter_error error;
	struct filter *filter;
	struct buf sentence;
	bool found;

	if (!make_text(n, miss->near) || buf_init(&sentence, -1) < 0)
		return false;
	if (miss->near == NEAR_PROTOCOL)
		settings.protocols = 0;
	n->settings = &settings;
	filter = filter_of_text(asked, n->source, n->text.data, &error);
	found = filter && ask_source(n, n->source, filter,
				     miss->listening ? STATES_LISTENING : STATES_ALL);
	if (found) {
		miss->tell(n, &sentence);
		say(n, &sentence, n->settings->netns, n->text.data);
	}
	n->settings = asked;
	filter_free(filter);
	buf_free(&sentence);
	return found;
}

/* The namespace's name, else its number, by which -N takes it. */
static const char *netns_word(const struct near_search *n, char number[24])
{
	const struct netns *netns = n->snap ? n->snap->netns : NULL;

	if (!netns || netns->name)
		return netns ? netns->name : NULL;
	snprintf(number, 24, "%" PRIu64, (uint64_t)netns->inode);
	return number;
}

static bool say_elsewhere(struct near_search *n)
{
	struct source *others[NAMESPACES_MOST];
	size_t refused, number;
	char word[24];
	struct buf sentence;
	bool found = false;

	if (n->settings->replay || !filter_has_local_port(n->filter) ||
	    buf_init(&sentence, -1) < 0)
		return false;
	number = facts_other_namespaces(n->source, others, NAMESPACES_MOST, &refused);
	for (size_t i = 0; i < number; i++) {
		if (!found && ask_source(n, others[i], n->filter, STATES_LISTENING)) {
			found = true;
			buf_add_literal(&sentence, "it listens in another network namespace");
			say(n, &sentence, netns_word(n, word), filter_text(n->filter));
		}
		source_close(others[i]);
	}
	buf_free(&sentence);
	return found;
}

void say_near_miss(const struct settings *settings, struct source *source,
		   const struct filter *filter)
{
	struct near_search n = { .settings = settings, .source = source, .filter = filter };
	bool said;

	if (settings->quiet || !settings->words[0] || !isatty(STDERR_FILENO) ||
	    buf_init(&n.text, -1) < 0)
		return;
	said = say_hidden(&n);
	for (size_t i = 0; i < ARRAY_SIZE(near_misses) && !said; i++)
		said = say_one(&n, &near_misses[i]);
	if (!said)
		say_elsewhere(&n);
	snapshot_free(n.snap);
	buf_free(&n.text);
}
