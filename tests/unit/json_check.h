/* SPDX-License-Identifier: MIT */
/* A small JSON reader for tests, strict (RFC 8259); it shares no code with what writes JSON. */
#ifndef TESTS_JSON_CHECK_H
#define TESTS_JSON_CHECK_H

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define json_blanks(at) ((at) + strspn((at), " \t\r\n"))

/* Behind one value (blanks around it included); NULL when it is not valid. */
static inline const char *json_skip(const char *at);

/* Bytes of the UTF-8 character at `at`; 0 when it is none. */
static inline size_t json_utf8(const unsigned char *at)
{
	size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if (at[0] >= 0x80 && (at[0] < 0xc2 || at[0] > 0xf4))
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return length;
}

static inline const char *json_escape(const char *at)
{
	if (*at != 'u')
		return *at && strchr("\"\\/bfnrt", *at) ? at + 1 : NULL;
	for (int i = 1; i <= 4; i++)
		if (!isxdigit((unsigned char)at[i]))
			return NULL;
	return at + 5;
}

static inline const char *json_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	while (at && *at != '"') {
		size_t length = json_utf8((const unsigned char *)at);

		if ((unsigned char)*at < 0x20 || !length)
			return NULL;
		at = *at == '\\' ? json_escape(at + 1) : at + length;
	}
	return at ? at + 1 : NULL;
}

static inline const char *json_number(const char *at)
{
	static const char digits[] = "0123456789";
	size_t whole = strspn(at + (*at == '-'), digits), fraction;

	at += *at == '-';
	if (!whole || (*at == '0' && whole > 1))
		return NULL;
	at += whole;
	fraction = *at == '.' ? strspn(at + 1, digits) : 0;
	return *at == '.' ? (fraction ? at + 1 + fraction : NULL) : at;
}

/* An array, or an object (`close` is '}'): behind it. */
static inline const char *json_many(const char *at, char close)
{
	at = json_blanks(at + 1);
	if (*at == close)
		return at + 1;
	for (;; at++) {
		if (close == '}') {
			at = json_string(json_blanks(at));
			if (!at || *at++ != ':')
				return NULL;
		}
		at = json_skip(at);
		if (!at || *at == close)
			return at ? at + 1 : NULL;
		if (*at != ',')
			return NULL;
	}
}

static inline const char *json_skip(const char *at)
{
	static const char *const words[] = { "null", "true", "false" };

	at = json_blanks(at);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(at, words[i], strlen(words[i])) == 0)
			return json_blanks(at + strlen(words[i]));
	if (*at == '{' || *at == '[')
		at = json_many(at, (char)(*at + 2));
	else
		at = *at == '"' ? json_string(at) : json_number(at);
	return at ? json_blanks(at) : NULL;
}

static inline bool json_is_valid(const char *text)
{
	const char *end = json_skip(text);

	return end && !*end;
}

/* The value of a member of a valid object, or the item of an array (key NULL); NULL: none. */
static inline const char *json_find(const char *at, const char *key, size_t index)
{
	at = json_blanks(at);
	while (*at != '}' && *at != ']') {
		const char *name = json_blanks(at + 1), *value = name;
		size_t length = key ? strlen(key) : 0;
		bool found = key ? name[0] == '"' && !strncmp(name + 1, key, length) : !index--;

		if (*name == '}' || *name == ']')
			return NULL;
		if (key)
			value = json_string(name) + 1;
		if (found && (!key || name[1 + length] == '"'))
			return json_blanks(value);
		at = json_skip(value);
	}
	return NULL;
}

#endif
