/* SPDX-License-Identifier: MIT */
/* conntab why: would bind() work?  Else who is in the way, by which rule, and what to do. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "why_show.h"
#include "why_target.h"
#include "why_unix.h"

/* ---- the wanted socket ----------------------------------------------- */

static enum status read_user(const struct settings *settings, uint32_t *uid)
{
	const struct passwd *user;
	unsigned long number;
	char *end;

	*uid = geteuid();
	if (!settings->user)
		return STATUS_FOUND;
	number = strtoul(settings->user, &end, 10);
	user = getpwnam(settings->user);
	if (user) {
		*uid = user->pw_uid;
	} else if (strspn(settings->user, "0123456789") == strlen(settings->user) &&
		   *settings->user && number < UINT32_MAX) {
		*uid = (uint32_t)number;
	} else {
		complain("--user", settings->user, "expected the name of a user or a uid");
		return STATUS_USAGE;
	}
	return STATUS_FOUND;
}

enum status why_read_device(const struct settings *settings, struct source *source,
			    uint32_t *interface)
{
	*interface = settings->device ? source_interface(source, settings->device) : 0;
	if (!settings->device || (*interface && *interface != UINT32_MAX))
		return STATUS_FOUND;
	if (!*interface)
		complain("--device", settings->device, "there is no such interface");
	else if (settings->replay)
		complain("--device", settings->device, "the file does not tell of interfaces");
	else
		complain("--device", settings->device, "its namespace may not be entered");
	return STATUS_USAGE;
}

/* What the options say of all that is wanted. */
static enum status read_requests(struct inquiries *all)
{
	uint32_t uid = 0, interface = 0;
	enum status status = read_user(all->settings, &uid);

	if (status == STATUS_FOUND)
		status = why_read_device(all->settings, all->source, &interface);
	for (char **word = all->settings->words; *word && status == STATUS_FOUND; word++)
		if (!why_is_unix(*word))
			status = why_add_target(all, *word);
	all->uid = uid;
	for (size_t i = 0; i < all->count; i++) {
		all->items[i].request.uid = uid;
		all->items[i].request.interface = interface;
	}
	return status;
}

/* ---- the answer ------------------------------------------------------ */

enum status why_status(enum verdict verdict)
{
	static const enum status statuses[VERDICT_COUNT] = {
		[VERDICT_FREE] = STATUS_FOUND, [VERDICT_BLOCKED] = STATUS_NOTHING,
		[VERDICT_DENIED] = STATUS_NOTHING, [VERDICT_UNAVAILABLE] = STATUS_NOTHING,
		[VERDICT_INVALID] = STATUS_NOTHING, [VERDICT_UNKNOWN] = STATUS_INCOMPLETE,
	};

	return statuses[verdict];
}

/* One that would fail says more than one that is not known. */
static enum status worse(enum status a, enum status b)
{
	if (a == STATUS_FOUND || b == STATUS_FOUND)
		return a == STATUS_FOUND ? b : a;
	return a < b ? a : b;
}

static enum status show_ports(const struct inquiries *all, struct buf *out)
{
	bool json = all->settings->view == VIEW_JSON;
	enum status status = STATUS_FOUND;

	for (size_t i = 0; i < all->count; i++) {
		status = worse(status, why_status(all->items[i].diagnosis.verdict));
		if (all->settings->quiet)
			continue;
		buf_add_text(out, i && !json ? "\n" : "");
		(json ? why_show_json : why_show)(all, &all->items[i], out);
	}
	return status;
}

static enum status show_paths(const struct inquiries *all, struct buf *out)
{
	enum status status = STATUS_FOUND;
	struct unix_request request;

	for (char **word = all->settings->words; *word; word++) {
		enum status one;

		if (!why_is_unix(*word))
			continue;
		one = why_read_unix(*word, all->uid, &request);
		if (out->length && all->settings->view != VIEW_JSON)
			buf_add_char(out, '\n');
		if (one == STATUS_FOUND)
			one = why_show_unix(all->settings, all->source, &request, 0, out);
		if (one == STATUS_USAGE)
			return one;
		status = worse(status, one);
	}
	return status;
}

static enum status show(const struct inquiries *all)
{
	enum status status, paths;
	struct buf out;

	if (buf_init(&out, STDOUT_FILENO) < 0) {
		complain_memory("the answer could not be shown");
		return STATUS_INCOMPLETE;
	}
	status = show_ports(all, &out);
	paths = show_paths(all, &out);
	if (paths == STATUS_USAGE)
		out.length = 0;
	if (all->snap) {
		why_say_verbose(all);
		say_notes(all->settings, all->snap, false);
	}
	return finish(&out, paths == STATUS_USAGE ? paths : worse(status, paths));
}

/* ---- the command ----------------------------------------------------- */

