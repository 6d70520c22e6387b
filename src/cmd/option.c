/* SPDX-License-Identifier: MIT */
/* The option table: parsing and --help both come from it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "option.h"
#include "model/protocol.h"
#include "model/query.h"

/* Letters of options without one; those from WHY_ONLY on are for `conntab why` alone. */
enum { LONG_ONLY = 256, WHY_ONLY = 512, HELP_INDENT = 28 };

struct option_row {
	uint32_t letter;		/* LONG_ONLY and more: has none */
	uint32_t bits;
	const char *name;
	const char *argument;		/* NULL: takes none */
	const char *help;
	bool (*apply)(struct settings *settings, const struct option_row *row, const char *value);
};

#define APPLY(name) \
	static bool name(struct settings *settings, const struct option_row *row, \
			 const char *value)

#define APPLY_SIMPLE(name, statement) \
	APPLY(name) \
	{ \
		(void)row; \
		(void)value; \
		statement; \
		return true; \
	}

APPLY_SIMPLE(add_protocol, settings->protocols |= row->bits)
APPLY_SIMPLE(add_version, settings->versions |= row->bits)
APPLY_SIMPLE(add_extra, settings->extras |= row->bits)
APPLY_SIMPLE(remove_extra, settings->extras &= ~row->bits)
APPLY_SIMPLE(set_all, settings->all = true)
APPLY_SIMPLE(set_listening, settings->listening = true)
APPLY_SIMPLE(set_no_header, settings->no_header = true)
APPLY_SIMPLE(set_quiet, settings->quiet = true)
APPLY_SIMPLE(set_summary, settings->summary = true)
APPLY_SIMPLE(set_explain, settings->explain = true)
APPLY_SIMPLE(set_view, settings->view = (enum view_id)row->bits)
APPLY_SIMPLE(set_netns, settings->netns = value)
APPLY_SIMPLE(set_replay, settings->replay = value)
APPLY_SIMPLE(add_why, settings->why |= row->bits)
APPLY_SIMPLE(set_device, settings->device = value)
APPLY_SIMPLE(set_user, settings->user = value)
APPLY_SIMPLE(set_connect, settings->connect = value)
APPLY_SIMPLE(set_help, settings->help = true)
APPLY_SIMPLE(set_version, settings->version = true)

APPLY(set_format)
{
	(void)row;
	for (enum view_id view = 0; view < VIEW_COUNT; view++) {
		if (strcmp(value, views[view].name) == 0) {
			settings->view = view;
			return true;
		}
	}
	complain("--format", value, "expected table, json, jsonl or csv");
	return false;
}

APPLY(set_columns)
{
	(void)row;
	return columns_parse(settings, value);
}

APPLY(set_sort)
{
	(void)row;
	return sort_parse(settings, value);
}

APPLY(set_count_by)
{
	(void)row;
	return count_by_parse(settings, value);
}

APPLY(set_color)
{
	static const char *const words[COLOR_COUNT] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never",
	};

	(void)row;
	for (enum color color = 0; color < COLOR_COUNT; color++) {
		if (strcmp(value, words[color]) == 0) {
			settings->color = color;
			return true;
		}
	}
	complain("--color", value, "expected auto, always or never");
	return false;
}

