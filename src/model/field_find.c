/* SPDX-License-Identifier: MIT */
/* Fields by name, and by something that looks like a name. */
#include <string.h>

#include "base/spell.h"
#include "model/field.h"

static bool has_name(const struct field *field, const char *name)
{
	size_t length = strlen(field->name);

	return strncmp(name, field->name, length) == 0 &&
	       (!name[length] || strcmp(name + length, unit_suffixes[field->unit]) == 0);
}

const struct field *field_find(const char *name)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (has_name(&fields[i], name))
			return &fields[i];
	return NULL;
}

const struct field *field_nearest(const char *word)
{
	struct spell spell = { .word = word, .length = strlen(word) };
	const struct field *nearest = NULL;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (spell_try(&spell, fields[i].name))
			nearest = &fields[i];
	return nearest;
}
