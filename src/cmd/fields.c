/* SPDX-License-Identifier: MIT */
/* conntab fields: what is shown, sorted and filtered by; conntab schema: what JSON looks like. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "cmd.h"

enum { INDENT = 2, GAP = 2, HELP_LEAST = 30, HELP_INDENT = 8 };

static const char *const group_titles[] = {
	[GROUP_SOCKET] = "Fields of every socket",
	[GROUP_TCP] = "Figures of TCP connections",
	[GROUP_MEMORY] = "Kernel memory of a socket",
};

static const char *const group_names[] = {
	[GROUP_SOCKET] = "socket", [GROUP_TCP] = "tcp", [GROUP_MEMORY] = "memory",
};

static const char *const type_names[VALUE_TYPE_COUNT] = {
	[VALUE_BOOL] = "yes/no",       [VALUE_UNSIGNED] = "number", [VALUE_HEX] = "number",
	[VALUE_TEXT] = "text",	       [VALUE_ENDPOINT] = "endpoint",
	[VALUE_ADDRESS] = "address",   [VALUE_LIST] = "list",	    [VALUE_QUEUE] = "queue",
	[VALUE_OWNERS] = "processes",  [VALUE_PAIR] = "processes",  [VALUE_TIMER] = "timer",
	[VALUE_NETNS] = "namespace",   [VALUE_TCP] = "group",	    [VALUE_MEMORY] = "group",
};

static const char *const unit_names[UNIT_COUNT] = {
	[UNIT_BYTES] = "bytes", [UNIT_US] = "us", [UNIT_MS] = "ms", [UNIT_BPS] = "bit/s",
};

static const char *type_of(const struct field *field)
{
	if (field->type == VALUE_TEXT && field->word)
		return "word";
	return field->type == VALUE_UNSIGNED && unit_names[field->unit] ?
		unit_names[field->unit] : type_names[field->type];
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* ---- for people ------------------------------------------------------ */

struct printer {
	struct buf *out;
	size_t width;			/* of the terminal; 0: none */
	size_t name, type;		/* widths of columns */
};

/* Words of `text`, from column `at` on, and below that where the terminal ends. */
static void add_wrapped(struct printer *printer, const char *text, size_t at)
{
	text_add_wrapped(printer->out, text, at,
			 printer->width > at + HELP_LEAST ? printer->width - at : SIZE_MAX);
}

static void add_padded(struct printer *printer, const char *text, size_t width)
{
	size_t length = strlen(text);

	buf_add(printer->out, text, length);
	buf_add_blanks(printer->out, (width > length ? width - length : 0) + GAP);
}

static void add_field(struct printer *printer, const struct field *field)
{
	buf_add_blanks(printer->out, INDENT);
	add_padded(printer, field->name, printer->name);
	add_padded(printer, type_of(field), printer->type);
	add_wrapped(printer, field->help, INDENT + printer->name + printer->type + 2 * GAP);
}

static void add_fields(struct printer *printer)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		printer->name = larger(printer->name, strlen(fields[i].name));
		printer->type = larger(printer->type, strlen(type_of(&fields[i])));
	}
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!i || fields[i].group != fields[i - 1].group) {
			buf_add_text(printer->out, i ? "\n" : "");
			buf_add_text(printer->out, group_titles[fields[i].group]);
			buf_add_char(printer->out, '\n');
		}
		add_field(printer, &fields[i]);
	}
}

static void add_states(struct printer *printer)
{
	struct buf text;

	if (buf_init(&text, -1) < 0) {
		printer->out->error = ENOMEM;
		return;
	}
	for (size_t i = 0; fields[FIELD_STATE].word(i); i++) {
		buf_add_text(&text, i ? " " : "");
		buf_add_text(&text, fields[FIELD_STATE].word(i));
	}
	buf_add_char(&text, '\0');
	buf_add_blanks(printer->out, INDENT);
	add_wrapped(printer, text.data, INDENT);
	buf_free(&text);
}

