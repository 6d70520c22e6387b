/* SPDX-License-Identifier: MIT */
/*
 * bindcheck [--seed N] [--tries N] [--devices vrf]: tries of one holder, then as
 * many of several, and half as many of several that change their options, in VRFs
 * if told so.  Prints a line for each property, "ok" or "not ok", and figures.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"

enum {
	FIRST_PORT = 2000,
	TRIES_OF_A_WORLD = 500,		/* what is closed lives on for a minute, and is dumped */
	TRIES_OF_VRFS = 100,		/* which share their ports or not */
	SHOWN = 5,
};

struct count {
	unsigned tries, certain, wrong, in_use;
};

struct figures {
	struct count by[KNOWLEDGES];
	struct count probed;		/* TCP, by descriptors, then a probe where it is open */
	struct count listened;		/* TCP that could be bound: listen() */
	unsigned not_made;
	unsigned shown;
	unsigned errors[4];		/* other errnos, so that none is never met */
};

static struct source *source;
static bool vrfs;

/* ---- one trial --------------------------------------------------------- */

static struct snapshot *collect(enum protocol protocol)
{
	struct query query = {
		.protocols = PROTOCOL_BIT(protocol),
		.versions = IP_VERSIONS_ALL,
		.states = STATES_ALL,
		.needs = NEED_SYSCTLS | NEED_PORT_CLASS | NEED_INTERFACE,
	};
	struct snapshot *snap;

	if (source_collect(source, &query, &snap) < 0 || !snapshot_is_complete(snap))
		die("sockets can be collected");
	return snap;
}

static bool is_right(const struct diagnosis *diagnosis, int error)
{
	enum verdict verdict = diagnosis->verdict;

	return verdict != VERDICT_UNKNOWN && diagnosis->error == error &&
	       (verdict == VERDICT_FREE) == !error &&
	       (verdict == VERDICT_BLOCKED) == (error == EADDRINUSE) &&
	       /* There is always somebody to blame, if the kernel tells of it. */
	       (verdict != VERDICT_BLOCKED || diagnosis->count || kernel_hides_bound());
}

static void complain(struct figures *figures, const struct trial *trial, const char *what,
		     const struct diagnosis *diagnosis, int error)
{
	if (figures->shown++ >= SHOWN)
		return;
	printf("# %s: \"%s\" (%s), but bind() says %s\n", what, verdict_names[diagnosis->verdict],
	       diagnosis->error ? strerror(diagnosis->error) : "no error",
	       error ? strerror(error) : "OK");
	trial_say(trial);
}

static void count(struct figures *figures, struct count *to, const struct trial *trial,
		  const char *what, const struct diagnosis *diagnosis, int error)
{
	to->tries++;
	to->certain += diagnosis->certain;
	to->in_use += error == EADDRINUSE;
	if (!diagnosis->certain || is_right(diagnosis, error))
		return;
	to->wrong++;
	complain(figures, trial, what, diagnosis, error);
}

static void judge(const struct trial *trial, enum knowledge knowledge, const struct snapshot *snap,
		  const struct surroundings *around, const struct bind_request *request,
		  struct diagnosis *diagnosis)
{
	struct bind_options *options = calloc(snap->count + 1, sizeof(*options));
	struct bind_facts facts;

	if (!options)
		die("memory");
	facts_fill(trial, knowledge, snap, around, &facts, options);
	if (bind_judge(request, &facts, diagnosis) < 0)
		die("a judgement can be made");
	free(options);
}

/* bind() has worked, as a probe would have told. */
static void compare_listen(struct figures *figures, const struct trial *trial,
			   const struct snapshot *snap, const struct surroundings *around,
			   const struct bind_request *request, int fd)
{
	struct bind_options *options = calloc(snap->count + 1, sizeof(*options));
	struct diagnosis listening;
	struct bind_facts facts;

	if (!options)
		die("memory");
	facts_fill(trial, KNOWS_DESCRIPTORS, snap, around, &facts, options);
	if (listen_judge(request, &facts, &listening) < 0)
		die("a judgement can be made");
	count(figures, &figures->listened, trial, "listen()", &listening,
	      listen(fd, 8) < 0 ? errno : 0);
	diagnosis_done(&listening);
	free(options);
}

static void note_errno(struct figures *figures, int error)
{
	static const int errors[] = { EADDRNOTAVAIL, EACCES, EINVAL };

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		figures->errors[i] += errors[i] == error;
}

/* Judge, settle what is open, do it, compare. */
static void compare(struct figures *figures, const struct trial *trial, int fd, bool listens)
{
	static const char *const names[KNOWLEDGES] = { "netlink", "descriptors", "all options" };
	struct bind_request request = wanted_request(&trial->wanted, trial->port);
	struct snapshot *snap = collect(request.protocol);
	socklen_t length = sizeof(request.cookie);
	struct diagnosis by[KNOWLEDGES], probed;
	struct surroundings around;
	bool is_tcp = request.protocol == PROTOCOL_TCP;
	int error;

	request.listen = listens;
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &request.cookie, &length) < 0)
		die("a cookie can be read");
	surroundings_read(source, &request, snap, &around);
	for (int i = 0; i < KNOWLEDGES; i++)
		judge(trial, i, snap, &around, &request, &by[i]);
	judge(trial, KNOWS_DESCRIPTORS, snap, &around, &request, &probed);
	if (probed.open && is_tcp && !listens)
		diagnosis_settle(&probed, &request, wanted_probe(&trial->wanted, trial->port));
	if (listens)
		error = listen(fd, 8) < 0 ? errno : 0;
	else
		error = wanted_bind(fd, &trial->wanted, trial->port);
	for (int i = 0; i < KNOWLEDGES; i++)
		count(figures, &figures->by[i], trial, names[i], &by[i], error);
	if (is_tcp && !listens)
		count(figures, &figures->probed, trial, "after a probe", &probed, error);
	if (is_tcp && !listens && !error)
		compare_listen(figures, trial, snap, &around, &request, fd);
	note_errno(figures, error);
	for (int i = 0; i < KNOWLEDGES; i++)
		diagnosis_done(&by[i]);
	diagnosis_done(&probed);
	snapshot_free(snap);
}

