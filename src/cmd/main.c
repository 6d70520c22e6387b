/* SPDX-License-Identifier: MIT */
/* conntab: the command line. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "habit.h"
#include "option.h"

static const struct command *const commands[] = {
	&list_command, &why_command, &record_command, &diff_command, &fields_command,
	&completion_command, &schema_command,
};

enum { COMMAND_COUNT = ARRAY_SIZE(commands), HELP_INDENT = 28,
       WORD_COLUMNS = 100 };		/* of a bad word that are shown */

const struct command *command_at(size_t index)
{
	return index < COMMAND_COUNT ? commands[index] : NULL;
}

static void add_word(struct buf *out, const char *word)
{
	size_t length = strnlen(word, (size_t)4 * (WORD_COLUMNS + 1));
	bool whole = !word[length] && text_width(word, length) <= WORD_COLUMNS;

	text_add_safe(out, word, length, whole ? SIZE_MAX : WORD_COLUMNS);
	buf_add_text(out, whole ? "" : "...");
}

/* Whatever the caller makes of it: the question was not answered. */
static bool memory_lacked;

void complain(const char *what, const char *word, const char *expected)
{
	struct buf out;

	if (buf_init(&out, STDERR_FILENO) < 0) {
		static const char text[] = "conntab: out of memory\n";

		memory_lacked = true;
		if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
			return;		/* nobody is left to be told */
		return;
	}
	buf_add_literal(&out, "conntab: ");
	buf_add_text(&out, what);
	if (word) {
		buf_add_literal(&out, " '");
		add_word(&out, word);
		buf_add_char(&out, '\'');
	}
	buf_add_literal(&out, ": ");
	buf_add_text(&out, expected);
	buf_add_char(&out, '\n');
	buf_flush(&out);
	buf_free(&out);
}

void complain_memory(const char *lost)
{
	memory_lacked = true;
	complain("out of memory", NULL, lost);
}

enum status finish(struct buf *out, enum status status)
{
	int err = buf_flush(out);

	buf_free(out);
	if (!err)
		return status;
	/* The reader of a pipe left on purpose: the exit code is enough. */
	if (err != -EPIPE)
		complain("the output could not be written", NULL,
			 err == -EBADF ? "standard output is closed" : strerror(-err));
	return STATUS_INCOMPLETE;
}

static void show_commands(struct buf *out)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		size_t start = out->length, used;

		buf_add_literal(out, "  ");
		buf_add_text(out, commands[i]->name);
		if (commands[i]->words) {
			buf_add_char(out, ' ');
			buf_add_text(out, commands[i]->words);
		}
		used = out->length - start;
		if (used >= HELP_INDENT) {
			buf_add_char(out, '\n');
			used = 0;
		}
		buf_add_blanks(out, HELP_INDENT - used);
		buf_add_text(out, commands[i]->help);
		buf_add_char(out, '\n');
	}
}

static enum status show_help(void)
{
	struct buf out;

	if (buf_init(&out, STDOUT_FILENO) < 0)
		return STATUS_INCOMPLETE;
	buf_add_literal(&out,
			"Usage: conntab [COMMAND] [OPTIONS] [TARGET...] [FILTER]\n"
			"Who listens on this machine, who is connected, and whose it is.\n\n"
			"Commands:\n");
	show_commands(&out);
	buf_add_literal(&out, "\nOptions:\n");
	options_show(NULL, &out);
	buf_add_literal(&out, "\nTargets: 8080, 22,80, 8000-8010, https, 127.0.0.1:8080, "
			      "localhost:80, udp:53\n"
			      "Filters: dport 443 and not user root, state time-wait, "
			      "dst 10.0.0.0/8\n"
			      "Exit status: 0 found, 1 nothing matched, 2 wrong usage, "
			      "3 incomplete; conntab(8)\n");
	return finish(&out, STATUS_FOUND);
}

static enum status show_command_help(const struct command *command)
{
	struct buf out;

