/* SPDX-License-Identifier: MIT */
/* Walking the processes of a row for one datum of each. */
#include "model/list.h"

#include <string.h>

static struct list_item text_item(const char *text)
{
	return (struct list_item){ .text = text ? text : "", .length = text ? strlen(text) : 0 };
}

static struct list_item number_item(uint64_t number)
{
	return (struct list_item){ .number = number };
}

static struct list_item command_line_item(const struct process *process)
{
	const char *text = process->command_line;

	return (struct list_item){ .text = text ? text : "",
				   .length = process_arguments_length(process) };
}

bool list_item_of(const struct snapshot *snap, const struct field *field,
		  const struct owner *owner, struct list_item *item)
{
	const struct process *process = owner_process(snap, owner);

	switch (field_id(field)) {
	case FIELD_PROCESS:
		*item = text_item(process->command);
		break;
	case FIELD_PID:
		*item = number_item(process->pid);
		break;
	case FIELD_FD:
		*item = number_item((uint64_t)owner->fd);
		return owner->fd != OWNER_NO_FD;
	case FIELD_COMMAND_LINE:
		*item = command_line_item(process);
		break;
	default:
		*item = text_item(process->executable);
	}
	return !item->text || item->length;
}

static bool item_of(const struct list_walk *walk, struct list_item *item)
{
	return list_item_of(walk->row->snap, walk->field, walk->owner, item);
}

static bool is_same(const struct list_item *a, const struct list_item *b)
{
	if (!a->text || !b->text)
		return a->number == b->number;
	return a->length == b->length &&
	       (a->text == b->text || memcmp(a->text, b->text, a->length) == 0);
}

/* Move to the next owner, of the next member when this one has no more. */
static bool step(struct list_walk *walk)
{
	const struct row *row = walk->row;

	if (walk->owner)
		walk->owner = owner_next(row->snap, walk->owner);
	while (!walk->owner && walk->member < row_count(row))
		walk->owner = owner_first(row->snap, row_member(row, walk->member++));
	return walk->owner;
}

static bool was_there(const struct list_walk *now, const struct list_item *item)
{
	struct list_walk walk;
	struct list_item before;

	list_begin(&walk, now->row, now->field);
	while (step(&walk) && walk.owner != now->owner)
		if (item_of(&walk, &before) && is_same(item, &before))
			return true;
	return false;
}

void list_begin(struct list_walk *walk, const struct row *row, const struct field *field)
{
	*walk = (struct list_walk){ .row = row, .field = field };
}

bool list_next(struct list_walk *walk, struct list_item *item)
{
	while (step(walk))
		if (item_of(walk, item) && !was_there(walk, item))
			return true;
	return false;
}
