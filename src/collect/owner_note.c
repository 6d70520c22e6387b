/* SPDX-License-Identifier: MIT */
/* What the user should know of owners that were not found. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "owner.h"

/* What stands in the way of naming `count` owners, and the way out. */
static void refusal_note(const struct owner_walk *w, size_t count)
{
	const char *sockets = count == 1 ? "socket belongs to a process"
					 : "sockets belong to processes";
	const char *why = w->hidden ? "that /proc hides (hidepid)" : "that may not be looked into";
	const char *cure = "CAP_SYS_PTRACE is missing";

	if (geteuid() == 0 && has_capability(CAP_SYS_PTRACE) && w->denied.count) {
		snapshot_note(w->c->snap, SEVERITY_WARNING, "owners",
			      "%zu %s may belong to process %u, which even root may not look into "
			      "here", count, count == 1 ? "socket" : "sockets",
			      w->refuser ? w->refuser : w->denied.at[0]);
		return;
	}
	if (geteuid())
		cure = count == 1 ? "run as root to see it" : "run as root to see them";
	else if (has_capability(CAP_SYS_PTRACE))
		cure = "mount /proc without hidepid";
	snapshot_note(w->c->snap, SEVERITY_WARNING, "owners", "%zu %s %s: %s", count, sockets, why,
		      cure);
}

/* The owners are not all there, and that is nobody's right: the table is not complete. */
static void failure_note(const struct owner_walk *w)
{
	struct snapshot *snap = w->c->snap;
	const char *why = w->failure == -EXDEV ? "something is mounted over it"
					       : strerror(-w->failure);

	if (w->barred)
		snapshot_note(snap, SEVERITY_ERROR, "owners",
			      "processes can't be found: not even our own may be looked into here");
	else if (w->failed_count && !w->failed && w->failure == -ENOENT)
		snapshot_note(snap, SEVERITY_ERROR, "owners",
			      "processes can't be found: /proc is not mounted");
	else if (w->failed_count && !w->failed)
		snapshot_note(snap, SEVERITY_ERROR, "owners",
			      "processes can't be found: /proc can't be listed: %s", why);
	else if (w->failed_count > 1)
		snapshot_note(snap, SEVERITY_ERROR, "owners",
			      "%zu processes could not be looked into, such as %u: %s",
			      w->failed_count, w->failed, why);
	else if (w->failed_count)
		snapshot_note(snap, SEVERITY_ERROR, "owners",
			      "process %u could not be looked into: %s", w->failed, why);
}

static void change_note(const struct owner_walk *w, size_t count)
{
	snapshot_note(w->c->snap, SEVERITY_INFO, "owners",
		      count == 1 ? "%zu socket was closed or changed hands while its owner was "
				   "looked for"
				 : "%zu sockets were closed or changed hands while their owners "
				   "were looked for", count);
}

void owners_note(const struct owner_walk *w)
{
	const struct snapshot *snap = w->c->snap;
	size_t counts[MISSING_COUNT] = { 0 };

	for (size_t i = 0; i < snap->count; i++)
		if (!snap->sockets[i].owner && !snap->sockets[i].hidden)
			counts[snap->sockets[i].missing]++;
	failure_note(w);
	if (counts[MISSING_PERMISSION])
		refusal_note(w, counts[MISSING_PERMISSION]);
	if (counts[MISSING_UNKNOWN] && !w->failed_count && !w->barred)
		change_note(w, counts[MISSING_UNKNOWN]);
}
