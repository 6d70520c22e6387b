/* SPDX-License-Identifier: MIT */
/* An answer for people: the verdict, who is in the way, by which rule, and what to do. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "view/cell.h"
#include "why.h"

enum {
	WIDTH = 79,
	INDENT = 2,
	COMMAND_INDENT = 7,
	BLOCKERS_SHOWN = 5,
	PROCESSES_SHOWN = 4,
	REMEDIES_MAX = 12,
	NUMBER_COLUMNS = 3,
};

/* ---- paragraphs ------------------------------------------------------ */

/* The whole of `text`, from column `at` on. */
static void add_paragraph(struct buf *out, struct buf *text, size_t at)
{
	if (!text->length)
		return;
	buf_add_char(text, '\0');
	buf_add_blanks(out, at);
	text_add_wrapped(out, text->data, at, WIDTH - at);
	text->length = 0;
}

/* ---- holders --------------------------------------------------------- */

/* "2 days", "3 h", "12 min" */
static void add_age(struct buf *out, double seconds)
{
	static const struct {
		double seconds;
		const char *one, *many;
	} units[] = {
		{ 86400, "day", "days" }, { 3600, "hour", "hours" }, { 60, "minute", "minutes" },
		{ 1, "second", "seconds" },
	};
	size_t i = 0;
	uint64_t count;

	while (i + 1 < sizeof(units) / sizeof(units[0]) && seconds < units[i].seconds)
		i++;
	count = seconds > 0 ? (uint64_t)(seconds / units[i].seconds) : 0;
	buf_add_unsigned(out, count);
	buf_add_char(out, ' ');
	buf_add_text(out, count == 1 ? units[i].one : units[i].many);
}

static void add_since(struct buf *out, const struct snapshot *snap, const struct process *process)
{
	time_t when = (time_t)process->start_time;
	struct tm tm;
	char text[32];

	if (!when || !localtime_r(&when, &tm))
		return;
	buf_add(out, text, strftime(text, sizeof(text), ", since %Y-%m-%d %H:%M (", &tm));
	add_age(out, snap->time - process->start_time);
	buf_add_char(out, ')');
}

static void add_safe(struct buf *out, const char *text)
{
	text_add_safe(out, text, strlen(text), SIZE_MAX);
}

static void add_pair(struct buf *out, const char *label, const char *text)
{
	if (!text)
		return;
	buf_add_text(out, label);
	add_safe(out, text);
}

/* Arguments with blanks between them, as much as a line holds. */
static void add_command_line(struct buf *out, const struct process *process)
{
	struct buf joined;
	size_t length = process->command_line_length;

	while (length && !process->command_line[length - 1])
		length--;
	if (!length || buf_init(&joined, -1) < 0)
		return;
	for (size_t i = 0; i < length; i++)
		buf_add_char(&joined, process->command_line[i] ? process->command_line[i] : ' ');
	buf_add_blanks(out, 2 * INDENT);
	if (text_width(joined.data, length) > WIDTH - 2 * INDENT) {
		text_add_safe(out, joined.data, length, WIDTH - 2 * INDENT - 1);
		buf_add_literal(out, "…");
	} else {
		text_add_safe(out, joined.data, length, SIZE_MAX);
	}
	buf_add_char(out, '\n');
	buf_free(&joined);
}

/* "nginx, pid 811, user root, unit nginx.service, since 2026-11-20 10:11 (2 days)" */
static void add_process(struct buf *out, const struct snapshot *snap,
			const struct process *process, struct buf *text)
{
	const char *user = process->uid == UINT32_MAX ? NULL : snapshot_user(snap, process->uid);

	add_safe(text, process->command ? process->command : "?");
	buf_add_literal(text, ", pid ");
	buf_add_unsigned(text, process->pid);
	add_pair(text, ", user ", user);
	add_pair(text, ", unit ", process->unit);
	add_pair(text, ", container ", process->container);
	add_since(text, snap, process);
	add_paragraph(out, text, INDENT);
	if (process->command_line)
		add_command_line(out, process);
}

static void add_processes(struct buf *out, const struct snapshot *snap, const struct socket *sk,
			  struct buf *text)
{
	const struct process *last = NULL;
	size_t count = 0;

	for (const struct owner *owner = owner_first(snap, sk); owner;
	     owner = owner_next(snap, owner)) {
		const struct process *process = owner_process(snap, owner);

		if (process == last)
			continue;
		last = process;
		if (count++ < PROCESSES_SHOWN)
			add_process(out, snap, process, text);
	}
	if (count <= PROCESSES_SHOWN)
		return;
	buf_add_literal(text, "and ");
	buf_add_unsigned(text, count - PROCESSES_SHOWN);
	buf_add_text(text, count == PROCESSES_SHOWN + 1 ? " more process" : " more processes");
	add_paragraph(out, text, INDENT);
}