/* Commas are where a list may be broken. */
static void add_set(struct printer *printer, const struct column_set *set)
{
	const char *at = set->fields ? set->fields : "";
	struct buf text;

	if (buf_init(&text, -1) < 0) {
		printer->out->error = ENOMEM;
		return;
	}
	buf_add_text(&text, set->help);
	buf_add_text(&text, set->fields ? ": " : "");
	for (; *at; at++) {
		buf_add_char(&text, *at);
		if (*at == ',')
			buf_add_char(&text, ' ');
	}
	buf_add_char(&text, '\0');
	buf_add_blanks(printer->out, INDENT);
	add_padded(printer, set->name, printer->type);
	add_wrapped(printer, text.data, INDENT + printer->type + GAP);
	buf_free(&text);
}

/* All words of filters: each is described once, for that takes a look at all the others. */
struct vocabulary {
	struct filter_word *words;
	size_t count, capacity;
};

static int read_vocabulary(struct vocabulary *known)
{
	struct filter_word word, *words;

	while (filter_word(known->count, &word)) {
		words = array_reserve(known->words, &known->capacity, known->count + 1,
				      sizeof(word));
		if (!words)
			return -ENOMEM;
		known->words = words;
		words[known->count++] = word;
	}
	return 0;
}

/* "sport, local_port, lport"; returns how many there are. */
static size_t add_names(struct buf *out, const struct vocabulary *known,
			const struct filter_word *word)
{
	size_t names = 1;

	buf_add_text(out, word->name);
	for (size_t i = 0; i < known->count; i++) {
		const struct filter_word *other = &known->words[i];

		if (!other->same_as || strcmp(other->same_as, word->name) != 0)
			continue;
		buf_add_literal(out, ", ");
		buf_add_text(out, other->name);
		names++;
	}
	return names;
}

/* Most fields are words of filters too: only those with more names, and what is no field. */
static void add_filter_word(struct printer *printer, const struct vocabulary *known,
			    const struct filter_word *word, struct buf *names)
{
	struct buf *out = printer->out;

	names->length = 0;
	if (add_names(names, known, word) == 1 && field_find(word->name))
		return;
	buf_add_blanks(out, INDENT);
	buf_add(out, names->data, names->length);
	buf_add_text(out, *word->operand ? " " : "");
	buf_add_text(out, word->operand);
	buf_add_char(out, '\n');
	buf_add_blanks(out, HELP_INDENT);
	add_wrapped(printer, word->help, HELP_INDENT);
}

static void add_filter_words(struct printer *printer)
{
	struct vocabulary known = { .words = NULL };
	struct buf names;
	int err = buf_init(&names, -1);

	if (!err)
		err = read_vocabulary(&known);
	for (size_t i = 0; !err && i < known.count; i++)
		if (!known.words[i].same_as)
			add_filter_word(printer, &known, &known.words[i], &names);
	if (!err)
		err = -names.error;
	if (err < 0)
		printer->out->error = -err;
	buf_free(&names);
	free(known.words);
}

static void show_table(struct buf *out)
{
	struct printer printer = { .out = out, .width = terminal_width() };

	add_fields(&printer);
	buf_add_literal(out, "\nSets of columns\n");
	for (size_t i = 0; i < COLUMN_SETS; i++)
		add_set(&printer, &column_sets[i]);
	buf_add_literal(out, "\nStates\n");
	add_states(&printer);
	buf_add_literal(out, "\nMore words of filters, beside the names of fields\n");
	add_filter_words(&printer);
}

/* ---- for programs ---------------------------------------------------- */

static void add_words(struct buf *out, const char *(*word)(size_t index))
{
	if (!word) {
		buf_add_literal(out, "null");
		return;
	}
	for (size_t i = 0; word(i); i++)
		json_add_member(i ? "," : "[", word(i), out);
	buf_add_char(out, ']');
}

/* Where JSON has it: "rtt" is "tcp.rtt_us". */
static void add_json_path(struct buf *out, const struct field *field)
{
	if (field->group == GROUP_SOCKET && field_id(field) >= FIELD_JSON_END) {
		buf_add_literal(out, "null");
		return;
	}
	buf_add_char(out, '"');
	if (field->group != GROUP_SOCKET) {
		buf_add_text(out, group_names[field->group]);
		buf_add_char(out, '.');
	}
	buf_add_text(out, field_key(field));
	buf_add_text(out, unit_suffixes[field->unit]);
	buf_add_char(out, '"');
}

