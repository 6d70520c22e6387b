/* SPDX-License-Identifier: MIT */
/* Words to be pasted: each shell reads the text they stand for, typed at it or in a script. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shell.h"

enum { TEXTS = 400, LENGTH_MOST = 14, OUT_MOST = 1 << 16 };

static struct buf buf_for_test(void)
{
	struct buf buf;

	assert_int_equal(buf_init(&buf, -1), 0);
	return buf;
}

static const char *const hostile[] = {
	"", "plain", "-x", "=ls", "%self", "~root", "a b", "*", "?", "[a]", "{a,b}", "$HOME",
	"$(id)", "(id)", "`id`", "\"", "'", "\\", "\\'", "'\\", "\\\\", "\\'; id; '", "'\\'' id '",
	"it's", "it's !x", "!!", "!$", "!x", "\\!x", "'!x", "a;b", "a&b", "a|b", "a>b", "a<b", "#a",
	"a#b", "^a^b", "x=y", "if", "\\n", "\\x41", "$'a'", "process \"a\\'b\"", "caf\xc3\xa9",
	"\xe6\x97\xa5\xe6\x9c\xac", "  ", " a ", "\\ ", "'' ''", "\"'\\$`!",
};

enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

static const struct shell {
	const char *name;
	const char *arguments[5];
} shells[] = {
	{ "sh", { "sh" } },
	{ "dash", { "dash" } },
	{ "bash", { "bash", "--norc" } },
	{ "bash, typed", { "bash", "--norc", "-i" } },
	{ "zsh", { "zsh", "-f" } },
	{ "zsh, typed", { "zsh", "-f", "-i" } },
	{ "zsh, rc_quotes", { "zsh", "-f", "-o", "rc_quotes" } },
	{ "fish", { "fish", "--no-config" } },
	{ "busybox", { "busybox", "sh" } },
};

/* A text of what shells care for, and letters. */
static size_t random_text(char *out, unsigned *seed)
{
	static const char choice[] = "\\\\\\''''\"$`!;&|<>(){}[]*?~#=%^-,. abx\xc3";
	size_t length = (size_t)(rand_r(seed) % LENGTH_MOST), used = 0;

	while (used < length) {
		char c = choice[(size_t)rand_r(seed) % (sizeof(choice) - 1)];

		out[used++] = c;
		if (c == '\xc3')
			out[used++] = '\xa9';
	}
	return used;
}

/* What is typed, and what the program has to be given. */
static void write_script(struct buf *script, struct buf *expected)
{
	unsigned seed = 8;
	char text[LENGTH_MOST + 1];

	buf_add_literal(script, "/usr/bin/printf '%s\\0'");
	for (size_t i = 0; i < HOSTILE + TEXTS; i++) {
		const char *word = i < HOSTILE ? hostile[i] : text;
		size_t length = i < HOSTILE ? strlen(word) : random_text(text, &seed);

		buf_add_char(script, ' ');
		assert_true(shell_quote(script, word, length));
		buf_add(expected, word, length);
		buf_add_char(expected, '\0');
	}
	buf_add_char(script, '\n');
}

static void start(const struct shell *shell, int in, int out)
{
	int null = open("/dev/null", O_WRONLY);
	char *arguments[5];

	memcpy(arguments, shell->arguments, sizeof(arguments));
	setenv("HOME", "/nowhere", 1);
	setsid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(null, 2);
	execvp(arguments[0], arguments);
	_exit(127);
}

/* Its exit status; what it wrote is in `out`. */
static int run(const struct shell *shell, const struct buf *script, char *out, size_t *length)
{
	FILE *in = tmpfile();
	int ends[2], status;
	ssize_t got;
	pid_t child;

	assert_non_null(in);
	assert_int_equal(write(fileno(in), script->data, script->length), script->length);
	assert_int_equal(lseek(fileno(in), 0, SEEK_SET), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	if (!child)
		start(shell, fileno(in), ends[1]);
	close(ends[1]);
	*length = 0;
	while ((got = read(ends[0], out + *length, OUT_MOST - *length)) > 0)
		*length += (size_t)got;
	close(ends[0]);
	fclose(in);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void every_shell_reads_the_text(void **state)
{
	struct buf script = buf_for_test(), expected = buf_for_test();
	char *out = malloc(OUT_MOST);
	size_t length, tried = 0;

	(void)state;
	assert_non_null(out);
	write_script(&script, &expected);
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		int status = run(&shells[i], &script, out, &length);

		if (status == 127)
			continue;
		tried++;
		if (status || length != expected.length ||
		    memcmp(out, expected.data, length) != 0)
			fail_msg("%s: exit %d, %zu bytes", shells[i].name, status, length);
	}
	assert_true(tried > 0);
	free(out);
	buf_free(&script);
	buf_free(&expected);
}

static bool quotes(const char *text, const char *expected)
{
	struct buf buf = buf_for_test();
	bool able = shell_quote(&buf, text, strlen(text));

	assert_int_equal(buf.length, able ? strlen(expected) : 0);
	if (able)
		assert_memory_equal(buf.data, expected, buf.length);
	buf_free(&buf);
	return able;
}

static void plain_words_stay_as_they_are(void **state)
{
	(void)state;
	assert_true(quotes("nginx.service", "nginx.service"));
	assert_true(quotes("inetd@0-127.0.0.1:7002-127.0.0.1:50.service",
			   "inetd@0-127.0.0.1:7002-127.0.0.1:50.service"));
	assert_true(quotes("/run/a-b_c,d+e", "/run/a-b_c,d+e"));
	assert_true(quotes("a=b%c", "a=b%c"));
	assert_true(quotes("=a", "'=a'"));
	assert_true(quotes("", "''"));
	assert_true(quotes("a b", "'a b'"));
}

static void quotes_and_backslashes_stand_outside(void **state)
{
	(void)state;
	assert_true(quotes("it's", "'it'\\''s'"));
	assert_true(quotes("a\\x2db", "'a'\\\\'x2db'"));
	assert_true(quotes("\\'", "\\\\\\'"));
}

static void what_does_not_print_is_refused(void **state)
{
	static const char *const texts[] = {
		"a\nb", "a\tb", "\x1b[31m", "\x7f", "\xff", "\xc3", "\xc2\x9b", "\xe2\x80\x8b",
		"a\xed\xa0\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(quotes(texts[i], ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shell_reads_the_text),
		cmocka_unit_test(plain_words_stay_as_they_are),
		cmocka_unit_test(quotes_and_backslashes_stand_outside),
		cmocka_unit_test(what_does_not_print_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
