/* SPDX-License-Identifier: MIT */
/*
 * JSON, schema conntab/1: one object; every key in every socket; null for
 * what is not known.  Keys come from the field table.
 */
#include "json.h"

#include <stdio.h>

#include "base/text.h"
#include "model/delta.h"

enum { MILLI = 1000, KEY_MAX = 40 };

/* A key with all that stands around it: {"rtt_us": */
struct key {
	size_t length;
	char text[KEY_MAX];
};

struct json {
	struct buf *out;
	struct key keys[FIELD_COUNT];
};

uint32_t json_needs(const struct view_options *options)
{
	uint32_t extras = options->extras;
	uint32_t needs = NEED_LISTENER | NEED_PAIR | NEED_USER | NEED_SERVICE | NEED_CGROUP |
			 NEED_PORT_CLASS | NEED_INTERFACE | NEED_NETNS;

	if (extras & EXTRA_OWNERS)
		needs |= NEED_OWNER | NEED_PROCESS;
	if (extras & EXTRA_INFO)
		needs |= NEED_TCP;
	if (extras & EXTRA_MEMORY)
		needs |= NEED_MEMORY;
	/* The keys are always the same, but a column of figures fills their group. */
	if (options->columns)
		needs |= columns_needs(options->columns);
	return view_limit_needs(extras, needs | names_needs(extras));
}

static void add_text(struct buf *out, const char *text)
{
	if (text)
		text_add_json(out, text, strlen(text));
	else
		buf_add_literal(out, "null");
}

static void add_number_if(struct buf *out, bool known, uint64_t number)
{
	if (known)
		buf_add_unsigned(out, number);
	else
		buf_add_literal(out, "null");
}

void json_add_member(const char *front, const char *text, struct buf *out)
{
	buf_add_text(out, front);
	add_text(out, text);
}

void json_add_time(double seconds, struct buf *out)
{
	buf_add_decimal(out, (uint64_t)(seconds * MILLI), 3);
}

/* ---- owners ---------------------------------------------------------- */

void json_add_arguments(const char *text, size_t length, struct buf *out)
{
	const char *end = text + length;

	for (const char *at = text; at < end;) {
		const char *stop = memchr(at, '\0', (size_t)(end - at));
		size_t part = (size_t)((stop ? stop : end) - at);

		buf_add_char(out, at == text ? '[' : ',');
		text_add_json(out, at, part);
		at += part + 1;
	}
	buf_add_text(out, length ? "]" : "[]");
}

static void add_uid(struct buf *out, const struct snapshot *snap, uint32_t uid)
{
	buf_add_literal(out, ",\"uid\":");
	if (uid == UINT32_MAX) {
		buf_add_literal(out, "null,\"user\":null");
		return;
	}
	buf_add_unsigned(out, uid);
	json_add_member(",\"user\":", snapshot_user(snap, uid), out);
}

static void add_owner(struct buf *out, const struct snapshot *snap, const struct owner *owner)
{
	const struct process *process = owner_process(snap, owner);

	buf_add_literal(out, "{\"pid\":");
	buf_add_unsigned(out, process->pid);
	buf_add_literal(out, ",\"fd\":");
	add_number_if(out, owner->fd != OWNER_NO_FD, (uint64_t)owner->fd);
	buf_add_literal(out, ",\"tid\":");
	add_number_if(out, owner->tid, owner->tid);
	json_add_member(",\"command\":", process->command, out);
	buf_add_literal(out, ",\"command_line\":");
	if (process->command_line)
		json_add_arguments(process->command_line, process_arguments_length(process), out);
	else
		buf_add_literal(out, "null");
	json_add_member(",\"executable\":", process->executable, out);
	add_uid(out, snap, process->uid);
	buf_add_literal(out, ",\"start_time\":");
	if (process->start_time > 0)
		json_add_time(process->start_time, out);
	else
		buf_add_literal(out, "null");
	json_add_member(",\"cgroup\":", process->cgroup, out);
	json_add_member(",\"unit\":", process->unit, out);
	json_add_member(",\"container\":", process->container, out);
	buf_add_char(out, '}');
}

