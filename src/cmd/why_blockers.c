/* SPDX-License-Identifier: MIT */
/*
 * Who is in the way, for people.  Sockets that differ in nothing a reader could
 * use are one line with a number; lines of the same owners stand together, so
 * that nobody is named twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/shell.h"
#include "view/cell.h"
#include "why_show.h"

enum {
	LINES_MOST = 8,			/* endpoints that are told apart */
	BLOCKS_SHOWN = 3,
	LINES_SHOWN = 4,		/* of a block */
};

/* Sockets of one endpoint and state. */
struct line {
	const struct blocker *first;
	size_t count;
	size_t block;
};

struct blocks {
	const struct inquiry *inquiry;
	struct line lines[LINES_MOST];
	size_t line_count;
	size_t count;			/* of blocks */
	size_t shown;			/* sockets in them */
	const struct blocker **group;	/* room for those of one block */
};

/* ---- what is alike --------------------------------------------------- */

static const struct socket *socket_of(const struct inquiry *inquiry,
				      const struct blocker *blocker)
{
	return &inquiry->facts.snap->sockets[blocker->socket];
}

/* The next owner that is another process. */
static const struct owner *next_process(const struct snapshot *snap, const struct owner *owner)
{
	const struct owner *next = owner_next(snap, owner);

	while (next && next->process == owner->process)
		next = owner_next(snap, next);
	return next;
}

static bool have_same_owners(const struct snapshot *snap, const struct socket *a,
			     const struct socket *b)
{
	const struct owner *one = owner_first(snap, a), *other = owner_first(snap, b);

	for (; one && other && one->process == other->process;
	     one = next_process(snap, one), other = next_process(snap, other))
		;
	return !one && !other && a->missing == b->missing;
}

static bool is_same_endpoint(const struct socket *a, const struct socket *b)
{
	return a->state == b->state && a->interface == b->interface &&
	       a->local.port == b->local.port &&
	       address_equal(&a->local.address, &b->local.address);
}

/* What is said of both is the same, but for their endpoints. */
static bool is_same_block(const struct inquiry *inquiry, const struct blocker *a,
			  const struct blocker *b)
{
	const struct socket *one = socket_of(inquiry, a), *other = socket_of(inquiry, b);

	return a->blocks == b->blocks && a->sharing == b->sharing && one->state == other->state &&
	       have_same_owners(inquiry->facts.snap, one, other);
}

/* ---- folding --------------------------------------------------------- */

static struct line *find_line(struct blocks *blocks, const struct blocker *blocker)
{
	const struct inquiry *inquiry = blocks->inquiry;

	for (size_t i = 0; i < blocks->line_count; i++) {
		struct line *line = &blocks->lines[i];

		if (is_same_endpoint(socket_of(inquiry, line->first),
				     socket_of(inquiry, blocker)) &&
		    is_same_block(inquiry, line->first, blocker))
			return line;
	}
	return NULL;
}

static size_t find_block(const struct blocks *blocks, const struct blocker *blocker)
{
	for (size_t i = 0; i < blocks->line_count; i++)
		if (is_same_block(blocks->inquiry, blocks->lines[i].first, blocker))
			return blocks->lines[i].block;
	return blocks->count;
}

static void add_line(struct blocks *blocks, const struct blocker *blocker)
{
	size_t block = find_block(blocks, blocker);

	if (blocks->line_count == LINES_MOST || block == BLOCKS_SHOWN)
		return;
	blocks->count += block == blocks->count;
	blocks->lines[blocks->line_count++] = (struct line){ blocker, 1, block };
	blocks->shown++;
}

/*
 * Of listeners, which come first, some are shown; their connections are in the
 * way too, but are seen to go with them.
 */
static size_t count_told(const struct inquiry *inquiry)
{
	const struct diagnosis *diagnosis = &inquiry->diagnosis;
	size_t listeners = 0;

	while (listeners < diagnosis->count &&
	       socket_is_listener(socket_of(inquiry, &diagnosis->blockers[listeners])))
		listeners++;
	return listeners ? listeners : diagnosis->count;
}

static void fold(struct blocks *blocks)
{
	size_t told = count_told(blocks->inquiry);

	for (size_t i = 0; i < told; i++) {
		const struct blocker *blocker = &blocks->inquiry->diagnosis.blockers[i];
		struct line *line = find_line(blocks, blocker);

		if (line) {
			line->count++;
			blocks->shown++;
		} else {
			add_line(blocks, blocker);
		}
	}
}

/* ---- text ------------------------------------------------------------ */

static void add_options(struct buf *out, const struct inquiry *inquiry,
			const struct blocker *blocker)
{
	if (inquiry->facts.options[blocker->socket].reuseport == TRUTH_YES &&
	    socket_is_listener(socket_of(inquiry, blocker)))
		buf_add_literal(out, " (SO_REUSEPORT)");
}

static void add_number(struct buf *out, const struct line *line, const struct socket *sk)
{
	buf_add_literal(out, ", ");
	buf_add_unsigned(out, line->count);
	buf_add_text(out, (sk->have & HAVE_PEER) ? " connections" : " sockets");
}