/* ---- blockers -------------------------------------------------------- */

/* "In the way: 0.0.0.0:8080 LISTEN" */
static void add_heading(struct buf *out, const struct inquiry *inquiry,
			const struct blocker *blocker)
{
	const struct snapshot *snap = inquiry->facts.snap;
	const struct socket *sk = &snap->sockets[blocker->socket];
	const struct row row = { .snap = snap, .sk = sk };

	buf_add_text(out, blocker->blocks == TRUTH_YES ? "\nIn the way: " :
		     "\nPerhaps in the way: ");
	buf_add_text(out, state_names[sk->state]);
	buf_add_char(out, ' ');
	cell_add_endpoint(out, &row, &sk->local);
	if (sk->have & HAVE_PEER) {
		buf_add_literal(out, ", connected to ");
		cell_add_endpoint(out, &row, &sk->peer);
	}
	buf_add_char(out, '\n');
}

static void add_blocker(struct buf *out, const struct inquiry *inquiry,
			const struct blocker *blocker, struct buf *text)
{
	const struct account account = account_of(inquiry);
	const struct snapshot *snap = inquiry->facts.snap;
	const struct socket *sk = &snap->sockets[blocker->socket];

	add_heading(out, inquiry, blocker);
	add_processes(out, snap, sk, text);
	explain_holder(&account, blocker, text);
	add_paragraph(out, text, INDENT);
	buf_add_literal(text, "Rule: ");
	explain_blocker(&account, blocker, text);
	add_paragraph(out, text, INDENT);
}

static void add_blockers(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;
	size_t shown = diagnosis->count < BLOCKERS_SHOWN ? diagnosis->count : BLOCKERS_SHOWN;

	for (size_t i = 0; i < shown; i++)
		add_blocker(out, inquiry, &diagnosis->blockers[i], text);
	if (shown == diagnosis->count)
		return;
	buf_add_literal(out, "\nand ");
	buf_add_unsigned(out, diagnosis->count - shown);
	buf_add_literal(out, " more: conntab -a ");
	buf_add_text(out, protocols[inquiry->request.protocol].name);
	buf_add_char(out, ':');
	buf_add_unsigned(out, inquiry->request.local.port);
	buf_add_char(out, '\n');
}

/* ---- remedies -------------------------------------------------------- */

struct remedies {
	struct buf *out;
	struct buf text, command;
	struct buf seen;		/* texts and commands, each ended by NUL */
	size_t count;
};

/* The same advice for ten sockets is given once; so is one of ten ways to wait. */
static void add_remedy(struct remedies *remedies)
{
	struct buf *text = &remedies->text, *command = &remedies->command;
	size_t start = remedies->seen.length;

	buf_add_char(&remedies->seen, '\n');
	buf_add(&remedies->seen, text->data, text->length);
	buf_add_char(&remedies->seen, '\n');
	buf_add(&remedies->seen, command->data, command->length);
	buf_add_char(&remedies->seen, '\n');
	if (remedies->count == REMEDIES_MAX ||
	    memmem(remedies->seen.data, start, remedies->seen.data + start,
		   remedies->seen.length - start)) {
		remedies->seen.length = start;
		text->length = command->length = 0;
		return;
	}
	if (!remedies->count++)
		buf_add_literal(remedies->out, "\nWhat to do:\n");
	buf_add_blanks(remedies->out, remedies->count < 10 ? INDENT : INDENT - 1);
	buf_add_unsigned(remedies->out, remedies->count);
	buf_add_literal(remedies->out, ". ");
	buf_add_char(text, '\0');
	text_add_wrapped(remedies->out, text->data, INDENT + NUMBER_COLUMNS,
			 WIDTH - INDENT - NUMBER_COLUMNS);
	if (command->length) {
		buf_add_blanks(remedies->out, COMMAND_INDENT);
		buf_add(remedies->out, command->data, command->length);
		buf_add_char(remedies->out, '\n');
	}
	text->length = command->length = 0;
}

/* Where the wanted socket is blocked: what would not be.  Options have lines of their own. */
static void add_alternatives(struct remedies *remedies, const struct inquiry *inquiry)
{
	if (inquiry->diagnosis.error != EADDRINUSE)
		return;
	for (enum alternative i = ALTERNATIVE_IPV4; i < ALTERNATIVE_COUNT; i++) {
		struct bind_request request = inquiry->request;

		if (!alternatives[i].make(&request) ||
		    inquiry->alternatives[i].verdict != VERDICT_FREE)
			continue;
		buf_add_text(&remedies->text, alternatives[i].text);
		buf_add_literal(&remedies->text, ": that would work");
		add_remedy(remedies);
	}
}

