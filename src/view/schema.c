/* SPDX-License-Identifier: MIT */
/*
 * The JSON Schema (draft-07) of conntab/1.  What stands in the field table
 * comes from there; the few objects that json.c writes by hand are below.
 */
#include "base/array.h"
#include "view/view.h"

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define COUNT_OR_NULL "{\"type\":[\"integer\",\"null\"],\"minimum\":0}"
#define PORT "{\"type\":\"integer\",\"minimum\":0,\"maximum\":65535}"
#define WORDS NULL			/* those of the field, never null */

/* A key of an object: its schema, or the field that has the same one. */
struct member {
	const char *key;
	const char *schema;
	enum field_id field;
};

static const struct member root_members[] = {
	{ "schema", "{\"const\":\"conntab/1\"}", 0 },
	{ "host", TEXT, 0 },
	{ "kernel", TEXT, 0 },
	{ "time", "{\"type\":\"number\",\"description\":\"seconds since 1970\"}", 0 },
	{ "complete", "{\"type\":\"boolean\",\"description\":\"no table is missing "
	  "or cut, and nothing is hidden that the question is about\"}", 0 },
	{ "notes", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/note\"}}", 0 },
	{ "sockets", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/socket\"}}", 0 },
};

static const struct member note_members[] = {
	{ "severity", "{\"enum\":[\"info\",\"warning\",\"error\"]}", 0 },
	{ "subject", TEXT, 0 },
	{ "text", TEXT, 0 },
};

static const struct member endpoint_members[] = {
	{ "address", TEXT, 0 },
	{ "port", PORT, 0 },
	{ "interface", TEXT_OR_NULL, 0 },
	{ "service", TEXT_OR_NULL, 0 },
	{ "host", TEXT_OR_NULL, 0 },
};

static const struct member netns_members[] = {
	{ "inode", COUNT_OR_NULL, 0 },
	{ "name", TEXT_OR_NULL, 0 },
};

static const struct member timer_members[] = {
	{ "name", WORDS, FIELD_TIMER },
	{ "expires_ms", COUNT, 0 },
	{ "retransmits", COUNT, 0 },
};

static const struct member owner_members[] = {
	{ "pid", COUNT, 0 },
	{ "fd", COUNT_OR_NULL, 0 },
	{ "tid", COUNT_OR_NULL, 0 },
	{ "command", TEXT_OR_NULL, 0 },
	{ "command_line", "{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"string\"}}", 0 },
	{ "executable", TEXT_OR_NULL, 0 },
	{ "uid", COUNT_OR_NULL, 0 },
	{ "user", TEXT_OR_NULL, 0 },
	{ "start_time", "{\"type\":[\"number\",\"null\"]}", 0 },
	{ "cgroup", TEXT_OR_NULL, 0 },
	{ "unit", TEXT_OR_NULL, 0 },
	{ "container", TEXT_OR_NULL, 0 },
};

static const struct member other_end_members[] = {
	{ "cookie", COUNT_OR_NULL, 0 },
	{ "state", WORDS, FIELD_STATE },
	{ "owners", "{\"type\":[\"array\",\"null\"],\"items\":{\"$ref\":\"#/definitions/owner\"}}",
	  0 },
	{ "owner_missing", "{\"$ref\":\"#/definitions/socket/properties/owner_missing\"}", 0 },
};

#define OBJECT(name, members) { name, members, ARRAY_SIZE(members) }

static const struct {
	const char *name;
	const struct member *members;
	size_t count;
} objects[] = {
	OBJECT("note", note_members),	  OBJECT("endpoint", endpoint_members),
	OBJECT("netns", netns_members),	  OBJECT("timer", timer_members),
	OBJECT("owner", owner_members),	  OBJECT("other_end", other_end_members),
};

/* The definition that is the schema of a composite value. */
static const char *const definitions[VALUE_TYPE_COUNT] = {
	[VALUE_ENDPOINT] = "endpoint", [VALUE_PAIR] = "other_end", [VALUE_TIMER] = "timer",
	[VALUE_NETNS] = "netns",       [VALUE_TCP] = "tcp",	   [VALUE_MEMORY] = "memory",
};

/* ---- fields ---------------------------------------------------------- */

static void add_words(struct buf *out, const struct field *field, bool or_null)
{
	buf_add_literal(out, "\"enum\":[");
	for (size_t i = 0; field->word(i); i++)
		json_add_member(i ? "," : "", field->word(i), out);
	buf_add_text(out, or_null ? ",null]" : "]");
}

static void add_reference(struct buf *out, const char *name, bool or_null)
{
	buf_add_text(out, or_null ? "\"anyOf\":[{" : "\"allOf\":[{");
	buf_add_literal(out, "\"$ref\":\"#/definitions/");
	buf_add_text(out, name);
	buf_add_text(out, or_null ? "\"},{\"type\":\"null\"}]" : "\"}]");
}

