/* SPDX-License-Identifier: MIT */
/*
 * bindcheck [--seed N] [--tries N]: tries of one holder, then as many of
 * several.  Prints a line for each property, "ok" or "not ok", and figures.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "collect/source.h"

enum {
	FIRST_PORT = 2000,
	TRIES_OF_A_WORLD = 500,		/* what is closed lives on for a minute, and is dumped */
	SHOWN = 5,
};

struct count {
	unsigned tries, certain, wrong, in_use;
};

struct figures {
	struct count by[KNOWLEDGES];
	struct count probed;		/* TCP, by descriptors, then a probe where it is open */
	unsigned not_made;
	unsigned shown;
	unsigned errors[4];		/* other errnos, so that none is never met */
};

static struct source *source;

/* ---- chance ---------------------------------------------------------- */

static struct recipe random_recipe(enum protocol protocol)
{
	struct recipe recipe = {
		.protocol = protocol,
		.place = random_below(PLACES),
		.reuseaddr = random_chance(50),
		.reuseport = random_chance(50),
		.v6only = random_chance(35),
		.device = random_chance(20),
		.uid = random_chance(60) ? 0 : USER,
	};

	if (place_family(recipe.place) == AF_INET ||
	    recipe.place == MAPPED_ANY || recipe.place == MAPPED_LOOPBACK)
		recipe.v6only = false;
	return recipe;
}

/* Servers and clients come oftener than what is left of them. */
static enum life random_life(enum protocol protocol, bool first)
{
	static const uint8_t weights[LIVES] = {
		[LIFE_BOUND] = 2, [LIFE_LISTEN] = 3, [LIFE_CHILD] = 2, [LIFE_CHILD_BESIDE] = 2,
		[LIFE_CHILD_OF_OTHER] = 1, [LIFE_UNACCEPTED] = 1, [LIFE_REQUEST] = 1,
		[LIFE_CLIENT] = 2, [LIFE_AUTOMATIC] = 1, [LIFE_SYN_SENT] = 1,
		[LIFE_CLOSE_WAIT] = 1, [LIFE_FIN_WAIT_1] = 1, [LIFE_LAST_ACK] = 1,
		[LIFE_CLOSING] = 1, [LIFE_FIN_WAIT_2] = 1, [LIFE_ORPHAN_FIN_WAIT_2] = 1,
		[LIFE_TIME_WAIT] = 1, [LIFE_UDP] = 2, [LIFE_UDP_CONNECTED] = 2,
		[LIFE_UDP_AUTOMATIC] = 1,
	};
	bool tcp = protocol == PROTOCOL_TCP;

	for (;;) {
		enum life life = tcp ? random_below(LIVES_TCP)
				     : LIVES_TCP + random_below(LIVES - LIVES_TCP);

		if (random_below(3) >= weights[life] ||
		    (!first && (life == LIFE_AUTOMATIC || life == LIFE_UDP_AUTOMATIC)))
			continue;
		return life;
	}
}

static struct holder random_holder(enum protocol protocol, bool first)
{
	return (struct holder){
		.recipe = random_recipe(protocol),
		.life = random_life(protocol, first),
	};
}

static void spoil(struct trial *trial)
{
	struct wanted *wanted = &trial->wanted;

	if (random_chance(50))
		wanted->recipe.place = PLACES + random_below(PLACES_ALL - PLACES);
	wanted->freebind = random_chance(20);
	wanted->bound = random_chance(20);
	wanted->scoped = random_chance(50);
	wanted->unprivileged = random_chance(40);
	wanted->recipe.v6only = random_chance(30);
	if (random_chance(40))
		trial->port = (uint16_t)(100 + trial->port % 900);
}

/*
 * The last holder shares its port, belongs to the wanted user, and is gone
 * again: what the kernel remembers of it may let in the wanted socket.
 */
static void leave_a_trace(struct trial *trial)
{
	static const enum place wide[] = { ANY4, ANY6, MAPPED_ANY };
	struct holder *last = &trial->holders[trial->holder_count - 1];
	struct recipe *recipe = &trial->wanted.recipe;

	last->life = LIFE_BOUND;
	last->gone = true;
	last->recipe.reuseport = true;
	last->recipe.place = wide[random_below(3)];
	last->recipe.v6only = last->recipe.place == ANY6 && random_chance(60);
	*recipe = last->recipe;
	recipe->reuseaddr = random_chance(30);
	if (random_chance(60))
		recipe->place = wide[random_below(3)];
	recipe->v6only = recipe->place == ANY6 && random_chance(30);
}