/* "In the way: LISTEN 0.0.0.0:8080, 4 sockets (SO_REUSEPORT)" */
static void add_heading(struct buf *out, const struct inquiry *inquiry, const struct line *line)
{
	const struct snapshot *snap = inquiry->facts.snap;
	const struct socket *sk = socket_of(inquiry, line->first);
	const struct row row = { .snap = snap, .sk = sk };

	buf_add_text(out, line->first->blocks == TRUTH_YES ? "In" : "Maybe in");
	buf_add_literal(out, " the way: ");
	buf_add_text(out, state_names[sk->state]);
	buf_add_char(out, ' ');
	cell_add_endpoint(out, &row, &sk->local);
	if (line->count > 1) {
		add_number(out, line, sk);
	} else if (sk->have & HAVE_PEER) {
		buf_add_literal(out, ", connected to ");
		cell_add_endpoint(out, &row, &sk->peer);
	}
	add_options(out, inquiry, line->first);
	buf_add_char(out, '\n');
}

static void add_headings(struct buf *out, const struct blocks *blocks, size_t block)
{
	size_t lines = 0;

	buf_add_char(out, '\n');
	for (size_t i = 0; i < blocks->line_count; i++)
		if (blocks->lines[i].block == block && lines++ < LINES_SHOWN)
			add_heading(out, blocks->inquiry, &blocks->lines[i]);
	if (lines <= LINES_SHOWN)
		return;
	buf_add_literal(out, "and ");
	buf_add_unsigned(out, lines - LINES_SHOWN);
	buf_add_literal(out, " more of the same\n");
}

/* All sockets of a block, for what is said of them together. */
static size_t find_group(const struct blocks *blocks, const struct blocker *first)
{
	const struct diagnosis *diagnosis = &blocks->inquiry->diagnosis;
	size_t count = 0;

	for (size_t i = 0; i < diagnosis->count; i++)
		if (is_same_block(blocks->inquiry, first, &diagnosis->blockers[i]))
			blocks->group[count++] = &diagnosis->blockers[i];
	return count;
}

/* A rule is said once, with the first address that it is about. */
static bool is_new_rule(const struct blocks *blocks, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (blocks->lines[i].block == blocks->lines[index].block &&
		    blocks->lines[i].first->rule == blocks->lines[index].first->rule)
			return false;
	return true;
}

static const struct blocker *first_of(const struct blocks *blocks, size_t block)
{
	size_t i = 0;

	while (blocks->lines[i].block != block)
		i++;
	return blocks->lines[i].first;
}

static void add_rules(const struct blocks *blocks, size_t block, const struct account *account,
		      struct buf *text)
{
	const char *between = "";

	buf_add_literal(text, "Rule: ");
	for (size_t i = 0; i < blocks->line_count; i++) {
		const struct line *line = &blocks->lines[i];

		if (line->block != block || !is_new_rule(blocks, i))
			continue;
		buf_add_text(text, between);
		explain_rule(account, line->first, text);
		between = "; ";
	}
	buf_add_text(text, between);
	explain_sharing(account, first_of(blocks, block), text);
}

static void add_block(struct buf *out, const struct blocks *blocks, size_t block,
		      struct buf *text)
{
	struct account account = account_of(blocks->inquiry);
	const struct account alone = account;
	const struct blocker *first = first_of(blocks, block);

	add_headings(out, blocks, block);
	why_add_processes(out, blocks->inquiry->facts.snap, socket_of(blocks->inquiry, first),
			  text);
	account.group = blocks->group;
	account.group_count = find_group(blocks, first);
	explain_holder(&account, first, text);
	why_add_paragraph(out, text, WHY_INDENT);
	add_rules(blocks, block, &alone, text);
	why_add_paragraph(out, text, WHY_INDENT);
}

/* The namespace it is about, as an option.  False: it can't be typed. */
static bool add_namespace(struct buf *out, const struct inquiry *inquiry)
{
	const char *name = inquiry->facts.snap->netns[inquiry->facts.netns].name;

	if (!inquiry->entered)
		return true;
	buf_add_literal(out, " -N ");
	if (name)
		return shell_quote(out, name, strlen(name));
	buf_add_unsigned(out, inquiry->netns_pid);
	return inquiry->netns_pid != 0;
}

static void add_more(struct buf *out, const struct inquiry *inquiry, size_t more)
{
	size_t before;
	bool said;

	buf_add_literal(out, "\nAnd ");
	buf_add_unsigned(out, more);
	buf_add_text(out, more > 1 ? " more sockets" : " more socket");
	buf_add_literal(out, " on the port");
	before = out->length;
	buf_add_literal(out, ": conntab -a");
	said = add_namespace(out, inquiry);
	buf_add_char(out, ' ');
	buf_add_text(out, protocols[inquiry->request.protocol].name);
	buf_add_char(out, ':');
	buf_add_unsigned(out, inquiry->request.local.port);
	if (!said)
		out->length = before;
	buf_add_char(out, '\n');
}

void why_add_blockers(struct buf *out, const struct inquiry *inquiry, struct buf *text)
{
	struct blocks blocks = { .inquiry = inquiry };
	size_t count = inquiry->diagnosis.count;

	blocks.group = calloc(count + 1, sizeof(void *));
	if (!blocks.group)
		return;
	fold(&blocks);
	for (size_t i = 0; i < blocks.count; i++)
		add_block(out, &blocks, i, text);
	if (count > blocks.shown)
		add_more(out, inquiry, count - blocks.shown);
	free(blocks.group);
}
