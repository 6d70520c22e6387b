/* SPDX-License-Identifier: MIT */
/*
 * What to do about all that is in the way.  Blockers with the same remedies are
 * a group, and one remedy removes all of a group; where there are several groups
 * one removes all of them, by a command for each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "sentence.h"

enum { GROUPS_MOST = 32 };

struct group {
	const struct remedy *remedies;
	const struct blocker **blockers;
	size_t count;			/* 0: it is no socket that is in the way */
	const struct remedy *chosen;	/* against all groups together */
};

struct plan {
	const struct account *account;
	struct group groups[GROUPS_MOST];
	size_t count;
	const struct blocker **blockers;	/* of all groups, one group behind the other */
	const struct blocker **united;		/* room for those of several groups */
};

/* ---- one remedy ------------------------------------------------------ */

static bool only_looks(const struct remedy *remedy)
{
	return remedy->command && strncmp(remedy->command, LOOKS, strlen(LOOKS)) == 0;
}

static bool is_ending(const struct remedy *remedy)
{
	return remedy->command && !only_looks(remedy);
}

bool remedy_fits(const struct account *account, const struct blocker *blocker,
		 const struct remedy *remedy)
{
	if (!sentence_fits(account, blocker, remedy->text, QUOTING_TEXT))
		return false;
	return !remedy->command ||
	       sentence_fits(account, blocker, remedy->command, QUOTING_SHELL);
}

void remedy_add(const struct account *account, const struct blocker *blocker,
		const struct remedy *remedy, struct buf *text, struct buf *command)
{
	sentence_add(account, blocker, remedy->text, QUOTING_TEXT, text);
	if (is_ending(remedy)) {
		command_add(account, blocker, remedy->command, command);
	} else if (remedy->command) {
		buf_add_literal(text, ": ");
		command_add(account, blocker, remedy->command + strlen(LOOKS), text);
	}
}

/* ---- groups ---------------------------------------------------------- */

static struct account account_about(const struct account *account, const struct group *group)
{
	struct account about = *account;

	about.group = group->blockers;
	about.group_count = group->count;
	return about;
}

static const struct blocker *first_of(const struct group *group)
{
	return group->count ? group->blockers[0] : NULL;
}

static bool fits_group(const struct plan *plan, const struct group *group,
		       const struct remedy *remedy)
{
	const struct account about = account_about(plan->account, group);

	return remedy_fits(&about, first_of(group), remedy);
}

static void add_about(const struct plan *plan, const struct group *group,
		      const struct remedy *remedy, struct buf *text, struct buf *command)
{
	const struct account about = account_about(plan->account, group);

	remedy_add(&about, first_of(group), remedy, text, command);
}

/* The group with these remedies; a new one is empty.  NULL: there are too many. */
static struct group *group_of(struct plan *plan, const struct remedy *remedies)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->groups[i].remedies == remedies)
			return &plan->groups[i];
	if (plan->count == GROUPS_MOST)
		return NULL;
	plan->groups[plan->count] = (struct group){ .remedies = remedies };
	return &plan->groups[plan->count++];
}

static struct group *group_of_blocker(struct plan *plan, const struct blocker *blocker)
{
	return group_of(plan, holder_remedies(plan->account, blocker));
}

/* First they are counted, then each is put in its place. */
static int plan_init(struct plan *plan, const struct account *account)
{
	const struct diagnosis *diagnosis = account->diagnosis;
	const struct remedy *causes = cause_remedies(account);
	const struct blocker **place;

	*plan = (struct plan){ .account = account };
	place = plan->blockers = calloc(2 * diagnosis->count + 1, sizeof(void *));
	if (!place)
		return -ENOMEM;
	plan->united = place + diagnosis->count;
	if (causes->text)
		group_of(plan, causes);
	for (size_t i = 0; i < diagnosis->count; i++) {
		struct group *group = group_of_blocker(plan, &diagnosis->blockers[i]);

		if (group)
			group->count++;
	}
	for (size_t i = 0; i < plan->count; i++) {
		plan->groups[i].blockers = place;
		place += plan->groups[i].count;
		plan->groups[i].count = 0;
	}
	for (size_t i = 0; i < diagnosis->count; i++) {
		struct group *group = group_of_blocker(plan, &diagnosis->blockers[i]);

		if (group && group->blockers)
			group->blockers[group->count++] = &diagnosis->blockers[i];
	}
	return 0;
}

/* ---- against all groups together ------------------------------------- */

/* Of a group: the remedy with that command, if it fits. */
static const struct remedy *find_command(const struct plan *plan, const struct group *group,
					 const char *command)
{
	for (const struct remedy *remedy = group->remedies; remedy->text; remedy++)
		if (is_ending(remedy) && strcmp(remedy->command, command) == 0 &&
		    fits_group(plan, group, remedy))
			return remedy;
	return NULL;
}

static size_t count_groups(const struct plan *plan, const char *command)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->count; i++)
		count += find_command(plan, &plan->groups[i], command) != NULL;
	return count;
}

