/* SPDX-License-Identifier: MIT */
/* What stands behind the words in braces: each says its piece, or that there is nothing to say. */
#ifndef DIAGNOSE_WORD_H
#define DIAGNOSE_WORD_H

#include "sentence.h"

struct scene {
	const struct account *account;
	const struct blocker *blocker;	/* NULL: there is none */
	enum quoting quoting;
};

struct word {
	const char *name;
	/* False: nothing to say.  Some say nothing in any case, and are conditions. */
	bool (*add)(const struct scene *scene, struct buf *out);
};

#define WORD(name) static bool name(const struct scene *scene, struct buf *out)

/*
 * word_wanted.c, word_holder.c: of the wanted socket, of the holder; and of all
 * that the sentence is about, who has to be ended, what to be stopped:
 * word_group.c, word_kill.c, word_unit.c, word_container.c.  NULL ends them.
 */
extern const struct word wanted_words[], holder_words[], group_words[], kill_words[],
	unit_words[], container_words[];

/* How many the sentence is about, and each of them. */
static inline size_t scene_count(const struct scene *scene)
{
	return scene->account->group_count ? scene->account->group_count : scene->blocker != NULL;
}

static inline const struct socket *scene_socket(const struct scene *scene, size_t index)
{
	const struct account *account = scene->account;

	return blocker_socket(account,
			      account->group_count ? account->group[index] : scene->blocker);
}

/* sentence.c: parts of words; a name that would be no word of a shell is nothing to say there. */
bool scene_add_name(struct buf *out, const struct scene *scene, const char *name);
bool scene_add_number(struct buf *out, uint64_t number);
bool scene_add_user(struct buf *out, const struct scene *scene, uint32_t uid);
void scene_add_address(struct buf *out, const struct scene *scene, const struct address *address,
		       uint32_t interface);
/* The wildcard of IPv4 and IPv6 is "*", as lists have it. */
void scene_add_endpoint(struct buf *out, const struct scene *scene, const struct endpoint *ep,
			uint32_t interface, bool dual);

#endif
