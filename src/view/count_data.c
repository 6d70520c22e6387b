/* SPDX-License-Identifier: MIT */
/* Counts as JSON, JSON Lines and CSV. */
#include "count_data.h"

#include "base/text.h"
#include "csv.h"
#include "json.h"

/* ---- one value ------------------------------------------------------- */

static const char *const truth[] = { "false", "true" };

/* Numbers bare, what is unknown empty, text as in the table. */
static void add_csv_value(struct buf *out, const struct count_value *value, enum field_id field,
			  struct buf *cell)
{
	cell->length = 0;
	switch (value->value.type) {
	case VALUE_NONE:
		break;
	case VALUE_BOOL:
		buf_add_text(out, truth[value->value.boolean]);
		break;
	case VALUE_UNSIGNED:
	case VALUE_HEX:
		buf_add_unsigned(out, value->value.number);
		break;
	default:
		count_add_cell(cell, value, field, SIZE_MAX);
		csv_add_cell(cell, out);
	}
}

static void add_json_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep,
			      bool with_port)
{
	struct address plain = address_unmapped(&ep->address);
	const char *interface = NULL;

	if (socket_has_scope(row->sk, ep))
		interface = snapshot_interface(row->snap, row->sk->netns, row->sk->interface);
	buf_add_text(out, with_port ? "{\"address\":\"" : "\"");
	address_add(out, &plain);
	buf_add_char(out, '"');
	if (!with_port)
		return;
	buf_add_literal(out, ",\"port\":");
	buf_add_unsigned(out, ep->port);
	json_add_member(",\"interface\":", interface, out);
	buf_add_char(out, '}');
}

static void add_json_item(struct buf *out, const struct list_item *item, enum field_id field)
{
	if (!item->text)
		buf_add_unsigned(out, item->number);
	else if (field == FIELD_COMMAND_LINE)
		json_add_arguments(item->text, item->length, out);
	else
		text_add_json(out, item->text, item->length);
}

static void add_json_value(struct buf *out, const struct count_value *value, enum field_id field,
			   struct buf *cell)
{
	const struct row *row = &value->row;

	switch (value->value.type) {
	case VALUE_NONE:
		buf_add_literal(out, "null");
		break;
	case VALUE_BOOL:
		buf_add_text(out, truth[value->value.boolean]);
		break;
	case VALUE_UNSIGNED:
	case VALUE_HEX:
		buf_add_unsigned(out, value->value.number);
		break;
	case VALUE_TEXT:
		json_add_member("", value->value.text, out);
		break;
	case VALUE_ENDPOINT:
	case VALUE_ADDRESS:
		add_json_endpoint(out, row, value->value.endpoint,
				  value->value.type == VALUE_ENDPOINT);
		break;
	case VALUE_LIST:
		add_json_item(out, &value->item, field);
		break;
	case VALUE_OWNERS:
		buf_add_literal(out, "{\"pid\":");
		buf_add_unsigned(out, value->process->pid);
		json_add_member(",\"command\":", value->process->command, out);
		buf_add_char(out, '}');
		break;
	case VALUE_NETNS:
		json_add_netns(&row->snap->netns[row->sk->netns], out);
		break;
	default:
		cell->length = 0;
		count_add_cell(cell, value, field, SIZE_MAX);
		text_add_json(out, cell->data, cell->length);
	}
}

/* ---- why no process is named ------------------------------------------ */

/* Data have a column for it, where the fields tell of processes and it is none of them. */
static bool has_reason(const struct count_keys *keys)
{
	bool has = false;

	for (size_t i = 0; i < keys->count; i++) {
		if (keys->fields[i] == FIELD_OWNER_MISSING)
			return false;
		has |= count_is_of_process(keys->fields[i]);
	}
	return has;
}

static const char *reason_of(const struct count *count, const struct count_group *group)
{
	const char *reason = NULL;

	for (size_t i = 0; i < count->keys->count && !reason; i++)
		reason = missing_names[count_get(count, group, count->keys->fields[i]).missing];
	return reason;
}

/* ---- groups ---------------------------------------------------------- */

static void add_group(const struct count *count, const struct count_group *group,
		      struct buf *cell, struct buf *out)
{
	const struct count_keys *keys = count->keys;

	buf_add_literal(out, "{\"count\":");
	buf_add_unsigned(out, group->sockets);
	for (size_t i = 0; i < keys->count; i++) {
		const struct field *field = &fields[keys->fields[i]];
		struct count_value value = count_get(count, group, keys->fields[i]);

		buf_add_literal(out, ",\"");
		buf_add_text(out, field->name);
		buf_add_text(out, unit_suffixes[field->unit]);
		buf_add_literal(out, "\":");
		add_json_value(out, &value, keys->fields[i], cell);
	}
	if (has_reason(keys))
		json_add_member(",\"owner_missing\":", reason_of(count, group), out);
	buf_add_char(out, '}');
}

void count_show_jsonl(const struct count *count, struct buf *cell, struct buf *out)
{
	for (size_t i = 0; i < count->count; i++) {
		add_group(count, &count->groups[i], cell, out);
		buf_add_char(out, '\n');
	}
}

void count_show_json(const struct count *count, struct buf *cell, struct buf *out)
{
	json_add_head("conntab-count/1", count->snap, out);
	buf_add_literal(out, ",\n \"sockets\":");
	buf_add_unsigned(out, count->sockets);
	buf_add_literal(out, ",\n \"groups\":[");
	for (size_t i = 0; i < count->count; i++) {
		buf_add_text(out, i ? ",\n  " : "\n  ");
		add_group(count, &count->groups[i], cell, out);
	}
	buf_add_literal(out, "]}\n");
}

void count_show_csv(const struct count *count, const struct view_options *options,
		    struct buf *cell, struct buf *out)
{
	const struct count_keys *keys = count->keys;
	bool reason = has_reason(keys);

	if (options->header) {
		buf_add_literal(out, "count");
		for (size_t i = 0; i < keys->count; i++) {
			buf_add_char(out, ',');
			buf_add_text(out, fields[keys->fields[i]].name);
			buf_add_text(out, unit_suffixes[fields[keys->fields[i]].unit]);
		}
		buf_add_text(out, reason ? ",owner_missing\r\n" : "\r\n");
	}
	for (size_t i = 0; i < count->count; i++) {
		const struct count_group *group = &count->groups[i];
		const char *why = reason ? reason_of(count, group) : NULL;

		buf_add_unsigned(out, group->sockets);
		for (size_t j = 0; j < keys->count; j++) {
			struct count_value value = count_get(count, group, keys->fields[j]);

			buf_add_char(out, ',');
			add_csv_value(out, &value, keys->fields[j], cell);
		}
		buf_add_text(out, reason ? "," : "");
		buf_add_text(out, why ? why : "");
		buf_add_literal(out, "\r\n");
	}
}