static void add_other_names(struct buf *out, const struct field *field)
{
	bool first = true;

	buf_add_char(out, '[');
	for (size_t i = 0; field_aliases[i].word; i++) {
		if (field_aliases[i].field != field_id(field))
			continue;
		json_add_member(first ? "" : ",", field_aliases[i].word, out);
		first = false;
	}
	buf_add_char(out, ']');
}

static void add_json_field(struct buf *out, const struct field *field)
{
	json_add_member("\n  {\"name\":", field->name, out);
	buf_add_literal(out, ",\"other_names\":");
	add_other_names(out, field);
	json_add_member(",\"group\":", group_names[field->group], out);
	json_add_member(",\"type\":", field->type == VALUE_TEXT && field->word ?
			"word" : type_names[field->type], out);
	json_add_member(",\"unit\":", unit_names[field->unit], out);
	buf_add_literal(out, ",\"json\":");
	add_json_path(out, field);
	buf_add_literal(out, ",\"column\":");
	buf_add_text(out, field_is_group(field) ? "false" : "true");
	buf_add_literal(out, ",\"words\":");
	add_words(out, field->word);
	json_add_member(",\"help\":", field->help, out);
	buf_add_char(out, '}');
}

static void add_json_set(struct buf *out, const struct column_set *set)
{
	json_add_member("\n  {\"name\":", set->name, out);
	json_add_member(",\"help\":", set->help, out);
	buf_add_literal(out, ",\"fields\":");
	buf_add_text(out, set->fields ? "[\"" : "null");
	for (const char *at = set->fields; at && *at; at++) {
		if (*at == ',')
			buf_add_literal(out, "\",\"");
		else
			buf_add_char(out, *at);
	}
	buf_add_text(out, set->fields ? "\"]}" : "}");
}

static void add_json_word(struct buf *out, const struct filter_word *word)
{
	json_add_member("\n  {\"name\":", word->name, out);
	json_add_member(",\"same_as\":", word->same_as, out);
	json_add_member(",\"operand\":", *word->operand ? word->operand : NULL, out);
	buf_add_literal(out, ",\"words\":");
	add_words(out, word->choice);
	json_add_member(",\"help\":", word->help, out);
	buf_add_char(out, '}');
}

static void show_json(struct buf *out)
{
	struct filter_word word;

	buf_add_literal(out, "{\"schema\":\"conntab-fields/1\",\n \"fields\":[");
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		buf_add_text(out, i ? "," : "");
		add_json_field(out, &fields[i]);
	}
	buf_add_literal(out, "],\n \"column_sets\":[");
	for (size_t i = 0; i < COLUMN_SETS; i++) {
		buf_add_text(out, i ? "," : "");
		add_json_set(out, &column_sets[i]);
	}
	buf_add_literal(out, "],\n \"filter_words\":[");
	for (size_t i = 0; filter_word(i, &word); i++) {
		buf_add_text(out, i ? "," : "");
		add_json_word(out, &word);
	}
	buf_add_literal(out, "]}\n");
}

/* ---- commands -------------------------------------------------------- */

static enum status print(void (*show)(struct buf *out))
{
	struct buf out;

	if (buf_init(&out, STDOUT_FILENO) < 0)
		return finish(&out, STATUS_INCOMPLETE);
	show(&out);
	return finish(&out, STATUS_FOUND);
}

static enum status run_fields(const struct settings *settings)
{
	if (settings->view == VIEW_TABLE)
		return print(show_table);
	if (settings->view == VIEW_JSON)
		return print(show_json);
	complain("conntab fields --format", views[settings->view].name, "expected table or json");
	return STATUS_USAGE;
}

static enum status run_schema(const struct settings *settings)
{
	(void)settings;
	return print(schema_show);
}

const struct command fields_command = {
	.name = "fields",
	.help = "what can be shown, sorted and filtered by",
	.run = run_fields,
};

const struct command schema_command = {
	.name = "schema",
	.help = "the JSON Schema of what -j prints",
	.run = run_schema,
};
