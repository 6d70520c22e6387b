/* SPDX-License-Identifier: MIT */
/*
 * Who has a unix address.  A socket is known by the file it was bound to, not
 * by the text of its path: that may be relative, of another root, or have been
 * unlinked and taken by another.  Files know no network namespace, so all
 * are asked; abstract names are of one.
 */
#include "collect/unix_look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/array.h"
#include "collect.h"
#include "collect/facts.h"
#include "source_inside.h"
#include "unix_file.h"
#include "unix_table.h"

enum {
	NAMESPACES = 4096,
	CONNECTIONS = 64,		/* of so many it is asked whether they only came in */
	NEEDS = NEED_OWNER | NEED_PROCESS | NEED_CGROUP | NEED_USER | NEED_NETNS,
};

/* A connection with the address: of a server, or of a client that bound itself. */
struct connection {
	struct unix_row row;		/* without its name */
	bool unlinked;
};

struct look {
	const struct unix_request *request;
	struct unix_facts *facts;
	const struct unix_place *place;
	const struct source *source;	/* of the namespace being read */
	size_t capacity;		/* of holders */
	struct unix_holder *holders;
	uint16_t netns;			/* index of that namespace, once it has a socket */
	bool elsewhere;
	bool listed;			/* the namespace stands in the snapshot */
	bool held;			/* by a socket that is no connection */
	struct connection connections[CONNECTIONS];
	size_t connection_count;
};

/* ---- is it the one? -------------------------------------------------- */

/* In /proc/net/unix a NUL is an '@'. */
static bool is_byte(const struct unix_row *row, char shown, char wanted)
{
	return shown == wanted || (!row->has_cookie && !wanted && shown == '@');
}

static bool has_name(const struct unix_row *row, const struct unix_request *request)
{
	const char *name = row->name;

	if (row->length != request->length + request->abstract)
		return false;
	if (request->abstract && *name++)
		return false;
	for (size_t i = 0; i < request->length; i++)
		if (!is_byte(row, name[i], request->name[i]))
			return false;
	return true;
}

/* The last part of a path. */
static bool has_last_part(const struct unix_row *row, const struct unix_request *request)
{
	const char *slash = memrchr(request->name, '/', request->length);
	const char *part = slash ? slash + 1 : request->name;
	size_t length = request->length - (size_t)(part - request->name);

	return row->length >= length &&
	       !memcmp(row->name + row->length - length, part, length) &&
	       (row->length == length || row->name[row->length - length - 1] == '/');
}

/*
 * The same file?  Of its number the kernel tells 32 bits.  With btrfs and
 * overlayfs stat() shows another device than the kernel's own: there the
 * last part of the path has to do.
 */
static bool has_file(const struct unix_row *row, const struct look *look)
{
	const struct unix_place *place = look->place;
	uint32_t device = major(place->device) << 20 | minor(place->device);

	return row->has_file && place->inode && row->file_inode == (uint32_t)place->inode &&
	       (row->file_device == device || has_last_part(row, look->request));
}

/* ---- taking ---------------------------------------------------------- */

/* Its index in the snapshot, which it enters with its first socket. */
static uint16_t netns_index(struct look *look)
{
	struct snapshot *snap = look->facts->snap;

	if (look->elsewhere && !look->listed) {
		look->netns = (uint16_t)snap->netns_count++;
		if (look->source->netns >= 0)
			netns_identify(snap, look->source->netns, &snap->netns[look->netns]);
	}
	look->listed = true;
	return look->netns;
}

static enum state state_of(const struct unix_row *row)
{
	if (row->state == UNIX_LISTEN)
		return STATE_LISTEN;
	return row->state == UNIX_CONNECTED ? STATE_ESTAB : STATE_UNCONN;
}

static int holder_add(struct look *look, const struct unix_row *row, bool unlinked,
		      enum truth holds)
{
	struct snapshot *snap = look->facts->snap;
	const struct socket sk = {
		.state = (uint8_t)state_of(row),
		.inode = row->inode,
		.cookie = row->cookie,
		.uid = row->uid,
		.netns = netns_index(look),
		.have = (uint16_t)(HAVE_INODE | (row->has_cookie ? HAVE_COOKIE : 0) |
				   (row->has_uid ? HAVE_UID : 0)),
	};
	struct unix_holder *holders = array_reserve(look->holders, &look->capacity,
						    snap->count + 1, sizeof(*holders));

	if (!holders)
		return -ENOMEM;
	look->holders = holders;
	holders[snap->count] = (struct unix_holder){
		.type = row->type, .unlinked = unlinked, .holds = (uint8_t)holds,
	};
	return snapshot_add(snap, &sk);
}

/*
 * What accept() returned has the address of the listener, and holds nothing
 * (unix_stream_connect()): it is put aside.
 */
static int row_take(const struct unix_row *row, void *context)
{
	struct look *look = context;
	bool by_file = !look->request->abstract && has_file(row, look), named;
	bool is_connection = row->state == UNIX_CONNECTED && row->type != SOCK_DGRAM;

	named = row->length && has_name(row, look->request);
	/* Without its file only the text is left. */
	if (!by_file && !look->request->abstract && named)
		by_file = !row->has_file && look->place->inode;
	/* The text of a path elsewhere may mean another root. */
	if (!by_file && (!named || (look->elsewhere && !look->request->abstract)))
		return 0;
	if (is_connection && look->connection_count < CONNECTIONS)
		look->connections[look->connection_count++] = (struct connection){
			*row, !by_file && !look->request->abstract };
	if (is_connection)
		return 0;
	look->held = true;
	return holder_add(look, row, !by_file && !look->request->abstract, TRUTH_YES);
}

