/* SPDX-License-Identifier: MIT */
/* The summary as text and as JSON, with the kernel's counters that explain trouble. */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/shell.h"
#include "base/text.h"
#include "summary.h"

enum { COUNT_WIDTH = 8, LABEL_WIDTH = 32, LABEL_LEAST = 8, INDENT = 2, GAP = 2, WIDTH = 80 };

#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/-"

static const struct counter_line {
	const char *name, *meaning;
} counter_lines[] = {
	{ "TcpExt.ListenOverflows", "SYNs, ACKs dropped: accept queue full" },
	{ "TcpExt.ListenDrops", "SYNs, ACKs dropped by listeners" },
	{ "TcpExt.TCPReqQFullDrop", "SYNs dropped: too many half open" },
	{ "TcpExt.TCPReqQFullDoCookies", "SYN cookies sent: too many half open" },
	{ "TcpExt.SyncookiesSent", "SYN cookies sent" },
	{ "TcpExt.SyncookiesFailed", "SYN cookies that came back wrong" },
	{ "TcpExt.TCPBacklogDrop", "packets dropped: socket busy too long" },
	{ "TcpExt.TCPRcvQDrop", "packets dropped: receive queue full" },
	{ "TcpExt.PruneCalled", "times a receive buffer was too full" },
	{ "TcpExt.RcvPruned", "packets dropped: receive buffer full" },
	{ "TcpExt.TCPMemoryPressures", "times TCP ran short of memory" },
	{ "TcpExt.TCPAbortOnMemory", "connections aborted: no memory" },
	{ "TcpExt.TCPAbortOnTimeout", "connections aborted: no answer" },
	{ "TcpExt.TCPTimeWaitOverflow", "TIME-WAITs not kept: too many" },
	{ "Tcp.AttemptFails", "connection attempts that failed" },
	{ "Tcp.EstabResets", "connections that ended with a reset" },
	{ "Tcp.RetransSegs", "segments sent again" },
	{ "Tcp.InErrs", "segments received damaged" },
	{ "Udp.NoPorts", "datagrams to ports nobody had" },
	{ "Udp.RcvbufErrors", "datagrams dropped: receive buffer full" },
	{ "Udp.SndbufErrors", "datagrams not sent: send buffer full" },
	{ "Udp6.NoPorts", "IPv6 datagrams to ports nobody had" },
	{ "Udp6.RcvbufErrors", "IPv6 datagrams dropped: buffer full" },
	{ "Udp6.SndbufErrors", "IPv6 datagrams not sent: buffer full" },
};

enum { COUNTER_COUNT = ARRAY_SIZE(counter_lines) };

/* ---- the command that a filter is for --------------------------------- */

static const struct selecting_option {
	uint32_t protocols, versions;
	const char *word;
} selecting_options[] = {
	{ PROTOCOL_BIT(PROTOCOL_TCP), 0, "-t" },
	{ PROTOCOL_BIT(PROTOCOL_UDP), 0, "-u" },
	{ PROTOCOL_BIT(PROTOCOL_RAW), 0, "-w" },
	{ PROTOCOL_BIT(PROTOCOL_UDPLITE), 0, "--udplite" },
	{ PROTOCOL_BIT(PROTOCOL_ICMP), 0, "--icmp" },
	{ 0, IP_VERSION_4, "-4" },
	{ 0, IP_VERSION_6, "-6" },
};

enum { SELECTING_COUNT = ARRAY_SIZE(selecting_options) };
enum { WORDS_MAX = SELECTING_COUNT + 7 };

/* The program and the options that select what was counted; then NULL. */
static void command_words(const struct settings *settings, const char *words[WORDS_MAX])
{
	*words++ = "conntab";
	*words++ = settings->listening && !settings->all ? "-l" : "-a";
	for (size_t i = 0; i < SELECTING_COUNT; i++) {
		const struct selecting_option *option = &selecting_options[i];

		if ((settings->protocols & option->protocols) ||
		    (settings->versions & option->versions))
			*words++ = option->word;
	}
	if (settings->netns) {
		*words++ = "-N";
		*words++ = settings->netns;
	}
	if (settings->replay) {
		*words++ = "--replay";
		*words++ = settings->replay;
	}
	*words = NULL;
}

