/* SPDX-License-Identifier: MIT */
/* Reads filter cases, and judges how a filter is refused. */
#include "unit.h"

#include "base/text.h"
#include "filter_case.h"
#include "zoo.h"

void case_open(struct filter_case *one, const char *path)
{
	one->path = path;
	one->line = 0;
	one->file = fopen(path, "r");
	if (!one->file)
		fail_msg("%s cannot be read", path);
}

/* The next line without its newline; false at the end. */
static bool next_line(struct filter_case *one, char *line)
{
	if (!fgets(line, CASE_BYTES, one->file))
		return false;
	one->line++;
	if (!strchr(line, '\n'))
		fail_msg("%s:%u: the line is too long", one->path, one->line);
	line[strcspn(line, "\n")] = '\0';
	return true;
}

bool case_next(struct filter_case *one)
{
	char behind[CASE_BYTES];

	do {
		if (!next_line(one, one->text)) {
			fclose(one->file);
			return false;
		}
		one->at = one->line;
	} while (!*one->text || *one->text == '#');
	if (!next_line(one, one->expected) || !*one->expected)
		fail_msg("%s:%u: nothing is expected", one->path, one->line);
	if (next_line(one, behind) && *behind)
		fail_msg("%s:%u: no empty line behind a case", one->path, one->line);
	zoo_unescape(one->text);
	return true;
}

const char *error_fault(const struct filter_error *error, const char *text)
{
	size_t length = strnlen(error->text, sizeof(error->text)), used, all = strlen(text);

	if (!length)
		return "the error says nothing";
	if (length == sizeof(error->text))
		return "the error has no end";
	for (const char *at = error->text; length; at += used, length -= used)
		if (!is_printable(text_decode(at, length, &used)))
			return "the error does not print";
	if (error->start > all || error->length > all - error->start)
		return "the place is not in the text";
	return NULL;
}

/* Does the marked place touch one where `word` is, blanks between them not counted? */
static bool marks(const struct filter_error *error, const char *text, const char *word)
{
	size_t start = error->start, end = start + error->length, length = strlen(word);
	bool is_there = false;

	while (start && text[start - 1] == ' ')
		start--;
	while (text[end] == ' ')
		end++;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		size_t from = (size_t)(at - text);

		is_there = true;
		if (from <= end && from + length >= start)
			return true;
	}
	return !is_there;
}

const char *error_lacks(const struct filter_error *error, const char *text, const char *expected)
{
	const char *nearest = strstr(expected, " nearest: ");
	char word[CASE_BYTES];
	size_t length = nearest ? (size_t)(nearest - expected) : strlen(expected);

	memcpy(word, expected, length);
	word[length] = '\0';
	if (nearest && !strcasestr(error->text, nearest + strlen(" nearest: ")))
		return "the nearest word is not suggested";
	if (strcmp(word, "?") == 0)
		return NULL;
	if (!strstr(error->text, word))
		return "the word is not named";
	return marks(error, text, word) ? NULL : "the place is not where the word is";
}
