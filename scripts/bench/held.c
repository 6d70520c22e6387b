/* SPDX-License-Identifier: MIT */
/*
 * held - check that listings taken during churn show every held socket exactly once.
 *
 * It reads the documents of `conntab --json` one after the other from standard input and looks only
 * at "cookie" of each element of "sockets"; the cookies of the held sockets come from a file.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_DEPTH = 3 };		/* {"sockets":[{ */

struct held {
	uint64_t *cookie;	/* sorted */
	unsigned int *seen;	/* in this listing */
	size_t count;
};

struct report {
	unsigned long listings;
	unsigned long rows;
	unsigned long missing;
	unsigned long twice;
};

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

_Noreturn static void die(const char *what, const char *why)
{
	fprintf(stderr, "held: %s: %s\n", what, why);
	exit(2);
}

static void held_add(struct held *held, size_t *room, uint64_t cookie)
{
	if (held->count == *room) {
		*room = *room ? 2 * *room : 1024;
		held->cookie = realloc(held->cookie, *room * sizeof(*held->cookie));
		if (!held->cookie)
			die("cookies", strerror(errno));
	}
	held->cookie[held->count++] = cookie;
}

/* A file of cookies, a hexadecimal number a line. */
static void held_read(struct held *held, const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned long long cookie;
	size_t room = 0;

	if (!file)
		die(path, strerror(errno));
	while (fscanf(file, "%llx", &cookie) == 1)
		held_add(held, &room, cookie);
	if (!feof(file) || held->count == 0)
		die(path, "not a list of hexadecimal cookies");
	fclose(file);
	qsort(held->cookie, held->count, sizeof(*held->cookie), compare);
	for (size_t i = 1; i < held->count; i++)
		if (held->cookie[i] == held->cookie[i - 1])
			die(path, "a cookie stands there twice");
	held->seen = calloc(held->count, sizeof(*held->seen));
	if (!held->seen)
		die("cookies", strerror(errno));
}

static void held_see(struct held *held, uint64_t cookie)
{
	uint64_t *found = bsearch(&cookie, held->cookie, held->count, sizeof(cookie), compare);

	if (found)
		held->seen[found - held->cookie]++;
}

/* The end of a listing: add what was wrong with it to the report. */
static void held_judge(struct held *held, struct report *report)
{
	unsigned long missing = 0, twice = 0;

	for (size_t i = 0; i < held->count; i++) {
		missing += held->seen[i] == 0;
		twice += held->seen[i] > 1;
		held->seen[i] = 0;
	}
	report->listings++;
	report->missing += missing;
	report->twice += twice;
	if (missing || twice)
		printf("listing %lu: %lu held sockets missing, %lu twice\n",
		       report->listings, missing, twice);
}

/* The rest of a string whose opening quote has been read; what does not fit is cut. */
static void read_string(char *text, size_t size)
{
	size_t len = 0;
	int c;

	while ((c = getchar_unlocked()) != EOF && c != '"') {
		if (c == '\\')
			c = getchar_unlocked();
		if (len + 1 < size)
			text[len++] = (char)c;
	}
	text[len] = '\0';
}

/* The number that follows a colon; false when the value is none. */
static bool read_number(uint64_t *number)
{
	bool found = false;
	int c;

	while ((c = getchar_unlocked()) == ' ')
		;
	for (*number = 0; c >= '0' && c <= '9'; c = getchar_unlocked()) {
		*number = *number * 10 + (uint64_t)(c - '0');
		found = true;
	}
	ungetc(c, stdin);
	return found;
}

static void read_listings(struct held *held, struct report *report)
{
	char key[16] = "";
	uint64_t cookie;
	int depth = 0, c;

	while ((c = getchar_unlocked()) != EOF) {
		if (c == '"') {
			read_string(key, sizeof(key));
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (--depth == 0)
				held_judge(held, report);
		} else if (c == ':' && depth == ROW_DEPTH && !strcmp(key, "cookie")) {
			report->rows++;
			if (read_number(&cookie))
				held_see(held, cookie);
		}
	}
	if (depth != 0)
		die("standard input", "a listing is cut short");
}

int main(int argc, char **argv)
{
	struct report report = { 0 };
	struct held held = { 0 };

	if (argc != 2) {
		fputs("usage: held COOKIES <LISTINGS\n", stderr);
		return 2;
	}
	held_read(&held, argv[1]);
	read_listings(&held, &report);
	if (report.listings == 0)
		die("standard input", "no listing");
	printf("%zu held sockets in %lu listings of %lu rows on average: %lu missing, %lu twice\n",
	       held.count, report.listings, report.rows / report.listings,
	       report.missing, report.twice);
	free(held.seen);
	free(held.cookie);
	return report.missing || report.twice;
}
