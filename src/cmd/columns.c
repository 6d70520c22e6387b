/* SPDX-License-Identifier: MIT */
/* Lists of fields on the command line: --columns, --sort and --count-by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/spell.h"
#include "option.h"

enum { ADVICE_MAX = 160 };

/* What is done with each item of a list; false after a complaint. */
typedef bool take_item(struct settings *settings, const char *option, const char *item);

static char *trim(char *item)
{
	size_t length;

	item += strspn(item, " ");
	length = strlen(item);
	while (length && item[length - 1] == ' ')
		length--;
	item[length] = '\0';
	return item;
}

static bool is_one_name(const char *option, const char *item)
{
	if (strchr(item, ' '))
		complain(option, item, "names of fields need commas between them");
	return !strchr(item, ' ');
}

static bool take_items(struct settings *settings, const char *option, const char *list,
		       take_item *take)
{
	char *copy = strdup(list), *next = copy, *item;
	bool good = copy;

	if (!copy)
		complain_memory("the command line could not be read");
	while (good && (item = strsep(&next, ","))) {
		item = trim(item);
		good = is_one_name(option, item) && take(settings, option, item);
	}
	free(copy);
	return good;
}

static const char *nearest(const char *word, bool sets)
{
	struct spell spell = { .word = word, .length = strlen(word) };
	const struct field *field = field_nearest(word);

	if (field)
		spell_try(&spell, field->name);
	for (size_t i = 0; sets && i < COLUMN_SETS; i++)
		spell_try(&spell, column_sets[i].name);
	/* It may be another of its names that is near. */
	return !spell.best && field ? field->name : spell.best;
}

static bool complain_field(const char *option, const char *word, bool sets)
{
	const char *near = *word ? nearest(word, sets) : NULL;
	char advice[ADVICE_MAX];

	if (!*word) {
		complain(option, word, "expected names of fields with commas between them; "
				       "conntab fields lists them");
		return false;
	}
	snprintf(advice, sizeof(advice), "no such field; %s%s%sconntab fields lists them",
		 near ? "did you mean " : "", near ? near : "", near ? "? " : "");
	complain(option, word, advice);
	return false;
}

/* ---- --columns ------------------------------------------------------- */

static void change(struct columns *columns, char sign, enum field_id field)
{
	if (sign == '-')
		columns_remove(columns, field);
	else
		columns_add(columns, field);
}

static void change_set(struct columns *columns, char sign, const struct column_set *set)
{
	char name[ADVICE_MAX];

	if (!set->fields)
		columns->usual = sign != '-';
	for (const char *at = set->fields; at && *at; at += *at == ',') {
		size_t length = strcspn(at, ",");

		snprintf(name, sizeof(name), "%.*s", (int)length, at);
		change(columns, sign, field_id(field_find(name)));
		at += length;
	}
}

/* A group of fields ("tcp") is no column, but its name is that of a set. */
static bool take_column(struct settings *settings, const char *option, const char *item)
{
	char sign = *item == '+' || *item == '-' ? *item++ : '\0';
	const struct column_set *set = column_set_find(item);
	const struct field *field = field_find(item);

	if (set)
		change_set(&settings->columns, sign, set);
	else if (field)
		change(&settings->columns, sign, field_id(field));
	return set || field || complain_field(option, item, true);
}

/* A list that begins with a sign changes what was there before; any other replaces it. */
bool columns_parse(struct settings *settings, const char *list)
{
	struct columns *columns = &settings->columns;
	const char *first = list + strspn(list, " ");
	bool changes = *first == '+' || *first == '-';

	if (!changes || !settings->columns_chosen)
		*columns = (struct columns){ .usual = changes };
	settings->columns_chosen = true;
	if (!take_items(settings, "--columns", list, take_column))
		return false;
	if (!columns->usual && !columns->count)
		complain("--columns", list, "this leaves no column to show");
	return columns->usual || columns->count;
}

/* ---- --sort ---------------------------------------------------------- */

/* A field that has values of its own; NULL after a complaint. */
static const struct field *find_one(const char *option, const char *word)
{
	const struct field *field = field_find(word);

	if (!field)
		complain_field(option, word, false);
	else if (field_is_group(field))
		complain(option, word, "this is a group of fields: name one of them; "
				       "conntab fields lists them");
	return field && !field_is_group(field) ? field : NULL;
}

static bool take_key(struct settings *settings, const char *option, const char *item)
{
	bool descending = *item == '-';
	const struct field *field = find_one(option, item + (*item == '-' || *item == '+'));

	if (field)
		order_add(&settings->order, field_id(field), descending);
	return field;
}

bool sort_parse(struct settings *settings, const char *list)
{
	settings->order.count = 0;
	return take_items(settings, "--sort", list, take_key);
}

/* ---- --count-by ------------------------------------------------------ */

static bool take_count_key(struct settings *settings, const char *option, const char *item)
{
	const struct field *field = find_one(option, item);

	if (field)
		count_keys_add(&settings->count_by, field_id(field));
	return field;
}

bool count_by_parse(struct settings *settings, const char *list)
{
	settings->count_by.count = 0;
	return take_items(settings, "--count-by", list, take_count_key);
}