/* null when nobody looked, [] when nobody was found. */
void json_add_owners(const struct snapshot *snap, const struct socket *sk, struct buf *out)
{
	bool any = false;

	if (!(delta_asked(snap, sk) & NEED_OWNER)) {
		buf_add_literal(out, "null");
		return;
	}
	buf_add_char(out, '[');
	for (const struct owner *owner = owner_first(snap, sk); owner;
	     owner = owner_next(snap, owner)) {
		if (any)
			buf_add_char(out, ',');
		add_owner(out, snap, owner);
		any = true;
	}
	buf_add_char(out, ']');
}

/* ---- values ---------------------------------------------------------- */

static void add_endpoint(struct buf *out, const struct row *row, const struct endpoint *ep)
{
	const struct socket *sk = row->sk;
	const char *interface = NULL;

	if (socket_has_scope(sk, ep))
		interface = snapshot_interface(row->snap, sk->netns, sk->interface);
	buf_add_literal(out, "{\"address\":\"");
	address_add(out, &ep->address);
	buf_add_literal(out, "\",\"port\":");
	buf_add_unsigned(out, ep->port);
	json_add_member(",\"interface\":", interface, out);
	json_add_member(",\"service\":", snapshot_service(row->snap, sk->protocol, ep->port), out);
	json_add_member(",\"host\":", snapshot_host(row->snap, &ep->address), out);
	buf_add_char(out, '}');
}

static void add_timer(struct buf *out, const struct socket *sk)
{
	json_add_member("{\"name\":", timer_names[sk->timer], out);
	buf_add_literal(out, ",\"expires_ms\":");
	buf_add_unsigned(out, sk->timer_ms);
	buf_add_literal(out, ",\"retransmits\":");
	buf_add_unsigned(out, sk->timer_tries);
	buf_add_char(out, '}');
}

void json_add_netns(const struct netns *netns, struct buf *out)
{
	buf_add_literal(out, "{\"inode\":");
	add_number_if(out, netns->inode, netns->inode);
	json_add_member(",\"name\":", netns->name, out);
	buf_add_char(out, '}');
}

static void add_pair(struct buf *out, const struct snapshot *snap, const struct socket *other)
{
	buf_add_literal(out, "{\"cookie\":");
	add_number_if(out, other->have & HAVE_COOKIE, other->cookie);
	json_add_member(",\"state\":", state_names[other->state], out);
	buf_add_literal(out, ",\"owners\":");
	json_add_owners(snap, other, out);
	json_add_member(",\"owner_missing\":", missing_names[other->missing], out);
	buf_add_char(out, '}');
}

static void add_value(struct json *json, const struct row *row, const struct field *field);

static void add_fields(struct json *json, const struct row *row, enum field_id first,
		       enum field_id last)
{
	for (enum field_id id = first; id <= last; id++) {
		buf_add(json->out, json->keys[id].text, json->keys[id].length);
		add_value(json, row, &fields[id]);
	}
}

static void add_value(struct json *json, const struct row *row, const struct field *field)
{
	struct buf *out = json->out;
	struct value value = field->get(row, field);

	switch (value.type) {
	case VALUE_BOOL:
		buf_add_text(out, value.boolean ? "true" : "false");
		break;
	case VALUE_UNSIGNED:
	case VALUE_HEX:
		buf_add_unsigned(out, value.number);
		break;
	case VALUE_TEXT:
		add_text(out, value.text);
		break;
	case VALUE_ENDPOINT:
		add_endpoint(out, row, value.endpoint);
		break;
	case VALUE_OWNERS:
		json_add_owners(row->snap, row->sk, out);
		break;
	case VALUE_PAIR:
		add_pair(out, row->snap, value.socket);
		break;
	case VALUE_TIMER:
		add_timer(out, value.socket);
		break;
	case VALUE_NETNS:
		json_add_netns(&row->snap->netns[row->sk->netns], out);
		break;
	case VALUE_TCP:
		add_fields(json, row, FIELD_TCP_FIRST, FIELD_TCP_LAST);
		buf_add_char(out, '}');
		break;
	case VALUE_MEMORY:
		add_fields(json, row, FIELD_MEMORY_FIRST, FIELD_MEMORY_LAST);
		buf_add_char(out, '}');
		break;
	default:
		buf_add_literal(out, "null");
	}
}

