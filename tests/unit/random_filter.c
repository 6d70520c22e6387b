/* SPDX-License-Identifier: MIT */
/* Random filters.  A term is a template, in which %X stands for a random word of kind X. */
#include "random_filter.h"

#include <assert.h>

enum { DEPTH = 5 };

#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* splitmix64, of which the high bits are taken. */
uint32_t random_below(uint64_t *seed, uint32_t limit)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return (uint32_t)((z >> 32) * limit >> 32);
}

/* ---- words ------------------------------------------------------------- */

/* Compares for equality; %c compares numbers in any way. */
static const char *const equals[] = { " ", " = ", " == ", " eq ", " != ", " ne ", " neq ", "=",
				      "!=", " = ", " " };
static const char *const compares[] = { " = ", " == ", " != ", " ne ", " < ", " lt ", " > ",
					" gt ", " <= ", " le ", " leq ", " >= ", " ge ", " geq ",
					"=", "!=", "<", ">", "<=", ">=" };
static const char *const ports[] = { "0", "1", "22", ":22", "53", "80", "443", "1024", "8080",
				     "40000", "50000", "65535", "ssh", ":http", "https" };
static const char *const port_sets[] = { "80,443", "22,80-443", "1-1023", "1024-65535", "0-65535",
					 "ssh,https", "8080-8080", "40000-50000,22", "twice,53",
					 "0,65535", ":80,:443" };
static const char *const addresses[] = {
	"127.0.0.1", "10.0.0.1", "10.0.0.2", "10.128.0.1", "192.0.2.1", "0.0.0.0", "::", "::1",
	"2001:db8::1", "2001:db8::2", "fe80::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "[::1]",
	"*", "127/8", "10/8", "10.0/16", "10.0.0.0/31", "10.128/9", "0.0.0.0/0", "0.0.0.0/1",
	"128.0.0.0/1", "::/0", "::/96", "[2001:db8::]/32", "2001:db8::2/127", "fe80::/10",
	"::ffff:0:0/96", "::ffff:10.0.0.0/104", "10.0.0.1:80", "127.0.0.1:8080", "[::1]:80",
	"[2001:db8::1]:443", "*:22", ":443", "10/8:80", "[2001:db8::]/32:80", "0.0.0.0:22",
	"[::]:80", "[::ffff:10.0.0.1]:80", "0.0.0.0/0:443", "both.example", "both.example:80",
	"10.0.0.1,::1", "127/8,10.128/9", "10.0.0.1:80,[2001:db8::1]:443", "inet:10.0.0.1",
	"inet6:[::1]",
};
static const char *const targets[] = { "80", ":443", "https", "22,80,443", "1-1023", "1024-65535",
				       "127.0.0.1:80", "[::1]:80", "*:22", "tcp:80", "udp:53",
				       "10.0.0.1", "::1", "8080", "22 80", "0.0.0.0", "twice" };
static const char *const states[] = {
	"listen", "LISTEN", "estab", "established", "syn-sent", "syn-recv", "fin-wait-1",
	"FIN-WAIT-2", "time-wait", "close-wait", "last-ack", "closing", "unconn", "closed", "bound",
	"bound-inactive", "all", "connected", "synchronized", "bucket", "big", "listen,estab",
	"connected", "time-wait,syn-recv", "big",
};
static const char *const devices[] = { "lo", "eth0", "1", "2", "3" };
static const char *const marks[] = { "0", "1", "0x10", "0x11", "0x10/0xf0", "1/1", "0/1", "0/0",
				     "0xffffffff", "0x80000000/0x80000000" };
static const char *const cgroups[] = { "/", "/system.slice/web.service", "/user.slice",
				       "/sys/fs/cgroup/user.slice", "/nosuch" };
static const char *const globs[] = { "*", "/system.slice/*", "*web*", "/user*", "?" };
static const char *const numbers[] = { "0", "1", "10", "100", "1000", "5000" };
static const char *const yes_no[] = { "yes", "no", "true", "false", "1", "0" };
static const char *const processes[] = { "web", "sshd", "web*", "\"my app\"", "'a) S 1 (b'", "s?hd",
					 "a-name-of-15-by", "a-name-of-15-bytes-and-more", "*" };
