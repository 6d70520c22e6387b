/* SPDX-License-Identifier: MIT */
/* Sentences with words in braces, and the parts that words are made of. */
#include "word.h"

#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/shell.h"
#include "base/text.h"

/* ---- names ----------------------------------------------------------- */

/* A name may hold anything: on a command line it is one word, and no option. */
bool scene_add_name(struct buf *out, const struct scene *scene, const char *name)
{
	if (!name || !*name)
		return false;
	if (scene->quoting == QUOTING_SHELL)
		return *name != '-' && shell_quote(out, name, strlen(name));
	text_add_safe(out, name, strlen(name), SIZE_MAX);
	return true;
}

bool scene_add_number(struct buf *out, uint64_t number)
{
	buf_add_unsigned(out, number);
	return true;
}

bool scene_add_user(struct buf *out, const struct scene *scene, uint32_t uid)
{
	if (!scene_add_name(out, scene, snapshot_user(scene->account->facts->snap, uid))) {
		buf_add_literal(out, "uid ");
		buf_add_unsigned(out, uid);
	}
	return true;
}

/* ---- addresses ------------------------------------------------------- */

void scene_add_address(struct buf *out, const struct scene *scene, const struct address *address,
		       uint32_t interface)
{
	const struct account *account = scene->account;
	bool brackets = address->family == AF_INET6;
	const char *name = interface ? snapshot_interface(account->facts->snap,
							  account->facts->netns, interface) : NULL;

	buf_add_text(out, brackets ? "[" : "");
	buf_used(out, address_print(buf_room(out, ADDRESS_TEXT_MAX), address));
	if (name) {
		buf_add_char(out, '%');
		text_add_safe(out, name, strlen(name), SIZE_MAX);
	}
	buf_add_text(out, brackets ? "]" : "");
}

void scene_add_endpoint(struct buf *out, const struct scene *scene, const struct endpoint *ep,
			uint32_t interface, bool dual)
{
	if (dual && !interface && ep->address.family == AF_INET6 && address_is_any(&ep->address))
		buf_add_char(out, '*');
	else
		scene_add_address(out, scene, &ep->address, interface);
	buf_add_char(out, ':');
	buf_add_unsigned(out, ep->port);
}

/* ---- sentences ------------------------------------------------------- */

static bool add_word(const struct scene *scene, const char *name, size_t length, struct buf *out)
{
	const struct word *const lists[] = { wanted_words, holder_words };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct word *word = lists[i]; word->name; word++)
			if (strlen(word->name) == length && memcmp(word->name, name, length) == 0)
				return word->add(scene, out);
	return false;
}

static bool expand(const struct scene *scene, const char *text, struct buf *out)
{
	bool fits = true;

	for (const char *brace = strchr(text, '{'); brace; brace = strchr(text, '{')) {
		const char *end = strchr(brace, '}');

		if (!end)
			break;
		buf_add(out, text, (size_t)(brace - text));
		fits &= add_word(scene, brace + 1, (size_t)(end - brace - 1), out);
		text = end + 1;
	}
	buf_add_text(out, text);
	return fits;
}

void sentence_add(const struct account *account, const struct blocker *blocker, const char *text,
		  enum quoting quoting, struct buf *out)
{
	const struct scene scene = { account, blocker, quoting };

	expand(&scene, text, out);
}

bool sentence_fits(const struct account *account, const struct blocker *blocker, const char *text,
		   enum quoting quoting)
{
	const struct scene scene = { account, blocker, quoting };
	struct buf scratch;
	bool fits;

	if (buf_init(&scratch, -1) < 0)
		return false;
	fits = expand(&scene, text, &scratch);
	buf_free(&scratch);
	return fits;
}

/* ---- commands -------------------------------------------------------- */

/* Do they ask or change what each network namespace has for itself? */
static bool is_of_namespace(const char *command)
{
	static const char *const programs[] = {
		"conntab ", "ip ", "nft ", "rpcinfo ", "ss ", "sysctl ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (strncmp(command, programs[i], strlen(programs[i])) == 0)
			return true;
	return false;
}

static bool add_entry(const struct account *account, struct buf *out)
{
	const struct scene scene = { .account = account, .quoting = QUOTING_SHELL };

	if (account->netns_name) {
		buf_add_literal(out, "ip netns exec ");
		return scene_add_name(out, &scene, account->netns_name);
	}
	buf_add_literal(out, "nsenter --net --target ");
	return account->netns_pid && scene_add_number(out, account->netns_pid);
}

void command_add(const struct account *account, const struct blocker *blocker, const char *text,
		 struct buf *out)
{
	static const char root[] = "sudo ";
	bool as_root = strncmp(text, root, strlen(root)) == 0;
	const char *command = as_root ? text + strlen(root) : text;
	size_t before = out->length;

	buf_add_text(out, as_root ? root : "");
	if (account->entered && is_of_namespace(command)) {
		if (!add_entry(account, out)) {
			out->length = before;
			return;
		}
		buf_add_char(out, ' ');
	}
	sentence_add(account, blocker, command, QUOTING_SHELL, out);
}