/* ---- text ------------------------------------------------------------ */

/* Words that begin with a dash would be options. */
static bool is_plain_filter(const char *filter)
{
	return !filter[strspn(filter, PLAIN " ")] && !strstr(filter, " -");
}

/* What can be pasted behind the command, ended by a NUL. */
static void make_filter(struct buf *text, const char *filter)
{
	text->length = 0;
	if (is_plain_filter(filter))
		buf_add_text(text, filter);
	else
		shell_quote(text, filter, strlen(filter));
	buf_add_char(text, '\0');
}

static void add_word(struct buf *text, const char *word)
{
	if (!shell_quote(text, word, strlen(word)))
		buf_add_literal(text, "(its name can't be typed)");
}

/* Terms side by side are both meant: the user's own filter stands in front of the lines'. */
static void add_base(struct buf *text, const char *base)
{
	struct buf term;

	if (!*base)
		return;
	buf_add_char(text, ' ');
	if (buf_init(&term, -1) < 0) {
		text->error = ENOMEM;
		return;
	}
	buf_add_char(&term, '(');
	buf_add_text(&term, base);
	buf_add_char(&term, ')');
	if (!shell_quote(text, term.data, term.length))
		buf_add_literal(text, "(the filter can't be typed)");
	buf_free(&term);
}

/* The heading says what the last column is for; once is enough. */
static void add_command(struct buf *out, struct buf *text, const struct settings *settings,
			const char *base, size_t used)
{
	const char *words[WORDS_MAX];
	size_t column = COUNT_WIDTH + GAP + LABEL_WIDTH, width;

	text->length = 0;
	command_words(settings, words);
	for (size_t i = 0; words[i]; i++) {
		buf_add_text(text, i ? " " : "");
		add_word(text, words[i]);
	}
	add_base(text, base);
	buf_add_literal(text, " ...");
	width = text_width(text->data, text->length);
	if (column + width > WIDTH)
		column = width < WIDTH ? WIDTH - width : 0;
	buf_add_blanks(out, column > used + GAP ? column - used : GAP);
	buf_add(out, text->data, text->length);
}

/* `columns` of what stands behind it are wanted: a long label gives way, so that a line fits. */
static void add_row(struct buf *out, uint64_t number, size_t indent, const char *label,
		    size_t columns)
{
	size_t digits = digits_of(number), length = strlen(label);
	size_t width = text_width(label, length);
	size_t used = (digits > COUNT_WIDTH ? digits : COUNT_WIDTH) + GAP + indent;
	size_t room = used + columns + LABEL_LEAST < WIDTH ? WIDTH - used - columns : LABEL_LEAST;
	size_t end = COUNT_WIDTH + GAP + LABEL_WIDTH;

	buf_add_blanks(out, digits < COUNT_WIDTH ? COUNT_WIDTH - digits : 0);
	buf_add_unsigned(out, number);
	buf_add_blanks(out, GAP + indent);
	if (width + GAP <= room) {
		used += text_add_safe(out, label, length, SIZE_MAX);
	} else {
		used += text_add_safe(out, label, length, room - GAP - 1) + 1;
		buf_add_literal(out, "…");
	}
	if (end + columns > WIDTH)
		end = columns < WIDTH ? WIDTH - columns : 0;
	buf_add_blanks(out, end > used + GAP ? end - used : GAP);
}

static void show_counters(const struct snapshot *snap, struct buf *out)
{
	bool any = false;
	uint64_t value;

	if (!(snap->asked & NEED_COUNTERS))
		return;
	for (size_t i = 0; i < COUNTER_COUNT; i++) {
		if (!snapshot_counter(snap, 0, counter_lines[i].name, &value) || !value)
			continue;
		if (!any)
			buf_add_literal(out, "\nCounted by the kernel in this namespace so far\n");
		any = true;
		add_row(out, value, 0, counter_lines[i].name, strlen(counter_lines[i].meaning));
		buf_add_text(out, counter_lines[i].meaning);
		buf_add_char(out, '\n');
	}
	if (!any)
		buf_add_literal(out, "\nThe kernel has counted nothing lost or dropped in this "
				     "namespace so far.\n");
}