/* ---- the document ---------------------------------------------------- */

void json_add_notes(const struct snapshot *snap, struct buf *out)
{
	buf_add_char(out, '[');
	for (const struct note *note = snap->notes; note; note = note->next) {
		buf_add_text(out, note == snap->notes ? "" : ",");
		json_add_member("{\"severity\":", severity_names[note->severity], out);
		json_add_member(",\"subject\":", note->subject, out);
		json_add_member(",\"text\":", note->text, out);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

void json_add_head(const char *schema, const struct snapshot *snap, struct buf *out)
{
	json_add_member("{\"schema\":", schema, out);
	json_add_member(",\"host\":", snap->host, out);
	json_add_member(",\"kernel\":", snap->kernel, out);
	buf_add_literal(out, ",\"time\":");
	json_add_time(snap->time, out);
	buf_add_literal(out, ",\"complete\":");
	buf_add_text(out, snapshot_is_complete(snap) ? "true" : "false");
	buf_add_literal(out, ",\n \"notes\":");
	json_add_notes(snap, out);
}

static bool begins_object(enum field_id id)
{
	return id == 0 || id == FIELD_TCP_FIRST || id == FIELD_MEMORY_FIRST;
}

static void make_keys(struct json *json)
{
	for (enum field_id id = 0; id < FIELD_COUNT; id++) {
		struct key *key = &json->keys[id];

		key->length = (size_t)snprintf(key->text, sizeof(key->text), "%c\"%s%s\":",
					       begins_object(id) ? '{' : ',',
					       field_key(&fields[id]),
					       unit_suffixes[fields[id].unit]);
	}
}

/* What stands before the first socket, before the others, and behind each. */
struct frame {
	const char *first, *next, *end;
};

static int add_sockets(struct listing *listing, struct buf *out, const struct frame *frame,
		       bool changes)
{
	struct row row = { .snap = listing->snap };
	struct json json = { .out = out };
	int err = listing_line_up(listing);
	const char *before = frame->first;
	size_t at = 0;

	make_keys(&json);
	while (!err && (row.sk = listing_next(listing, &at))) {
		pairs_expect(row.snap, at);
		buf_add_text(out, before);
		add_fields(&json, &row, 0, FIELD_JSON_END - 1);
		if (changes)
			add_fields(&json, &row, FIELD_CHANGE, FIELD_CHANGE);
		buf_add_char(out, '}');
		buf_add_text(out, frame->end);
		before = frame->next;
	}
	return err;
}

int json_add_sockets(struct listing *listing, struct buf *out)
{
	static const struct frame frame = { "\n  ", ",\n  ", "" };
	int err;

	buf_add_char(out, '[');
	err = add_sockets(listing, out, &frame, false);
	buf_add_char(out, ']');
	return err;
}

void json_add_socket(const struct snapshot *snap, const struct socket *sk, const char *more,
		     struct buf *out)
{
	const struct row row = { .snap = snap, .sk = sk };
	struct json json = { .out = out };

	make_keys(&json);
	add_fields(&json, &row, 0, FIELD_JSON_END - 1);
	buf_add_text(out, more);
	buf_add_char(out, '}');
}

int json_show(struct listing *listing, const struct view_options *options, struct buf *out)
{
	int err;

	(void)options;
	json_add_head("conntab/1", listing->snap, out);
	buf_add_literal(out, ",\n \"sockets\":");
	err = json_add_sockets(listing, out);
	buf_add_literal(out, "}\n");
	return err;
}

int jsonl_show(struct listing *listing, const struct view_options *options, struct buf *out)
{
	static const struct frame frame = { "", "", "\n" };

	return add_sockets(listing, out, &frame, options->extras & EXTRA_CHANGE);
}