static int name_take(const struct unix_row *row, void *has_a_name)
{
	*(bool *)has_a_name = row->length != 0;
	return 0;
}

/* Whoever connected without an address came in; of the others nobody knows. */
static int connections_take(struct look *look)
{
	int err = 0;

	for (size_t i = 0; !err && !look->held && i < look->connection_count; i++) {
		const struct connection *connection = &look->connections[i];
		bool has_a_name = true;

		if (connection->row.peer)
			unix_table_ask(connection->row.peer, name_take, &has_a_name);
		if (has_a_name)
			err = holder_add(look, &connection->row, connection->unlinked,
					 TRUTH_MAYBE);
	}
	return err;
}

/* ---- one namespace after the other ------------------------------------ */

static int read_inside(void *context)
{
	struct look *look = context;
	int err = unix_table_dump(row_take, look);

	return err < 0 ? err : connections_take(look);
}

static int namespace_read(struct look *look, const struct source *source, bool elsewhere)
{
	size_t before = look->facts->snap->count;
	int err;

	look->source = source;
	look->elsewhere = elsewhere;
	look->listed = look->held = false;
	look->connection_count = 0;
	look->netns = 0;
	err = source_inside(source, read_inside, look);
	if (!err || err == -ENOMEM)
		return err;
	/* May not be entered, or has no unix_diag. */
	snapshot_forget(look->facts->snap, before, look->facts->snap->count);
	look->facts->whole = false;
	err = unix_table_read(source->proc_net, row_take, look);
	return err == -ENOMEM ? err : 0;
}

static int others_read(struct look *look, struct source *source)
{
	struct source **others = calloc(NAMESPACES, sizeof(void *));
	struct snapshot *snap = look->facts->snap;
	size_t count, refused;
	struct netns *netns;
	int err = 0;

	if (!others)
		return -ENOMEM;
	count = facts_other_namespaces(source, others, NAMESPACES, &refused);
	look->facts->whole &= !refused;
	netns = arena_alloc(&snap->arena, (count + 1) * sizeof(*netns));
	if (netns) {
		netns[0] = snap->netns[0];
		snap->netns = netns;
	}
	for (size_t i = 0; netns && !err && i < count; i++)
		err = namespace_read(look, others[i], true);
	for (size_t i = 0; i < count; i++)
		source_close(others[i]);
	free(others);
	return netns ? err : -ENOMEM;
}

/* ---- all of it -------------------------------------------------------- */

static int own_netns(struct snapshot *snap, const struct source *source)
{
	int own = -1;

	snap->netns = arena_alloc(&snap->arena, sizeof(*snap->netns));
	if (!snap->netns)
		return -ENOMEM;
	snap->netns_count = 1;
	if (source->netns < 0 && source->may_enter)
		own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (source->netns >= 0 || own >= 0)
		netns_identify(snap, source->netns >= 0 ? source->netns : own, snap->netns);
	if (own >= 0)
		close(own);
	return 0;
}

static int owners_read(struct look *look, const struct source *source)
{
	const struct query query = { .needs = NEEDS, .states = STATES_ALL };
	struct snapshot *snap = look->facts->snap;
	struct collection c = { .snap = snap, .query = &query, .proc_net = source->proc_net };
	int err = owners_find(&c);

	users_read(snap);
	return err == -ENOMEM ? err : 0;
}

static int holders_keep(struct look *look)
{
	struct snapshot *snap = look->facts->snap;

	look->facts->holders = arena_alloc(&snap->arena, (snap->count + 1) *
							 sizeof(*look->holders));
	if (!look->facts->holders)
		return -ENOMEM;
	if (snap->count)
		memcpy(look->facts->holders, look->holders, snap->count * sizeof(*look->holders));
	return 0;
}

static int look_all(struct look *look, struct source *source)
{
	struct unix_facts *facts = look->facts;
	int err;

	snapshot_date(facts->snap);
	facts->snap->asked = NEEDS;
	facts->snap->states = STATES_ALL;
	err = own_netns(facts->snap, source);
	if (!err)
		err = namespace_read(look, source, false);
	if (!err && !look->request->abstract)
		err = others_read(look, source);
	if (!err)
		err = owners_read(look, source);
	return err ? err : holders_keep(look);
}

int unix_look(struct source *source, const struct unix_request *request, struct unix_facts *facts)
{
	struct unix_place place = { .file = UNIX_FILE_UNKNOWN, .writable = TRUTH_MAYBE };
	struct look look = { .request = request, .facts = facts, .place = &place };
	int err;

	*facts = (struct unix_facts){ .whole = true };
	if (source->replay)
		return -EOPNOTSUPP;
	facts->snap = snapshot_new();
	if (!facts->snap)
		return -ENOMEM;
	if (!request->abstract)
		unix_place_look(request, &place);
	facts->file = place.file;
	facts->writable = place.writable;
	facts->read_only = place.read_only;
	facts->refusal = place.refusal;
	err = look_all(&look, source);
	free(look.holders);
	if (err) {
		snapshot_free(facts->snap);
		facts->snap = NULL;
	}
	return err;
}