static void listen_late(struct figures *figures, struct trial *trial)
{
	int fd = wanted_socket(&trial->wanted);

	if (fd < 0)
		die("a socket can be made");
	if (wanted_bind(fd, &trial->wanted, trial->port) == 0) {
		for (size_t i = 0; i < trial->holder_count; i++)
			if (trial->holders[i].life == LIFE_BOUND && trial->holders[i].fd_count)
				listen(trial->holders[i].fds[0], 8);
		compare(figures, trial, fd, true);
	}
	close(fd);
}

static void make_holders(struct figures *figures, struct trial *trial)
{
	for (size_t i = 0; i < trial->holder_count; i++)
		figures->not_made += !holder_make(trial, &trial->holders[i]);
	for (size_t i = 0; i < trial->holder_count; i++)
		if (trial->holders[i].gone)
			holder_close(trial, &trial->holders[i]);
	for (size_t i = 0; trial->changes && i < trial->known_count; i++)
		if (random_chance(60))
			known_change(&trial->known[i]);
}

static void do_trial(struct figures *figures, struct trial *trial)
{
	int fd;

	make_holders(figures, trial);
	if (trial->wanted.listens_late) {
		listen_late(figures, trial);
	} else {
		fd = wanted_socket(&trial->wanted);
		if (fd < 0)
			die("a socket can be made");
		compare(figures, trial, fd, false);
		close(fd);
	}
	for (size_t i = 0; i < trial->holder_count; i++)
		holder_close(trial, &trial->holders[i]);
}

/* ---- all ------------------------------------------------------------- */

static bool say(bool good, const char *text)
{
	printf("%sok - %s\n", good ? "" : "not ", text);
	return good;
}

static void say_count(const char *name, const struct count *c)
{
	printf("# %-12s %u tries, %u in use, %u certain (%.2f %%), %u wrong\n", name, c->tries,
	       c->in_use, c->certain, 100.0 * c->certain / c->tries, c->wrong);
}

static bool say_figures(const struct figures *f, const char *what, enum knowledge enough)
{
	const struct count *known = &f->by[KNOWS_ALL], *held = &f->by[KNOWS_DESCRIPTORS];
	const struct count *netlink = &f->by[KNOWS_NETLINK];
	bool good;

	printf("# %s: %u holders could not be made, %u times EADDRNOTAVAIL, %u EACCES, %u EINVAL\n",
	       what, f->not_made, f->errors[0], f->errors[1], f->errors[2]);
	say_count("all options", known);
	say_count("descriptors", held);
	say_count("netlink", netlink);
	say_count("probe", &f->probed);
	say_count("listen()", &f->listened);
	printf("# and of %s:\n", what);
	good = say(!known->wrong && !held->wrong && !netlink->wrong && !f->probed.wrong &&
		   !f->listened.wrong, "no verdict that is certain is wrong");
	/* Where bound ones are hidden, a port is free for certain only after a probe. */
	good &= say(kernel_hides_bound() ||
			    f->by[enough].certain * 4 >= f->by[enough].tries * 3,
		    enough == KNOWS_ALL ? "three of four are certain if all options are known"
					: "three of four are certain without a probe");
	good &= say(f->probed.certain * 100 >= f->probed.tries * 98 &&
		    f->listened.certain * 100 >= f->listened.tries * 98,
		    "with a probe 98 % of TCP's are certain");
	good &= say(known->in_use * 8 > known->tries && known->in_use * 5 < known->tries * 4 &&
		    f->errors[0] && f->errors[1] && f->errors[2], "every outcome was met");
	return good;
}

static bool run(const char *what, bool several, bool changes, unsigned tries)
{
	const unsigned of_a_world = vrfs ? TRIES_OF_VRFS : TRIES_OF_A_WORLD;
	struct figures figures = { 0 };

	for (unsigned i = 0; i < tries; i++) {
		struct trial trial = random_trial(several, vrfs,
						  (uint16_t)(FIRST_PORT + i % of_a_world));

		trial.changes = changes;
		if (i % of_a_world == 0)
			world_make(vrfs);
		do_trial(&figures, &trial);
	}
	return say_figures(&figures, what, several ? KNOWS_ALL : KNOWS_DESCRIPTORS);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "tries", required_argument, NULL, 't' },
		{ "devices", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned long seed = 1, tries = 2000;
	bool good;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == '?' || (option == 'd' && strcmp(optarg, "vrf") != 0))
			return 2;
		if (option == 'd')
			vrfs = true;
		else
			*(option == 's' ? &seed : &tries) = strtoul(optarg, NULL, 10);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# seed %lu, %lu tries of one holder and as many of several\n", seed, tries);
	random_seed(seed);
	if (source_open(&source, NULL) < 0)
		die("the source can be opened");
	good = run("one holder", false, false, (unsigned)tries);
	good &= run("several holders", true, false, (unsigned)tries);
	good &= run("options changed after bind()", true, true, (unsigned)tries / 2);
	source_close(source);
	return !good;
}