/* The one that removes most groups at once, else the first. */
static const struct remedy *choose(const struct plan *plan, const struct group *group)
{
	const struct remedy *best = NULL;
	size_t most = 0;

	for (const struct remedy *remedy = group->remedies; remedy->text; remedy++) {
		size_t count = 0;

		if (is_ending(remedy) && fits_group(plan, group, remedy))
			count = count_groups(plan, remedy->command);
		if (count > most)
			best = remedy;
		most = count > most ? count : most;
	}
	return best;
}

/* All groups from `first` on that have chosen the same command. */
static struct group unite(const struct plan *plan, size_t first)
{
	struct group all = plan->groups[first];

	all.blockers = plan->united;
	all.count = 0;
	for (size_t i = first; i < plan->count; i++) {
		const struct group *group = &plan->groups[i];

		if (strcmp(group->chosen->command, all.chosen->command) != 0)
			continue;
		for (size_t b = 0; b < group->count; b++)
			all.blockers[all.count++] = group->blockers[b];
	}
	return all;
}

static bool is_united(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(plan->groups[i].chosen->command, plan->groups[index].chosen->command) ==
		    0)
			return true;
	return false;
}

/* Nothing is added where one of the groups can't be removed. */
static void add_together(struct plan *plan, struct buf *text, struct buf *command)
{
	const char *between = "";

	for (size_t i = 0; i < plan->count; i++) {
		plan->groups[i].chosen = choose(plan, &plan->groups[i]);
		if (!plan->groups[i].chosen)
			return;
	}
	for (size_t i = 0; i < plan->count; i++) {
		struct group all;

		if (is_united(plan, i))
			continue;
		all = unite(plan, i);
		buf_add_text(text, *between ? ", and " : "");
		buf_add_text(command, between);
		add_about(plan, &all, all.chosen, text, command);
		between = "; ";
	}
}

/* ---- advice ---------------------------------------------------------- */

static bool has_text(const struct plan *plan, const struct group *group, const char *text)
{
	for (const struct remedy *remedy = group->remedies; remedy->text; remedy++)
		if (strcmp(remedy->text, text) == 0 && fits_group(plan, group, remedy))
			return true;
	return false;
}

/* To look at one of several hurts nothing; what helps must help against all of them. */
static bool is_advice_for_all(const struct plan *plan, const struct remedy *remedy)
{
	for (size_t i = 0; i < plan->count && !only_looks(remedy); i++)
		if (!has_text(plan, &plan->groups[i], remedy->text))
			return false;
	return true;
}

static bool has_rule_remedy(const struct account *account, const struct blocker *blocker,
			    const struct remedy *wanted)
{
	const struct remedy *lists[RULE_LISTS];

	rule_remedies(account, blocker, lists);
	for (size_t i = 0; i < RULE_LISTS; i++)
		for (const struct remedy *remedy = lists[i]; remedy && remedy->text; remedy++)
			if (remedy == wanted)
				return remedy_fits(account, blocker, remedy);
	return false;
}

static bool all_have_rule_remedy(const struct account *account, const struct remedy *remedy)
{
	const struct diagnosis *diagnosis = account->diagnosis;

	for (size_t i = 0; i < diagnosis->count; i++)
		if (!has_rule_remedy(account, &diagnosis->blockers[i], remedy))
			return false;
	return true;
}

/* ---- all of it ------------------------------------------------------- */

struct taker {
	remedy_function *take;
	void *context;
	struct buf text, command;
};

static void taker_take(struct taker *taker)
{
	if (taker->text.length)
		taker->take(taker->context, &taker->text, &taker->command);
	taker->text.length = taker->command.length = 0;
}

static void take_of_group(const struct plan *plan, const struct group *group,
			  struct taker *taker)
{
	for (const struct remedy *remedy = group->remedies; remedy->text; remedy++) {
		if (plan->count > 1 && (is_ending(remedy) || !is_advice_for_all(plan, remedy)))
			continue;
		if (!fits_group(plan, group, remedy))
			continue;
		add_about(plan, group, remedy, &taker->text, &taker->command);
		taker_take(taker);
	}
}

static void take_of_rules(const struct account *account, struct taker *taker)
{
	const struct remedy *lists[RULE_LISTS];

	if (!account->diagnosis->count || cause_remedies(account)->text)
		return;
	rule_remedies(account, account->diagnosis->blockers, lists);
	for (size_t i = 0; i < RULE_LISTS; i++)
		for (const struct remedy *remedy = lists[i]; remedy && remedy->text; remedy++) {
			if (!all_have_rule_remedy(account, remedy))
				continue;
			remedy_add(account, account->diagnosis->blockers, remedy, &taker->text,
				   &taker->command);
			taker_take(taker);
		}
}

int explain_remedies(const struct account *account, remedy_function *take, void *context)
{
	struct taker taker = { .take = take, .context = context };
	struct plan plan = { .account = account };
	int err = buf_init(&taker.text, -1) < 0 || buf_init(&taker.command, -1) < 0 ? -ENOMEM : 0;

	if (!err)
		err = plan_init(&plan, account);
	if (!err && plan.count > 1) {
		add_together(&plan, &taker.text, &taker.command);
		taker_take(&taker);
	}
	for (size_t i = 0; !err && i < plan.count; i++)
		take_of_group(&plan, &plan.groups[i], &taker);
	if (!err)
		take_of_rules(account, &taker);
	free(plan.blockers);
	buf_free(&taker.text);
	buf_free(&taker.command);
	return err;
}
