/* SPDX-License-Identifier: MIT */
/* The summary as text and as JSON, with the kernel's counters that explain trouble. */
#include <string.h>

#include "base/text.h"
#include "summary.h"

enum { COUNT_WIDTH = 8, LABEL_WIDTH = 32, INDENT = 2 };

static const struct counter_line {
	const char *name, *meaning;
} counter_lines[] = {
	{ "TcpExt.ListenOverflows", "connections refused: accept queue full" },
	{ "TcpExt.ListenDrops", "SYNs and connections a listener dropped" },
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

enum { COUNTER_COUNT = sizeof(counter_lines) / sizeof(counter_lines[0]) };

static void add_filter(struct buf *out, const char *base, const char *filter)
{
	if (*base) {
		buf_add_char(out, '(');
		buf_add_text(out, base);
		buf_add_literal(out, ") and ");
	}
	buf_add_text(out, filter);
}

/* ---- text ------------------------------------------------------------ */

static void add_safe(struct buf *out, const char *text)
{
	text_add_safe(out, text, strlen(text), SIZE_MAX);
}

static void add_row(struct buf *out, uint64_t number, size_t indent, const char *label)
{
	size_t width = digits_of(number), columns = indent;

	buf_add_blanks(out, width < COUNT_WIDTH ? COUNT_WIDTH - width : 0);
	buf_add_unsigned(out, number);
	buf_add_blanks(out, 2 + indent);
	add_safe(out, label);
	columns += text_width(label, strlen(label));
	buf_add_blanks(out, columns < LABEL_WIDTH ? LABEL_WIDTH - columns : 1);
}

/* Ready for the shell: in the quotes that the expression itself does not have. */
static void add_shell(struct buf *out, const char *base, const char *filter)
{
	bool single = strchr(base, '\'') || strchr(filter, '\'');

	if (!*base && !strpbrk(filter, "<>()&|!\"'"))
		add_safe(out, filter);
	else if (single && (strchr(base, '"') || strchr(filter, '"')))
		buf_add_literal(out, "(its quotes can't be written here)");
	else {
		buf_add_char(out, single ? '"' : '\'');
		add_filter(out, base, filter);
		buf_add_char(out, single ? '"' : '\'');
	}
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
		add_row(out, value, 0, counter_lines[i].name);
		buf_add_text(out, counter_lines[i].meaning);
		buf_add_char(out, '\n');
	}
	if (!any)
		buf_add_literal(out, "\nThe kernel has counted nothing lost or refused in this "
				     "namespace so far.\n");
}

void summary_show(const struct summary *summary, const char *base, struct buf *out)
{
	const char *section = "";

	for (size_t i = 0; i < summary->count; i++) {
		const struct line *line = &summary->lines[i];

		if (strcmp(line->section, section) != 0) {
			buf_add_text(out, i ? "\n" : "");
			buf_add_text(out, line->section);
			/* Once is enough to say what the last column is for. */
			if (!i)
				buf_add_literal(out, "                                   "
						     "conntab -a ...");
			buf_add_char(out, '\n');
			section = line->section;
		}
		add_row(out, line->rows, line->indent * INDENT, line->label);
		add_shell(out, base, line->filter);
		buf_add_char(out, '\n');
	}
	show_counters(summary->snap, out);
}

/* ---- JSON ------------------------------------------------------------ */

static void add_json(struct buf *out, const char *key, const char *text)
{
	buf_add_text(out, key);
	text_add_json(out, text, strlen(text));
}

static void add_json_filter(struct buf *out, const char *base, const char *filter)
{
	struct buf text;

	if (buf_init(&text, -1) < 0)
		return;
	add_filter(&text, base, filter);
	buf_add_literal(out, ",\"filter\":");
	text_add_json(out, text.data, text.length);
	buf_free(&text);
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
		add_json(out, "{\"name\":", counter_lines[i].name);
		buf_add_literal(out, ",\"value\":");
		buf_add_unsigned(out, value);
		add_json(out, ",\"meaning\":", counter_lines[i].meaning);
		buf_add_char(out, '}');
		between = ",\n  ";
	}
	buf_add_literal(out, "]}\n");
}

void summary_show_json(const struct summary *summary, const char *base, struct buf *out)
{
	const struct snapshot *snap = summary->snap;

	add_json(out, "{\"schema\":\"conntab-summary/1\",\"host\":", snap->host);
	buf_add_literal(out, ",\"time\":");
	buf_add_decimal(out, (uint64_t)(snap->time * 1000), 3);
	buf_add_literal(out, ",\"complete\":");
	buf_add_text(out, snapshot_is_complete(snap) ? "true" : "false");
	buf_add_literal(out, ",\"sockets\":");
	buf_add_unsigned(out, summary->sockets);
	buf_add_literal(out, ",\n \"lines\":[");
	for (size_t i = 0; i < summary->count; i++) {
		const struct line *line = &summary->lines[i];

		buf_add_text(out, i ? ",\n  " : "\n  ");
		add_json(out, "{\"section\":", line->section);
		add_json(out, ",\"label\":", line->label);
		buf_add_literal(out, ",\"rows\":");
		buf_add_unsigned(out, line->rows);
		add_json_filter(out, base, line->filter);
		buf_add_char(out, '}');
	}
	add_json_counters(out, snap);
}
