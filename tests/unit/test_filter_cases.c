/* SPDX-License-Identifier: MIT */
/*
 * Filters on the sockets of tests/filter/zoo: each file tests/filter/NAME.test
 * is one test.  filter_case.h tells how a case is written.
 */
#include "unit.h"

#include <glob.h>
#include <stdlib.h>

#include "base/text.h"
#include "filter_case.h"
#include "zoo.h"

#define ZOO "tests/filter/zoo"
#define CASES "tests/filter/*.test"
#define ERROR "error: "
#define ALL_BUT "all but"
#define MAYBE " maybe "

enum { FILES = 32 };

/* One file of cases. */
struct suite {
	char *path;
	struct zoo *zoo;
	unsigned cases, failed;
};

/* Which sockets of the zoo. */
struct set {
	bool has[ZOO_SOCKETS];
};

/* ---- what is expected -------------------------------------------------- */

static void toggle_names(const struct zoo *zoo, const struct filter_case *one, const char *names,
			 struct set *set)
{
	for (;;) {
		size_t length, socket;

		names += strspn(names, " ");
		length = strcspn(names, " ");
		if (!length)
			return;
		socket = zoo_find(zoo, names, length);
		if (socket == SIZE_MAX)
			fail_msg("%s:%u: there is no socket %s", one->path, one->at + 1, names);
		set->has[socket] = !set->has[socket];
		names += length;
	}
}

static struct set named_set(const struct zoo *zoo, const struct filter_case *one,
			    const char *names)
{
	struct set set = { { false } };

	if (strcmp(names, "-") == 0)
		return set;
	if (strcmp(names, "all") == 0 || strncmp(names, ALL_BUT, strlen(ALL_BUT)) == 0) {
		memset(set.has, true, sizeof(set.has));
		names += names[3] ? strlen(ALL_BUT) : 3;
	}
	toggle_names(zoo, one, names, &set);
	return set;
}

/* What matches, but for what stands behind "maybe"; that is all that may. */
static struct set expected_set(const struct zoo *zoo, const struct filter_case *one,
			       struct set *maybe, bool *exact)
{
	char names[CASE_BYTES], *behind;
	struct set set;

	snprintf(names, sizeof(names), "%s", one->expected);
	behind = strstr(names, MAYBE);
	*exact = behind;
	if (behind) {
		*behind = '\0';
		*maybe = named_set(zoo, one, behind + strlen(MAYBE));
	}
	set = named_set(zoo, one, names);
	for (size_t i = 0; behind && i < zoo->snap->count; i++)
		set.has[i] = set.has[i] && !maybe->has[i];
	return set;
}

/* ---- what came --------------------------------------------------------- */

/* The names of those of `set` that `other` has, too (`also`), or has not. */
static void add_names(struct buf *out, const struct zoo *zoo, const struct set *set,
		      const struct set *other, bool also)
{
	size_t found = 0;

	for (size_t i = 0; i < zoo->snap->count; i++) {
		if (!set->has[i] || other->has[i] != also)
			continue;
		found++;
		buf_add_char(out, ' ');
		buf_add_text(out, zoo->sockets[i]);
	}
	if (!found)
		buf_add_text(out, " -");
}

