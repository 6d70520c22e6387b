/* SPDX-License-Identifier: MIT */
/*
 * mksock - a factory of sockets in known states, for tests.
 *
 * What the files of the factory share: arguments of a fixture, the making of sockets, the lines
 * that tell the test what was made, and children that die with the factory.  It knows nothing of
 * the program under test.  Whatever goes wrong ends the factory with a message and status 1.
 */
#ifndef MKSOCK_H
#define MKSOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { LOCAL_BACKLOG = 128, ARGS_MAX = 16, TEXT_MAX = 96 };

/* Arguments: words KEY=VALUE over the defaults that the fixture's row in the table names. */
struct args {
	int count;
	struct {
		const char *key;
		const char *value;
	} item[ARGS_MAX];
};

struct fixture {
	const char *name;
	const char *args;			/* "key=default key=default": all there are */
	const char *help;
	void (*make)(const struct args *args);
};

void args_default(struct args *args, const char *defaults);
void args_set(struct args *args, const char *fixture, char **words);
const char *arg_text(const struct args *args, const char *key);
long arg_number(const struct args *args, const char *key);
/* Undoes C escapes (\n \t \e \\ \xHH \OOO); the result is allocated and never freed. */
char *unescape(const char *text);

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* An address with its port. */
struct where {
	struct sockaddr_storage storage;
	socklen_t length;
};

/* "127.0.0.1", "::", "fe80::1%v0" */
void where_parse(struct where *where, const char *address, long port);
void where_set_port(struct where *where, int port);
int where_port(const struct where *where);
void where_of(struct where *where, int fd);
void where_text(const struct where *where, char text[TEXT_MAX]);
/* The address by which a client on this machine reaches a listener on ADDRESS. */
const char *reachable(const char *address);

int sock_new(int family, int type, int protocol);
void sock_on(int fd, int level, int name, int value);
void sock_bind(int fd, const struct where *where);
void sock_bind_device(int fd, const char *device);
/* SO_MARK, which takes a right; 0 needs none and is no mark. */
void sock_mark(int fd, long mark);
/* The socket drops every packet it is sent, as if the net were cut, until it is deaf no more. */
void sock_deaf(int fd);
void sock_hear(int fd);
/* close() of the socket sends RST. */
void sock_abort_on_close(int fd);

int tcp_listen(const char *address, long port, long backlog);
int tcp_connect(const struct where *to);
/* Starts to connect and does not wait. */
int tcp_connect_start(const struct where *to);
int tcp_accept(int listener);
/* Waits, 30 s at most, until TCP_INFO shows STATE. */
void tcp_wait(int fd, int state);
/* Likewise until COUNT connections wait in the accept queue. */
void tcp_wait_queue(int listener, long count);
/* Sends, and waits likewise until the peer has it all; more than its window would wait in vain. */
void tcp_send(int fd, long bytes);

struct pair {
	int listener;
	int client;
	int server;
};

void pair_open(struct pair *pair, const char *address, const char *to, long port);

/* What can be told of a socket; taken while its descriptor is open, printed when one likes. */
struct face {
	char protocol[16];
	char local[TEXT_MAX];
	char peer[TEXT_MAX];			/* empty: none */
	int fd;					/* -1: no descriptor any more */
	uint64_t inode;				/* 0 likewise */
	uint64_t cookie;			/* 0: not known */
	pid_t pid;
};

void face_of(struct face *face, int fd);
/* The face of the socket that the kernel made at the other end of FACE, and that no one holds. */
void face_turn(struct face *face);
void face_closed(struct face *face);
void face_print(const struct face *face, const char *name, const char *state);
void report(int fd, const char *name, const char *state);

/* SCM_RIGHTS, with one byte. */
void descriptor_send(int to, int fd);

/* Runs work(data) in a child, which then waits; returns when the work is done.  A child never
 * outlives the factory. */
pid_t child_run(void (*work)(const void *data), const void *data);
/* The same, but the child ends with the work, and nobody waits for it. */
pid_t child_start(void (*work)(const void *data), const void *data);
/* Says `ready`, waits for the end of standard input or SIGTERM, and ends the program. */
__attribute__((noreturn)) void sit(void);

#endif