static void show_line(const struct line *line, struct buf *text, struct buf *out)
{
	make_filter(text, line->filter);
	add_row(out, line->rows, line->indent * INDENT, line->label,
		text_width(text->data, text->length - 1));
	buf_add(out, text->data, text->length - 1);
	buf_add_char(out, '\n');
}

void summary_show(const struct summary *summary, const struct settings *settings,
		  const char *base, struct buf *out)
{
	const char *section = "";
	struct buf text;
	int err = buf_init(&text, -1);

	if (err < 0) {
		out->error = -err;
		return;
	}
	for (size_t i = 0; i < summary->count; i++) {
		const struct line *line = &summary->lines[i];

		if (strcmp(line->section, section) != 0) {
			buf_add_text(out, i ? "\n" : "");
			buf_add_text(out, line->section);
			if (!i)
				add_command(out, &text, settings, base, strlen(line->section));
			buf_add_char(out, '\n');
			section = line->section;
		}
		show_line(line, &text, out);
	}
	show_counters(summary->snap, out);
	if (text.error)
		out->error = text.error;
	buf_free(&text);
}

/* ---- JSON ------------------------------------------------------------ */

/* text_add_json() spells a \x80 of the text like a byte: such a filter would be another one. */
static void add_json_filter(struct buf *out, const char *base, const char *filter)
{
	struct buf text;
	int err = buf_init(&text, -1);

	if (err < 0) {
		out->error = -err;
		return;
	}
	if (*base) {
		buf_add_char(&text, '(');
		buf_add_text(&text, base);
		buf_add_literal(&text, ") and ");
	}
	buf_add_text(&text, filter);
	buf_add_char(&text, '\0');
	buf_add_literal(out, ",\"filter\":");
	if (!strstr(text.data, "\\x"))
		text_add_json(out, text.data, text.length - 1);
	else
		buf_add_literal(out, "null");
	buf_free(&text);
}

static void add_json_command(struct buf *out, const struct settings *settings)
{
	const char *words[WORDS_MAX];

	command_words(settings, words);
	buf_add_literal(out, ",\n \"command\":");
	for (size_t i = 0; words[i]; i++)
		json_add_member(i ? "," : "[", words[i], out);
	buf_add_char(out, ']');
}

static void add_json_counters(struct buf *out, const struct snapshot *snap)
{
	const char *between = "\n  ";
	uint64_t value;

	buf_add_literal(out, "],\n \"counters\":[");
	for (size_t i = 0; i < COUNTER_COUNT; i++) {
		if (!snapshot_counter(snap, 0, counter_lines[i].name, &value))
			continue;
		buf_add_text(out, between);
		json_add_member("{\"name\":", counter_lines[i].name, out);
		buf_add_literal(out, ",\"value\":");
		buf_add_unsigned(out, value);
		json_add_member(",\"meaning\":", counter_lines[i].meaning, out);
		buf_add_char(out, '}');
		between = ",\n  ";
	}
	buf_add_literal(out, "]}\n");
}

void summary_show_json(const struct summary *summary, const struct settings *settings,
		       const char *base, struct buf *out)
{
	const struct snapshot *snap = summary->snap;

	json_add_member("{\"schema\":\"conntab-summary/1\",\"host\":", snap->host, out);
	buf_add_literal(out, ",\"time\":");
	json_add_time(snap->time, out);
	buf_add_literal(out, ",\"complete\":");
	buf_add_text(out, snapshot_is_complete(snap) ? "true" : "false");
	buf_add_literal(out, ",\"sockets\":");
	buf_add_unsigned(out, summary->sockets);
	buf_add_literal(out, ",\n \"notes\":");
	json_add_notes(snap, out);
	add_json_command(out, settings);
	buf_add_literal(out, ",\n \"lines\":[");
	for (size_t i = 0; i < summary->count; i++) {
		const struct line *line = &summary->lines[i];

		buf_add_text(out, i ? ",\n  " : "\n  ");
		json_add_member("{\"section\":", line->section, out);
		json_add_member(",\"label\":", line->label, out);
		buf_add_literal(out, ",\"rows\":");
		buf_add_unsigned(out, line->rows);
		add_json_filter(out, base, line->filter);
		buf_add_char(out, '}');
	}
	add_json_counters(out, snap);
}
