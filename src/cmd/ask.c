/* SPDX-License-Identifier: MIT */
/* From the words of the command line to a filter, and errors that show their place. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd.h"
#include "collect/lookup.h"

enum { CONTEXT = 40 };			/* bytes shown beside a bad word */

static size_t find_service(void *context, const char *name, uint16_t *ports, size_t most)
{
	(void)context;
	return lookup_service(name, ports, most);
}

static size_t find_host(void *context, const char *name, struct address *addresses, size_t most)
{
	(void)context;
	return lookup_host(name, addresses, most);
}

static uint32_t find_interface(void *context, const char *name)
{
	return source_interface(context, name);
}

static uint64_t find_cgroup(void *context, const char *path)
{
	(void)context;
	return lookup_cgroup(path);
}

static void add_safe(struct buf *out, const char *text, size_t length)
{
	text_add_safe(out, text, length, SIZE_MAX);
}

/* "    state estab and -->sprt<-- = 80": the filter with the bad word between arrows. */
static void add_place(struct buf *out, const char *text, const struct filter_error *error)
{
	size_t length = strlen(text), end = error->start + error->length;
	size_t from = error->start > CONTEXT ? error->start - CONTEXT : 0;
	size_t rest = length > end + CONTEXT ? CONTEXT : length - end;

	buf_add_text(out, from ? "    ..." : "    ");
	add_safe(out, text + from, error->start - from);
	buf_add_literal(out, "-->");
	add_safe(out, text + error->start, error->length);
	if (error->length)
		buf_add_literal(out, "<--");
	add_safe(out, text + end, rest);
	buf_add_text(out, end + rest < length ? "...\n" : "\n");
}

static void complain_filter(const char *text, const struct filter_error *error)
{
	struct buf out;

	complain("filter", NULL, error->text);
	/* A filter of this one word has said it all. */
	if (error->length == strlen(text) || buf_init(&out, STDERR_FILENO) < 0)
		return;
	add_place(&out, text, error);
	buf_flush(&out);
	buf_free(&out);
}

/* What the shell took apart is one text again. */
static char *join_words(char *const *words)
{
	size_t length = 1;
	char *text, *at;

	for (char *const *word = words; *word; word++)
		length += strlen(*word) + 1;
	text = at = malloc(length);
	for (char *const *word = words; text && *word; word++) {
		if (at != text)
			*at++ = ' ';
		at = stpcpy(at, *word);
	}
	if (text)
		*at = '\0';
	return text;
}

enum status ask(const struct settings *settings, struct source *source, struct filter **filter)
{
	struct filter_names names = {
		.context = source, .service = find_service, .host = find_host,
	};
	struct filter_error error = { .length = 0 };
	char *text = join_words(settings->words);

	/* What was recorded elsewhere has interfaces and cgroups of its own. */
	if (!settings->replay) {
		names.interface = find_interface;
		names.cgroup = find_cgroup;
	}
	*filter = text ? filter_parse(text, &names, &error) : NULL;
	if (text && !*filter)
		complain_filter(text, &error);
	else if (!text)
		complain("out of memory", NULL, "the filter could not be read");
	free(text);
	return *filter ? STATUS_FOUND : STATUS_USAGE;
}