static const struct option_row options[] = {
	{ 'l', 0, "listening", NULL, "only listeners", set_listening },
	{ 'a', 0, "all", NULL, "all states: TIME-WAIT, SYN-RECV and BOUND too", set_all },
	{ 't', PROTOCOL_BIT(PROTOCOL_TCP), "tcp", NULL, "TCP sockets", add_protocol },
	{ 'u', PROTOCOL_BIT(PROTOCOL_UDP), "udp", NULL, "UDP sockets", add_protocol },
	{ 'w', PROTOCOL_BIT(PROTOCOL_RAW), "raw", NULL, "raw sockets", add_protocol },
	{ LONG_ONLY, PROTOCOL_BIT(PROTOCOL_UDPLITE), "udplite", NULL,
	  "UDP-Lite sockets", add_protocol },
	{ LONG_ONLY + 10, PROTOCOL_BIT(PROTOCOL_ICMP), "icmp", NULL,
	  "ICMP sockets of ping", add_protocol },
	{ '4', IP_VERSION_4, "ipv4", NULL,
	  "what carries IPv4, dual-stack listeners too", add_version },
	{ '6', IP_VERSION_6, "ipv6", NULL, "IPv6 sockets", add_version },
	{ 'N', 0, "netns", "NS", "network namespace by name, pid or inode", set_netns },
	{ 'p', EXTRA_OWNERS, "processes", NULL, "processes (the default)", add_extra },
	{ 'P', EXTRA_OWNERS, "no-processes", NULL,
	  "no processes, and not the work to find them", remove_extra },
	{ 'o', EXTRA_TIMERS, "timers", NULL, "timers", add_extra },
	{ 'e', EXTRA_EXTENDED, "extended", NULL,
	  "uid, inode, cgroup, unit, command line, ...", add_extra },
	{ 'm', EXTRA_MEMORY, "memory", NULL, "kernel memory and drops", add_extra },
	{ 'i', EXTRA_INFO, "info", NULL,
	  "TCP: round-trip times, windows, retransmissions, ...", add_extra },
	{ 'n', EXTRA_NAMES, "numeric", NULL, "addresses and ports as numbers (the default)",
	  remove_extra },
	{ 'r', EXTRA_NAMES, "resolve", NULL,
	  "names of hosts and services; asks the resolver", add_extra },
	{ LONG_ONLY + 2, 0, "columns", "LIST", "these columns; +NAME adds one, -NAME removes one",
	  set_columns },
	{ LONG_ONLY + 3, 0, "sort", "LIST", "order by these fields; -NAME: descending", set_sort },
	{ LONG_ONLY + 9, 0, "count-by", "LIST",
	  "count the sockets that are alike in these fields", set_count_by },
	{ LONG_ONLY + 4, 0, "format", "FORMAT", "table, json, jsonl or csv", set_format },
	{ 'j', VIEW_JSON, "json", NULL, "JSON, schema conntab/1", set_view },
	{ LONG_ONLY + 5, VIEW_JSONL, "jsonl", NULL, "JSON, a line for each socket", set_view },
	{ LONG_ONLY + 6, VIEW_CSV, "csv", NULL, "comma-separated values", set_view },
	{ 'H', 0, "no-header", NULL, "rows only: no headings, no last line", set_no_header },
	{ 's', 0, "summary", NULL, "how many of what, and what explains trouble", set_summary },
	{ 'q', 0, "quiet", NULL, "no output, only the exit status", set_quiet },
	{ LONG_ONLY + 7, 0, "explain", NULL,
	  "the filter as understood, and what the kernel gets", set_explain },
	{ LONG_ONLY + 8, 0, "replay", "FILE", "what was recorded in FILE, not this machine",
	  set_replay },
	{ LONG_ONLY + 1, 0, "color", "WHEN", "auto, always or never", set_color },
	{ 'h', 0, "help", NULL, "this help", set_help },
	{ 'V', 0, "version", NULL, "the version", set_version },
	{ WHY_ONLY, WHY_REUSEADDR, "reuseaddr", NULL,
	  "the wanted socket sets SO_REUSEADDR", add_why },
	{ WHY_ONLY + 1, WHY_REUSEPORT, "reuseport", NULL,
	  "it sets SO_REUSEPORT", add_why },
	{ WHY_ONLY + 2, WHY_V6ONLY, "v6only", NULL, "it sets IPV6_V6ONLY", add_why },
	{ WHY_ONLY + 3, WHY_DUAL_STACK, "no-v6only", NULL,
	  "it clears IPV6_V6ONLY", add_why },
	{ WHY_ONLY + 4, 0, "device", "DEV",
	  "it is bound to an interface (SO_BINDTODEVICE)", set_device },
	{ WHY_ONLY + 5, 0, "user", "USER", "whose it is to be; by default yours", set_user },
	{ WHY_ONLY + 6, WHY_LISTEN, "listen", NULL, "it listens after bind()", add_why },
	{ WHY_ONLY + 7, WHY_NO_PROBE, "no-probe", NULL,
	  "never try a bind(), even where nothing else can tell", add_why },
	{ WHY_ONLY + 8, 0, "connect", "HOST:PORT",
	  "why is a connection there refused?", set_connect },
	{ WHY_ONLY + 9, WHY_VERBOSE, "verbose", NULL, "say what was looked at and tried", add_why },
};

enum { OPTION_COUNT = ARRAY_SIZE(options) };

static void make_getopt(char letters[2 * OPTION_COUNT + 2], struct option longs[OPTION_COUNT + 1])
{
	*letters++ = ':';
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		longs[i] = (struct option){
			.name = options[i].name,
			.has_arg = options[i].argument ? required_argument : no_argument,
			.val = (int)options[i].letter,
		};
		if (options[i].letter >= LONG_ONLY)
			continue;
		*letters++ = (char)options[i].letter;
		if (options[i].argument)
			*letters++ = ':';
	}
	*letters = '\0';
	longs[OPTION_COUNT] = (struct option){ .name = NULL };
}

