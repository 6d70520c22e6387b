/* SPDX-License-Identifier: MIT */
/* Words about all that a sentence is about: "these 5 connections", and how ss finds them. */
#include "word.h"

#include <stdlib.h>

enum { ADDRESSES_MOST = 8, MILLI = 1000 };

/* ---- one or many ----------------------------------------------------- */

static void add_these(const struct scene *scene, const char *this_one, const char *these,
		      struct buf *out)
{
	const struct socket *sk = scene_socket(scene, 0);

	if (scene_count(scene) > 1) {
		buf_add_text(out, these);
		buf_add_unsigned(out, scene_count(scene));
		buf_add_literal(out, " connections");
		return;
	}
	buf_add_text(out, this_one);
	scene_add_endpoint(out, scene, &sk->peer, 0, false);
}

WORD(add_this)
{
	if (scene_count(scene))
		add_these(scene, "this connection with ", "these ", out);
	return scene_count(scene);
}

WORD(add_this_first)
{
	if (scene_count(scene))
		add_these(scene, "This connection with ", "These ", out);
	return scene_count(scene);
}

static bool add_number(const struct scene *scene, const char *one, const char *many,
		       struct buf *out)
{
	buf_add_text(out, scene_count(scene) > 1 ? many : one);
	return true;
}

#define NUMBER(name, one, many) \
	WORD(name) \
	{ \
		return add_number(scene, one, many, out); \
	}

NUMBER(add_is, "is", "are")
NUMBER(add_it_first, "it", "they")
NUMBER(add_its, "its", "their")
NUMBER(add_s, "s", "")

NUMBER(add_it, "it", "them")
NUMBER(add_connection, "the connection", "the connections")

WORD(add_as_far)
{
	const struct account *account = scene->account;

	for (size_t i = 0; i < scene_count(scene); i++) {
		const struct socket *sk = scene_socket(scene, i);
		uint32_t index = (uint32_t)(sk - account->facts->snap->sockets);

		if (bind_facts_autobound(account->facts, index) == TRUTH_NO)
			continue;
		buf_add_literal(out, ", as far as is known");
		break;
	}
	return true;
}

/* Until the last of them is gone. */
WORD(add_seconds)
{
	uint32_t most = 0;

	for (size_t i = 0; i < scene_count(scene); i++) {
		const struct socket *sk = scene_socket(scene, i);

		if (sk->timer == TIMER_NONE)
			return false;
		most = sk->timer_ms > most ? sk->timer_ms : most;
	}
	return scene_count(scene) && scene_add_number(out, (most + MILLI - 1) / MILLI);
}

/* ---- how ss finds them ----------------------------------------------- */

/* Addresses of one end, each once. */
struct choice {
	const struct scene *scene;
	bool *members;			/* by index in the snapshot */
	bool by_peer;
	struct endpoint ends[ADDRESSES_MOST];
	size_t count;			/* 0: the port alone chooses */
};

static struct endpoint end_of(const struct choice *choice, const struct socket *sk)
{
	struct endpoint end = choice->by_peer ? sk->peer : sk->local;

	end.address = address_unmapped(&end.address);
	return end;
}

static bool is_chosen(const struct choice *choice, const struct socket *sk)
{
	struct endpoint end = end_of(choice, sk);

	for (size_t i = 0; i < choice->count; i++)
		if (choice->ends[i].port == end.port &&
		    address_equal(&choice->ends[i].address, &end.address))
			return true;
	return !choice->count;
}

/* False: there are too many. */
static bool choose_by(struct choice *choice, bool by_peer)
{
	choice->by_peer = by_peer;
	choice->count = 0;
	for (size_t i = 0; i < scene_count(choice->scene); i++) {
		const struct socket *sk = scene_socket(choice->scene, i);

		if (choice->count && is_chosen(choice, sk))
			continue;
		if (choice->count == ADDRESSES_MOST)
			return false;
		choice->ends[choice->count++] = end_of(choice, sk);
	}
	return true;
}

/* A connection of the port that is not in the way must not end with them. */
static bool spares_others(const struct choice *choice)
{
	const struct account *account = choice->scene->account;
	const struct bind_facts *facts = account->facts;

	for (size_t i = 0; i < bind_facts_count(facts); i++) {
		uint32_t index = bind_facts_socket(facts, i);
		const struct socket *sk = &facts->snap->sockets[index];

		if (!choice->members[index] && sk->netns == facts->netns &&
		    sk->protocol == account->request->protocol && (sk->have & HAVE_PEER) &&
		    sk->local.port == account->request->local.port && is_chosen(choice, sk))
			return false;
	}
	return true;
}

static bool choose_all(struct choice *choice)
{
	choice->count = 0;
	return spares_others(choice);
}

static bool choose(struct choice *choice)
{
	bool one = scene_count(choice->scene) == 1;

	for (size_t i = 0; i < scene_count(choice->scene); i++) {
		const struct socket *sk = scene_socket(choice->scene, i);

		choice->members[sk - choice->scene->account->facts->snap->sockets] = true;
	}
	return (choose_by(choice, one) && spares_others(choice)) ||
	       (choose_by(choice, !one) && spares_others(choice)) || choose_all(choice);
}

static void add_choice(const struct choice *choice, struct buf *out)
{
	const struct account *account = choice->scene->account;

	buf_add_literal(out, "'sport = :");
	buf_add_unsigned(out, account->request->local.port);
	for (size_t i = 0; i < choice->count; i++) {
		buf_add_text(out, i ? " or " : choice->count > 1 ? " and ( " : " and ");
		buf_add_text(out, choice->by_peer ? "dst " : "src ");
		if (choice->by_peer)
			scene_add_endpoint(out, choice->scene, &choice->ends[i], 0, false);
		else
			scene_add_address(out, choice->scene, &choice->ends[i].address, 0);
	}
	buf_add_text(out, choice->count > 1 ? " )'" : "'");
}

/* A filter of ss that passes those connections and no others. */
WORD(add_connections)
{
	const struct snapshot *snap = scene->account->facts->snap;
	struct choice choice = {
		.scene = scene, .members = calloc(snap->count + 1, sizeof(bool)),
	};
	bool any = scene_count(scene) && scene->account->request->local.port &&
		   choice.members && choose(&choice);

	if (any)
		add_choice(&choice, out);
	free(choice.members);
	return any;
}

const struct word group_words[] = {
	{ "this", add_this }, { "This", add_this_first }, { "is", add_is }, { "it", add_it },
	{ "connection", add_connection }, { "as_far", add_as_far },
	{ "they", add_it_first }, { "its", add_its }, { "s", add_s },
	{ "seconds", add_seconds }, { "connections", add_connections },
	{ NULL, NULL },
};
