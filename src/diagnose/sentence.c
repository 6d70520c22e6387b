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

static const struct word *find_word(const char *name, size_t length)
{
	const struct word *const lists[] = {
		wanted_words, holder_words, group_words, kill_words, unit_words, container_words,
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct word *word = lists[i]; word->name; word++)
			if (strlen(word->name) == length && memcmp(word->name, name, length) == 0)
				return word;
	return NULL;
}

/* Words that are said of each of a group: "kill 811 815". */
static bool is_for_each(const struct word *word)
{
	static const char *const names[] = {
		"pid",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], word->name) == 0)
			return true;
	return false;
}

/* Of the first word, as a shell takes it. */
static size_t word_length(const char *text, size_t most)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < most && (quoted || text[i] != ' '); i++) {
		if (text[i] == '\'')
			quoted = !quoted;
		else if (text[i] == '\\' && !quoted && i + 1 < most)
			i++;
	}
	return i;
}

static bool has_one(const char *list, const char *end, const char *one, size_t length)
{
	while (list < end) {
		size_t size = word_length(list, (size_t)(end - list));

		if (size == length && memcmp(list, one, length) == 0)
			return true;
		list += size + 1;
	}
	return false;
}

/* Append what the list, with blanks between, does not have yet. */
static void add_new(struct buf *list, size_t start, const char *text, size_t length)
{
	for (const char *end = text + length; text < end;) {
		size_t one = word_length(text, (size_t)(end - text));

		if (!has_one(list->data + start, list->data + list->length, text, one)) {
			buf_add_text(list, list->length > start ? " " : "");
			buf_add(list, text, one);
		}
		text += one + 1;
	}
}

/* Of all or of none: half a group is no remedy. */
static bool add_for_each(const struct scene *scene, const struct word *word, struct buf *out)
{
	const struct account *account = scene->account;
	struct scene one = *scene;
	size_t start = out->length;
	struct buf text;
	bool fits = true;

	if (buf_init(&text, -1) < 0)
		return false;
	for (size_t i = 0; i < account->group_count && fits; i++) {
		one.blocker = account->group[i];
		text.length = 0;
		fits = word->add(&one, &text);
		if (fits)
			add_new(out, start, text.data, text.length);
	}
	buf_free(&text);
	return fits;
}

static bool add_word(const struct scene *scene, const char *name, size_t length, struct buf *out)
{
	const struct word *word = find_word(name, length);

	if (!word)
		return false;
	if (scene->account->group_count > 1 && is_for_each(word))
		return add_for_each(scene, word, out);
	return word->add(scene, out);
}

static bool expand(const struct scene *scene, const char *text, size_t length, struct buf *out)
{
	const char *end = text + length, *brace;
	bool fits = true;

	while ((brace = memchr(text, '{', (size_t)(end - text)))) {
		const char *close = memchr(brace, '}', (size_t)(end - brace));

		if (!close)
			break;
		buf_add(out, text, (size_t)(brace - text));
		fits &= add_word(scene, brace + 1, (size_t)(close - brace - 1), out);
		text = close + 1;
	}
	buf_add(out, text, (size_t)(end - text));
	return fits;
}

void sentence_add(const struct account *account, const struct blocker *blocker, const char *text,
		  enum quoting quoting, struct buf *out)
{
	const struct scene scene = { account, blocker, quoting };

	expand(&scene, text, strlen(text), out);
}

bool sentence_fits(const struct account *account, const struct blocker *blocker, const char *text,
		   enum quoting quoting)
{
	const struct scene scene = { account, blocker, quoting };
	struct buf scratch;
	bool fits;

	if (buf_init(&scratch, -1) < 0)
		return false;
	fits = expand(&scene, text, strlen(text), &scratch);
	buf_free(&scratch);
	return fits;
}

/* ---- commands -------------------------------------------------------- */

/* Do they ask or change what each network namespace has for itself? */
static bool is_of_namespace(const char *command)
{
	static const char *const programs[] = {
		"conntab ", "ip ", "nft ", "rpcinfo ", "ss ", "sysctl ", "wg ",
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

/* One command of several.  False: it can't be said. */
static bool command_add_one(const struct account *account, const struct blocker *blocker,
			    const char *text, size_t length, struct buf *out)
{
	static const char root[] = "sudo ";
	const struct scene scene = { account, blocker, QUOTING_SHELL };
	bool as_root = strncmp(text, root, strlen(root)) == 0;
	const char *command = as_root ? text + strlen(root) : text;

	buf_add_text(out, as_root ? root : "");
	if (account->entered && is_of_namespace(command)) {
		if (!add_entry(account, out))
			return false;
		buf_add_char(out, ' ');
	}
	expand(&scene, command, length - (size_t)(command - text), out);
	return true;
}

void command_add(const struct account *account, const struct blocker *blocker, const char *text,
		 struct buf *out)
{
	static const char between[] = "; ";
	size_t before = out->length;
	bool said = true;

	while (said) {
		const char *end = strstr(text, between);

		said = command_add_one(account, blocker, text,
				       end ? (size_t)(end - text) : strlen(text), out);
		if (!end)
			break;
		buf_add_text(out, between);
		text = end + strlen(between);
	}
	if (!said)
		out->length = before;
}