static void add_type(struct buf *out, const char *type, bool or_null)
{
	buf_add_text(out, or_null ? "\"type\":[\"" : "\"type\":\"");
	buf_add_text(out, type);
	buf_add_text(out, or_null ? "\",\"null\"]" : "\"");
}

static void add_field_type(struct buf *out, const struct field *field)
{
	bool or_null = !field->always;

	if (definitions[field->type]) {
		add_reference(out, definitions[field->type], or_null);
	} else if (field->type == VALUE_TEXT && field->word) {
		add_words(out, field, or_null);
	} else if (field->type == VALUE_TEXT) {
		add_type(out, "string", or_null);
	} else if (field->type == VALUE_BOOL) {
		add_type(out, "boolean", or_null);
	} else if (field->type == VALUE_OWNERS) {
		add_type(out, "array", true);
		buf_add_literal(out, ",\"items\":{\"$ref\":\"#/definitions/owner\"}");
	} else {
		add_type(out, "integer", or_null);
		buf_add_literal(out, ",\"minimum\":0");
	}
}

static void add_key(struct buf *out, const struct field *field)
{
	buf_add_char(out, '"');
	buf_add_text(out, field_key(field));
	buf_add_text(out, unit_suffixes[field->unit]);
	buf_add_char(out, '"');
}

static void add_field(struct buf *out, const struct field *field)
{
	buf_add_literal(out, "\t\t\t\t");
	add_key(out, field);
	json_add_member(": {\"description\":", field->help, out);
	buf_add_char(out, ',');
	add_field_type(out, field);
	buf_add_char(out, '}');
}

static void begin_object(struct buf *out, const char *indent, const char *name)
{
	json_add_member(indent, name, out);
	buf_add_literal(out, ": {\n");
}

/* An object of which all keys are fields. */
static void add_field_object(struct buf *out, const char *name, enum field_id first,
			     enum field_id end)
{
	begin_object(out, "\t\t", name);
	buf_add_literal(out, "\t\t\t\"type\": \"object\",\n\t\t\t\"additionalProperties\": false,\n"
			     "\t\t\t\"properties\": {\n");
	for (enum field_id id = first; id < end; id++) {
		add_field(out, &fields[id]);
		buf_add_text(out, id + 1 < end ? ",\n" : "\n");
	}
	buf_add_literal(out, "\t\t\t},\n\t\t\t\"required\": [");
	for (enum field_id id = first; id < end; id++) {
		buf_add_text(out, id == first ? "" : ", ");
		add_key(out, &fields[id]);
	}
	buf_add_literal(out, "]\n\t\t}");
}

/* ---- objects written by hand ----------------------------------------- */

static void add_member(struct buf *out, const char *indent, const struct member *member)
{
	buf_add_text(out, indent);
	json_add_member("\t", member->key, out);
	buf_add_literal(out, ": ");
	if (member->schema) {
		buf_add_text(out, member->schema);
		return;
	}
	buf_add_char(out, '{');
	add_words(out, &fields[member->field], false);
	buf_add_char(out, '}');
}

static void add_members(struct buf *out, const char *indent, const struct member *members,
			size_t count)
{
	buf_add_text(out, indent);
	buf_add_literal(out, "\"type\": \"object\",\n");
	buf_add_text(out, indent);
	buf_add_literal(out, "\"additionalProperties\": false,\n");
	buf_add_text(out, indent);
	buf_add_literal(out, "\"properties\": {\n");
	for (size_t i = 0; i < count; i++) {
		add_member(out, indent, &members[i]);
		buf_add_text(out, i + 1 < count ? ",\n" : "\n");
	}
	buf_add_text(out, indent);
	buf_add_literal(out, "},\n");
	buf_add_text(out, indent);
	buf_add_literal(out, "\"required\": [");
	for (size_t i = 0; i < count; i++)
		json_add_member(i ? ", " : "", members[i].key, out);
	buf_add_char(out, ']');
}

void schema_show(struct buf *out)
{
	buf_add_literal(out, "{\n\t\"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
			     "\t\"$id\": \"urn:conntab:conntab-1\",\n"
			     "\t\"title\": \"conntab/1\",\n"
			     "\t\"description\": \"What conntab --json prints; each line of "
			     "conntab --jsonl is a #/definitions/socket\",\n");
	add_members(out, "\t", root_members, ARRAY_SIZE(root_members));
	buf_add_literal(out, ",\n\t\"definitions\": {\n");
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		begin_object(out, "\t\t", objects[i].name);
		add_members(out, "\t\t\t", objects[i].members, objects[i].count);
		buf_add_literal(out, "\n\t\t},\n");
	}
	add_field_object(out, "socket", 0, FIELD_JSON_END);
	buf_add_literal(out, ",\n");
	add_field_object(out, "tcp", FIELD_TCP_FIRST, FIELD_TCP_LAST + 1);
	buf_add_literal(out, ",\n");
	add_field_object(out, "memory", FIELD_MEMORY_FIRST, FIELD_MEMORY_LAST + 1);
	buf_add_literal(out, "\n\t}\n}\n");
}