static struct trial random_trial(bool several, uint16_t port)
{
	enum protocol protocol = random_chance(75) ? PROTOCOL_TCP : PROTOCOL_UDP;
	const struct holder *like;
	struct trial trial = {
		.port = port, .holder_count = several ? 2 + random_below(HOLDERS - 1) : 1,
	};

	for (size_t i = 0; i < trial.holder_count; i++) {
		trial.holders[i] = random_holder(protocol, i == 0);
		/* Neighbours are more alike than chance has it. */
		if (i && random_chance(40))
			trial.holders[i].recipe = trial.holders[i - 1].recipe;
		if (i && random_chance(40))
			trial.holders[i].recipe.reuseport = trial.holders[i - 1].recipe.reuseport;
		trial.holders[i].gone = several && random_chance(25);
	}
	trial.wanted.recipe = random_recipe(protocol);
	like = &trial.holders[random_below((uint32_t)trial.holder_count)];
	if (several && random_chance(30))
		trial.wanted.recipe = like->recipe;
	if (several && protocol == PROTOCOL_TCP && random_chance(10))
		leave_a_trace(&trial);
	trial.wanted.listens_late = several && protocol == PROTOCOL_TCP && random_chance(10);
	if (random_chance(15) && !trial.wanted.listens_late)
		spoil(&trial);
	return trial;
}

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
	       /* Port 0 aside, there is always somebody to blame. */
	       (verdict != VERDICT_BLOCKED || diagnosis->count);
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
		  const struct bind_request *request, struct diagnosis *diagnosis)
{
	struct bind_options *options = calloc(snap->count + 1, sizeof(*options));
	struct bind_facts facts;

	if (!options)
		die("memory");
	facts_fill(trial, knowledge, snap, &facts, options);
	if (bind_judge(request, &facts, diagnosis) < 0)
		die("a judgement can be made");
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
	bool is_tcp = request.protocol == PROTOCOL_TCP;
	int error;

	request.listen = listens;
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &request.cookie, &length) < 0)
		die("a cookie can be read");
	for (int i = 0; i < KNOWLEDGES; i++)
		judge(trial, i, snap, &request, &by[i]);
	judge(trial, KNOWS_DESCRIPTORS, snap, &request, &probed);
	if (probed.open && is_tcp && !listens)
		diagnosis_settle(&probed, &request, wanted_probe(&trial->wanted, trial->port));
	if (listens)
		error = listen(fd, 8) < 0 ? errno : 0;
	else
		error = wanted_bind(fd, &trial->wanted, trial->port);
	for (int i = 0; i < KNOWLEDGES; i++)
		count(figures, &figures->by[i], trial, names[i], &by[i], error);
	if (is_tcp && !listens) {
		probed.certain = true;
		count(figures, &figures->probed, trial, "after a probe", &probed, error);
	}
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
	printf("# and of %s:\n", what);
	good = say(!known->wrong && !held->wrong && !netlink->wrong,
		   "no verdict that is certain is wrong");
	good &= say(f->by[enough].certain * 10 >= f->by[enough].tries * 9,
		    enough == KNOWS_ALL ? "nine of ten are certain if all options are known"
					: "nine of ten are certain without a probe");
	good &= say(f->probed.wrong * 1000 <= f->probed.tries,
		    "with a probe 99.9 % of TCP's are right");
	good &= say(known->in_use * 5 > known->tries && known->in_use * 5 < known->tries * 4 &&
		    f->errors[0] && f->errors[1] && f->errors[2], "every outcome was met");
	return good;
}

static bool run(const char *what, bool several, unsigned tries)
{
	struct figures figures = { 0 };

	for (unsigned i = 0; i < tries; i++) {
		struct trial trial = random_trial(several,
					    (uint16_t)(FIRST_PORT + i % TRIES_OF_A_WORLD));

		if (i % TRIES_OF_A_WORLD == 0)
			world_make();
		do_trial(&figures, &trial);
	}
	return say_figures(&figures, what, several ? KNOWS_ALL : KNOWS_DESCRIPTORS);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "tries", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned long seed = 1, tries = 2000;
	bool good;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == '?')
			return 2;
		*(option == 's' ? &seed : &tries) = strtoul(optarg, NULL, 10);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# seed %lu, %lu tries of one holder and as many of several\n", seed, tries);
	random_seed(seed);
	if (source_open(&source, NULL) < 0)
		die("the source can be opened");
	good = run("one holder", false, (unsigned)tries);
	good &= run("several holders", true, (unsigned)tries);
	source_close(source);
	return !good;
}