static void add_all_remedies(struct remedies *remedies, const struct inquiry *inquiry)
{
	const struct account account = account_of(inquiry);
	const struct diagnosis *diagnosis = &inquiry->diagnosis;

	for (size_t i = 0; explain_remedy(&account, NULL, i, &remedies->text, &remedies->command);
	     i++)
		add_remedy(remedies);
	for (size_t b = 0; b < diagnosis->count && b < BLOCKERS_SHOWN; b++)
		for (size_t i = 0; explain_remedy(&account, &diagnosis->blockers[b], i,
						  &remedies->text, &remedies->command); i++)
			add_remedy(remedies);
	add_alternatives(remedies, inquiry);
	if (!inquiry->free_port)
		return;
	buf_add_literal(&remedies->text, "use another port: ");
	buf_add_unsigned(&remedies->text, inquiry->free_port);
	buf_add_literal(&remedies->text, " is free");
	add_remedy(remedies);
}

static void show_remedies(struct buf *out, const struct inquiry *inquiry)
{
	struct remedies remedies = { .out = out };

	if (buf_init(&remedies.text, -1) == 0 && buf_init(&remedies.command, -1) == 0 &&
	    buf_init(&remedies.seen, -1) == 0)
		add_all_remedies(&remedies, inquiry);
	buf_free(&remedies.text);
	buf_free(&remedies.command);
	buf_free(&remedies.seen);
}

/* ---- all of it ------------------------------------------------------- */

static void add_remarks(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	const struct account account = account_of(inquiry);

	for (size_t i = 0; explain_remark(&account, i, text); i++)
		add_paragraph(out, text, 0);
}

/* With and without SO_REUSEADDR are told apart. */
static void add_reuseaddr(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	static const char *const sentences[VERDICT_COUNT] = {
		[VERDICT_FREE] = "With SO_REUSEADDR, which most servers set, it would work.",
		[VERDICT_BLOCKED] = "SO_REUSEADDR would not help.",
		[VERDICT_UNKNOWN] = "With SO_REUSEADDR, which most servers set, it may work.",
	};
	static const char datagrams[] = "With SO_REUSEADDR it would work, but what comes to one "
					"address goes to the last to bind alone.";
	enum verdict verdict = inquiry->alternatives[ALTERNATIVE_REUSEADDR].verdict;
	bool udp = inquiry->request.protocol != PROTOCOL_TCP && verdict == VERDICT_FREE;
	const char *sentence = udp ? datagrams : sentences[verdict];

	if (inquiry->diagnosis.error != EADDRINUSE || inquiry->request.reuseaddr || !sentence)
		return;
	buf_add_text(text, sentence);
	add_paragraph(out, text, 0);
}

static void add_namespace(struct buf *text, const struct netns *netns)
{
	buf_add_literal(text, "the network namespace ");
	if (netns->name)
		add_safe(text, netns->name);
	else
		buf_add_unsigned(text, netns->inode);
}

/* "No conflict: it is inside container X." */
static void add_elsewhere(struct buf *out, const struct inquiries *all,
			  const struct inquiry *inquiry, struct buf *text)
{
	for (size_t i = 0; i < all->elsewhere.count; i++) {
		const struct snapshot *snap = all->elsewhere.snaps[i];
		const struct socket *sk = snap->sockets, *end = sk + snap->count;

		while (sk < end && !why_is_elsewhere(inquiry, sk))
			sk++;
		if (sk == end)
			continue;
		buf_add_literal(text, "There is a listener on that port in ");
		add_namespace(text, &snap->netns[sk->netns]);
		buf_add_literal(text, ". It is not in the way: each namespace has ports of its "
				      "own.");
		add_paragraph(out, text, 0);
		add_processes(out, snap, sk, text);
	}
}

void why_show(const struct inquiries *all, const struct inquiry *inquiry, struct buf *out)
{
	const struct account account = account_of(inquiry);
	struct buf text;

	if (buf_init(&text, -1) < 0) {
		out->error = ENOMEM;
		return;
	}
	explain_verdict(&account, &text);
	if (!inquiry->diagnosis.certain && inquiry->diagnosis.verdict != VERDICT_UNKNOWN)
		buf_add_literal(&text, " (Not certain.)");
	add_paragraph(out, &text, 0);
	add_reuseaddr(out, inquiry, &text);
	why_add_probe(inquiry, &text);
	add_paragraph(out, &text, 0);
	add_remarks(out, inquiry, &text);
	if (inquiry->diagnosis.verdict == VERDICT_FREE)
		add_elsewhere(out, all, inquiry, &text);
	add_blockers(out, inquiry, &text);
	show_remedies(out, inquiry);
	buf_free(&text);
}