static const char *const users[] = { "root", "alice", "0", "1000", "nobody" };
static const char *const protocol_words[] = { "tcp", "udp", "udplite", "raw", "tcp,udp" };
static const char *const families[] = { "inet", "inet6" };
static const char *const roles[] = { "listener", "inbound", "outbound" };
static const char *const scopes[] = { "any", "any4", "any6", "loopback", "address", "device" };
static const char *const times[] = { "0", "100us", "1ms", "200ms", "1s", "1m" };
static const char *const pids[] = { "1", "100", "200", "300" };
static const char *const units[] = { "web.service", "*.service", "session-1.scope" };

static const struct kind {
	char letter;
	uint8_t count;
	const char *const *words;
} kinds[] = {
#define KIND(letter, words) { letter, COUNT_OF(words), words }
	KIND('=', equals), KIND('c', compares), KIND('p', ports), KIND('P', port_sets),
	KIND('a', addresses), KIND('t', targets), KIND('s', states), KIND('d', devices),
	KIND('m', marks), KIND('g', cgroups), KIND('G', globs), KIND('n', numbers),
	KIND('y', yes_no), KIND('x', processes), KIND('u', users), KIND('o', protocol_words),
	KIND('f', families), KIND('r', roles), KIND('e', scopes), KIND('T', times),
	KIND('i', pids), KIND('U', units),
};

/* Doubled: drawn more often. */
static const char *const terms[] = {
	/* what the kernel can test */
	"sport%c%p", "dport%c%p", "sport%c%p", "dport%c%p", "port%c%p", "sport%=%P", "dport%=%P",
	"port%=%P", "sport in %P", "dport in %P", "src%=%a", "dst%=%a", "src%=%a", "dst%=%a",
	"addr%=%a", "%t", "dev%=%d", "fwmark%=%m", "cgroup%=%g", "autobound", "state %s",
	"state %s", "exclude %s", "state %s state %s", "state connected exclude %s", "protocol%=%o",
	"family%=%f",
	/* what it can not */
	"uid%c%n", "user%=%u", "process%=%x", "process ~ e", "pid%=%i", "pid%c%i", "unit%=%U",
	"inode%c%n", "cookie%c%n", "recvq%c%n", "sendq%c%n", "accept_queue%c%n", "backlog%c%n",
	"rtt%c%T", "cwnd%c%n", "retrans%c%n", "v6only%=%y", "(v6only)", "cgroup%=%G",
	"cgroup ~ web", "netns%=blue", "role%=%r", "scope%=%e", "interface%=%d", "drops%c%n",
};

static void add_word(uint64_t *seed, struct buf *out, char letter)
{
	for (uint32_t i = 0; i < COUNT_OF(kinds); i++) {
		if (kinds[i].letter != letter)
			continue;
		buf_add_text(out, kinds[i].words[random_below(seed, kinds[i].count)]);
		return;
	}
	assert(!"a letter without words");
}

void random_term(uint64_t *seed, struct buf *out)
{
	const char *at = terms[random_below(seed, COUNT_OF(terms))];

	for (; *at; at++) {
		if (*at == '%')
			add_word(seed, out, *++at);
		else
			buf_add_char(out, *at);
	}
}

/* ---- expressions ------------------------------------------------------- */

static void add_negation(uint64_t *seed, struct buf *out)
{
	static const char *const words[] = { "not ", "! ", "!", "not not ", "!!" };

	buf_add_text(out, words[random_below(seed, COUNT_OF(words))]);
}

/* A blank alone is `and`. */
static void add_operator(uint64_t *seed, struct buf *out)
{
	static const char *const words[] = { " and ", " & ", " && ", "&&", " ", " and ",
					     " or ", " | ", " || ", "|", " or ", "||" };

	buf_add_text(out, words[random_below(seed, COUNT_OF(words))]);
}

static void add_expression(uint64_t *seed, struct buf *out, unsigned depth)
{
	uint32_t operands = 1 + random_below(seed, 3);

	for (uint32_t i = 0; i < operands; i++) {
		if (i)
			add_operator(seed, out);
		if (!random_below(seed, 4))
			add_negation(seed, out);
		if (depth > 1 && !random_below(seed, 3)) {
			buf_add_text(out, random_below(seed, 2) ? "( " : "(");
			add_expression(seed, out, depth - 1);
			buf_add_text(out, random_below(seed, 2) ? " )" : ")");
		} else {
			random_term(seed, out);
		}
	}
}

void random_filter(uint64_t *seed, struct buf *out)
{
	add_expression(seed, out, 1 + random_below(seed, DEPTH));
}
