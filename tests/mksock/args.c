/* SPDX-License-Identifier: MIT */
/*
 * Arguments of a fixture: words KEY=VALUE laid over defaults, numbers, and C escapes, by which
 * bytes that no shell would pass become names of processes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mksock.h"

static int item_find(const struct args *args, const char *key)
{
	for (int i = 0; i < args->count; i++)
		if (!strcmp(args->item[i].key, key))
			return i;
	return -1;
}

/* Cuts "key=value" in two; the words live as long as the program. */
static char *word_split(char *word)
{
	char *equals = strchr(word, '=');

	errno = 0;
	if (!equals)
		die("expected KEY=VALUE, not '%s'", word);
	*equals = '\0';
	return equals + 1;
}

void args_default(struct args *args, const char *defaults)
{
	char *copy = strdup(defaults), *rest = copy, *word;

	if (!copy)
		die("no memory");
	while ((word = strsep(&rest, " "))) {
		if (args->count == ARGS_MAX)
			die("too many arguments in the table");
		args->item[args->count].value = word_split(word);
		args->item[args->count++].key = word;
	}
}

void args_set(struct args *args, const char *fixture, char **words)
{
	for (; *words; words++) {
		char *word = strdup(*words), *value;
		int i;

		if (!word)
			die("no memory");
		value = word_split(word);
		i = item_find(args, word);
		if (i < 0)
			die("'%s' has no argument '%s'; see `mksock list`", fixture, word);
		args->item[i].value = value;
	}
}

const char *arg_text(const struct args *args, const char *key)
{
	int i = item_find(args, key);

	if (i < 0)
		die("the table gives no argument '%s'", key);
	return args->item[i].value;
}

long arg_number(const struct args *args, const char *key)
{
	const char *text = arg_text(args, key);
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end)
		die("'%s' wants a number, not '%s'", key, text);
	return number;
}

static char escape_value(const char **text)
{
	static const char names[] = "abefnrtv", values[] = "\a\b\033\f\n\r\t\v";
	const char *name = strchr(names, **text);
	int used = 0;
	unsigned int byte;

	if (**text && name) {
		++*text;
		return values[name - names];
	}
	if (**text == 'x' && sscanf(*text, "x%2x%n", &byte, &used) == 1 && used) {
		*text += used;
		return (char)byte;
	}
	if (sscanf(*text, "%3o%n", &byte, &used) == 1 && used) {
		*text += used;
		return (char)byte;
	}
	return *(*text)++;
}

char *unescape(const char *text)
{
	char *bytes = malloc(strlen(text) + 1), *out = bytes;

	if (!bytes)
		die("no memory");
	while (*text) {
		if (*text == '\\' && text[1]) {
			text++;
			*out++ = escape_value(&text);
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
	return bytes;
}