static void report(struct suite *suite, const struct filter_case *one, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void report(struct suite *suite, const struct filter_case *one, const char *format, ...)
{
	char text[2 * CASE_BYTES];
	struct buf safe;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert_int_equal(buf_init(&safe, -1), 0);
	text_add_safe(&safe, one->text, strlen(one->text), SIZE_MAX);
	buf_add_char(&safe, '\0');
	assert_int_equal(safe.error, 0);
	print_error("%s:%u: %s\n\texpected: %s\n\t%s\n", one->path, one->at, safe.data,
		    one->expected, text);
	buf_free(&safe);
	suite->failed++;
}

static void report_sets(struct suite *suite, const struct filter_case *one, const struct set *want,
			const struct set *got)
{
	struct buf out;

	assert_int_equal(buf_init(&out, -1), 0);
	buf_add_text(&out, "got, and rightly so:");
	add_names(&out, suite->zoo, got, want, true);
	buf_add_text(&out, "\n\tgot, but should not:");
	add_names(&out, suite->zoo, got, want, false);
	buf_add_text(&out, "\n\tdid not get:");
	add_names(&out, suite->zoo, want, got, false);
	buf_add_char(&out, '\0');
	assert_int_equal(out.error, 0);
	report(suite, one, "%s", out.data);
	buf_free(&out);
}

/* ---- one case ---------------------------------------------------------- */

static void run_match(struct suite *suite, const struct filter_case *one,
		      const struct filter *filter)
{
	const struct snapshot *snap = suite->zoo->snap;
	struct set want_maybe, maybe = { { false } }, got = { { false } };
	bool exact;
	struct set want = expected_set(suite->zoo, one, &want_maybe, &exact);

	for (size_t i = 0; i < snap->count; i++) {
		struct row row = { snap, &snap->sockets[i], NULL };
		enum match answer = filter_match(filter, &row, UINT32_MAX);

		got.has[i] = answer == MATCH_YES;
		maybe.has[i] = answer == MATCH_MAYBE;
	}
	if (memcmp(got.has, want.has, snap->count) != 0)
		report_sets(suite, one, &want, &got);
	if (exact && memcmp(maybe.has, want_maybe.has, snap->count) != 0)
		report_sets(suite, one, &want_maybe, &maybe);
}

static void run_refusal(struct suite *suite, const struct filter_case *one,
			const struct filter_error *error)
{
	const char *fault = error_fault(error, one->text);

	if (!fault && strncmp(one->expected, ERROR, strlen(ERROR)) != 0)
		fault = "a filter that should be taken";
	if (!fault)
		fault = error_lacks(error, one->text, one->expected + strlen(ERROR));
	if (fault)
		report(suite, one, "got: %s: %.*s (at %zu, %zu bytes)", fault,
		       (int)sizeof(error->text) - 1, error->text, error->start, error->length);
}

static void run_case(struct suite *suite, const struct filter_case *one)
{
	struct filter_error error = { .start = SIZE_MAX };
	struct filter *filter = filter_parse(one->text, &suite->zoo->names, &error);

	if (!filter)
		run_refusal(suite, one, &error);
	else if (strncmp(one->expected, ERROR, strlen(ERROR)) == 0)
		report(suite, one, "got: taken");
	else
		run_match(suite, one, filter);
	filter_free(filter);
	suite->cases++;
}

static void run_suite(void **state)
{
	struct suite *suite = *state;
	struct filter_case one;

	suite->zoo = zoo_read(ZOO);
	case_open(&one, suite->path);
	while (case_next(&one))
		run_case(suite, &one);
	zoo_free(suite->zoo);
	if (suite->failed)
		fail_msg("%s: %u of %u cases", suite->path, suite->failed, suite->cases);
	assert_int_not_equal(suite->cases, 0);
}

int main(void)
{
	struct CMUnitTest tests[FILES];
	struct suite suites[FILES];
	glob_t files;
	size_t count;
	int failed;

	if (glob(CASES, 0, NULL, &files) != 0 || files.gl_pathc > FILES) {
		print_error("%s: tests run from the root of the repository\n", CASES);
		return EXIT_FAILURE;
	}
	count = files.gl_pathc;
	for (size_t i = 0; i < count; i++) {
		suites[i] = (struct suite){ .path = files.gl_pathv[i] };
		tests[i] = (struct CMUnitTest){ suites[i].path, run_suite, NULL, NULL, &suites[i] };
	}
	failed = _cmocka_run_group_tests("filter cases", tests, count, NULL, NULL);
	globfree(&files);
	return failed;
}