/* The only command that takes it; NULL: any. */
static const char *command_of(const struct option_row *row)
{
	return row->letter >= WHY_ONLY ? "why" : NULL;
}

static const struct option_row *find_option(uint32_t letter)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

/*
 * getopt_long() tells a bad letter by optopt, and then optind may not be behind its word yet; a
 * bad long option by the word itself, and optopt is 0 or that of a known option.
 */
static void complain_option(char **argv, int result)
{
	char letter[] = { '-', (char)optopt, '\0' };
	bool known = find_option((uint32_t)optopt);
	const char *word = argv[optind - 1];

	if (optopt && optopt < LONG_ONLY && (!known || strncmp(word, "--", 2) != 0))
		word = letter;
	if (result == ':')
		complain("option", word, "expected a value behind it");
	else if (known && strchr(word, '='))
		complain("option", word, "it takes no value");
	else
		option_unknown(word, argv, argv[optind]);
}

/*
 * A long option must be written whole: what --net stands for today would be ambiguous, or another
 * option, when there are more.
 */
static bool is_whole(char **argv, const struct option *option)
{
	const char *word = argv[optind - 1 - (optarg && optarg == argv[optind - 1])];
	char advice[64];

	if (strcspn(word + 2, "=") == strlen(option->name))
		return true;
	if (option_is_word(word, argv, argv[optind]))
		return false;
	snprintf(advice, sizeof(advice), "options are not abbreviated, write --%s", option->name);
	complain("option", word, advice);
	return false;
}

/* Getopt moves the words to the end: which of them stood behind a "--" before?  NULL: none did. */
static char **behind_dashes(char *const *before, int argc, char **argv)
{
	const char *dashes = argv[optind - 1];
	int at = 0;

	if (optind < 2 || strcmp(dashes, "--") != 0)
		return NULL;
	while (at < argc && before[at] != dashes)
		at++;
	return at < argc ? argv + at + 1 : NULL;
}

static bool read_options(struct settings *settings, int argc, char **argv)
{
	char letters[2 * OPTION_COUNT + 2];
	struct option longs[OPTION_COUNT + 1];
	int letter, which = -1;

	*settings = (struct settings){ .extras = EXTRA_OWNERS };
	if (option_lsof(argv))
		return false;
	make_getopt(letters, longs);
	opterr = 0;
	while ((letter = getopt_long(argc, argv, letters, longs, &which)) != -1) {
		const struct option_row *row = find_option((uint32_t)letter);

		if (!row) {
			complain_option(argv, letter);
			return false;
		}
		if (which >= 0 && !is_whole(argv, &longs[which]))
			return false;
		if (!row->apply(settings, row, optarg))
			return false;
		if (command_of(row))
			settings->only = (struct only){ row->name, command_of(row) };
		which = -1;
	}
	return true;
}

bool options_parse(struct settings *settings, int argc, char **argv, int *words)
{
	char **before = calloc((size_t)argc + 1, sizeof(*before));
	bool good;

	if (!before) {
		complain_memory("the command line could not be read");
		return false;
	}
	for (int i = 0; i < argc; i++)
		before[i] = argv[i];
	good = read_options(settings, argc, argv);
	settings->behind_dashes = good ? behind_dashes(before, argc, argv) : NULL;
	settings->only_filter = argv[optind] && settings->behind_dashes == argv + optind;
	*words = optind;
	free(before);
	return good;
}

bool option_text(size_t index, struct option_text *text)
{
	const struct option_row *row = &options[index];

	if (index >= OPTION_COUNT)
		return false;
	*text = (struct option_text){
		.name = row->name,
		.help = row->help,
		.argument = row->argument,
		.letter = row->letter < LONG_ONLY ? (char)row->letter : '\0',
	};
	return true;
}

static bool is_for(const struct option_row *row, const char *command)
{
	const char *only = command_of(row);

	return command && only ? strcmp(only, command) == 0 : command == only;
}

void options_show(const char *command, struct buf *out)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &options[i];
		size_t start = out->length;

		if (!is_for(row, command))
			continue;
		if (row->letter < LONG_ONLY) {
			buf_add_literal(out, "  -");
			buf_add_char(out, (char)row->letter);
			buf_add_literal(out, ", --");
		} else {
			buf_add_literal(out, "      --");
		}
		buf_add_text(out, row->name);
		if (row->argument) {
			buf_add_char(out, ' ');
			buf_add_text(out, row->argument);
		}
		buf_add_blanks(out, HELP_INDENT - (out->length - start));
		buf_add_text(out, row->help);
		buf_add_char(out, '\n');
	}
}
