/* SPDX-License-Identifier: MIT */
/*
 * The counters that nstat shows, and those of sockstat: all that the kernel
 * has, by name.  It knows no counter by itself, for each kernel adds some.
 */
#include "counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "collect.h"

enum { TEXT_SIZE = 32 * 1024, PATH_SIZE = 128, NAME_SIZE = 96 };

static const char blanks[] = " \t";

/* Decimal digits and nothing else; a minus is how the kernel says "none". */
static bool parse_value(const char *word, uint64_t *value)
{
	if (!*word || word[strspn(word, "0123456789")])
		return false;
	errno = 0;
	*value = strtoull(word, NULL, 10);
	return !errno;
}

__attribute__((format(printf, 3, 4)))
static void add(struct counter_list *list, const char *word, const char *format, ...)
{
	struct counter counter, *items;
	char name[NAME_SIZE];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(name) || !parse_value(word, &counter.value))
		return;
	counter.name = arena_copy(list->arena, name, (size_t)length);
	items = array_reserve(list->items, &list->capacity, list->count + 1, sizeof(*items));
	if (!items)
		return;
	list->items = items;
	if (counter.name)
		items[list->count++] = counter;
}

/* The next line, ended by NUL; NULL when there is no more, or only a part of one. */
static char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

/* The word in front of the first colon, which ends there; NULL: there is none. */
static const char *split_group(char **line)
{
	char *group = *line, *colon = strchr(group, ':');

	if (!colon)
		return NULL;
	*colon = '\0';
	*line = colon + 1;
	return group;
}

void counters_parse_columns(struct counter_list *list, char *text)
{
	char *names, *values, *name_rest, *value_rest;

	while ((names = next_line(&text)) && (values = next_line(&text))) {
		const char *group = split_group(&names), *again = split_group(&values);

		/* Out of step nothing can be told apart any more. */
		if (!group || !again || strcmp(group, again) != 0)
			return;
		names = strtok_r(names, blanks, &name_rest);
		values = strtok_r(values, blanks, &value_rest);
		while (names && values) {
			add(list, values, "%s.%s", group, names);
			names = strtok_r(NULL, blanks, &name_rest);
			values = strtok_r(NULL, blanks, &value_rest);
		}
	}
}

void counters_parse_names(struct counter_list *list, char *text)
{
	char *line, *rest;

	while ((line = next_line(&text))) {
		const char *name = strtok_r(line, blanks, &rest);
		const char *value = name ? strtok_r(NULL, blanks, &rest) : NULL;
		const char *six = name ? strchr(name, '6') : NULL;

		/* "Udp6InErrors": all groups of this file end with a 6. */
		if (value && six)
			add(list, value, "%.*s.%s", (int)(six + 1 - name), name, six + 1);
	}
}

void counters_parse_pairs(struct counter_list *list, char *text)
{
	char *line, *rest;

	while ((line = next_line(&text))) {
		const char *group = split_group(&line);
		const char *name = group ? strtok_r(line, blanks, &rest) : NULL;

		while (name) {
			const char *value = strtok_r(NULL, blanks, &rest);

			if (value)
				add(list, value, "sockstat.%s.%s", group, name);
			name = value ? strtok_r(NULL, blanks, &rest) : NULL;
		}
	}
}

static const struct {
	const char *name;
	counters_function *parse;
} files[] = {
	{ "netstat", counters_parse_columns },
	{ "snmp", counters_parse_columns },
	{ "snmp6", counters_parse_names },
	{ "sockstat", counters_parse_pairs },
	{ "sockstat6", counters_parse_pairs },
};

void counters_read(struct snapshot *snap, struct netns *netns, const char *proc_net)
{
	struct counter_list list = { .arena = &snap->arena };
	char text[TEXT_SIZE], path[PATH_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", proc_net, files[i].name);
		if (file_read(AT_FDCWD, path, text, sizeof(text)) > 0)
			files[i].parse(&list, text);
	}
	netns->counters = arena_alloc(&snap->arena, list.count * sizeof(*list.items));
	netns->counter_count = netns->counters ? list.count : 0;
	if (netns->counter_count)
		memcpy(netns->counters, list.items, list.count * sizeof(*list.items));
	free(list.items);
}
