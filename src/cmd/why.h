/* SPDX-License-Identifier: MIT */
/* `conntab why`: from targets to requests, to facts, to verdicts, and how they look. */
#ifndef CMD_WHY_H
#define CMD_WHY_H

#include <limits.h>

#include "cmd.h"
#include "diagnose/explain.h"
#include "why_alternative.h"

enum {
	WHY_REQUESTS_MAX = 4096,	/* ports of ranges, each a request */
	ADVISED_MOST = 4,		/* requests about which more is found out */
	NAMESPACES_MOST = 256,
	ELSEWHERE_MOST = 8,
	ADDRESSES_TOLD = 3,
	WHY_WIDTH = 79,			/* columns of sentences */
	WHY_INDENT = 2,
};

/* One question, and all that is known about it. */
struct inquiry {
	struct bind_request request;
	struct bind_facts facts;
	struct diagnosis diagnosis;
	struct diagnosis alternatives[ALTERNATIVE_COUNT];	/* of those that apply */
	struct connect_diagnosis connect;	/* where connect() is the question */
	bool probed, probed_reuseaddr;	/* a bind() was tried; with SO_REUSEADDR besides */
	bool confirmed;			/* it was expected to work, and did */
	int probe_error, reuseaddr_error;	/* errno of the real bind(); 0: it worked */
	int no_probe;			/* -errno where it could not be tried; 0: it could */
	bool usual_v6only;		/* IPV6_V6ONLY is as a new socket has it */
	bool forbids_probe;
	uint64_t near_used;		/* of the ports near by: a socket has it */
	uint16_t free_port;
	struct address addresses[ADDRESSES_TOLD];	/* that would work in place of all */
	size_t address_count;
	char socket_unit[NAME_MAX + 1];	/* of systemd, where systemd holds it; else empty */
	bool entered;			/* --netns: it is about another namespace */
	uint32_t netns_pid;		/* by which it was given; 0: otherwise */
	bool redirected;		/* netfilter sends what comes for the port elsewhere */
	bool connecting;		/* the call that was made was connect() */
	uint32_t caller;		/* pid of who made it */
	int happened;			/* errno of the call that was made; 0: none was */
};

/* Listeners on the wanted ports in other network namespaces. */
struct elsewhere {
	struct snapshot *snaps[ELSEWHERE_MOST];
	size_t count;
	size_t refused;			/* namespaces that may not be looked into */
};

struct inquiries {
	const struct settings *settings;
	struct source *source;
	struct snapshot *snap;
	struct bind_options *options;	/* of each socket */
	struct device *devices;		/* that sockets are bound to */
	uint8_t *autobound;		/* of each, enum truth; NULL: no question needs it */
	uint32_t *by_port;		/* sockets in the order of ports */
	uint32_t *begins;		/* where those of each port begin */
	struct inquiry *items;
	size_t count, capacity;
	uint32_t uid;			/* whose the sockets are to be */
	bool sandboxed;			/* something may refuse us what the rules allow */
	size_t asked;			/* sockets whose owners' descriptors were looked at */
	struct elsewhere elsewhere;
};

/*
 * why_table.c: read the sockets on all wanted ports; and, where a port is
 * free, who has it in other namespaces.
 */
int why_read_table(struct inquiries *all);
void why_look_elsewhere(struct inquiries *all);

/* why_table.c: a port near the wanted one which no socket had; 0: there is none. */
uint16_t why_free_port(const struct inquiry *inquiry);

/* why_table.c: is this socket of another namespace on the wanted port? */
bool why_is_elsewhere(const struct inquiry *inquiry, const struct socket *sk);

/*
 * why_ports.c: put the sockets of the table in the order of ports, 0 or
 * -ENOMEM; and give an inquiry those on its port, all for port 0.
 */
int why_sort_by_port(struct inquiries *all);
void why_take_port(const struct inquiries *all, struct inquiry *inquiry);

/* why_facts.c: collect what all questions need; and judge; 0 or -errno. */
int why_find_facts(struct inquiries *all);
int why_answer(struct inquiries *all);

/* why_place.c: state the facts of each place, once the sockets are there; 0 or -ENOMEM. */
int why_state_places(struct inquiries *all);

/* why_probe.c: settle what is judged by what happened, or by a try; 0 or -ENOMEM. */
int why_probe(struct inquiries *all);

/* why_ways.c: where bind() would fail, find out what there is to do. */
void why_find_ways(struct inquiries *all);

void why_done(struct inquiries *all);

/* why_facts.c: what an inquiry is about, for explain.h. */
struct account account_of(const struct inquiry *inquiry);

/* why.c: the index of the interface of --device, 0 without; on bad input says so. */
enum status why_read_device(const struct settings *settings, struct source *source,
			    uint32_t *interface);

/* why_run.c: run the command behind "--"; its own exit status, as a shell tells it. */
enum status why_run(const struct settings *settings);

/* why_connect.c: HOST:PORT of --connect; or a connect() of a command that failed. */
enum status why_connect(const struct settings *settings);
int why_judge_connect(struct inquiries *all);

#endif
