/* SPDX-License-Identifier: MIT */
/*
 * Sorting of rows.  All rows get one word of 64 bits for the first part of the
 * first key and are sorted by that number; then each run of equal words by
 * the next part.  So a value is asked for once, and while rows are compared
 * nobody looks at sockets, which lie anywhere in memory.
 */
#include "model/order.h"

#include <string.h>

#include "order_key.h"
#include "order_text.h"

enum {
	FEW = 12,		/* rows that are compared with each other */
	PREFETCH = 8,
};

struct sorter {
	const struct order *order;
	const struct snapshot *snap;
	bool listeners;
};

/* Where in the order we are: a key, and a part of it. */
struct place_in_order {
	size_t key;
	unsigned part;
};

void order_add(struct order *order, enum field_id field, bool descending)
{
	for (size_t i = 0; i < order->count; i++)
		if (order->keys[i].field == field)
			return;
	order->keys[order->count].field = field;
	order->keys[order->count++].descending = descending;
}

uint32_t order_needs(const struct order *order)
{
	uint32_t needs = 0;

	for (size_t i = 0; i < order->count; i++)
		needs |= fields[order->keys[i].field].needs;
	return needs;
}

static struct key_part part_of(const struct sorter *sorter, uint32_t index,
			       struct place_in_order at)
{
	const struct snapshot *snap = sorter->snap;
	struct row row = { snap, NULL, NULL };

	if (sorter->listeners) {
		row.listener = &snap->listeners[index];
		row.sk = listener_socket(snap, index);
	} else {
		row.sk = &snap->sockets[index];
	}
	return order_key(&row, &fields[sorter->order->keys[at.key].field], at.part);
}

static struct place_in_order next_place(struct place_in_order at, bool more)
{
	if (more)
		return (struct place_in_order){ at.key, at.part + 1 };
	return (struct place_in_order){ at.key + 1, 0 };
}

/* ---- few rows -------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_parts(const struct key_part *a, const struct key_part *b)
{
	size_t common = a->length < b->length ? a->length : b->length;
	int order = 0;

	if (a->kind != b->kind)		/* words among texts come behind them */
		return a->kind == KEY_TEXT ? -1 : 1;
	if (a->kind == KEY_WORD)
		return compare_numbers(a->word, b->word);
	if (common && a->text != b->text)
		order = memcmp(a->text, b->text, common);
	return order ? order : compare_numbers(a->length, b->length);
}

static int compare_rows(const struct sorter *sorter, uint32_t a, uint32_t b,
			struct place_in_order at)
{
	while (at.key < sorter->order->count) {
		struct key_part left = part_of(sorter, a, at), right = part_of(sorter, b, at);
		int order;

		if ((left.kind == KEY_NONE) != (right.kind == KEY_NONE))
			return left.kind == KEY_NONE ? 1 : -1;
		order = left.kind == KEY_NONE ? 0 : compare_parts(&left, &right);
		if (order)
			return sorter->order->keys[at.key].descending ? -order : order;
		at = next_place(at, left.more);
	}
	return compare_numbers(a, b);
}

static void insert_sort(const struct sorter *sorter, struct sort_record *records, size_t count,
			struct place_in_order at)
{
	for (size_t i = 1; i < count; i++) {
		struct sort_record moving = records[i];
		size_t to = i;

		for (; to && compare_rows(sorter, records[to - 1].index, moving.index, at) > 0;
		     to--)
			records[to] = records[to - 1];
		records[to] = moving;
	}
}

/* ---- many rows ------------------------------------------------------- */

static void prefetch(const struct sorter *sorter, const struct sort_record *record)
{
	const struct socket *sk;

	if (sorter->listeners)
		return;
	sk = &sorter->snap->sockets[record->index];
	__builtin_prefetch(sk);
	__builtin_prefetch(&sk->shutdown);
}

/* The word of each row, or the index of its text; those without go to the end. */
static int gather(const struct sorter *sorter, struct sort_record *records, size_t *count,
		  struct place_in_order at, struct text_ranks *ranks)
{
	size_t known = *count;

	for (size_t i = 0; i < known;) {
		struct sort_record *record = &records[i];
		struct key_part part = part_of(sorter, record->index, at);
		struct sort_record unknown = *record;
		uint32_t text = 0;
		int err;

		if (i + PREFETCH < known)
			prefetch(sorter, record + PREFETCH);
		if (part.kind == KEY_NONE) {
			*record = records[--known];
			records[known] = unknown;
			continue;
		}
		err = part.kind == KEY_TEXT ? ranks_add(ranks, part.text, part.length, &text) : 0;
		if (err)
			return err;
		record->key = part.kind == KEY_TEXT ? text : part.word;
		i++;
	}
	*count = known;
	return 0;
}

/* Make `key` of all records what they are sorted by; `*count` becomes that of known ones. */
static int make_words(const struct sorter *sorter, struct sort_record *records, size_t *count,
		      struct place_in_order at)
{
	bool descending = sorter->order->keys[at.key].descending;
	struct text_ranks ranks;
	int err = ranks_init(&ranks);

	if (!err)
		err = gather(sorter, records, count, at, &ranks);
	if (!err)
		err = ranks_assign(&ranks);
	for (size_t i = 0; !err && ranks.count && i < *count; i++)
		if (!(records[i].key & KEY_BEHIND_TEXT))
			records[i].key = ranks.texts[records[i].key].rank;
	for (size_t i = 0; !err && descending && i < *count; i++)
		records[i].key = ~records[i].key;
	ranks_free(&ranks);
	return err;
}

static void sort_by_index(struct sort_record *records, size_t count)
{
	bool sorted = true;

	for (size_t i = 0; i < count; i++) {
		records[i].key = records[i].index;
		sorted &= !i || records[i - 1].key < records[i].key;
	}
	if (!sorted)
		sort_records(records, count);
}

/*
 * Sort rows that are equal in all before `at`.  It calls itself once for each
 * part of each key at most, for no list of keys names a field twice.
 */
static int sort_run(const struct sorter *sorter, struct sort_record *records, size_t count,
		    struct place_in_order at) /* NOLINT(misc-no-recursion) */
{
	size_t known = count, end = 0;
	int err = 0;

	if (at.key == sorter->order->count) {
		sort_by_index(records, count);
		return 0;
	}
	if (count <= FEW) {
		insert_sort(sorter, records, count, at);
		return 0;
	}
	err = make_words(sorter, records, &known, at);
	if (err)
		return err;
	sort_records(records, known);
	for (size_t start = 0; !err && start < known; start = end) {
		for (end = start + 1; end < known && records[end].key == records[start].key;)
			end++;
		if (end - start > 1)
			err = sort_run(sorter, records + start, end - start,
				       next_place(at, part_of(sorter, records[start].index,
							      at).more));
	}
	return err ? err : sort_run(sorter, records + known, count - known, next_place(at, false));
}

int order_rows(const struct order *order, const struct snapshot *snap, bool listeners,
	       struct sort_record *records, size_t count)
{
	struct sorter sorter = { order, snap, listeners };

	return sort_run(&sorter, records, count, (struct place_in_order){ 0, 0 });
}
