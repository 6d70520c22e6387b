/* SPDX-License-Identifier: MIT */
/* What holders and the wanted socket are, by chance. */
#include "bindcheck.h"

static enum place random_place(bool vrfs)
{
	static const uint8_t places[] = {
		ANY4, ANY6, MAPPED_ANY, OTHER4, RED4, RED6, MAPPED_RED, BLUE4, PLAIN4, PLAIN6,
	};

	return vrfs ? places[random_below(sizeof(places))] : random_below(PLACES);
}

static uint8_t random_device(bool vrfs)
{
	if (vrfs)
		return (uint8_t)(random_chance(35) ? TO_NONE : random_below(DEVICES));
	return random_chance(20) ? TO_LOOPBACK : TO_NONE;
}

/* A device that the address is on, oftener than chance has it. */
static uint8_t device_for(enum place place, bool vrfs)
{
	uint8_t device = random_device(vrfs);

	while (vrfs && !place_suits(place, device) && random_chance(95))
		device = random_device(vrfs);
	return device;
}

static struct recipe random_recipe(enum protocol protocol, bool vrfs)
{
	struct recipe recipe = {
		.protocol = protocol,
		.place = random_place(vrfs),
		.reuseaddr = random_chance(50),
		.reuseport = random_chance(50),
		.v6only = random_chance(35),
		.uid = random_chance(60) ? 0 : USER,
	};

	recipe.device = device_for(recipe.place, vrfs);
	if (place_family(recipe.place) == AF_INET || recipe.place == MAPPED_RED ||
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

static struct holder random_holder(enum protocol protocol, bool vrfs, bool first)
{
	return (struct holder){
		.recipe = random_recipe(protocol, vrfs),
		.life = random_life(protocol, first),
	};
}

static void spoil(struct trial *trial)
{
	struct wanted *wanted = &trial->wanted;

	if (random_chance(50))
		wanted->recipe.place = PLACES + random_below(PLACES_WITHOUT_VRF - PLACES);
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

struct trial random_trial(bool several, bool vrfs, uint16_t port)
{
	enum protocol protocol = random_chance(75) ? PROTOCOL_TCP : PROTOCOL_UDP;
	const struct holder *like;
	struct trial trial = {
		.port = port, .holder_count = several ? 2 + random_below(HOLDERS - 1) : 1,
	};

	for (size_t i = 0; i < trial.holder_count; i++) {
		trial.holders[i] = random_holder(protocol, vrfs, i == 0);
		/* Neighbours are more alike than chance has it. */
		if (i && random_chance(40))
			trial.holders[i].recipe = trial.holders[i - 1].recipe;
		if (i && random_chance(40))
			trial.holders[i].recipe.reuseport = trial.holders[i - 1].recipe.reuseport;
		trial.holders[i].gone = several && random_chance(25);
	}
	trial.wanted.recipe = random_recipe(protocol, vrfs);
	like = &trial.holders[random_below((uint32_t)trial.holder_count)];
	/* Of many addresses and devices two seldom meet. */
	if (vrfs && random_chance(50))
		trial.wanted.recipe.place = like->recipe.place;
	if (vrfs && random_chance(50))
		trial.wanted.recipe.device = device_for(trial.wanted.recipe.place, vrfs);
	if (several && random_chance(30))
		trial.wanted.recipe = like->recipe;
	if (several && protocol == PROTOCOL_TCP && random_chance(10))
		leave_a_trace(&trial);
	trial.wanted.listens_late = several && protocol == PROTOCOL_TCP && random_chance(10);
	if (random_chance(15) && !trial.wanted.listens_late)
		spoil(&trial);
	return trial;
}