	if (buf_init(&out, STDOUT_FILENO) < 0)
		return STATUS_INCOMPLETE;
	buf_add_text(&out, command->usage);
	options_show(command->name, &out);
	return finish(&out, STATUS_FOUND);
}

static enum status show_version(void)
{
	struct buf out;

	if (buf_init(&out, STDOUT_FILENO) < 0)
		return STATUS_INCOMPLETE;
	buf_add_literal(&out, "conntab " CONNTAB_VERSION "\n");
	return finish(&out, STATUS_FOUND);
}

/*
 * A closed standard descriptor would be given to the next file that is
 * opened, and output would go into that: occupy them, by what can't be written
 * to, so that who prints sees an error.
 */
static void occupy_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static const struct command *find_command(char **words, int *used)
{
	*used = 0;
	for (size_t i = 0; words[0] && i < COMMAND_COUNT; i++) {
		if (strcmp(words[0], commands[i]->name) == 0) {
			*used = 1;
			return commands[i];
		}
	}
	return commands[0];
}

/* Commands to come; who means a word of a filter writes -- before it. */
static bool is_to_come(const char *word)
{
	static const char *const names[] = {
		"top", "events", "wait", "free", "kill", "ss", "netstat",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return false;
}

/* The first word that the command does not take; NULL: none. */
static const char *extra_word(const struct settings *settings, const struct command *command)
{
	if (command->most == ANY_WORDS)
		return NULL;
	for (int i = 0; i < command->most; i++)
		if (!settings->words[i])
			return NULL;
	return settings->words[command->most];
}

static bool is_for_another(const struct settings *settings, const struct command *command)
{
	char advice[ADVICE_MAX + 64], here[ADVICE_MAX] = "";
	const char *option = settings->only.option, *value = "";

	if (!option || strcmp(settings->only.command, command->name) == 0)
		return false;
	/* "--user www-data" of a list is a word of its filter. */
	if (settings->user)
		value = settings->user;
	else if (settings->device)
		value = settings->device;
	habit_of_option(option, value, "conntab", here);
	snprintf(advice, sizeof(advice), "only conntab %s takes it%s%s", settings->only.command,
		 *here ? "; " : "", here);
	complain("option", option, advice);
	return true;
}

static enum status run_command(struct settings *settings, char **words)
{
	const struct command *command = commands[0];
	const char *extra;
	int used = 0;

	if (!settings->only_filter)
		command = find_command(words, &used);
	if (settings->help)
		return command->usage ? show_command_help(command) : show_help();
	if (is_for_another(settings, command))
		return STATUS_USAGE;
	if (!used && !settings->only_filter)
		settings->maybe_command = words[0];
	if (settings->maybe_command && strcmp(words[0], "help") == 0)
		return show_help();
	if (settings->maybe_command && is_to_come(words[0])) {
		complain("command", words[0], "it is not in this version");
		return STATUS_USAGE;
	}
	settings->words = words + used;
	extra = extra_word(settings, command);
	if (extra) {
		complain("unexpected word", extra,
			 "more than the command takes; conntab --help shows how it is used");
		return STATUS_USAGE;
	}
	return command->run(settings);
}

/* We would read and write files for the caller with the rights of another user. */
static bool is_set_id(void)
{
	if (geteuid() == getuid() && getegid() == getgid())
		return false;
	complain("conntab must not be set-user-ID or set-group-ID", NULL,
		 "remove that bit (chmod ug-s) and run it by sudo, or give it file capabilities");
	return true;
}

int main(int argc, char **argv)
{
	struct settings settings;
	enum status status = STATUS_USAGE;
	int words;

	signal(SIGPIPE, SIG_IGN);
	occupy_standard_files();
	if (is_set_id())
		return STATUS_INCOMPLETE;
	if (options_parse(&settings, argc, argv, &words))
		status = settings.version ? show_version()
					  : run_command(&settings, argv + words);
	return memory_lacked ? STATUS_INCOMPLETE : (int)status;
}