static enum status refuse(const char *option, const char *why)
{
	complain(option, NULL, why);
	return STATUS_USAGE;
}

/* A reason to refuse, if it is given. */
struct refusal {
	bool given;
	const char *option, *why;
};

static enum status refuse_first(const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (refusals[i].given)
			return refuse(refusals[i].option, refusals[i].why);
	return STATUS_FOUND;
}

/* What shapes a list shapes no answer. */
static enum status check_list(const struct settings *settings)
{
	static const char no_list[] = "not with conntab why, which lists no sockets";
	const struct refusal refusals[] = {
		{ settings->view != VIEW_TABLE && settings->view != VIEW_JSON, "--format",
		  "expected table or json with conntab why" },
		{ settings->listening, "--listening",
		  "not with conntab why: --listen is for a socket that listens" },
		{ settings->all, "--all", no_list },
		{ settings->no_header, "--no-header", no_list },
		{ settings->extras & ~(uint32_t)EXTRA_OWNERS, "-e, -i, -m, -o or -r", no_list },
		{ settings->columns_chosen, "--columns", no_list },
		{ settings->order.count, "--sort", no_list },
		{ settings->count_by.count, "--count-by", no_list },
		{ settings->summary, "--summary", no_list },
		{ settings->explain, "--explain", "not with conntab why, which takes no filter" },
	};

	return refuse_first(refusals, ARRAY_SIZE(refusals));
}

/* What describes the wanted socket describes nothing where there is none, or a program has it. */
static enum status check_forms(const struct settings *settings)
{
	const uint32_t tries = WHY_NO_PROBE | WHY_VERBOSE;
	bool command = settings->behind_dashes, connect = settings->connect;
	bool wanted = (settings->why & ~tries) || settings->user;
	const struct refusal refusals[] = {
		{ (settings->why & WHY_V6ONLY) && (settings->why & WHY_DUAL_STACK), "--v6only",
		  "it is the opposite of --no-v6only" },
		{ command && settings->words != settings->behind_dashes, "conntab why",
		  "expected no target in front of -- COMMAND" },
		{ !settings->words[0] && !connect, "conntab why",
		  "expected a port, or an address and a port: conntab why 8080; or --connect "
		  "HOST:PORT, or -- COMMAND" },
		{ command && (wanted || settings->device || settings->protocols ||
			      settings->versions), "-- COMMAND",
		  "expected no options of the wanted socket, which the command decides" },
		{ command && (settings->netns || settings->replay), "-- COMMAND",
		  "expected neither --netns nor --replay: it runs here" },
		{ connect && wanted, "--connect",
		  "expected no options of a socket that is to be bound" },
	};

	return refuse_first(refusals, ARRAY_SIZE(refusals));
}

static enum status check(const struct settings *settings)
{
	enum status status = check_list(settings);

	if (status == STATUS_FOUND && settings->connect && settings->words[0]) {
		complain("target", settings->words[0], "expected none besides --connect HOST:PORT");
		return STATUS_USAGE;
	}
	return status == STATUS_FOUND ? check_forms(settings) : status;
}

static enum status run_why(const struct settings *settings)
{
	struct inquiries all = { .settings = settings };
	enum status status = check(settings);
	int err;

	if (status == STATUS_FOUND && settings->behind_dashes)
		return why_run(settings);
	if (status == STATUS_FOUND && settings->connect)
		return why_connect(settings);
	if (status == STATUS_FOUND)
		status = open_input(settings, &all.source);
	if (status == STATUS_FOUND)
		status = read_requests(&all);
	if (status != STATUS_FOUND) {
		why_done(&all);
		return status;
	}
	err = all.count ? why_answer(&all) : 0;
	if (err < 0) {
		complain("the sockets could not be read", NULL, strerror(-err));
		status = STATUS_INCOMPLETE;
	} else {
		status = show(&all);
	}
	why_done(&all);
	return status;
}

const struct command why_command = {
	.name = "why",
	.help = "would bind() work, or who is in the way, and why",
	.words = "TARGET...",
	.most = ANY_WORDS,
	.run = run_why,
	.usage = "Usage: conntab why [OPTIONS] TARGET...\n"
		 "       conntab why [OPTIONS] --connect HOST:PORT\n"
		 "       conntab why [OPTIONS] -- COMMAND [ARGUMENT...]\n\n"
		 "Would bind() work?  If not: which socket is in the way, whose it is, which rule\n"
		 "of the kernel makes it so, and what to do.\n\n"
		 "Targets: 8080, 127.0.0.1:8080, localhost:8080, udp:53, 8000-8010, /run/app.sock\n"
		 "Exit status: 0 it would work, 1 it would fail, 2 wrong usage, 3 unknown\n\n"
		 "Options besides -t, -u, -4, -6, -N, -P, -j, -q and --replay:\n",
};
